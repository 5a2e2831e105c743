package org.stoq.congestion;

/**
 * When slow start should end though nothing was lost yet (HyStart++, RFC 9406 s.4): the round trips
 * of a round are longer than those of the round before. Growth is then a quarter for some rounds,
 * in case it was noise. Belongs to one flow.
 */
final class HyStart {
    private static final long LEAST_THRESHOLD_NANOS = 4_000_000;
    private static final long LARGEST_THRESHOLD_NANOS = 16_000_000;
    private static final int THRESHOLD_DIVISOR = 8;
    private static final int SAMPLES = 8;
    private static final int CAUTIOUS_GROWTH_DIVISOR = 4;
    private static final int CAUTIOUS_ROUNDS = 5;
    private static final long NONE = Long.MAX_VALUE;

    private long roundSinceNanos;
    private long leastNanos = NONE;
    private long leastBeforeNanos = NONE;
    private double roundDatagrams;
    private int cautiousRounds;

    /** What the least round trip was when it became cautious; {@link #NONE} if it is not. */
    private long baselineNanos = NONE;

    HyStart(long nowNanos) {
        roundSinceNanos = nowNanos;
    }

    /** Takes a round-trip time. */
    void sample(long latestNanos) {
        leastNanos = Math.min(leastNanos, latestNanos);
    }

    /**
     * Takes an acknowledgement.
     *
     * @param datagrams how many full packets it is about; they count as samples
     * @return the share of the acknowledged bytes by which the window may grow; 0 if slow start is
     *     over
     */
    double growth(long nowNanos, long newestSentNanos, double datagrams) {
        if (newestSentNanos - roundSinceNanos >= 0) {
            roundSinceNanos = nowNanos;
            leastBeforeNanos = leastNanos;
            leastNanos = NONE;
            roundDatagrams = 0;
            if (baselineNanos != NONE && ++cautiousRounds >= CAUTIOUS_ROUNDS) {
                return 0;
            }
        }
        roundDatagrams += datagrams;
        if (roundDatagrams >= SAMPLES && leastNanos != NONE && leastBeforeNanos != NONE) {
            judge();
        }
        return baselineNanos == NONE ? 1 : 1.0 / CAUTIOUS_GROWTH_DIVISOR;
    }

    private void judge() {
        if (baselineNanos != NONE) {
            if (leastNanos < baselineNanos) {
                baselineNanos = NONE;
            }
            return;
        }
        long threshold =
                Math.clamp(
                        leastBeforeNanos / THRESHOLD_DIVISOR,
                        LEAST_THRESHOLD_NANOS,
                        LARGEST_THRESHOLD_NANOS);
        if (leastNanos - leastBeforeNanos >= threshold) {
            baselineNanos = leastNanos;
            cautiousRounds = 0;
        }
    }
}
