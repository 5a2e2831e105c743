package org.stoq.testkit.path;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;
import org.stoq.sdk.congestion.CongestionController;
import org.stoq.sdk.congestion.PathState;

/** Against what is known of paths: windows that do not change have results on paper. */
class PathSimulationTest {
    private static final Interval STEADY = new Interval(5, 20);
    private static final Duration TWENTY_SECONDS = Duration.ofSeconds(20);

    /** 10 Mbit/s and 54 ms: 67,500 bytes, 50 datagrams. */
    private static final Bottleneck LINK = Bottleneck.of(10, Duration.ofMillis(54), 2);

    private static final Offset<Double> ONE_PERCENT = within(0.01);

    @Test
    void aWindowOfHalfTheBdpUsesHalfOfTheLinkWithoutAQueue() {
        PathResult result = run(LINK, PathFlow.of("half", new Fixed(25)));
        // A round trip takes one datagram's sending time longer than the bare path.
        assertThat(result.utilisation(STEADY)).isCloseTo(25.0 / 51, ONE_PERCENT);
        assertThat(result.queueingMillis(99, STEADY)).isLessThan(2);
        assertThat(result.flow("half").lossRatio()).isZero();
    }

    @Test
    void whatAWindowHasAboveTheBdpStandsInTheQueue() {
        PathResult result = run(LINK, PathFlow.of("more", new Fixed(101)));
        assertThat(result.utilisation(STEADY)).isCloseTo(1, ONE_PERCENT);
        // 50 datagrams of 1.08 ms each.
        assertThat(result.queueingMillis(50, STEADY)).isCloseTo(54, within(2.0));
    }

    @Test
    void sharesAreAsTheWindowsAre() {
        PathResult result =
                run(LINK, PathFlow.of("one", new Fixed(30)), PathFlow.of("three", new Fixed(90)));
        double ratio =
                result.flow("three").bitsPerSecond(STEADY)
                        / result.flow("one").bitsPerSecond(STEADY);
        assertThat(ratio).isCloseTo(3, within(0.1));
        // (1 + 3)^2 / (2 (1 + 9))
        assertThat(result.fairness(STEADY)).isCloseTo(0.8, ONE_PERCENT);
    }

    @Test
    void aFullQueueDropsWhatIsTooMuch() {
        // The path holds 50 datagrams and the queue 100.
        assertThat(run(LINK, PathFlow.of("fits", new Fixed(145))).flow("fits").lossRatio())
                .isZero();
        PathResult tooMuch = run(LINK, PathFlow.of("flow", new Fixed(300)));
        assertThat(tooMuch.flow("flow").lossRatio()).isGreaterThan(0.1);
        assertThat(tooMuch.utilisation(STEADY)).isCloseTo(1, ONE_PERCENT);
        assertThat(tooMuch.queueingMillis(100, STEADY)).isLessThanOrEqualTo(108);
    }

    @Test
    void lossesAreToldOfOnceAndSentAgain() {
        Bottleneck lossy = LINK.losing(0.05);
        Fixed controller = new Fixed(40);
        PathFlow flow =
                PathFlow.of("flow", controller)
                        .sending(TrafficSource.bursts(500_000, Duration.ofHours(1)));
        PathResult result = run(lossy, flow);
        assertThat(result.flow("flow").lossRatio()).isCloseTo(0.05, within(0.03));
        // A probe may bring what nobody has offered.
        assertThat(result.flow("flow").acknowledgedBytes(new Interval(0, 20)))
                .isBetween(500_000L, 500_000L + 2 * SimulatedSender.DATAGRAM_BYTES);
        assertThat(controller.acknowledgedBytes + controller.lostBytes)
                .isEqualTo(controller.sentBytes);
    }

    @Test
    void theQueueMarksAboveItsThreshold() {
        Fixed small = new Fixed(40);
        Fixed large = new Fixed(100);
        Bottleneck marking = LINK.marking(30_000);
        run(marking, PathFlow.of("flow", small));
        run(marking, PathFlow.of("flow", large));
        assertThat(small.marks).isZero();
        // Once the queue stands, every packet is marked.
        assertThat(large.marks)
                .isGreaterThan(large.acknowledgedBytes / SimulatedSender.DATAGRAM_BYTES * 8 / 10);
    }

    @Test
    void sumsSayTheSameAsSinglePackets() {
        Fixed single = new Fixed(145);
        Fixed sums = new Fixed(145);
        run(LINK, PathFlow.of("flow", single));
        run(LINK, PathFlow.of("flow", sums).ticking(Duration.ofMillis(5)));
        assertThat((double) sums.acknowledgedBytes)
                .isCloseTo(
                        (double) single.acknowledgedBytes, within(0.01 * single.acknowledgedBytes));
        assertThat(single.largestBytes).isEqualTo(SimulatedSender.DATAGRAM_BYTES);
        // 10 Mbit/s for 5 ms.
        assertThat(sums.largestBytes).isBetween(5_000L, 15_000L);
    }

    @Test
    void aSilenceOfThePathIsPersistentCongestion() {
        Fixed controller = new Fixed(40);
        run(LINK.losing(1), PathFlow.of("flow", controller));
        // Nothing is ever acknowledged, so nothing is known to be lost: only probes leave.
        assertThat(controller.lostBytes).isZero();
        assertThat(controller.sentBytes).isLessThan(55 * SimulatedSender.DATAGRAM_BYTES);
        Fixed hit = new Fixed(2);
        run(LINK.losing(0.9), PathFlow.of("flow", hit));
        assertThat(hit.persistent).isPositive();
    }

    @Test
    void aSwapHandsOverTheWindowAndTheTimes() {
        List<PathState> states = new ArrayList<>();
        CongestionController next =
                new CongestionController() {
                    @Override
                    public String name() {
                        return "next";
                    }

                    @Override
                    public Flow start(PathState path, long nowNanos) {
                        states.add(path);
                        return new Fixed(25);
                    }
                };
        PathResult result =
                run(
                        LINK,
                        PathFlow.of("flow", new Fixed(40)).swapping(Duration.ofSeconds(10), next));
        assertThat(states).hasSize(1);
        PathState state = states.getFirst();
        assertThat(state.windowBytes()).isEqualTo(40 * SimulatedSender.DATAGRAM_BYTES);
        assertThat(state.inSlowStart()).isFalse();
        assertThat(state.minimumRttNanos()).isBetween(54_000_000L, 56_000_000L);
        assertThat(result.utilisation(new Interval(12, 20))).isCloseTo(25.0 / 51, ONE_PERCENT);
    }

    @Test
    void theSameSeedGivesTheSameResultAndAnotherOneAnother() {
        Bottleneck lossy = LINK.losing(0.01);
        assertThat(lossRatio(lossy, 1)).isEqualTo(lossRatio(lossy, 1));
        assertThat(lossRatio(lossy, 2)).isNotEqualTo(lossRatio(lossy, 1));
    }

    private static double lossRatio(Bottleneck link, long seed) {
        return new PathSimulation(link, seed)
                .add(PathFlow.of("flow", new Fixed(40)))
                .run(TWENTY_SECONDS)
                .flow("flow")
                .lossRatio();
    }

    @Test
    void aPathWithoutFlowsIsIdle() {
        PathResult result = run(LINK);
        assertThat(result.utilisation(STEADY)).isZero();
        assertThat(result.fairness(STEADY)).isEqualTo(1);
        assertThat(result.queueingMillis(99, STEADY)).isZero();
        assertThatThrownBy(() -> result.flow("none"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("none");
    }

    @Test
    void whatCannotBeIsRefused() {
        assertThatThrownBy(() -> new Bottleneck(0, 0, 1, 0, 0)).hasMessageContaining("0 bit/s");
        assertThatThrownBy(() -> LINK.losing(1.01)).hasMessageContaining("1.01");
        assertThatThrownBy(() -> LINK.losing(Double.NaN)).hasMessageContaining("NaN");
        assertThatThrownBy(() -> new Interval(1, 1.05)).hasMessageContaining("1.05");
        assertThatThrownBy(() -> new Interval(-0.1, 1)).hasMessageContaining("-0.1");
    }

    private static PathResult run(Bottleneck link, PathFlow... flows) {
        PathSimulation simulation = new PathSimulation(link, 1);
        for (PathFlow flow : flows) {
            simulation.add(flow);
        }
        return simulation.run(TWENTY_SECONDS);
    }

    /** A window of so many datagrams whatever happens; for one flow. */
    private static final class Fixed implements CongestionController, CongestionController.Flow {
        private final long windowBytes;
        private long sentBytes;
        private long acknowledgedBytes;
        private long largestBytes;
        private long lostBytes;
        private long marks;
        private long persistent;

        Fixed(int datagrams) {
            windowBytes = (long) datagrams * SimulatedSender.DATAGRAM_BYTES;
        }

        @Override
        public String name() {
            return "fixed";
        }

        @Override
        public Flow start(PathState path, long nowNanos) {
            return this;
        }

        @Override
        public void sent(long nowNanos, long bytes, long inFlightBytes) {
            sentBytes += bytes;
        }

        @Override
        public void congestionExperienced(long nowNanos, long packets, long newestSentNanos) {
            marks += packets;
        }

        @Override
        public void lost(long nowNanos, long bytes, long newestSentNanos, boolean isPersistent) {
            lostBytes += bytes;
            persistent += isPersistent ? 1 : 0;
        }

        @Override
        public void acknowledged(
                long nowNanos,
                long bytes,
                long newestSentNanos,
                long inFlightBytes,
                boolean appLimited) {
            acknowledgedBytes += bytes;
            largestBytes = Math.max(largestBytes, bytes);
        }

        @Override
        public void datagramSize(int maxDatagramBytes) {}

        @Override
        public long windowBytes() {
            return windowBytes;
        }
    }
}
