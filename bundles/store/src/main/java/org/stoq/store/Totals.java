package org.stoq.store;

import org.jspecify.annotations.Nullable;

/**
 * Counts over an index. One writer at a time.
 *
 * @param chunks chunks
 * @param names names
 * @param plainBytes bytes of the chunks before compression
 * @param storedBytes bytes of the chunks as they are encoded
 */
record Totals(long chunks, long names, long plainBytes, long storedBytes) {
    static final Totals ZERO = new Totals(0, 0, 0, 0);

    Totals plus(Totals other) {
        return new Totals(
                chunks + other.chunks,
                names + other.names,
                plainBytes + other.plainBytes,
                storedBytes + other.storedBytes);
    }

    /** Returns the change when a chunk's location is replaced; nothing stands for no chunk. */
    static Totals change(@Nullable Location before, @Nullable Location after) {
        return new Totals(
                (after == null ? 0 : 1) - (before == null ? 0 : 1),
                0,
                (after == null ? 0 : after.plainLength())
                        - (before == null ? 0 : before.plainLength()),
                (after == null ? 0 : after.storedLength())
                        - (before == null ? 0 : before.storedLength()));
    }

    static Totals change(Name.@Nullable Entry before, Name.@Nullable Entry after) {
        return new Totals(0, (after == null ? 0 : 1) - (before == null ? 0 : 1), 0, 0);
    }

    /** Returns four numbers with spaces between them. */
    String format() {
        return chunks + " " + names + " " + plainBytes + " " + storedBytes;
    }

    /**
     * Reads what {@link #format} wrote.
     *
     * @throws IllegalArgumentException if it is anything else
     */
    static Totals parse(String text) {
        String[] fields = text.split(" ", -1);
        if (fields.length != 4) {
            throw new IllegalArgumentException("not four totals: " + text);
        }
        return new Totals(
                Long.parseLong(fields[0]),
                Long.parseLong(fields[1]),
                Long.parseLong(fields[2]),
                Long.parseLong(fields[3]));
    }
}
