package org.stoq.sdk.congestion;

import org.osgi.annotation.versioning.ConsumerType;
import org.stoq.sdk.strategy.Strategy;

/**
 * A congestion control algorithm (RFC 9002 s.7): events in, a window and a pacing rate out.
 *
 * <p>Pure: no clock, no timer, no I/O; time is an argument. The sender counts what is in flight,
 * detects losses and measures round trips; the controller only decides how much may be in flight.
 */
@ConsumerType
public interface CongestionController extends Strategy {
    /**
     * Begins to control one path of one connection: a new path, or one that another controller has
     * governed until now. The first window is {@link PathState#windowBytes}, or somewhat less.
     *
     * <p>May be called by several threads at once. Must not block.
     *
     * @param path what is known of it
     * @param nowNanos as in every event of {@link Flow}
     */
    Flow start(PathState path, long nowNanos);

    /**
     * The controller's state for one path.
     *
     * <p><b>Thread.</b> One at a time, as a rule the connection's event loop. A method must not
     * block and should not allocate. If one throws, the sender goes on with another controller.
     *
     * <p><b>Time.</b> In nanoseconds. Its zero is arbitrary, so it may be negative and may wrap
     * around: compare differences. It never goes backwards from one event to the next.
     *
     * <p><b>One packet or many.</b> An engine that sees packets tells of each as it happens; one
     * that only reads counters sums up what happened since it last looked, some milliseconds. So an
     * event is about one packet or about many. Byte counts are sums; {@code newestSentNanos} is
     * when the newest of the packets left, as exactly as the sender knows it. Rounds and delivery
     * rates follow from it: what was acknowledged when a packet left is known by the time at which
     * it left.
     *
     * <p><b>Order.</b> What one acknowledgement tells, or one look at the counters, comes in the
     * order of RFC 9002 appendix A.7, each event at most once and with the same {@code nowNanos}:
     * {@link #sent} since the last time, {@link #roundTrip}, {@link #congestionExperienced}, {@link
     * #spuriouslyLost}, {@link #lost}, {@link #acknowledged}. Then the sender reads the window and
     * the rate. Losses that a timer has found, and packets that leave, come alone. A byte is
     * counted once: as acknowledged, as lost, or as neither if the sender has given it up with its
     * keys.
     */
    @ConsumerType
    interface Flow {
        /**
         * Ack-eliciting packets have left. After a silence, the path was idle if nothing was in
         * flight before.
         *
         * @param bytes their size, at least 1
         * @param inFlightBytes bytes in flight before the first of them
         */
        default void sent(long nowNanos, long bytes, long inFlightBytes) {}

        /**
         * There is a new round-trip time.
         *
         * @param latestNanos the newest sample, less the delay that the peer reports, at least 1;
         *     the smoothed one if the sender knows no other
         * @param smoothedNanos smoothed round-trip time (RFC 9002 s.5.3), at least 1
         * @param minimumNanos least sample of the path so far, at least 1
         */
        default void roundTrip(
                long nowNanos, long latestNanos, long smoothedNanos, long minimumNanos) {}

        /**
         * The peer has seen Congestion Experienced marks (RFC 9002 s.7.1).
         *
         * @param packets by how much its count has grown, at least 1
         * @param newestSentNanos when the newest packet left of those acknowledged with the count
         */
        void congestionExperienced(long nowNanos, long packets, long newestSentNanos);

        /**
         * Packets that {@link #lost} had told of were acknowledged after all: they were only late.
         * They are not told of as acknowledged.
         *
         * @param bytes their size, at least 1
         */
        default void spuriouslyLost(long nowNanos, long bytes, long newestSentNanos) {}

        /**
         * Packets were declared lost. Losses of packets that left before the controller has last
         * backed off belong to the same congestion, and are no reason to back off again.
         *
         * @param bytes their size, at least 1
         * @param persistent whether they span persistent congestion (RFC 9002 s.7.6)
         */
        void lost(long nowNanos, long bytes, long newestSentNanos, boolean persistent);

        /**
         * Packets were acknowledged, for the first time.
         *
         * @param bytes their size, at least 1
         * @param inFlightBytes bytes in flight afterwards
         * @param appLimited whether the sender had too little to send to fill the window when the
         *     newest of them left: the window was no limit then, and should not grow
         */
        void acknowledged(
                long nowNanos,
                long bytes,
                long newestSentNanos,
                long inFlightBytes,
                boolean appLimited);

        /**
         * The path's largest datagram has changed, and with it the least window.
         *
         * @param maxDatagramBytes UDP payload of a full packet
         */
        void datagramSize(int maxDatagramBytes);

        /**
         * Returns how many bytes may be in flight: {@link PathState#leastWindowBytes} or more. It
         * changes only with events.
         */
        long windowBytes();

        /**
         * Returns how fast packets may leave, in bytes per second. With 0, the usual, the sender
         * spreads the window over a round trip by itself (RFC 9002 s.7.7).
         */
        default long pacingBytesPerSecond() {
            return 0;
        }

        /**
         * Returns whether the flow has yet to find what the path carries; the controller that comes
         * after this one is told.
         */
        default boolean inSlowStart() {
            return false;
        }
    }
}
