package org.stoq.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import org.junit.jupiter.api.Test;
import org.stoq.sdk.congestion.CongestionController;

/**
 * What every {@link CongestionController} must do (RFC 9002 s.7). How fast the window grows is its
 * own affair.
 */
public abstract class CongestionControllerContract {
    private static final int DATAGRAM_BYTES = 1_200;
    private static final long RTT_NANOS = 50_000_000;

    /** Returns the controller to test. */
    protected abstract CongestionController controller();

    @Test
    protected void theNameIsOneThatAConfigurationCanHold() {
        assertThat(controller().name()).matches("[a-z0-9._-]{1,64}").isEqualTo(controller().name());
    }

    @Test
    protected void aNewFlowMaySendAtLeastTwoPackets() {
        for (int datagramBytes : new int[] {1_200, 1_350, 65_487}) {
            CongestionController.Flow flow =
                    controller().start(datagramBytes, RTT_NANOS, Long.MIN_VALUE);
            assertThat(flow.windowBytes()).isGreaterThanOrEqualTo(2L * datagramBytes);
            assertThat(flow.pacingBytesPerSecond()).isNotNegative();
        }
    }

    @Test
    protected void theWindowGrowsWhileEverythingArrives() {
        Path path = new Path(0);
        long before = path.flow.windowBytes();
        path.rounds(20);
        assertThat(path.flow.windowBytes()).isGreaterThan(before);
    }

    @Test
    protected void theWindowDoesNotGrowWhileTheSenderHasTooLittleToSend() {
        Path path = new Path(0);
        path.rounds(3);
        long before = path.flow.windowBytes();
        path.appLimited = true;
        for (int round = 0; round < 50; round++) {
            path.round(2);
        }
        assertThat(path.flow.windowBytes()).isLessThanOrEqualTo(before);
    }

    @Test
    protected void persistentCongestionTakesAwayWhatHasGrown() {
        Path path = new Path(0);
        long initial = path.flow.windowBytes();
        path.rounds(20);
        path.lose(5, true);
        assertThat(path.flow.windowBytes()).isLessThanOrEqualTo(initial);
    }

    @Test
    protected void packetsOfOneFlightAreOneLoss() {
        Path path = new Path(0);
        path.rounds(10);
        path.now += RTT_NANOS;
        long sentNanos = path.now - RTT_NANOS / 2;
        path.flow.lost(path.now, DATAGRAM_BYTES, sentNanos, false);
        long once = path.flow.windowBytes();
        path.flow.lost(path.now + 1, DATAGRAM_BYTES, sentNanos, false);
        path.flow.lost(path.now + 2, DATAGRAM_BYTES, sentNanos - 1, false);
        assertThat(path.flow.windowBytes()).isGreaterThanOrEqualTo(once);
    }

    @Test
    protected void lossAndMarksNeverOpenTheWindow() {
        Path path = new Path(0);
        path.rounds(10);
        long before = path.flow.windowBytes();
        path.lose(1, false);
        assertThat(path.flow.windowBytes()).isLessThanOrEqualTo(before);
        path.now += 4 * RTT_NANOS;
        before = path.flow.windowBytes();
        path.flow.congestionExperienced(path.now, path.now - 1, 3);
        assertThat(path.flow.windowBytes()).isLessThanOrEqualTo(before);
    }

    @Test
    protected void aFlowRecoversAfterTheWorst() {
        Path path = new Path(0);
        path.rounds(5);
        path.lose(10, true);
        long worst = path.flow.windowBytes();
        path.rounds(30);
        assertThat(path.flow.windowBytes()).isGreaterThan(worst);
    }

    @Test
    protected void flowsDoNotShareState() {
        Path first = new Path(0);
        Path second = new Path(0);
        long before = second.flow.windowBytes();
        first.rounds(20);
        first.lose(3, true);
        assertThat(second.flow.windowBytes()).isEqualTo(before);
    }

    @Test
    protected void aLargerDatagramRaisesTheLeastWindow() {
        Path path = new Path(0);
        path.lose(10, true);
        path.flow.datagramSize(9_000);
        path.lose(10, true);
        assertThat(path.flow.windowBytes()).isGreaterThanOrEqualTo(18_000);
    }

    @Test
    protected void theWindowNeverClosesWhateverHappens() {
        for (long seed = 0; seed < 50; seed++) {
            Random random = new Random(seed);
            Path path = new Path(random.nextBoolean() ? Long.MIN_VALUE : Long.MAX_VALUE / 2);
            for (int step = 0; step < 1_000; step++) {
                path.appLimited = random.nextBoolean();
                switch (random.nextInt(6)) {
                    case 0 -> path.lose(1 + random.nextInt(20), random.nextInt(10) == 0);
                    case 1 -> path.flow.congestionExperienced(path.now, path.now, 1);
                    case 2 -> path.now += random.nextLong(10 * RTT_NANOS);
                    default -> path.round(1 + random.nextInt(30));
                }
                assertThat(path.flow.windowBytes()).isGreaterThanOrEqualTo(2L * DATAGRAM_BYTES);
                assertThat(path.flow.pacingBytesPerSecond()).isNotNegative();
            }
        }
    }

    @Test
    protected void roundTripsOfEveryLengthAreTaken() {
        for (long rttNanos : new long[] {1, 1_000, RTT_NANOS, 60_000_000_000L}) {
            CongestionController.Flow flow = controller().start(DATAGRAM_BYTES, rttNanos, 0);
            long now = 0;
            for (int packet = 0; packet < 200; packet++) {
                flow.sent(now, packet, DATAGRAM_BYTES, 0);
                flow.acknowledged(now + rttNanos, packet, DATAGRAM_BYTES, now, false);
                flow.roundTrip(now + rttNanos, rttNanos, rttNanos, rttNanos);
                now += rttNanos;
                assertThat(flow.windowBytes()).isGreaterThanOrEqualTo(2L * DATAGRAM_BYTES);
            }
        }
    }

    /** A path of constant round-trip time, over which packets go a round at a time. */
    private final class Path {
        private final CongestionController.Flow flow;
        private long now;
        private long packet;
        private boolean appLimited;

        Path(long startNanos) {
            now = startNanos;
            flow = controller().start(DATAGRAM_BYTES, RTT_NANOS, startNanos);
        }

        /** Sends full windows, which arrive. */
        void rounds(int rounds) {
            for (int round = 0; round < rounds; round++) {
                // A bound, for a window may double with every round.
                round((int) Math.min(2_000, flow.windowBytes() / DATAGRAM_BYTES));
            }
        }

        /** Sends so many packets, which arrive. */
        void round(int packets) {
            long first = packet;
            long sentNanos = now;
            send(packets);
            now += RTT_NANOS;
            for (long number = first; number < packet; number++) {
                flow.acknowledged(now, number, DATAGRAM_BYTES, sentNanos, appLimited);
            }
            flow.roundTrip(now, RTT_NANOS, RTT_NANOS, RTT_NANOS);
        }

        /** Sends so many packets, which do not arrive. */
        void lose(int packets, boolean persistent) {
            long sentNanos = now;
            send(packets);
            now += 2 * RTT_NANOS;
            flow.lost(now, (long) packets * DATAGRAM_BYTES, sentNanos, persistent);
        }

        private void send(int packets) {
            for (int sent = 0; sent < packets; sent++) {
                flow.sent(now, packet++, DATAGRAM_BYTES, (long) sent * DATAGRAM_BYTES);
            }
        }
    }
}
