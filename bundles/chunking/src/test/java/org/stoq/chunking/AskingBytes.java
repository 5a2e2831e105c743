package org.stoq.chunking;

import java.util.Random;

/**
 * Content that somebody makes who knows the table: as many places as can be had ask whether to cut
 * there, and all of it recurs.
 */
final class AskingBytes {
    /** Those of the standard sizes before the average. */
    private static final int ZERO_BITS = 18;

    private AskingBytes() {}

    /** Returns a pattern of nearly 4 KiB over and over, with a candidate every few bytes. */
    static byte[] everywhere(int length) {
        return repeat(pattern(3_900), length);
    }

    /**
     * Returns random bytes in which each third is chosen so that the hash behind it has its top
     * bits zero, where there is such a byte.
     */
    static byte[] pattern(int length) {
        Gear gear = Gear.ofSeed(FastCdcChunker.SEED);
        Random random = new Random(5);
        byte[] bytes = new byte[length];
        random.nextBytes(bytes);
        for (int at = Gear.WINDOW; at + 3 <= length; at += 3) {
            choose(gear, bytes, at);
        }
        return bytes;
    }

    private static void choose(Gear gear, byte[] bytes, int at) {
        long before = gear.at(bytes, at);
        for (int choice = 0; choice < 1 << 24; choice++) {
            long hash = before;
            for (int shift = 16; shift >= 0; shift -= 8) {
                hash = (hash << 1) + gear.of(choice >>> shift);
            }
            if (hash >>> (Long.SIZE - ZERO_BITS) == 0) {
                bytes[at] = (byte) (choice >>> 16);
                bytes[at + 1] = (byte) (choice >>> 8);
                bytes[at + 2] = (byte) choice;
                return;
            }
        }
    }

    private static byte[] repeat(byte[] pattern, int length) {
        byte[] bytes = new byte[length];
        for (int at = 0; at < length; at += pattern.length) {
            System.arraycopy(pattern, 0, bytes, at, Math.min(pattern.length, length - at));
        }
        return bytes;
    }
}
