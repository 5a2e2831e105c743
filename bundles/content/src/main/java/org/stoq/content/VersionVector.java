package org.stoq.content;

import java.util.Collections;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.stoq.sdk.NodeId;

/**
 * A version vector (Parker et al., "Detection of Mutual Inconsistency in Distributed Systems", 1983):
 * how many versions of one name each node has written.
 *
 * @param counts versions by node, each at least 1, at most {@link #MAX_NODES}
 */
record VersionVector(SortedMap<NodeId, Long> counts) {
    /** Most nodes in one vector; past it the lowest counts are forgotten. */
    static final int MAX_NODES = 64;

    static final VersionVector EMPTY = new VersionVector(new TreeMap<>());

    /** How one version relates to another. */
    enum Order {
        SAME,
        OLDER,
        NEWER,
        CONCURRENT
    }

    VersionVector {
        if (counts.size() > MAX_NODES || counts.values().stream().anyMatch(count -> count < 1)) {
            throw new IllegalArgumentException("version vector " + counts);
        }
        counts = Collections.unmodifiableSortedMap(new TreeMap<>(counts));
    }

    /** Returns the vector after one more version written by the node. */
    VersionVector next(NodeId writer) {
        TreeMap<NodeId, Long> next = new TreeMap<>(counts);
        next.merge(writer, 1L, Long::sum);
        return bounded(next, writer);
    }

    /** Returns the least vector that is not older than either. */
    VersionVector merge(VersionVector other) {
        TreeMap<NodeId, Long> merged = new TreeMap<>(counts);
        other.counts.forEach((node, count) -> merged.merge(node, count, Math::max));
        return bounded(merged, null);
    }

    /** Compares this version with another. */
    Order compare(VersionVector other) {
        boolean ahead = counts.entrySet().stream().anyMatch(e -> e.getValue() > other.count(e.getKey()));
        boolean behind = other.counts.entrySet().stream().anyMatch(e -> e.getValue() > count(e.getKey()));
        if (ahead) {
            return behind ? Order.CONCURRENT : Order.NEWER;
        }
        return behind ? Order.OLDER : Order.SAME;
    }

    long count(NodeId node) {
        return counts.getOrDefault(node, 0L);
    }

    private static VersionVector bounded(
            TreeMap<NodeId, Long> counts, @Nullable NodeId keep) {
        while (counts.size() > MAX_NODES) {
            counts.entrySet().stream()
                    .filter(entry -> !entry.getKey().equals(keep))
                    .min(Map.Entry.comparingByValue())
                    .ifPresent(least -> counts.remove(least.getKey()));
        }
        return new VersionVector(counts);
    }
}
