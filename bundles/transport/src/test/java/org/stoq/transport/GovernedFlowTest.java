package org.stoq.transport;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.stoq.sdk.congestion.CongestionController;
import org.stoq.sdk.congestion.PathState;

/** Time passes here only where a test says so. */
class GovernedFlowTest {
    private static final long MILLI = 1_000_000;
    private static final int DATAGRAM = 1_000;
    private static final long ROUND_TRIP = 100 * MILLI;

    private final ScriptedFlow controller = new ScriptedFlow();
    private final GovernedFlow governed =
            new GovernedFlow(
                    controller.asController(),
                    new PathState(DATAGRAM, 20_000, true, ROUND_TRIP, 0),
                    0);

    /** Says what a test wants and writes down what it is told. */
    private static final class ScriptedFlow implements CongestionController.Flow {
        private long window = 20_000;
        private long pace;
        private final List<String> told = new ArrayList<>();

        CongestionController asController() {
            return new CongestionController() {
                @Override
                public String name() {
                    return "scripted";
                }

                @Override
                public Flow start(PathState path, long nowNanos) {
                    window = path.windowBytes();
                    return ScriptedFlow.this;
                }
            };
        }

        @Override
        public void sent(long nowNanos, long bytes, long inFlightBytes) {
            told.add("sent %d after %d".formatted(bytes, inFlightBytes));
        }

        @Override
        public void congestionExperienced(long nowNanos, long packets, long newestSentNanos) {
            throw new AssertionError("the engine tells of no marks");
        }

        @Override
        public void lost(long nowNanos, long bytes, long newestSentNanos, boolean persistent) {
            told.add("lost %d of %d ms".formatted(bytes, newestSentNanos / MILLI));
        }

        @Override
        public void acknowledged(
                long nowNanos,
                long bytes,
                long newestSentNanos,
                long inFlightBytes,
                boolean appLimited) {
            told.add(
                    "acknowledged %d of %d ms, %d in flight%s"
                            .formatted(
                                    bytes,
                                    newestSentNanos / MILLI,
                                    inFlightBytes,
                                    appLimited ? ", nothing to say" : ""));
        }

        @Override
        public void datagramSize(int maxDatagramBytes) {
            throw new AssertionError("it does not change here");
        }

        @Override
        public long windowBytes() {
            return window;
        }

        @Override
        public long pacingBytesPerSecond() {
            return pace;
        }
    }

    private void look(long millis, long sent, long lost) {
        governed.measured(millis * MILLI, new GovernedFlow.Counters(sent, lost, ROUND_TRIP), 0);
    }

    @Test
    void letsNoMoreInThanTheWindow() {
        controller.pace = 1L << 40;
        assertThat(governed.grant(MILLI, 50_000, 0)).isEqualTo(20_000);
        assertThat(governed.grant(2 * MILLI, 50_000, 0)).isZero();
        look(25, 20_000, 0);
        assertThat(governed.grant(26 * MILLI, 50_000, 0)).isZero();
    }

    @Test
    void whatWasTakenARoundTripAgoMakesRoom() {
        controller.pace = 1L << 40;
        assertThat(governed.grant(MILLI, 20_000, 0)).isEqualTo(20_000);
        look(10, 20_000, 0);
        look(109, 20_000, 0);
        assertThat(governed.grant(109 * MILLI, 1_000, 0)).isZero();
        look(110, 20_000, 0);
        assertThat(governed.grant(110 * MILLI, 50_000, 0)).isEqualTo(20_000);
    }

    @Test
    void whatWasTakenBetweenTwoLooksMakesRoomWhenItHasBeenUnderWayForARoundTrip() {
        controller.pace = 1L << 40;
        take(2, 10_000);
        take(9, 10_000);
        look(11, 20_000, 0);
        assertThat(governed.grant(101 * MILLI, 50_000, 0)).isZero();
        assertThat(governed.grant(102 * MILLI, 50_000, 0)).isEqualTo(10_000);
        assertThat(governed.grant(108 * MILLI, 50_000, 0)).isZero();
        assertThat(governed.grant(109 * MILLI, 50_000, 0)).isEqualTo(10_000);
    }

    private void take(long millis, int bytes) {
        assertThat(governed.grant(millis * MILLI, bytes, 0)).isEqualTo(bytes);
        governed.taken(millis * MILLI, 0);
    }

    @Test
    void rememberingMuchOfARoundTripForgetsNothingOfIt() {
        controller.pace = 1L << 40;
        controller.window = 2_000_000;
        for (int i = 0; i < 2_000; i++) {
            long now = i * MILLI / 40;
            assertThat(governed.grant(now, 1_000, 0)).isEqualTo(1_000);
            governed.taken(now, 0);
        }
        assertThat(governed.grant(99 * MILLI, 1_000, 0)).isZero();
        assertThat(governed.grant(150 * MILLI, 2_000_000, 0)).isEqualTo(2_000_000);
    }

    @Test
    void whatTheEngineHasNotTakenFillsTheWindowHoweverLongItWaits() {
        controller.pace = 1L << 40;
        assertThat(governed.grant(MILLI, 20_000, 0)).isEqualTo(20_000);
        for (int i = 1; i < 50; i++) {
            governed.measured(
                    10L * i * MILLI, new GovernedFlow.Counters(5_000, 0, ROUND_TRIP), 15_000);
        }
        assertThat(governed.grant(500 * MILLI, 50_000, 15_000)).isEqualTo(5_000);
    }

    @Test
    void pacesTheWindowOverARoundTripWhereTheControllerNamesNoRate() {
        // A burst of two datagrams, then 20 kB per 100 ms and a quarter more.
        assertThat(governed.grant(0, 50_000, 0)).isEqualTo(2_000);
        assertThat(governed.grant(0, 50_000, 0)).isZero();
        assertThat(governed.paceNanos()).isBetween(4 * MILLI, 4 * MILLI + 2);
        assertThat(governed.grant(3 * MILLI, 50_000, 0)).isZero();
        assertThat(governed.grant(4 * MILLI + 2, 50_000, 0)).isEqualTo(1_000);
        assertThat(governed.grant(28 * MILLI, 50_000, 0)).isEqualTo(2_000);
    }

    @Test
    void atAHighRateABurstIsWhatTwoMillisecondsBring() {
        controller.pace = 10_000_000;
        assertThat(governed.grant(MILLI, 50_000, 0)).isEqualTo(12_000);
        assertThat(governed.grant(2 * MILLI, 50_000, 0)).isEqualTo(8_000);
    }

    @Test
    void letsSmallThingsInAsSoonAsThereIsRoomForThem() {
        controller.pace = 1L << 40;
        assertThat(governed.grant(MILLI, 19_990, 0)).isEqualTo(19_990);
        assertThat(governed.grant(MILLI, 5_000, 0)).isZero();
        assertThat(governed.grant(MILLI, 10, 0)).isEqualTo(10);
    }

    @Test
    void tellsTheControllerWhatTheCountersMean() {
        controller.pace = 1L << 40;
        governed.grant(MILLI, 50_000, 0);
        look(10, 20_500, 0);
        look(60, 20_500, 1_000);
        look(110, 25_500, 1_000);
        look(160, 25_500, 1_000);
        look(210, 25_500, 1_000);
        assertThat(controller.told)
                .containsExactly(
                        "sent 20500 after 0",
                        "lost 1000 of 0 ms",
                        "sent 5000 after 19500",
                        "acknowledged 19500 of 10 ms, 5000 in flight",
                        "acknowledged 5000 of 110 ms, 0 in flight, nothing to say");
    }

    @Test
    void isAtRestOnceEverythingHasArrived() {
        assertThat(governed.isIdle(0, 0)).isTrue();
        governed.grant(0, 5_000, 0);
        look(10, 5_000, 0);
        assertThat(governed.isIdle(10 * MILLI, 0)).isFalse();
        look(110, 5_000, 0);
        assertThat(governed.isIdle(110 * MILLI, 0)).isTrue();
        assertThat(governed.path())
                .isEqualTo(new PathState(DATAGRAM, 20_000, false, ROUND_TRIP, ROUND_TRIP));
    }
}
