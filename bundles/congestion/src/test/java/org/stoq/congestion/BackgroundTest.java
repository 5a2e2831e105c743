package org.stoq.congestion;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.stoq.sdk.congestion.CongestionController;
import org.stoq.sdk.congestion.PathState;
import org.stoq.testkit.path.Bottleneck;
import org.stoq.testkit.path.Interval;
import org.stoq.testkit.path.PathFlow;
import org.stoq.testkit.path.PathResult;
import org.stoq.testkit.path.PathSimulation;
import org.stoq.testkit.path.TrafficSource;

/** {@code ledbat} as the background of somebody else, alone, and beside itself. */
class BackgroundTest {
    static List<Bottleneck> corners() {
        return Experiments.paths(
                new int[] {5, 30, 200}, new int[] {5, 40, 100}, new double[] {0.5, 4});
    }

    /** Paths that hold at least ten datagrams: see docs/congestion.md. */
    static List<Bottleneck> ordinary() {
        return Experiments.paths(
                new int[] {10, 50}, new int[] {20, 50, 100}, new double[] {0.5, 1, 4});
    }

    @ParameterizedTest
    @MethodSource("corners")
    void aForegroundFlowKeepsNineTenths(Bottleneck path) {
        assertThat(Experiments.foregroundKeeps(path, new NewReno())).isGreaterThan(0.9);
        assertThat(Experiments.foregroundKeeps(path, new Cubic())).isGreaterThan(0.9);
    }

    @ParameterizedTest
    @MethodSource("corners")
    void aloneItUsesThePath(Bottleneck path) {
        PathFlow flow = PathFlow.of("background", new Ledbat());
        assertThat(Experiments.alone(path, flow).utilisation()).isGreaterThan(0.85);
    }

    @ParameterizedTest
    @MethodSource("ordinary")
    void twoShareFairlyThoughOneComesLater(Bottleneck path) {
        assertThat(Experiments.fairness(path, new Ledbat())).isGreaterThan(0.9);
    }

    @ParameterizedTest
    @MethodSource("ordinary")
    void itMakesWayAtOnceAndComesBack(Bottleneck path) {
        long seconds = 10;
        long bytes = path.bitsPerSecond() / 8 * seconds;
        PathFlow people =
                PathFlow.of("people", new NewReno())
                        .starting(Duration.ofSeconds(20))
                        .sending(TrafficSource.bursts(bytes, Duration.ofHours(1)));
        PathResult result =
                new PathSimulation(path, 1)
                        .add(people)
                        .add(PathFlow.of("background", new Ledbat()))
                        .run(Duration.ofSeconds(80));
        assertThat(share(result, path, "background", new Interval(10, 20))).isGreaterThan(0.75);
        assertThat(share(result, path, "people", new Interval(22, 28))).isGreaterThan(0.85);
        assertThat(share(result, path, "background", new Interval(60, 80))).isGreaterThan(0.75);
    }

    /** Paths on which a datagram for each round trip would need a minute. */
    static List<Bottleneck> wide() {
        return Experiments.paths(new int[] {50}, new int[] {20, 50}, new double[] {0.5, 1, 4});
    }

    @ParameterizedTest
    @MethodSource("wide")
    void whatHasBecomeFreeIsTakenWithinSeconds(Bottleneck path) {
        PathFlow people =
                PathFlow.of("people", new NewReno())
                        .starting(Duration.ofSeconds(20))
                        .sending(
                                TrafficSource.bursts(
                                        path.bitsPerSecond() / 8 * 10, Duration.ofHours(1)));
        PathResult result =
                new PathSimulation(path, 1)
                        .add(people)
                        .add(PathFlow.of("background", new Ledbat()))
                        .run(Duration.ofSeconds(50));
        assertThat(share(result, path, "background", new Interval(33, 43))).isGreaterThan(0.7);
    }

    /** Adds to every sample of ten milliseconds in half a second, as a pause of a machine does. */
    private record Pausing(CongestionController controller) implements CongestionController {
        private static final long EVERY_NANOS = 500_000_000;
        private static final long PAUSE_NANOS = 10_000_000;
        private static final long LONGER_NANOS = 20_000_000;

        @Override
        public String name() {
            return controller.name();
        }

        @Override
        public Flow start(PathState path, long nowNanos) {
            Flow flow = controller.start(path, nowNanos);
            return new Flow() {
                @Override
                public void roundTrip(long now, long latest, long smoothed, long minimum) {
                    long longer = Math.floorMod(now, EVERY_NANOS) < PAUSE_NANOS ? LONGER_NANOS : 0;
                    flow.roundTrip(now, latest + longer, smoothed, minimum);
                }

                @Override
                public void sent(long now, long bytes, long inFlight) {
                    flow.sent(now, bytes, inFlight);
                }

                @Override
                public void congestionExperienced(long now, long packets, long newest) {
                    flow.congestionExperienced(now, packets, newest);
                }

                @Override
                public void lost(long now, long bytes, long newest, boolean persistent) {
                    flow.lost(now, bytes, newest, persistent);
                }

                @Override
                public void acknowledged(
                        long now, long bytes, long newest, long inFlight, boolean appLimited) {
                    flow.acknowledged(now, bytes, newest, inFlight, appLimited);
                }

                @Override
                public void datagramSize(int maxDatagramBytes) {
                    flow.datagramSize(maxDatagramBytes);
                }

                @Override
                public long windowBytes() {
                    return flow.windowBytes();
                }

                @Override
                public long pacingBytesPerSecond() {
                    return flow.pacingBytesPerSecond();
                }
            };
        }
    }

    @ParameterizedTest
    @MethodSource("ordinary")
    void aDelayThatIsOverWithinARoundTripIsNoQueue(Bottleneck path) {
        PathFlow flow = PathFlow.of("background", new Pausing(new Ledbat()));
        assertThat(Experiments.alone(path, flow).utilisation()).isGreaterThan(0.8);
    }

    private static double share(
            PathResult result, Bottleneck path, String flow, Interval interval) {
        return result.flow(flow).bitsPerSecond(interval) / path.bitsPerSecond();
    }

    @ParameterizedTest
    @MethodSource("ordinary")
    void itHoldsWithAFewSumsPerRoundTripToo(Bottleneck path) {
        PathFlow people = PathFlow.of("people", new NewReno());
        PathFlow background =
                PathFlow.of("background", new Ledbat())
                        .starting(Duration.ofSeconds(5))
                        .ticking(Duration.ofNanos(path.roundTripNanos() / 4));
        Interval interval = new Interval(10, 120);
        PathResult lone = new PathSimulation(path, 1).add(people).run(Duration.ofMinutes(2));
        PathResult both =
                new PathSimulation(path, 1).add(people).add(background).run(Duration.ofMinutes(2));
        assertThat(share(both, path, "people", interval))
                .isGreaterThan(0.9 * share(lone, path, "people", interval));
        assertThat(Experiments.alone(path, background).utilisation()).isGreaterThan(0.8);
    }
}
