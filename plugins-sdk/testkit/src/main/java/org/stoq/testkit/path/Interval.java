package org.stoq.testkit.path;

/**
 * A stretch of simulated time, in seconds since its beginning. Results are kept by tenths of a
 * second.
 *
 * @param fromSeconds where it begins, at least 0
 * @param toSeconds where it ends
 */
public record Interval(double fromSeconds, double toSeconds) {
    static final long BIN_NANOS = 100_000_000;
    private static final double BINS_PER_SECOND = 10;

    /**
     * Checks the order.
     *
     * @throws IllegalArgumentException if it is shorter than a tenth of a second
     */
    public Interval {
        if (!(fromSeconds >= 0 && toSeconds >= fromSeconds + 1 / BINS_PER_SECOND)) {
            throw new IllegalArgumentException("from " + fromSeconds + " to " + toSeconds);
        }
    }

    double seconds() {
        return (toBin() - fromBin()) / BINS_PER_SECOND;
    }

    int fromBin() {
        return (int) Math.round(fromSeconds * BINS_PER_SECOND);
    }

    /** Exclusive. */
    int toBin() {
        return (int) Math.round(toSeconds * BINS_PER_SECOND);
    }
}
