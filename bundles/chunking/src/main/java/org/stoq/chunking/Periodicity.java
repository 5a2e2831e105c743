package org.stoq.chunking;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.Arrays;

/**
 * Recognises content that repeats itself, where every period would bring the same boundary again.
 *
 * <p>Without this, zeros or a repeated record could be cut at every minimum. Looks at bytes of the
 * chunk only, and back by no more than its shortest length.
 *
 * <p>A chunker that has asked in vain asks again no sooner than the shortest chunk behind. So
 * content in which every place is a candidate costs no more than a few nanoseconds a byte.
 *
 * <p>The bytes before a boundary may recur at any of thousands of distances. Each distance is 64 m
 * - n with n from 0 to 63, so it is enough to look at every 64th place before them for one of the
 * 64 words at their begin: 128 words for distances of up to 4 KiB.
 */
final class Periodicity {
    /** How many bytes must recur. */
    static final int WINDOW = 128;

    private static final VarHandle WORDS =
            MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

    private static final int STRIDE = 64;

    /** Odd; the top bits of a product with it depend on all bits. */
    private static final long GOLDEN = 0x9E3779B97F4A7C15L;

    private static final int SLOT_BITS = 12;

    private Periodicity() {}

    /**
     * Returns whether the bytes before a possible boundary occur once more shortly before.
     *
     * @param from where the chunk begins, at least {@value #WINDOW} bytes before the boundary
     * @param boundary where the cut would be
     * @param furthest the largest distance at which they are sought
     */
    static boolean recurs(byte[] bytes, int from, int boundary, int furthest) {
        int earliest = Math.max(from, boundary - WINDOW - furthest);
        int window = boundary - WINDOW;
        long[] known = new long[1 << (SLOT_BITS - 6)];
        for (int i = 0; i < STRIDE; i++) {
            int slot = slot(bytes, window + i);
            known[slot >>> 6] |= 1L << slot;
        }
        for (int at = window - 1; at >= earliest; at -= STRIDE) {
            int slot = slot(bytes, at);
            if ((known[slot >>> 6] >>> slot & 1) != 0
                    && recursWith(bytes, boundary, at, earliest)) {
                return true;
            }
        }
        return false;
    }

    /** Whether the window recurs so that one of the words at its begin lies at a place. */
    private static boolean recursWith(byte[] bytes, int boundary, int at, int earliest) {
        int window = boundary - WINDOW;
        long word = (long) WORDS.get(bytes, at);
        long last = (long) WORDS.get(bytes, boundary - Long.BYTES);
        for (int i = 0; i < STRIDE && at - i >= earliest; i++) {
            int copy = at - i;
            // The end first: where zeros go over into something else, all the rest is equal.
            if ((long) WORDS.get(bytes, window + i) == word
                    && (long) WORDS.get(bytes, copy + WINDOW - Long.BYTES) == last
                    && Arrays.equals(bytes, copy, copy + WINDOW, bytes, window, boundary)) {
                return true;
            }
        }
        return false;
    }

    private static int slot(byte[] bytes, int at) {
        return (int) (((long) WORDS.get(bytes, at) * GOLDEN) >>> (Long.SIZE - SLOT_BITS));
    }
}
