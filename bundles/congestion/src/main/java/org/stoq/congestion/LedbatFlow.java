package org.stoq.congestion;

import org.stoq.sdk.congestion.CongestionController;
import org.stoq.sdk.congestion.PathState;

/**
 * LEDBAT (RFC 6817) with the changes of LEDBAT++: round-trip times instead of one-way delays, a
 * gain that is the smaller the shorter the path is, a decrease in proportion to the delay, and
 * slowdowns now and then, in which the queue drains and the bare path's delay is seen.
 *
 * <p>Five things are our own, for a target of 60 ms leaves a foreground flow little more than half
 * of its throughput where the path is long or its queue short:
 *
 * <ul>
 *   <li>the target follows the path and the queue, see {@link QueueDelay};
 *   <li>the pace goes on falling when the window is at its least, for two datagrams per round trip
 *       are no small share of a path that holds ten;
 *   <li>slow start goes back to what fills the path when the delay ends it, for the delay is seen a
 *       round trip late;
 *   <li>if no queue was seen for {@value #QUIET_ROUND_TRIPS} round trips, which is longer than
 *       somebody's slow start, the path has room, and the window grows as in slow start, but so
 *       slowly that the queue it makes before that is seen stays short;
 *   <li>a delay that is over within a round trip is answered mildly.
 * </ul>
 */
final class LedbatFlow implements CongestionController.Flow {
    private static final int LARGEST_GAIN_DIVISOR = 16;

    /** Slow start ends at this part of the target delay. */
    private static final double SLOW_START_EXIT = 0.75;

    /** There is no queue while the delay is below this part of the target. */
    private static final double QUIET = 0.5;

    /** After so many round trips without a queue the path has room. */
    private static final int QUIET_ROUND_TRIPS = 20;

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
        RAMP,
        /** Looks for the path's capacity again, as in slow start. */
        LOOKING
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

    /** Since when no queue was seen. */
    private long quietSinceNanos;

    LedbatFlow(PathState path, long nowNanos) {
        datagramBytes = path.maxDatagramBytes();
        windowBytes = Windows.first(path);
        smoothedNanos = path.smoothedRttNanos();
        quietSinceNanos = nowNanos;
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
        } else if (phase == Phase.LOOKING) {
            phase = Phase.STEADY;
            quietSinceNanos = nowNanos;
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
                    goBack(nowNanos, targetNanos, gain());
                    leaveSlowStart(nowNanos);
                } else {
                    grow(bytes, gain(), appLimited);
                }
            }
            case STEADY -> {
                if (nowNanos - slowdownNanos >= 0) {
                    slowDown(nowNanos);
                } else if (hasRoom(nowNanos, targetNanos) && !appLimited) {
                    phase = Phase.LOOKING;
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
                if (windowBytes >= thresholdBytes) {
                    endSlowdown(nowNanos);
                } else {
                    grow(bytes, gain(), appLimited);
                }
            }
            case LOOKING -> {
                if (delay.nanos() > SLOW_START_EXIT * targetNanos) {
                    goBack(nowNanos, targetNanos, lookingGain(targetNanos));
                    phase = Phase.STEADY;
                    quietSinceNanos = nowNanos;
                } else {
                    grow(bytes, lookingGain(targetNanos), appLimited);
                }
            }
        }
    }

    private boolean hasRoom(long nowNanos, double targetNanos) {
        if (delay.standingNanos() > QUIET * targetNanos) {
            quietSinceNanos = nowNanos;
        }
        return nowNanos - quietSinceNanos >= QUIET_ROUND_TRIPS * smoothedNanos;
    }

    private void grow(long bytes, double gain, boolean appLimited) {
        if (!appLimited) {
            double most = phase == Phase.RAMP ? thresholdBytes : Windows.LARGEST;
            windowBytes = Math.max(windowBytes, Math.min(windowBytes + gain * bytes, most));
        }
    }

    /** Such that a round trip adds no more than the target to the queue. */
    private double lookingGain(double targetNanos) {
        return Math.min(gain(), targetNanos / delay.baseNanos());
    }

    /** How much of a datagram a round trip adds. */
    private double gain() {
        double divisor = Math.ceil(2 * QueueDelay.LARGEST_TARGET_NANOS / delay.baseNanos());
        return 1 / Math.clamp(divisor, 1, LARGEST_GAIN_DIVISOR);
    }

    private void adjust(long bytes, double targetNanos, boolean appLimited) {
        double roundTrips = Math.min(1, bytes / windowBytes);
        double excess = delay.standingNanos() / targetNanos - 1;
        double change = 0;
        if (excess > 0) {
            double decrease = gain() * datagramBytes - windowBytes * excess;
            change = Math.max(decrease, -windowBytes * LARGEST_DECREASE) * roundTrips;
        } else if (delay.nanos() > targetNanos) {
            // It may pass, and it may be a queue that begins.
            change = windowBytes * (fitting(targetNanos) - 1) * roundTrips;
        } else if (!appLimited) {
            change = Math.min((double) bytes, gain() * datagramBytes * roundTrips);
        }
        windowBytes = Math.clamp(windowBytes + change, leastBytes(), Windows.LARGEST);
    }

    /** Takes the window that fills the path up to the target. */
    private void goBack(long nowNanos, double targetNanos, double gain) {
        double aRoundTripAgo = windowBytes / (1 + gain);
        windowBytes = Math.max(aRoundTripAgo * fitting(targetNanos), leastBytes());
        // What is in flight tells of the window before.
        recovery.begin(nowNanos, nowNanos);
    }

    /** The part of the window that would make the delay the target if nobody else sent. */
    private double fitting(double targetNanos) {
        double base = delay.baseNanos();
        return Math.min(1, (base + targetNanos) / (base + delay.nanos()));
    }

    private void leaveSlowStart(long nowNanos) {
        phase = Phase.STEADY;
        slowdownNanos = nowNanos + SLOWDOWN_ROUND_TRIPS * smoothedNanos;
    }

    private void slowDown(long nowNanos) {
        phase = Phase.SLOWED_DOWN;
        slowedDownNanos = nowNanos;
        thresholdBytes = windowBytes;
        windowBytes = Math.min(windowBytes, Windows.least(datagramBytes));
    }

    private void endSlowdown(long nowNanos) {
        phase = Phase.STEADY;
        quietSinceNanos = nowNanos;
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
