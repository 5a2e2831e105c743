package org.stoq.testkit.impair;

/**
 * The bottleneck of a path: a token bucket with a queue before it that drops what finds it full.
 *
 * @param bytesPerSecond how fast the bucket fills; 0 means without a limit
 * @param burstBytes how much the bucket holds, that is, how much may leave at once after a pause; 0
 *     means that each datagram takes its time on the wire
 * @param queueBytes how much may wait, with the datagram that is on its way out; what would exceed
 *     it is dropped. A queue smaller than a datagram passes only what the burst covers
 */
public record RateLimit(long bytesPerSecond, long burstBytes, long queueBytes) {
    /** The greatest value of each of the three. */
    public static final long MOST = 1L << 40;

    /** No limit. */
    public static final RateLimit NONE = new RateLimit(0, 0, 0);

    /**
     * Checks the values.
     *
     * @throws IllegalArgumentException if one is negative or above {@link #MOST}
     */
    public RateLimit {
        check("bytesPerSecond", bytesPerSecond);
        check("burstBytes", burstBytes);
        check("queueBytes", queueBytes);
    }

    private static void check(String what, long value) {
        if (value < 0 || value > MOST) {
            throw new IllegalArgumentException(what + " must be from 0 to " + MOST + ": " + value);
        }
    }

    /** Returns whether there is no limit. */
    public boolean isUnlimited() {
        return bytesPerSecond == 0;
    }
}
