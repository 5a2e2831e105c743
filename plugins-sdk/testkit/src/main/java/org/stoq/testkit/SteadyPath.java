package org.stoq.testkit;

import org.stoq.sdk.congestion.CongestionController;
import org.stoq.sdk.congestion.PathState;

/** A path of constant round-trip time, over which packets go a round at a time. */
final class SteadyPath {
    static final int DATAGRAM_BYTES = 1_200;
    static final long RTT_NANOS = 50_000_000;

    /** A bound, for a window may double with every round. */
    private static final long MOST_PACKETS_PER_ROUND = 2_000;

    private final CongestionController.Flow flow;
    private long now;
    private boolean appLimited;

    SteadyPath(CongestionController controller, long startNanos) {
        now = startNanos;
        flow = controller.start(PathState.initial(DATAGRAM_BYTES, RTT_NANOS), startNanos);
    }

    CongestionController.Flow flow() {
        return flow;
    }

    long windowBytes() {
        return flow.windowBytes();
    }

    long now() {
        return now;
    }

    void pass(long nanos) {
        now += nanos;
    }

    /** Says of what is sent from now on whether there was too little to send. */
    void appLimited(boolean whether) {
        appLimited = whether;
    }

    /** Sends full windows, which arrive. */
    void rounds(int rounds) {
        for (int round = 0; round < rounds; round++) {
            round(packetsInWindow());
        }
    }

    int packetsInWindow() {
        return (int) Math.min(MOST_PACKETS_PER_ROUND, flow.windowBytes() / DATAGRAM_BYTES);
    }

    /** Sends so many packets, which arrive. */
    void round(int packets) {
        round(packets, 0, 0);
    }

    /** Sends so many packets, of which some arrive marked. */
    void roundWithMarks(int packets, int marked) {
        round(packets, 0, marked);
    }

    /** Sends so many packets, of which some do not arrive. */
    void roundWithLosses(int packets, int lost) {
        round(packets, lost, 0);
    }

    private void round(int packets, int lost, int marked) {
        long sentNanos = now;
        send(packets);
        now += RTT_NANOS;
        flow.roundTrip(now, RTT_NANOS, RTT_NANOS, RTT_NANOS);
        if (marked > 0) {
            flow.congestionExperienced(now, marked, sentNanos);
        }
        if (lost > 0) {
            flow.lost(now, (long) lost * DATAGRAM_BYTES, sentNanos, false);
        }
        long inFlightBytes = (long) (packets - lost) * DATAGRAM_BYTES;
        while (inFlightBytes > 0) {
            inFlightBytes -= DATAGRAM_BYTES;
            flow.acknowledged(now, DATAGRAM_BYTES, sentNanos, inFlightBytes, appLimited);
        }
    }

    /** Sends so many packets, of which none arrives. */
    void lose(int packets, boolean persistent) {
        long sentNanos = now;
        send(packets);
        now += 2 * RTT_NANOS;
        flow.lost(now, (long) packets * DATAGRAM_BYTES, sentNanos, persistent);
    }

    private void send(int packets) {
        for (int sent = 0; sent < packets; sent++) {
            flow.sent(now, DATAGRAM_BYTES, (long) sent * DATAGRAM_BYTES);
        }
    }
}
