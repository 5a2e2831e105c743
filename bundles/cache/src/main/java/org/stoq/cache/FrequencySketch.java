package org.stoq.cache;

import org.stoq.sdk.Digest;

/**
 * About how often a name was seen lately, whether or not its entry is there.
 *
 * <p>A count-min sketch (Cormode and Muthukrishnan, 2005) of four-bit counters, as TinyLFU uses it
 * (Einziger et al., "TinyLFU: a highly efficient cache admission policy", ACM TOS 2017): a name has
 * one counter in each of {@value #ROWS} rows, and its estimate is the least of them, 0 to {@value
 * #MOST}. It may be too high where names share counters, never too low. After ten sightings for
 * each entry all counters are halved, so what was popular fades.
 *
 * <p>Eight bytes of memory for an entry of the cache at most twice over; it doubles with the number
 * of entries and keeps its estimates. Constant time, for halving and doubling on average.
 */
final class FrequencySketch {
    /** Highest estimate. */
    static final int MOST = 15;

    private static final int ROWS = 4;
    private static final int LEAST_WORDS = 64;
    private static final int SIGHTINGS_PER_WORD = 10;
    private static final long HALF_MASK = 0x7777_7777_7777_7777L;
    private static final long ODD_MASK = 0x1111_1111_1111_1111L;

    /** Sixteen counters in a word: four of each row, so that a name touches a word in each row. */
    private long[] words = new long[LEAST_WORDS];

    private long sightings;

    /** Makes room for so many entries. */
    void hold(int entries) {
        while (words.length < entries && words.length < 1 << 28) {
            // An index is taken from low bits first: the counters of a name are in either half.
            long[] doubled = new long[2 * words.length];
            System.arraycopy(words, 0, doubled, 0, words.length);
            System.arraycopy(words, 0, doubled, words.length, words.length);
            words = doubled;
        }
    }

    /** Returns about how often a name was seen. */
    int estimate(Digest key) {
        int least = MOST;
        for (int row = 0; row < ROWS; row++) {
            long hash = hash(key, row);
            least = Math.min(least, (int) (words[index(hash)] >>> shift(hash, row)) & MOST);
        }
        return least;
    }

    /** Counts a sighting. */
    void add(Digest key) {
        boolean counted = false;
        for (int row = 0; row < ROWS; row++) {
            long hash = hash(key, row);
            int index = index(hash);
            int shift = shift(hash, row);
            if (((words[index] >>> shift) & MOST) < MOST) {
                words[index] += 1L << shift;
                counted = true;
            }
        }
        if (counted && ++sightings >= (long) SIGHTINGS_PER_WORD * words.length) {
            halve();
        }
    }

    private void halve() {
        long odd = 0;
        for (int i = 0; i < words.length; i++) {
            odd += Long.bitCount(words[i] & ODD_MASK);
            words[i] = (words[i] >>> 1) & HALF_MASK;
        }
        sightings = Math.max(0, (sightings - odd / ROWS) / 2);
    }

    /** A digest is well mixed already; rows differ by a multiplication. */
    private static long hash(Digest key, int row) {
        long mixed = (key.prefix() + row * 0x9E37_79B9_7F4A_7C15L) * 0xBF58_476D_1CE4_E5B9L;
        return mixed ^ (mixed >>> 32);
    }

    private int index(long hash) {
        return (int) hash & (words.length - 1);
    }

    /** Which of the four counters of its row in the word, in bits. */
    private static int shift(long hash, int row) {
        return (row * 4 + (int) (hash >>> 60 & 3)) * 4;
    }
}
