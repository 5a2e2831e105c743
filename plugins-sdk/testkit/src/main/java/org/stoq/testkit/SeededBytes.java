package org.stoq.testkit;

import java.util.Arrays;
import java.util.Random;

/** Content for tests, the same each time. */
public final class SeededBytes {
    private SeededBytes() {}

    /** Returns bytes that no compressor can shrink. */
    public static byte[] random(long seed, int length) {
        byte[] bytes = new byte[length];
        new Random(seed).nextBytes(bytes);
        return bytes;
    }

    /** Returns words with spaces between them, as text has them. */
    public static byte[] words(long seed, int length) {
        Random random = new Random(seed);
        byte[] bytes = new byte[length];
        for (int at = 0; at < length; ) {
            Random word = new Random(random.nextInt(500));
            int end = Math.min(length, at + 2 + word.nextInt(9));
            while (at < end) {
                bytes[at++] = (byte) ('a' + word.nextInt(26));
            }
            bytes[end - 1] = ' ';
        }
        return bytes;
    }

    /** Returns a random pattern of so many bytes, over and over. */
    public static byte[] periodic(long seed, int period, int length) {
        byte[] pattern = random(seed, period);
        byte[] bytes = new byte[length];
        for (int at = 0; at < length; at += period) {
            System.arraycopy(pattern, 0, bytes, at, Math.min(period, length - at));
        }
        return bytes;
    }

    /** Returns a copy with bytes put in at a position. */
    public static byte[] insert(byte[] bytes, int at, byte... inserted) {
        byte[] longer = Arrays.copyOf(bytes, bytes.length + inserted.length);
        System.arraycopy(inserted, 0, longer, at, inserted.length);
        System.arraycopy(bytes, at, longer, at + inserted.length, bytes.length - at);
        return longer;
    }
}
