package org.stoq.testkit.path;

import org.stoq.sdk.congestion.CongestionController;
import org.stoq.sdk.congestion.PathState;

/** Sums up what happens, and tells the flow's controller of it in the order that it expects. */
final class ControllerFeed {
    private CongestionController.Flow flow;

    private long sentBytes;
    private long inFlightBeforeBytes;
    private boolean measured;
    private long marks;
    private long newestMarkedNanos;
    private long lostBytes;
    private long newestLostNanos;
    private boolean persistent;
    private long acknowledgedBytes;
    private long newestAcknowledgedNanos;
    private boolean appLimited;

    ControllerFeed(CongestionController.Flow flow) {
        this.flow = flow;
    }

    CongestionController.Flow flow() {
        return flow;
    }

    /** Lets another controller take over; the sums are to be flushed before. */
    void swap(CongestionController next, long nowNanos, RttEstimate rtt) {
        flow =
                next.start(
                        new PathState(
                                SimulatedSender.DATAGRAM_BYTES,
                                flow.windowBytes(),
                                flow.inSlowStart(),
                                rtt.smoothedNanos(),
                                rtt.minimumNanos()),
                        nowNanos);
    }

    void sent(long bytes, long beforeBytes) {
        if (sentBytes == 0) {
            inFlightBeforeBytes = beforeBytes;
        }
        sentBytes += bytes;
    }

    void lost(long bytes, long sentNanos, boolean isPersistent) {
        lostBytes += bytes;
        newestLostNanos = sentNanos;
        persistent |= isPersistent;
    }

    void acknowledged(long bytes, long sentNanos, boolean marked, boolean wasAppLimited) {
        measured = true;
        acknowledgedBytes += bytes;
        newestAcknowledgedNanos = sentNanos;
        appLimited = wasAppLimited;
        if (marked) {
            marks++;
            newestMarkedNanos = sentNanos;
        }
    }

    void flush(long nowNanos, RttEstimate rtt, long inFlightBytes) {
        if (sentBytes > 0) {
            flow.sent(nowNanos, sentBytes, inFlightBeforeBytes);
        }
        if (measured) {
            flow.roundTrip(nowNanos, rtt.latestNanos(), rtt.smoothedNanos(), rtt.minimumNanos());
        }
        if (marks > 0) {
            flow.congestionExperienced(nowNanos, marks, newestMarkedNanos);
        }
        if (lostBytes > 0) {
            flow.lost(nowNanos, lostBytes, newestLostNanos, persistent);
        }
        if (acknowledgedBytes > 0) {
            flow.acknowledged(
                    nowNanos,
                    acknowledgedBytes,
                    newestAcknowledgedNanos,
                    inFlightBytes,
                    appLimited);
        }
        sentBytes = 0;
        measured = false;
        marks = 0;
        lostBytes = 0;
        persistent = false;
        acknowledgedBytes = 0;
    }
}
