package org.stoq.congestion;

import org.stoq.sdk.congestion.CongestionController;
import org.stoq.sdk.congestion.PathState;

/**
 * LEDBAT (RFC 6817) with the changes of LEDBAT++: round-trip times instead of one-way delays, a
 * gain that is the smaller the shorter the path is, a decrease in proportion to the delay, and
 * slowdowns now and then, in which the queue drains and the bare path's delay is seen.
 *
 * <p>Four things are our own, for a target of 60 ms leaves a foreground flow little more than half
 * of its throughput where the path is long or its queue short:
 *
 * <ul>
 *   <li>the target follows the path and the queue, see {@link QueueDelay};
 *   <li>the pace goes on falling when the window is at its least, for two datagrams per round trip
 *       are no small share of a path that holds ten;
 *   <li>slow start goes back to what fills the path when the delay ends it, for the delay is seen a
 *       round trip late;
 *   <li>if no queue was seen from one slowdown to the next, the path has room, and slow start looks
 *       for it again.
 * </ul>
 */
final class LedbatFlow implements CongestionController.Flow {
    private static final int LARGEST_GAIN_DIVISOR = 16;

    /** Slow start ends at this part of the target delay. */
    private static final double SLOW_START_EXIT = 0.75;

    /** There is no queue while the delay is below this part of the target. */
    private static final double QUIET = 0.25;

    private static final double LOSS_REDUCTION = 0.5;

    /** A round trip takes no more than this part of the window, whatever the delay. */
    private static final double LARGEST_DECREASE = 0.5;

    private static final int SLOWDOWN_ROUND_TRIPS = 2;

    /** So much longer than a slowdown is the time to the next: they take a tenth of the time. */
    private static final int SLOWDOWN_PAUSE = 9;

    private static final double LEAST_DATAGRAMS = 0.25;
    private static final double PACING_GAIN = 1.25;

    /** What the flow does. */
    private enum Phase {
        /** Looks for the path's capacity for the first time. */
        SLOW_START,
        /** Keeps the delay at the target. */
        STEADY,
        /** Sends next to nothing, so that the queue drains. */
        SLOWED_DOWN,
        /** Goes back to the window that it had before, as in slow start. */
        RAMP
    }

    private final RecoveryPeriod recovery = new RecoveryPeriod();
    private final QueueDelay delay;
    private int datagramBytes;
    private long smoothedNanos;

    /** May be below the least window: the pace follows it further. */
    private double windowBytes;

    private Phase phase = Phase.SLOW_START;

    /** The window at which the ramp ends. */
    private double thresholdBytes = Double.POSITIVE_INFINITY;

    /** When to slow down next. */
    private long slowdownNanos;

    /** When the latest slowdown began. */
    private long slowedDownNanos;

    /** Whether no queue was seen since the latest slowdown. */
    private boolean quiet;

    LedbatFlow(PathState path, long nowNanos) {
        datagramBytes = path.maxDatagramBytes();
        windowBytes = Windows.first(path);
        smoothedNanos = path.smoothedRttNanos();
        delay = new QueueDelay(path.minimumRttNanos(), nowNanos);
        if (!path.inSlowStart()) {
            leaveSlowStart(nowNanos);
        }
    }

    @Override
    public void roundTrip(
            long nowNanos, long latestNanos, long newSmoothedNanos, long minimumNanos) {
        smoothedNanos = newSmoothedNanos;
        delay.sample(nowNanos, latestNanos, newSmoothedNanos);
    }

    @Override
    public void congestionExperienced(long nowNanos, long packets, long newestSentNanos) {
        backOff(nowNanos, newestSentNanos);
    }

    @Override
    public void lost(long nowNanos, long bytes, long newestSentNanos, boolean persistent) {
        backOff(nowNanos, newestSentNanos);
        if (persistent) {
            windowBytes = Math.min(windowBytes, Windows.least(datagramBytes));
        }
    }

    private void backOff(long nowNanos, long sentNanos) {
        if (!recovery.begin(nowNanos, sentNanos)) {
            return;
        }
        delay.overflowed(nowNanos);
        windowBytes = Math.max(windowBytes * LOSS_REDUCTION, leastBytes());
        thresholdBytes = windowBytes;
        if (phase == Phase.SLOW_START) {
            leaveSlowStart(nowNanos);
        }
    }

    @Override
    public void acknowledged(
            long nowNanos,
            long bytes,
            long newestSentNanos,
            long inFlightBytes,
            boolean appLimited) {
        double targetNanos = delay.targetNanos(nowNanos);
        switch (phase) {
            case SLOW_START -> {
                if (delay.nanos() > SLOW_START_EXIT * targetNanos) {
                    goBack(nowNanos, targetNanos);
                    leaveSlowStart(nowNanos);
                } else {
                    grow(bytes, appLimited);
                }
            }
            case STEADY -> {
                if (nowNanos - slowdownNanos >= 0) {
                    slowDown(nowNanos);
                } else if (!recovery.covers(newestSentNanos)) {
                    adjust(bytes, targetNanos, appLimited);
                }
            }
            case SLOWED_DOWN -> {
                if (nowNanos - slowedDownNanos >= SLOWDOWN_ROUND_TRIPS * smoothedNanos) {
                    phase = Phase.RAMP;
                }
            }
            case RAMP -> {
                boolean looking = thresholdBytes == Double.POSITIVE_INFINITY;
                if (looking && delay.nanos() > SLOW_START_EXIT * targetNanos) {
                    goBack(nowNanos, targetNanos);
                    endSlowdown(nowNanos);
                } else if (windowBytes >= thresholdBytes) {
                    endSlowdown(nowNanos);
                } else {
                    grow(bytes, appLimited);
                }
            }
        }
    }

    private void grow(long bytes, boolean appLimited) {
        if (!appLimited) {
            double most = Math.min(thresholdBytes, Windows.LARGEST);
            windowBytes = Math.max(windowBytes, Math.min(windowBytes + gain() * bytes, most));
        }
    }

    /** How much of a datagram a round trip adds. */
    private double gain() {
        double divisor = Math.ceil(2 * QueueDelay.LARGEST_TARGET_NANOS / delay.baseNanos());
        return 1 / Math.clamp(divisor, 1, LARGEST_GAIN_DIVISOR);
    }

    private void adjust(long bytes, double targetNanos, boolean appLimited) {
        double roundTrips = bytes / windowBytes;
        double excess = delay.nanos() / targetNanos - 1;
        quiet &= excess < QUIET - 1;
        double change = 0;
        if (excess > 0) {
            double decrease = gain() * datagramBytes - windowBytes * excess;
            change = Math.max(decrease, -windowBytes * LARGEST_DECREASE) * Math.min(1, roundTrips);
        } else if (!appLimited) {
            change = Math.min((double) bytes, gain() * datagramBytes * roundTrips);
        }
        windowBytes = Math.clamp(windowBytes + change, leastBytes(), Windows.LARGEST);
    }

    /** Takes the window that fills the path up to the target. */
    private void goBack(long nowNanos, double targetNanos) {
        double aRoundTripAgo = windowBytes / (1 + gain());
        double base = delay.baseNanos();
        double fitting = (base + targetNanos) / (base + delay.nanos());
        windowBytes = Math.max(aRoundTripAgo * Math.min(1, fitting), leastBytes());
        // What is in flight tells of the window before.
        recovery.begin(nowNanos, nowNanos);
    }

    private void leaveSlowStart(long nowNanos) {
        phase = Phase.STEADY;
        slowdownNanos = nowNanos + SLOWDOWN_ROUND_TRIPS * smoothedNanos;
    }

    private void slowDown(long nowNanos) {
        phase = Phase.SLOWED_DOWN;
        slowedDownNanos = nowNanos;
        thresholdBytes = quiet ? Double.POSITIVE_INFINITY : windowBytes;
        windowBytes = Math.min(windowBytes, Windows.least(datagramBytes));
    }

    private void endSlowdown(long nowNanos) {
        phase = Phase.STEADY;
        quiet = true;
        // What is in flight left in the ramp's haste, and tells of the queue that this has made.
        recovery.begin(nowNanos, nowNanos);
        slowdownNanos = nowNanos + SLOWDOWN_PAUSE * (nowNanos - slowedDownNanos);
    }

    private double leastBytes() {
        return LEAST_DATAGRAMS * datagramBytes;
    }

    @Override
    public void datagramSize(int maxDatagramBytes) {
        datagramBytes = maxDatagramBytes;
        windowBytes = Math.max(windowBytes, leastBytes());
    }

    @Override
    public long windowBytes() {
        return (long) Windows.bounded(windowBytes, datagramBytes);
    }

    @Override
    public long pacingBytesPerSecond() {
        boolean less = windowBytes < Windows.least(datagramBytes);
        return Windows.pace(less ? windowBytes : PACING_GAIN * windowBytes, smoothedNanos);
    }

    @Override
    public boolean inSlowStart() {
        return phase == Phase.SLOW_START;
    }
}
