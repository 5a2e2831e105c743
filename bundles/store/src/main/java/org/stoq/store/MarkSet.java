package org.stoq.store;

import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLongArray;

/**
 * Which of the chunks that are here are kept: four bytes and a bit for each. Filled by one thread,
 * then any.
 */
final class MarkSet {
    private final Map<Integer, Chunks> segments = new HashMap<>();

    /** The chunks of one segment, by their offsets. */
    private static final class Chunks {
        private int[] offsets = new int[64];
        private int count;
        private AtomicLongArray bits = new AtomicLongArray(0);

        void add(int offset) {
            if (count == offsets.length) {
                offsets = Arrays.copyOf(offsets, count * 2);
            }
            offsets[count++] = offset;
        }

        void seal() {
            offsets = Arrays.copyOf(offsets, count);
            Arrays.sort(offsets);
            bits = new AtomicLongArray((count + 63) / 64);
        }
    }

    /** Adds a chunk, not marked. */
    void add(Location location) {
        segments.computeIfAbsent(location.segment(), _ -> new Chunks()).add(location.offset());
    }

    /** Ends the adding. */
    void seal() {
        segments.values().forEach(Chunks::seal);
    }

    /** Marks a chunk. Returns whether it is in the set and was not yet marked. */
    boolean mark(Location location) {
        Chunks chunks = segments.get(location.segment());
        int ordinal = chunks == null ? -1 : Arrays.binarySearch(chunks.offsets, location.offset());
        if (chunks == null || ordinal < 0) {
            return false;
        }
        long bit = 1L << ordinal;
        return (chunks.bits.getAndAccumulate(ordinal >> 6, bit, (a, b) -> a | b) & bit) == 0;
    }

    /** Returns whether a chunk is in the set and not marked. */
    boolean isDoomed(Location location) {
        Chunks chunks = segments.get(location.segment());
        int ordinal = chunks == null ? -1 : Arrays.binarySearch(chunks.offsets, location.offset());
        return chunks != null
                && ordinal >= 0
                && (chunks.bits.get(ordinal >> 6) & 1L << ordinal) == 0;
    }
}
