package org.stoq.transport;

import org.stoq.sdk.congestion.CongestionController;
import org.stoq.sdk.congestion.PathState;

/**
 * Lets bytes into an engine as a congestion controller allows that the engine itself does not know.
 *
 * <p>The engine tells only totals: bytes sent, bytes lost, the smoothed round-trip time. What has
 * been acknowledged follows from them, one round trip late: what had been sent by then and is not
 * lost has arrived. The engine's own controller goes on underneath, so the narrower of the two
 * windows holds, and an estimate that is wrong cannot flood a path.
 *
 * <p>Pure: time is an argument. Belongs to one thread at a time.
 */
final class GovernedFlow {
    /** How many moments are remembered; older ones are forgotten. */
    private static final int HISTORY = 512;

    /** Moments closer to each other than this part of a round trip are one. */
    private static final int MOMENTS_PER_ROUND_TRIP = 64;

    /** What may leave at once, where the pace would allow less: each of them makes a queue. */
    private static final int BURST_DATAGRAMS = 2;

    /** RFC 9002 s.7.7: a little faster than the window over a round trip, so that it is filled. */
    private static final double PACING_GAIN = 1.25;

    private static final double NANOS_PER_SECOND = 1e9;

    private final CongestionController.Flow flow;
    private final int maxDatagramBytes;
    private final long[] times = new long[HISTORY];
    private final long[] sentThen = new long[HISTORY];
    private final long[] takenThen = new long[HISTORY];
    private int newest;
    private int filled;

    /** When the newest moment began; it lasts until its time. */
    private long newestSinceNanos;

    // Totals, of the engine's counters since the start.
    private long sent;
    private long lost;
    private long acknowledged;

    /** Bytes that were let in, and how many of them the engine has taken. */
    private long granted;

    private long smoothedNanos;
    private long minimumNanos;

    /** Whether somebody wanted more than was let in since the last acknowledgement. */
    private boolean hadMore;

    private double allowance;
    private long allowanceNanos;

    /**
     * Begins.
     *
     * @param path what is known of the path, from a flow before this one or from the engine
     */
    GovernedFlow(CongestionController controller, PathState path, long nowNanos) {
        this.flow = controller.start(path, nowNanos);
        this.maxDatagramBytes = path.maxDatagramBytes();
        this.smoothedNanos = path.smoothedRttNanos();
        this.minimumNanos = path.minimumRttNanos();
        this.allowanceNanos = nowNanos;
        this.allowance = burst();
        remember(nowNanos, 0);
    }

    /** What the engine has counted since this flow began, and how long a round trip takes. */
    record Counters(long sentBytes, long lostBytes, long smoothedRttNanos) {}

    /**
     * Returns how many of the wanted bytes may enter the engine now, and counts them as let in.
     *
     * @param unsent bytes that were let in and that the engine has not taken yet
     */
    int grant(long nowNanos, int wanted, long unsent) {
        earn(nowNanos);
        long room = flow.windowBytes() - inFlight(nowNanos, unsent);
        int given = (int) Math.min(wanted, Math.min(room, (long) allowance));
        // Slivers would become packets of their own.
        hadMore |= given < wanted;
        if (given < Math.min(wanted, maxDatagramBytes)) {
            return 0;
        }
        granted += given;
        allowance -= given;
        return given;
    }

    /** Returns in how many nanoseconds a datagram could be let in, as far as the pace goes. */
    long paceNanos() {
        double missing = maxDatagramBytes - allowance;
        return missing <= 0 ? 0 : (long) (missing / rate() * NANOS_PER_SECOND) + 1;
    }

    /**
     * Takes in that the engine has taken bytes that were let in.
     *
     * @param unsent bytes that were let in and that it has not taken yet
     */
    void taken(long nowNanos, long unsent) {
        remember(nowNanos, granted - unsent);
    }

    /** Takes in what the engine has counted. */
    void measured(long nowNanos, Counters counters, long unsent) {
        long newlySent = counters.sentBytes() - sent;
        if (newlySent > 0) {
            flow.sent(nowNanos, newlySent, sent - lost - acknowledged);
            sent = counters.sentBytes();
        }
        if (counters.smoothedRttNanos() > 0) {
            smoothedNanos = counters.smoothedRttNanos();
            minimumNanos =
                    minimumNanos == 0 ? smoothedNanos : Math.min(minimumNanos, smoothedNanos);
            flow.roundTrip(nowNanos, smoothedNanos, smoothedNanos, minimumNanos);
        }
        int then = before(nowNanos - smoothedNanos);
        long newlyLost = counters.lostBytes() - lost;
        if (newlyLost > 0) {
            lost = counters.lostBytes();
            flow.lost(nowNanos, newlyLost, times[then], false);
        }
        long newlyAcknowledged = sentThen[then] - lost - acknowledged;
        if (newlyAcknowledged > 0) {
            acknowledged += newlyAcknowledged;
            flow.acknowledged(
                    nowNanos,
                    newlyAcknowledged,
                    times[then],
                    Math.max(0, sent - lost - acknowledged),
                    !hadMore);
            hadMore = false;
        }
        remember(nowNanos, granted - unsent);
    }

    /** Returns whether all that was let in has left and been acknowledged. */
    boolean isIdle(long nowNanos, long unsent) {
        return inFlight(nowNanos, unsent) <= 0;
    }

    /** Returns what the next flow is told of the path. */
    PathState path() {
        return new PathState(
                maxDatagramBytes,
                flow.windowBytes(),
                flow.inSlowStart(),
                smoothedNanos,
                minimumNanos);
    }

    private long inFlight(long nowNanos, long unsent) {
        long taken = granted - unsent;
        int then = before(nowNanos - smoothedNanos);
        return unsent + taken - takenThen[then];
    }

    private double rate() {
        long paced = flow.pacingBytesPerSecond();
        return paced > 0
                ? paced
                : PACING_GAIN * flow.windowBytes() * NANOS_PER_SECOND / smoothedNanos;
    }

    private void earn(long nowNanos) {
        allowance += rate() * (nowNanos - allowanceNanos) / NANOS_PER_SECOND;
        allowance = Math.min(allowance, burst());
        allowanceNanos = nowNanos;
    }

    /** What two milliseconds bring, for no clock wakes anybody sooner. */
    private double burst() {
        return Math.max((double) BURST_DATAGRAMS * maxDatagramBytes, rate() / 500);
    }

    private void remember(long nowNanos, long taken) {
        boolean first = filled < 2;
        if (first || nowNanos - newestSinceNanos > smoothedNanos / MOMENTS_PER_ROUND_TRIP) {
            newest = (newest + 1) % HISTORY;
            filled = Math.min(filled + 1, HISTORY);
            newestSinceNanos = nowNanos;
        }
        times[newest] = nowNanos;
        sentThen[newest] = sent;
        takenThen[newest] = taken;
    }

    /** Returns the newest entry that is not younger than that time, or the oldest there is. */
    private int before(long nanos) {
        int at = newest;
        for (int i = 1; i < filled && times[at] - nanos > 0; i++) {
            at = (at + HISTORY - 1) % HISTORY;
        }
        return at;
    }
}
