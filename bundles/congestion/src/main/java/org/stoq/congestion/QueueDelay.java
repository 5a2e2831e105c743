package org.stoq.congestion;

/**
 * How long packets wait in the path's queue, and how long they should at most, as {@link
 * LedbatFlow} sees it. Belongs to one flow.
 */
final class QueueDelay {
    /** The longest target: that of LEDBAT++. */
    static final double LARGEST_TARGET_NANOS = 60e6;

    /**
     * The target's part of the bare round trip. A queue that stands lengthens the round trip of
     * others, who grow the more slowly for it; this bounds by how much.
     */
    private static final double TARGET_PART_OF_BASE = 0.125;

    /** A target that wireless links and schedulers do not drown. */
    private static final double ORDINARY_TARGET_NANOS = 2.5e6;

    /** The target's part of the delay at which the queue overflows. */
    private static final double TARGET_PART_OF_OVERFLOW = 0.3;

    private static final double LEAST_TARGET_NANOS = 0.5e6;

    /** A loss at a delay below this part of the known one is not the queue's. */
    private static final double OVERFLOW_PART = 0.5;

    /** How long a base delay counts (RFC 6817 s.2.4.2, BASE_HISTORY), and a queue's length. */
    private static final long HISTORY_NANOS = 600_000_000_000L;

    private static final int HISTORY_MINUTES = 10;

    /** The current delay is the least of so many samples (RFC 6817 s.2.4.2, CURRENT_FILTER). */
    private static final int FILTER_SAMPLES = 4;

    /** Older samples than this part of a round trip tell of a window that is gone. */
    private static final int FILTER_DIVISOR = 8;

    /** The standing delay is the least of a round trip, to within a part of it. */
    private static final int STANDING_PARTS = 4;

    private final WindowedMinimum base;
    private final WindowedMinimum standing;
    private final long[] filter = new long[FILTER_SAMPLES];
    private final long[] filterNanos = new long[FILTER_SAMPLES];
    private int samples;
    private int next;
    private long nanos;

    /** The longest delays of this round trip and of the one before. */
    private long longestNanos;

    private long longestBeforeNanos;
    private long roundSinceNanos;

    /** The delay at which the queue overflows; 0 while unknown. */
    private long overflowNanos;

    private long overflowSeenNanos;

    /** Creates it; no round trip is known if the least one is 0. */
    QueueDelay(long minimumRttNanos, long nowNanos) {
        base = new WindowedMinimum(HISTORY_MINUTES, nowNanos);
        standing = new WindowedMinimum(STANDING_PARTS, nowNanos);
        roundSinceNanos = nowNanos;
        if (minimumRttNanos > 0) {
            base.add(nowNanos, minimumRttNanos, HISTORY_NANOS);
            standing.add(nowNanos, minimumRttNanos, minimumRttNanos);
        }
    }

    /** Takes a round-trip time. */
    void sample(long nowNanos, long latestNanos, long smoothedNanos) {
        base.add(nowNanos, latestNanos, HISTORY_NANOS);
        standing.add(nowNanos, latestNanos, smoothedNanos);
        filter[next] = latestNanos;
        filterNanos[next] = nowNanos;
        next = (next + 1) % FILTER_SAMPLES;
        samples = Math.min(samples + 1, FILTER_SAMPLES);
        long least = latestNanos;
        for (int sample = 0; sample < samples; sample++) {
            if (nowNanos - filterNanos[sample] <= smoothedNanos / FILTER_DIVISOR) {
                least = Math.min(least, filter[sample]);
            }
        }
        nanos = least - base.value();
        if (nowNanos - roundSinceNanos >= smoothedNanos) {
            roundSinceNanos = nowNanos;
            longestBeforeNanos = longestNanos;
            longestNanos = 0;
        }
        longestNanos = Math.max(longestNanos, latestNanos - base.value());
    }

    /** A packet was lost or marked: the queue may be no longer than it was of late. */
    void overflowed(long nowNanos) {
        long longest = Math.max(longestNanos, longestBeforeNanos);
        if (!overflowKnown(nowNanos)) {
            overflowNanos = longest;
            overflowSeenNanos = nowNanos;
        } else if (longest >= OVERFLOW_PART * overflowNanos) {
            overflowNanos = Math.max(overflowNanos, longest);
            overflowSeenNanos = nowNanos;
        }
    }

    private boolean overflowKnown(long nowNanos) {
        return overflowNanos > 0 && nowNanos - overflowSeenNanos < HISTORY_NANOS;
    }

    /** Returns how long packets wait, after the latest samples. */
    long nanos() {
        return nanos;
    }

    /**
     * Returns how long every packet of a round trip has waited at least. A delay that is over
     * within a round trip, such as a pause of a machine or a radio, does not count.
     */
    long standingNanos() {
        return standing.value() - base.value();
    }

    /** Returns the round trip of the bare path; {@link WindowedMinimum#NONE} if unknown. */
    long baseNanos() {
        return base.value();
    }

    /** Returns how long packets should wait at most. */
    double targetNanos(long nowNanos) {
        double target =
                Math.clamp(
                        TARGET_PART_OF_BASE * base.value(),
                        ORDINARY_TARGET_NANOS,
                        LARGEST_TARGET_NANOS);
        return overflowKnown(nowNanos)
                ? Math.clamp(TARGET_PART_OF_OVERFLOW * overflowNanos, LEAST_TARGET_NANOS, target)
                : target;
    }
}
