package org.stoq.congestion;

import java.util.Arrays;

/**
 * The least value of the last while, to within a part of that while. Belongs to one flow; allocates
 * nothing after its creation.
 */
final class WindowedMinimum {
    /** What {@link #value} answers before the first value. */
    static final long NONE = Long.MAX_VALUE;

    /** The least value of each part, in a ring. */
    private final long[] parts;

    private int current;

    /** When the current part began. */
    private long sinceNanos;

    /**
     * Creates it empty.
     *
     * @param parts how many parts the while has
     */
    WindowedMinimum(int parts, long nowNanos) {
        this.parts = new long[parts];
        sinceNanos = nowNanos;
        clear();
    }

    /** Forgets all values. */
    void clear() {
        Arrays.fill(parts, NONE);
    }

    /**
     * Takes a value, and forgets those that are too old.
     *
     * @param whileNanos for how long a value counts
     */
    void add(long nowNanos, long value, long whileNanos) {
        long partNanos = Math.max(1, whileNanos / parts.length);
        long passed = (nowNanos - sinceNanos) / partNanos;
        if (passed >= parts.length) {
            clear();
            sinceNanos = nowNanos;
        } else if (passed > 0) {
            for (long part = 0; part < passed; part++) {
                current = (current + 1) % parts.length;
                parts[current] = NONE;
            }
            sinceNanos += passed * partNanos;
        }
        parts[current] = Math.min(parts[current], value);
    }

    /** Returns the least value that counts, or {@link #NONE}. */
    long value() {
        long least = NONE;
        for (long part : parts) {
            least = Math.min(least, part);
        }
        return least;
    }
}
