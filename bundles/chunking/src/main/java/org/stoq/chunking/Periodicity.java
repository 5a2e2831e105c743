package org.stoq.chunking;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.Arrays;

/**
 * Recognises content that repeats itself, where every period would bring the same boundary again.
 *
 * <p>Without this, zeros or a repeated record could be cut at every minimum (decision 15). Looks
 * back no further than the shortest chunk, so the verdict depends only on bytes that an edit
 * elsewhere does not move.
 */
final class Periodicity {
    private static final VarHandle LONGS =
            MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

    /** How many bytes must recur. */
    private static final int WINDOW = 64;

    private Periodicity() {}

    /**
     * Returns whether the bytes before a possible boundary occur once more shortly before.
     *
     * @param boundary where the cut would be
     * @param lookback how far to look back, more than the window
     */
    static boolean recurs(byte[] bytes, int boundary, int lookback) {
        int window = boundary - WINDOW;
        long first = (long) LONGS.get(bytes, window);
        for (int at = window - 1; at >= boundary - lookback; at--) {
            if ((long) LONGS.get(bytes, at) == first
                    && Arrays.equals(bytes, at, at + WINDOW, bytes, window, boundary)) {
                return true;
            }
        }
        return false;
    }
}
