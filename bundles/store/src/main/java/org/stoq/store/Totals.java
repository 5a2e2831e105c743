package org.stoq.store;

import org.jspecify.annotations.Nullable;

/**
 * Counts over the chunks of an index.
 *
 * @param chunks chunks
 * @param plainBytes bytes of the chunks before compression
 * @param storedBytes bytes of the chunks as they are encoded
 */
record Totals(long chunks, long plainBytes, long storedBytes) {
    static final Totals ZERO = new Totals(0, 0, 0);

    Totals plus(Totals other) {
        return new Totals(
                chunks + other.chunks,
                plainBytes + other.plainBytes,
                storedBytes + other.storedBytes);
    }

    /** Returns the change when a chunk's location is replaced; nothing stands for no chunk. */
    static Totals change(@Nullable Location before, @Nullable Location after) {
        return new Totals(
                (after == null ? 0 : 1) - (before == null ? 0 : 1),
                (after == null ? 0 : after.plainLength())
                        - (before == null ? 0 : before.plainLength()),
                (after == null ? 0 : after.storedLength())
                        - (before == null ? 0 : before.storedLength()));
    }
}
