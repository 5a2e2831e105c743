package org.stoq.content;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.stoq.sdk.Digest;
import org.stoq.sdk.NodeId;
import org.stoq.sdk.StoqErrorCode;
import org.stoq.sdk.StoqException;

/**
 * A version vector (Parker et al., "Detection of Mutual Inconsistency in Distributed Systems",
 * 1983): how many versions of one name each node has written.
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
        // A hostile node may have written the largest count there is; it stays there.
        next.merge(writer, 1L, (count, one) -> count == Long.MAX_VALUE ? count : count + one);
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
        boolean ahead = exceeds(other);
        boolean behind = other.exceeds(this);
        if (ahead) {
            return behind ? Order.CONCURRENT : Order.NEWER;
        }
        return behind ? Order.OLDER : Order.SAME;
    }

    /** Returns the form in which manifests and answers carry it: node, count, node, count. */
    List<Object> toCbor() {
        List<Object> flat = new ArrayList<>(2 * counts.size());
        counts.forEach((node, count) -> {
            flat.add(node.digest().toBytes());
            flat.add(count);
        });
        return flat;
    }

    /**
     * Reads that form.
     *
     * @throws StoqException INVALID_REQUEST or TOO_LARGE
     */
    static VersionVector ofCbor(List<?> flat) throws StoqException {
        if (flat.size() > 2 * MAX_NODES) {
            throw new StoqException(
                    StoqErrorCode.TOO_LARGE, "a version vector of " + flat.size() + " items");
        }
        TreeMap<NodeId, Long> counts = new TreeMap<>();
        for (int i = 0; i < flat.size(); i += 2) {
            if (i + 1 == flat.size()
                    || !(flat.get(i) instanceof byte[] node)
                    || node.length != Digest.BYTES
                    || !(flat.get(i + 1) instanceof Long count)
                    || count < 1
                    || !isLast(counts, new NodeId(Digest.copyOf(node)))) {
                throw new StoqException(
                        StoqErrorCode.INVALID_REQUEST,
                        "a version vector is node, count, node, count, … in the order of nodes");
            }
            counts.put(new NodeId(Digest.copyOf(node)), count);
        }
        return new VersionVector(counts);
    }

    private static boolean isLast(TreeMap<NodeId, Long> counts, NodeId node) {
        return counts.isEmpty() || counts.lastKey().compareTo(node) < 0;
    }

    long count(NodeId node) {
        return counts.getOrDefault(node, 0L);
    }

    private boolean exceeds(VersionVector other) {
        return counts.entrySet().stream().anyMatch(e -> e.getValue() > other.count(e.getKey()));
    }

    private static VersionVector bounded(TreeMap<NodeId, Long> counts, @Nullable NodeId keep) {
        while (counts.size() > MAX_NODES) {
            counts.entrySet().stream()
                    .filter(entry -> !entry.getKey().equals(keep))
                    .min(Map.Entry.comparingByValue())
                    .ifPresent(least -> counts.remove(least.getKey()));
        }
        return new VersionVector(counts);
    }
}
