package org.stoq.chunking;

/**
 * The Gear hash (Xia et al., "Ddelta: A Deduplication-inspired Fast Delta Compression Approach",
 * 2014): shifted by one bit for each byte, plus what a table says of the byte. What a byte has
 * added is gone {@value #WINDOW} bytes later, so the hash at a place is that of the bytes before
 * it, wherever the scan began.
 *
 * <p>Each step waits for the one before it, which leaves most of a processor idle. So two blocks
 * are scanned side by side, the second one from the hash of the bytes before it. Immutable.
 */
final class Gear {
    /** How many bytes the hash is of. */
    static final int WINDOW = 64;

    /** How many bytes each of the two goes on before the first of them is asked again. */
    private static final int BLOCK = 4_096;

    private static final long GOLDEN = 0x9E3779B97F4A7C15L;

    private final long[] table;

    private Gear(long[] table) {
        this.table = table;
    }

    /** Returns the hash whose table SplitMix64 (Steele et al., 2014) makes of a seed. */
    static Gear ofSeed(long seed) {
        long[] table = new long[256];
        long state = seed;
        for (int i = 0; i < table.length; i++) {
            state += GOLDEN;
            long z = state;
            z = (z ^ z >>> 30) * 0xBF58476D1CE4E5B9L;
            z = (z ^ z >>> 27) * 0x94D049BB133111EBL;
            table[i] = z ^ z >>> 31;
        }
        return new Gear(table);
    }

    /** Returns the hash whose table a secret makes. */
    static Gear ofKey(BoundaryKey key) {
        long[] table = new long[256];
        for (int i = 0; i < table.length; i++) {
            table[i] = key.number("gear", i);
        }
        return new Gear(table);
    }

    /** Returns what the table adds for a byte. */
    long of(int octet) {
        return table[octet & 0xFF];
    }

    /** Returns the hash of the bytes before a place, which has that many before it. */
    long at(byte[] bytes, int place) {
        long hash = 0;
        for (int i = place - WINDOW; i < place; i++) {
            hash = (hash << 1) + table[bytes[i] & 0xFF];
        }
        return hash;
    }

    /**
     * Returns the first place behind {@code from}, and {@code to} at the latest, where the hash has
     * none of the bits of a mask; -1 if there is none.
     *
     * @param from a place with {@value #WINDOW} bytes before it
     */
    int find(byte[] bytes, int from, int to, long mask) {
        int at = from;
        while (to - at >= 2 * BLOCK) {
            int steps = findInPair(bytes, at, mask);
            if (steps < BLOCK) {
                int first = findAlone(bytes, at + steps, at + BLOCK, mask);
                return first < 0 ? at + BLOCK + steps + 1 : first;
            }
            at += 2 * BLOCK;
        }
        return findAlone(bytes, at, to, mask);
    }

    /** Returns how many steps both blocks went without a find. */
    private int findInPair(byte[] bytes, int at, long mask) {
        long[] gear = table;
        int middle = at + BLOCK;
        long first = 0;
        long second = 0;
        for (int i = -WINDOW; i < 0; i++) {
            first = (first << 1) + gear[bytes[at + i] & 0xFF];
            second = (second << 1) + gear[bytes[middle + i] & 0xFF];
        }
        for (int i = 0; i < BLOCK; i++) {
            first = (first << 1) + gear[bytes[at + i] & 0xFF];
            second = (second << 1) + gear[bytes[middle + i] & 0xFF];
            if ((first & mask) == 0 || (second & mask) == 0) {
                return i;
            }
        }
        return BLOCK;
    }

    private int findAlone(byte[] bytes, int from, int to, long mask) {
        long[] gear = table;
        long hash = at(bytes, from);
        for (int i = from; i < to; i++) {
            hash = (hash << 1) + gear[bytes[i] & 0xFF];
            if ((hash & mask) == 0) {
                return i + 1;
            }
        }
        return -1;
    }
}
