package org.stoq.sdk.congestion;

import org.osgi.annotation.versioning.ConsumerType;
import org.stoq.sdk.strategy.Strategy;

/**
 * A congestion control algorithm (RFC 9002 s.7): event in, window and pacing rate out.
 *
 * <p>Pure: time is an argument, and a flow belongs to one event loop.
 */
@ConsumerType
public interface CongestionController extends Strategy {
    /**
     * Begins to control one path of one connection.
     *
     * @param maxDatagramBytes UDP payload of a full packet
     * @param initialRttNanos round-trip time to assume before the first sample
     * @param nowNanos time in nanoseconds, its zero arbitrary, never going backwards
     */
    Flow start(int maxDatagramBytes, long initialRttNanos, long nowNanos);

    /**
     * The controller's state for one path. Called on the connection's event loop for every packet:
     * it must not block, and should not allocate.
     */
    @ConsumerType
    interface Flow {
        /**
         * An ack-eliciting packet has left.
         *
         * @param inFlightBytes bytes in flight before this packet
         */
        void sent(long nowNanos, long packetNumber, int bytes, long inFlightBytes);

        /**
         * A packet was acknowledged for the first time.
         *
         * @param sentNanos when it had left
         * @param appLimited whether the sender had too little to send to fill the window then
         */
        void acknowledged(
                long nowNanos, long packetNumber, int bytes, long sentNanos, boolean appLimited);

        /**
         * An acknowledgement has given a new round-trip time; called after {@link #acknowledged} of
         * its packets.
         *
         * @param latestNanos the sample, less the peer's reported delay
         * @param smoothedNanos smoothed round-trip time (RFC 9002 s.5.3)
         * @param minimumNanos least sample of the path
         */
        void roundTrip(long nowNanos, long latestNanos, long smoothedNanos, long minimumNanos);

        /**
         * Packets were declared lost.
         *
         * @param bytes how many bytes were lost
         * @param largestSentNanos when the last of them had left
         * @param persistent whether the loss spans persistent congestion (RFC 9002 s.7.6)
         */
        void lost(long nowNanos, long bytes, long largestSentNanos, boolean persistent);

        /**
         * The peer has seen Congestion Experienced marks (RFC 9002 s.7.1).
         *
         * @param sentNanos when the newest marked packet had left
         * @param newlyMarked by how much the count has grown
         */
        void congestionExperienced(long nowNanos, long sentNanos, long newlyMarked);

        /** The path's largest datagram has changed. */
        default void datagramSize(int maxDatagramBytes) {}

        /** Returns how many bytes may be in flight; at least two full packets. */
        long windowBytes();

        /** Returns how fast packets may leave in bytes per second; 0 for no pacing. */
        default long pacingBytesPerSecond() {
            return 0;
        }
    }
}
