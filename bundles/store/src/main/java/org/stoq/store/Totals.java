package org.stoq.store;

import org.jspecify.annotations.Nullable;

/**
 * Counts over the chunks of an index.
 *
 * @param chunks chunks
 * @param plainBytes bytes of the chunks before compression
 * @param storedBytes bytes of the chunks as they are encoded
 * @param deltaChunks chunks with a base
 * @param deltaPlainBytes bytes of those before compression
 * @param deltaStoredBytes bytes of those as they are encoded
 */
record Totals(
        long chunks,
        long plainBytes,
        long storedBytes,
        long deltaChunks,
        long deltaPlainBytes,
        long deltaStoredBytes) {
    static final Totals ZERO = new Totals(0, 0, 0, 0, 0, 0);

    Totals plus(Totals other) {
        return new Totals(
                chunks + other.chunks,
                plainBytes + other.plainBytes,
                storedBytes + other.storedBytes,
                deltaChunks + other.deltaChunks,
                deltaPlainBytes + other.deltaPlainBytes,
                deltaStoredBytes + other.deltaStoredBytes);
    }

    private Totals minus(Totals other) {
        return new Totals(
                chunks - other.chunks,
                plainBytes - other.plainBytes,
                storedBytes - other.storedBytes,
                deltaChunks - other.deltaChunks,
                deltaPlainBytes - other.deltaPlainBytes,
                deltaStoredBytes - other.deltaStoredBytes);
    }

    /** Returns the change when a chunk's location is replaced; nothing stands for no chunk. */
    static Totals change(@Nullable Location before, @Nullable Location after) {
        return of(after).minus(of(before));
    }

    private static Totals of(@Nullable Location location) {
        if (location == null) {
            return ZERO;
        }
        long plain = location.plainLength();
        long stored = location.storedLength();
        return location.base() == null
                ? new Totals(1, plain, stored, 0, 0, 0)
                : new Totals(1, plain, stored, 1, plain, stored);
    }
}
