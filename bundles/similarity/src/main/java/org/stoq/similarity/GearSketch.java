package org.stoq.similarity;

import java.util.Arrays;

/**
 * Sketches of chunks by content-defined sampling: a Gear hash rolls over the chunk (Zou et al.,
 * "Odess: Speeding up Resemblance Detection for Redundancy Elimination by Fast Content-Defined
 * Sampling", ICDE 2021), one position in 128 is sampled by its hash, and the samples are put into
 * eight bins by another part of their hash, of each of which the least is kept (Li, Owen and Zhang,
 * "One Permutation Hashing", NIPS 2012). Pure.
 *
 * <p>The share of equal features estimates how many samples two chunks have in common, whatever
 * their order and place. Each feature is looked up by itself: several of them put together, as
 * super-features are, miss many of those chunks that an edit here and there has changed.
 */
final class GearSketch {
    /** Features of a sketch. */
    static final int FEATURES = 8;

    /** Stands for a bin without a sample. */
    static final int NONE = 0;

    private static final int SAMPLE_BITS = 7;
    private static final long SAMPLE_MASK = -1L << (Long.SIZE - SAMPLE_BITS);
    private static final int BIN_BITS = Integer.numberOfTrailingZeros(FEATURES);
    private static final long[] GEAR = gear();

    private GearSketch() {}

    /** Returns one feature for each bin. */
    static int[] of(byte[] bytes, int from, int length) {
        int[] least = new int[FEATURES];
        Arrays.fill(least, NONE);
        int half = length < 2 * Long.SIZE ? 0 : length / 2;
        int middle = from + half;
        // A hash depends on 64 bytes: both halves at once, since each step waits for the one
        // before.
        long second = 0;
        for (int at = middle - Math.min(half, Long.SIZE); at < middle; at++) {
            second = (second << 1) + GEAR[bytes[at] & 0xFF];
        }
        long first = 0;
        for (int at = from; at < middle; at++) {
            first = (first << 1) + GEAR[bytes[at] & 0xFF];
            second = (second << 1) + GEAR[bytes[at + half] & 0xFF];
            if ((first & SAMPLE_MASK) == 0) {
                take(least, first);
            }
            if ((second & SAMPLE_MASK) == 0) {
                take(least, second);
            }
        }
        for (int at = middle + half, end = from + length; at < end; at++) {
            second = (second << 1) + GEAR[bytes[at] & 0xFF];
            if ((second & SAMPLE_MASK) == 0) {
                take(least, second);
            }
        }
        return least;
    }

    /** Puts a sample into its bin. */
    private static void take(int[] least, long hash) {
        // The low bits of a Gear hash depend on few bytes: spread all of it over all bits.
        long mixed = mix(hash);
        int bin = (int) (mixed >>> (Long.SIZE - BIN_BITS));
        int value = (int) mixed | 1;
        int before = least[bin];
        if (before == NONE || Integer.compareUnsigned(value, before) < 0) {
            least[bin] = value;
        }
    }

    /** The last step of SplitMix64 (Steele et al., 2014). */
    static long mix(long state) {
        long z = state;
        z = (z ^ z >>> 30) * 0xBF58476D1CE4E5B9L;
        z = (z ^ z >>> 27) * 0x94D049BB133111EBL;
        return z ^ z >>> 31;
    }

    /** SplitMix64 from the seed "STOQlike" in ASCII: not the table by which chunks are cut. */
    private static long[] gear() {
        long[] table = new long[256];
        long state = 0x53544F516C696B65L;
        for (int i = 0; i < table.length; i++) {
            state += 0x9E3779B97F4A7C15L;
            table[i] = mix(state);
        }
        return table;
    }
}
