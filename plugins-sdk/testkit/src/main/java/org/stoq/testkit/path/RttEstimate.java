package org.stoq.testkit.path;

/** Round-trip times as a sender knows them (RFC 9002 s.5). */
final class RttEstimate {
    /** RFC 9002 s.6.2.2. */
    static final long INITIAL_NANOS = 333_000_000;

    private static final long GRANULARITY_NANOS = 1_000_000;
    private static final long MAX_ACK_DELAY_NANOS = 25_000_000;

    private long smoothedNanos = INITIAL_NANOS;
    private long variationNanos = INITIAL_NANOS / 2;
    private long minimumNanos;
    private long latestNanos = INITIAL_NANOS;

    void sample(long nanos) {
        latestNanos = nanos;
        if (minimumNanos == 0) {
            minimumNanos = nanos;
            smoothedNanos = nanos;
            variationNanos = nanos / 2;
            return;
        }
        minimumNanos = Math.min(minimumNanos, nanos);
        variationNanos = (3 * variationNanos + Math.abs(smoothedNanos - nanos)) / 4;
        smoothedNanos = (7 * smoothedNanos + nanos) / 8;
    }

    long latestNanos() {
        return latestNanos;
    }

    long smoothedNanos() {
        return smoothedNanos;
    }

    /** Returns the least sample; 0 before the first. */
    long minimumNanos() {
        return minimumNanos;
    }

    /** Returns how long to wait for an acknowledgement (RFC 9002 s.6.2.1). */
    long probeTimeoutNanos() {
        return smoothedNanos
                + Math.max(4 * variationNanos, GRANULARITY_NANOS)
                + MAX_ACK_DELAY_NANOS;
    }

    /** Returns after how long a packet that later ones have overtaken is lost (s.6.1.2). */
    long lossDelayNanos() {
        return 9 * Math.max(smoothedNanos, latestNanos) / 8;
    }
}
