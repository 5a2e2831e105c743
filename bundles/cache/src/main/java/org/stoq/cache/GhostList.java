package org.stoq.cache;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.SequencedMap;
import org.stoq.sdk.Digest;

/**
 * Names of entries that have left, oldest first, and nothing else of them. Bounded in the bytes
 * that the entries had and in their number, so that neither many small entries nor a large cache
 * make it grow. About 120 bytes of memory for a name; every operation takes constant time on
 * average.
 */
final class GhostList {
    private final SequencedMap<Digest, Integer> weights = new LinkedHashMap<>();
    private final long capacityBytes;
    private long bytes;

    /**
     * Creates an empty list.
     *
     * @param capacityBytes how many bytes its entries may have had
     */
    GhostList(long capacityBytes) {
        this.capacityBytes = capacityBytes;
    }

    /**
     * Adds an entry, and forgets the oldest until the bounds hold.
     *
     * @param most how many may be there now
     */
    void add(Digest key, int weightBytes, int most) {
        remove(key);
        weights.putLast(key, weightBytes);
        bytes += weightBytes;
        while (!weights.isEmpty() && (bytes > capacityBytes || weights.size() > most)) {
            Map.Entry<Digest, Integer> oldest = weights.firstEntry();
            remove(oldest.getKey());
        }
    }

    /** Takes an entry out. Returns whether it was there. */
    boolean remove(Digest key) {
        Integer weight = weights.remove(key);
        if (weight == null) {
            return false;
        }
        bytes -= weight;
        return true;
    }

    int size() {
        return weights.size();
    }

    long bytes() {
        return bytes;
    }
}
