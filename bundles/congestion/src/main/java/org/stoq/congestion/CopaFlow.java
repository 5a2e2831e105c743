package org.stoq.congestion;

import org.stoq.sdk.congestion.CongestionController;
import org.stoq.sdk.congestion.PathState;

/**
 * Copa: the window moves towards the rate 1 / (delta x queueing delay), faster the longer it moves
 * one way; so the queue is short and empties again and again. If it does not, others fill it: then
 * delta is found as a loss-based flow finds its window.
 *
 * <p>The paper lets losses pass unless others compete. Here a round trip that loses more than a
 * tenth halves the window, and a mark takes a fifth of it (RFC 8511): a policer, or a queue of very
 * few packets, shows no delay.
 */
final class CopaFlow implements CongestionController.Flow {
    /** How long the least round trip counts. */
    private static final long MINIMUM_WHILE_NANOS = 10_000_000_000L;

    private static final int MINIMUM_PARTS = 10;
    private static final int STANDING_PARTS = 4;
    private static final int LONGEST_PARTS = 4;

    /** 1/delta while nobody competes: so many packets stand in the queue, about. */
    private static final double DEFAULT_INVERSE_DELTA = 2;

    /** Above this the flow would be as good as blind to delay. */
    private static final double LARGEST_INVERSE_DELTA = 1_000;

    /** The queue is nearly empty at this part of the longest delay of late, or at one packet. */
    private static final double NEARLY_EMPTY = 0.1;

    /**
     * After so many round trips with a queue others are to blame. The paper says five; there a flow
     * that is alone takes itself for others now and then, and does not find back.
     */
    private static final int ROUND_TRIPS_WITHOUT_EMPTY = 10;

    private static final int ROUND_TRIPS_OF_LONGEST = 4;
    private static final int ROUND_TRIPS_BEFORE_SPEED = 3;
    private static final double LARGEST_VELOCITY = 1 << 20;
    private static final double PACING_GAIN = 2;
    private static final double HEAVY_LOSS = 0.1;
    private static final double LOSS_REDUCTION = 0.5;
    private static final double MARK_REDUCTION = 0.8;

    private final RecoveryPeriod recovery = new RecoveryPeriod();
    private final WindowedMinimum minimum;
    private final WindowedMinimum standing;

    /** Negative, so that the least is the longest. */
    private final WindowedMinimum longest;

    private int datagramBytes;
    private double windowBytes;
    private boolean slowStart;
    private long smoothedNanos;
    private long standingNanos;

    /** How long packets wait; 0 before the first sample. */
    private long delayNanos;

    private long emptySeenNanos;
    private double inverseDelta = DEFAULT_INVERSE_DELTA;

    private double velocity = 1;
    private boolean rising = true;
    private int roundsOneWay;

    private long roundSinceNanos;
    private double roundBeganBytes;
    private double roundAcknowledgedBytes;
    private double roundLostBytes;

    CopaFlow(PathState path, long nowNanos) {
        datagramBytes = path.maxDatagramBytes();
        windowBytes = Windows.first(path);
        slowStart = path.inSlowStart();
        smoothedNanos = path.smoothedRttNanos();
        standingNanos = smoothedNanos;
        minimum = new WindowedMinimum(MINIMUM_PARTS, nowNanos);
        standing = new WindowedMinimum(STANDING_PARTS, nowNanos);
        longest = new WindowedMinimum(LONGEST_PARTS, nowNanos);
        if (path.minimumRttNanos() > 0) {
            minimum.add(nowNanos, path.minimumRttNanos(), MINIMUM_WHILE_NANOS);
        }
        emptySeenNanos = nowNanos;
        roundSinceNanos = nowNanos;
        roundBeganBytes = windowBytes;
    }

    @Override
    public void roundTrip(long nowNanos, long latestNanos, long smoothed, long minimumNanos) {
        smoothedNanos = smoothed;
        minimum.add(nowNanos, latestNanos, MINIMUM_WHILE_NANOS);
        standing.add(nowNanos, latestNanos, smoothed / 2);
        longest.add(nowNanos, -latestNanos, ROUND_TRIPS_OF_LONGEST * smoothed);
        standingNanos = standing.value();
        delayNanos = standingNanos - minimum.value();
        long longestDelayNanos = -longest.value() - minimum.value();
        // Where a packet takes long to send, the one before it is no queue.
        double packetNanos = datagramBytes / windowBytes * standingNanos;
        if (delayNanos <= Math.max(NEARLY_EMPTY * longestDelayNanos, packetNanos)) {
            emptySeenNanos = nowNanos;
        }
    }

    @Override
    public void congestionExperienced(long nowNanos, long packets, long newestSentNanos) {
        if (recovery.begin(nowNanos, newestSentNanos)) {
            reduce(MARK_REDUCTION);
        }
    }

    @Override
    public void lost(long nowNanos, long bytes, long newestSentNanos, boolean persistent) {
        roundLostBytes += bytes;
        if (persistent) {
            windowBytes = Windows.least(datagramBytes);
        }
        boolean heavy =
                roundLostBytes > HEAVY_LOSS * (roundLostBytes + roundAcknowledgedBytes)
                        && roundLostBytes > HEAVY_LOSS * windowBytes;
        if ((heavy || competing(nowNanos)) && recovery.begin(nowNanos, newestSentNanos)) {
            if (competing(nowNanos)) {
                inverseDelta = Math.max(DEFAULT_INVERSE_DELTA, inverseDelta / 2);
            }
            if (heavy) {
                reduce(LOSS_REDUCTION);
            }
        }
    }

    private void reduce(double factor) {
        windowBytes = Windows.bounded(windowBytes * factor, datagramBytes);
        slowStart = false;
        turn(false);
    }

    @Override
    public void acknowledged(
            long nowNanos,
            long bytes,
            long newestSentNanos,
            long inFlightBytes,
            boolean appLimited) {
        roundAcknowledgedBytes += bytes;
        if (nowNanos - roundSinceNanos >= smoothedNanos) {
            endRound(nowNanos);
        }
        boolean rise = belowTarget();
        if (slowStart && rise) {
            if (!appLimited) {
                windowBytes = Windows.bounded(windowBytes + bytes, datagramBytes);
            }
            return;
        }
        slowStart = false;
        if (rise != rising && velocity > 1) {
            turn(rise);
        }
        if (rise && appLimited) {
            return;
        }
        // In a round trip, velocity / delta datagrams; never more than slow start would.
        double step =
                Math.min(
                        velocity * inverseDelta * datagramBytes / windowBytes,
                        rise ? 1 : LOSS_REDUCTION);
        double change = Math.min((double) bytes, windowBytes) * step;
        windowBytes = Windows.bounded(windowBytes + (rise ? change : -change), datagramBytes);
    }

    /** Whether window / round trip is at most the target rate. */
    private boolean belowTarget() {
        return windowBytes * delayNanos <= inverseDelta * datagramBytes * (double) standingNanos;
    }

    private void endRound(long nowNanos) {
        boolean rose = windowBytes > roundBeganBytes;
        if (slowStart || rose != rising) {
            turn(rose);
        } else if (++roundsOneWay >= ROUND_TRIPS_BEFORE_SPEED) {
            velocity = Math.min(2 * velocity, LARGEST_VELOCITY);
        }
        if (!competing(nowNanos)) {
            inverseDelta = DEFAULT_INVERSE_DELTA;
        } else if (roundLostBytes == 0) {
            inverseDelta = Math.min(inverseDelta + 1, LARGEST_INVERSE_DELTA);
        }
        roundSinceNanos = nowNanos;
        roundBeganBytes = windowBytes;
        roundAcknowledgedBytes = 0;
        roundLostBytes = 0;
    }

    private void turn(boolean rise) {
        rising = rise;
        velocity = 1;
        roundsOneWay = 0;
    }

    private boolean competing(long nowNanos) {
        return nowNanos - emptySeenNanos > ROUND_TRIPS_WITHOUT_EMPTY * smoothedNanos;
    }

    @Override
    public void datagramSize(int maxDatagramBytes) {
        datagramBytes = maxDatagramBytes;
        windowBytes = Windows.bounded(windowBytes, datagramBytes);
    }

    @Override
    public long windowBytes() {
        return (long) windowBytes;
    }

    @Override
    public long pacingBytesPerSecond() {
        return Windows.pace(PACING_GAIN * windowBytes, standingNanos);
    }

    @Override
    public boolean inSlowStart() {
        return slowStart;
    }
}
