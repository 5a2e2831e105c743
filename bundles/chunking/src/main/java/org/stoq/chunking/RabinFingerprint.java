package org.stoq.chunking;

/**
 * The fingerprint of Rabin ("Fingerprinting by Random Polynomials", 1981) over a window of {@value
 * #WINDOW} bytes: the window as a polynomial over GF(2), its first bit the highest coefficient,
 * modulo an irreducible polynomial of degree {@value #DEGREE}.
 *
 * <p>Is kept at the top of a word: a shift by eight bits then drops what has to be reduced, and
 * nothing need be masked. Each step waits for a table, so four blocks are scanned side by side.
 * Immutable.
 */
final class RabinFingerprint {
    static final int WINDOW = 64;
    static final int DEGREE = 53;

    private static final int UNUSED_BITS = Long.SIZE - DEGREE;

    /** How many bytes each of the four goes on before the first of them is asked again. */
    private static final int BLOCK = 2_048;

    private static final int LANES = 4;

    private final long polynomial;

    /** What eight bits that leave the top become, and must be added below. */
    private final long[] reduction = new long[256];

    /** What a byte adds to the fingerprint one step after it has left the window. */
    private final long[] leaving = new long[256];

    /**
     * Creates the fingerprint modulo a polynomial.
     *
     * @param polynomial its coefficients, of which the highest is {@value #DEGREE}
     */
    RabinFingerprint(long polynomial) {
        if (Long.SIZE - Long.numberOfLeadingZeros(polynomial) != DEGREE + 1) {
            throw new IllegalArgumentException("not of degree " + DEGREE + ": " + polynomial);
        }
        this.polynomial = polynomial;
        for (int octet = 0; octet < 256; octet++) {
            reduction[octet] = timesX(octet, DEGREE) << UNUSED_BITS;
            leaving[octet] = timesX(octet, 8 * WINDOW) << UNUSED_BITS;
        }
    }

    /** Returns the fingerprint modulo the first irreducible polynomial that a secret makes. */
    static RabinFingerprint ofKey(BoundaryKey key) {
        for (int i = 0; ; i++) {
            long polynomial = key.number("rabin", i) >>> UNUSED_BITS | 1L << DEGREE | 1;
            if (isIrreducible(polynomial)) {
                return new RabinFingerprint(polynomial);
            }
        }
    }

    /**
     * Whether a polynomial of degree {@value #DEGREE} has no factors (Rabin, "Probabilistic
     * Algorithms in Finite Fields", 1980). The degree is prime, so a factor of another degree than
     * one shows in x^(2^53) being another than x; factors of degree one show in its terms.
     */
    static boolean isIrreducible(long polynomial) {
        long power = 2;
        for (int i = 0; i < DEGREE; i++) {
            power = square(power, polynomial);
        }
        return power == 2 && (polynomial & 1) == 1 && Long.bitCount(polynomial) % 2 == 1;
    }

    private static long square(long value, long polynomial) {
        long product = 0;
        for (int bit = DEGREE - 1; bit >= 0; bit--) {
            product <<= 1;
            if ((product >>> DEGREE & 1) == 1) {
                product ^= polynomial;
            }
            if ((value >>> bit & 1) == 1) {
                product ^= value;
            }
        }
        return product;
    }

    /** Returns the polynomial. */
    long polynomial() {
        return polynomial;
    }

    private long timesX(long value, int times) {
        long product = value;
        for (int i = 0; i < times; i++) {
            product <<= 1;
            if ((product >>> DEGREE & 1) == 1) {
                product ^= polynomial;
            }
        }
        return product;
    }

    /** Returns the fingerprint of the bytes before a place, which has that many before it. */
    long at(byte[] bytes, int place) {
        return raised(bytes, place) >>> UNUSED_BITS;
    }

    private long raised(byte[] bytes, int place) {
        long print = 0;
        for (int i = place - WINDOW; i < place; i++) {
            print = next(print, bytes[i], reduction);
        }
        return print;
    }

    /**
     * Returns the first place behind {@code from}, and {@code to} at the latest, where the
     * fingerprint has all bits of a mask; -1 if there is none.
     *
     * @param from a place with {@value #WINDOW} bytes before it
     */
    int find(byte[] bytes, int from, int to, long mask) {
        long raisedMask = mask << UNUSED_BITS;
        int at = from;
        while (to - at >= LANES * BLOCK) {
            int steps = findInLanes(bytes, at, raisedMask);
            for (int lane = 0; steps < BLOCK && lane < LANES; lane++) {
                int begin = at + lane * BLOCK;
                int found = findAlone(bytes, begin + steps, begin + BLOCK, raisedMask);
                if (found >= 0) {
                    return found;
                }
            }
            at += LANES * BLOCK;
        }
        return findAlone(bytes, at, to, raisedMask);
    }

    /** Returns how many steps all four blocks went without a find. */
    private int findInLanes(byte[] bytes, int from, long mask) {
        long[] leaves = leaving;
        long[] reduced = reduction;
        int second = from + BLOCK;
        int third = second + BLOCK;
        int fourth = third + BLOCK;
        long a = 0;
        long b = 0;
        long c = 0;
        long d = 0;
        for (int i = -WINDOW; i < 0; i++) {
            a = next(a, bytes[from + i], reduced);
            b = next(b, bytes[second + i], reduced);
            c = next(c, bytes[third + i], reduced);
            d = next(d, bytes[fourth + i], reduced);
        }
        for (int i = 0; i < BLOCK; i++) {
            int gone = i - WINDOW;
            a = next(a, bytes[from + i], reduced) ^ leaves[bytes[from + gone] & 0xFF];
            b = next(b, bytes[second + i], reduced) ^ leaves[bytes[second + gone] & 0xFF];
            c = next(c, bytes[third + i], reduced) ^ leaves[bytes[third + gone] & 0xFF];
            d = next(d, bytes[fourth + i], reduced) ^ leaves[bytes[fourth + gone] & 0xFF];
            if ((a & mask) == mask
                    || (b & mask) == mask
                    || (c & mask) == mask
                    || (d & mask) == mask) {
                return i;
            }
        }
        return BLOCK;
    }

    /** Returns the fingerprint with one byte more behind it. */
    private static long next(long print, byte octet, long[] reduced) {
        return print << 8 ^ (octet & 0xFFL) << UNUSED_BITS ^ reduced[(int) (print >>> 56)];
    }

    private int findAlone(byte[] bytes, int from, int to, long mask) {
        long[] leaves = leaving;
        long[] reduced = reduction;
        long print = raised(bytes, from);
        for (int i = from; i < to; i++) {
            print = next(print, bytes[i], reduced) ^ leaves[bytes[i - WINDOW] & 0xFF];
            if ((print & mask) == mask) {
                return i + 1;
            }
        }
        return -1;
    }
}
