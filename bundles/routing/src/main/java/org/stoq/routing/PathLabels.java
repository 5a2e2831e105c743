package org.stoq.routing;

import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import org.stoq.sdk.NodeId;
import org.stoq.sdk.routing.Route;
import org.stoq.sdk.routing.RouteTable;

/** The best path found so far to each node of a graph, as arrays. */
final class PathLabels {
    private final CompactGraph graph;
    private final long[] rttMicros;
    private final long[] transferNanos;
    private final long[] loads;
    private final int[] hops;
    private final int[] nextHops;

    /** Knows the way to node 0 only. */
    PathLabels(CompactGraph graph) {
        this.graph = graph;
        int nodes = graph.nodes();
        rttMicros = new long[nodes];
        transferNanos = new long[nodes];
        loads = new long[nodes];
        hops = new int[nodes];
        nextHops = new int[nodes];
        Arrays.fill(hops, 1, nodes, Integer.MAX_VALUE);
    }

    private PathLabels(PathLabels other) {
        graph = other.graph;
        rttMicros = other.rttMicros.clone();
        transferNanos = other.transferNanos.clone();
        loads = other.loads.clone();
        hops = other.hops.clone();
        nextHops = other.nextHops.clone();
    }

    PathLabels copy() {
        return new PathLabels(this);
    }

    /** Returns whether a way to the node is known. */
    boolean isReached(int node) {
        return hops[node] != Integer.MAX_VALUE;
    }

    /** Returns the number of links of the longest path. */
    int mostHops() {
        int most = 0;
        for (int count : hops) {
            if (count != Integer.MAX_VALUE) {
                most = Math.max(most, count);
            }
        }
        return most;
    }

    /**
     * Tries the way over a link.
     *
     * @param from the labels to go on from; may be these
     * @param node where the link starts, which is reached
     * @return whether it is better than what was known
     */
    boolean relax(PathLabels from, int node, int link) {
        int target = graph.target(link);
        long rtt = sum(from.rttMicros[node], graph.rttMicros(link));
        if (isReached(target) && rtt > rttMicros[target]) {
            return false;
        }
        long transfer = sum(from.transferNanos[node], graph.transferNanos(link));
        long load = from.loads[node] + graph.load(link);
        int count = from.hops[node] + 1;
        int next = node == 0 ? target : from.nextHops[node];
        if (isReached(target) && compare(target, rtt, transfer, load, count, next) <= 0) {
            return false;
        }
        rttMicros[target] = rtt;
        transferNanos[target] = transfer;
        loads[target] = load;
        hops[target] = count;
        nextHops[target] = next;
        return true;
    }

    /** Orders two nodes by the paths to them. */
    int compare(int node, int other) {
        return compare(
                node,
                rttMicros[other],
                transferNanos[other],
                loads[other],
                hops[other],
                nextHops[other]);
    }

    private int compare(int node, long rtt, long transfer, long load, int count, int next) {
        int order = Long.compare(rttMicros[node], rtt);
        if (order == 0) {
            order = Long.compare(transferNanos[node], transfer);
        }
        if (order == 0) {
            order = Long.compare(loads[node], load);
        }
        if (order == 0) {
            order = Integer.compare(hops[node], count);
        }
        return order != 0 || nextHops[node] == next
                ? order
                : graph.id(nextHops[node]).compareTo(graph.id(next));
    }

    RouteTable toTable() {
        Map<NodeId, Route> routes = new HashMap<>(2 * hops.length);
        for (int node = 1; node < hops.length; node++) {
            if (isReached(node)) {
                NodeId id = graph.id(node);
                routes.put(
                        id,
                        new Route(
                                id,
                                graph.id(nextHops[node]),
                                rttMicros[node],
                                rttMicros[node],
                                hops[node]));
            }
        }
        return new RouteTable(routes);
    }

    /** Adds two numbers that are not negative, up to the largest there is. */
    private static long sum(long first, long second) {
        long sum = first + second;
        return sum < 0 ? Long.MAX_VALUE : sum;
    }
}
