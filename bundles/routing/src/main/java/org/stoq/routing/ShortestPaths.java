package org.stoq.routing;

import java.util.Arrays;

/** Shortest paths from node 0 of a graph to all others. */
final class ShortestPaths {
    private final PathLabels labels;

    // A binary heap of the nodes that are reached and not settled, and where each lies in it.
    private final int[] heap;
    private final int[] places;
    private int size;

    private ShortestPaths(CompactGraph graph) {
        labels = new PathLabels(graph);
        heap = new int[graph.nodes()];
        places = new int[graph.nodes()];
        Arrays.fill(places, -1);
    }

    /** Finds the shortest paths, however many links they have. */
    static PathLabels any(CompactGraph graph) {
        ShortestPaths paths = new ShortestPaths(graph);
        paths.raise(0);
        while (paths.size > 0) {
            int node = paths.takeNearest();
            for (int link = graph.firstLink(node); link < graph.firstLink(node + 1); link++) {
                if (paths.labels.relax(paths.labels, node, link)) {
                    paths.raise(graph.target(link));
                }
            }
        }
        return paths.labels;
    }

    /** Finds the shortest of all paths that have at most so many links. */
    static PathLabels limited(CompactGraph graph, int maxHops) {
        PathLabels labels = new PathLabels(graph);
        boolean[] improved = new boolean[graph.nodes()];
        improved[0] = true;
        boolean any = true;
        for (int hops = 1; hops <= maxHops && any; hops++) {
            // Paths of one link fewer: what this round finds must not be extended in it.
            PathLabels shorter = labels.copy();
            boolean[] before = improved;
            improved = new boolean[graph.nodes()];
            any = false;
            for (int node = 0; node < graph.nodes(); node++) {
                if (!before[node]) {
                    continue;
                }
                for (int link = graph.firstLink(node); link < graph.firstLink(node + 1); link++) {
                    if (labels.relax(shorter, node, link)) {
                        improved[graph.target(link)] = true;
                        any = true;
                    }
                }
            }
        }
        return labels;
    }

    /** Moves a node up in the heap, adding it if it is not there. */
    private void raise(int node) {
        int at = places[node] >= 0 ? places[node] : size++;
        while (at > 0) {
            int parent = (at - 1) / 2;
            if (labels.compare(heap[parent], node) <= 0) {
                break;
            }
            put(at, heap[parent]);
            at = parent;
        }
        put(at, node);
    }

    private int takeNearest() {
        int nearest = heap[0];
        places[nearest] = -1;
        size--;
        if (size > 0) {
            sink(heap[size]);
        }
        return nearest;
    }

    /** Puts a node at the top and moves it down. */
    private void sink(int node) {
        int at = 0;
        while (2 * at + 1 < size) {
            int child = 2 * at + 1;
            if (child + 1 < size && labels.compare(heap[child + 1], heap[child]) < 0) {
                child++;
            }
            if (labels.compare(node, heap[child]) <= 0) {
                break;
            }
            put(at, heap[child]);
            at = child;
        }
        put(at, node);
    }

    private void put(int at, int node) {
        heap[at] = node;
        places[node] = at;
    }
}
