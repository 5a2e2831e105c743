package org.stoq.routing;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.stoq.sdk.NodeId;
import org.stoq.sdk.routing.Link;
import org.stoq.sdk.routing.Topology;

/**
 * What one node can reach, as arrays: nodes are numbers from 0, the node itself, in the order in
 * which they are found; the links of a node lie one behind the other.
 */
final class CompactGraph {
    /** Bits of a megabyte times nanoseconds of a second: over bit/s it gives nanoseconds. */
    private static final long MEGABYTE_BIT_NANOS = 8_000_000L * 1_000_000_000L;

    private final List<NodeId> ids = new ArrayList<>();
    private int[] firstLinks = new int[64];
    private int[] targets = new int[256];
    private long[] rttMicros = new long[256];
    private long[] transferNanos = new long[256];
    private int[] loads = new int[256];
    private int links;

    private CompactGraph() {}

    /** Collects whatever can be reached from a node. */
    static CompactGraph reachable(Topology topology, NodeId self) {
        CompactGraph graph = new CompactGraph();
        Map<NodeId, Integer> numbers = new HashMap<>(2 * topology.links().size());
        numbers.put(self, 0);
        graph.ids.add(self);
        for (int node = 0; node < graph.ids.size(); node++) {
            graph.beginNode(node);
            for (Link link : topology.from(graph.ids.get(node))) {
                int unknown = graph.ids.size();
                Integer known = numbers.putIfAbsent(link.to(), unknown);
                if (known == null) {
                    graph.ids.add(link.to());
                }
                graph.add(known == null ? unknown : known, link);
            }
        }
        graph.beginNode(graph.ids.size());
        return graph;
    }

    /** Returns how many nodes there are. */
    int nodes() {
        return ids.size();
    }

    NodeId id(int node) {
        return ids.get(node);
    }

    /** Returns the first link of a node; the last one is before that of the next node. */
    int firstLink(int node) {
        return firstLinks[node];
    }

    int target(int link) {
        return targets[link];
    }

    long rttMicros(int link) {
        return rttMicros[link];
    }

    /** Returns how long a megabyte takes at the link's bandwidth. */
    long transferNanos(int link) {
        return transferNanos[link];
    }

    int load(int link) {
        return loads[link];
    }

    private void beginNode(int node) {
        if (node == firstLinks.length) {
            firstLinks = Arrays.copyOf(firstLinks, 2 * node);
        }
        firstLinks[node] = links;
    }

    private void add(int target, Link link) {
        if (links == targets.length) {
            int larger = 2 * links;
            targets = Arrays.copyOf(targets, larger);
            rttMicros = Arrays.copyOf(rttMicros, larger);
            transferNanos = Arrays.copyOf(transferNanos, larger);
            loads = Arrays.copyOf(loads, larger);
        }
        targets[links] = target;
        rttMicros[links] = link.rttMicros();
        transferNanos[links] = MEGABYTE_BIT_NANOS / Math.max(1, link.bandwidthBitsPerSecond());
        loads[links] = link.loadPercent();
        links++;
    }
}
