package org.stoq.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.junit.jupiter.api.Assumptions.assumeTrue;
import static org.stoq.testkit.SteadyPath.DATAGRAM_BYTES;
import static org.stoq.testkit.SteadyPath.RTT_NANOS;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.stoq.sdk.congestion.CongestionController;
import org.stoq.sdk.congestion.PathState;
import org.stoq.testkit.path.Bottleneck;
import org.stoq.testkit.path.Interval;
import org.stoq.testkit.path.PathFlow;
import org.stoq.testkit.path.PathResult;
import org.stoq.testkit.path.PathSimulation;
import org.stoq.testkit.path.TrafficSource;

/**
 * What every {@link CongestionController} must do (RFC 9002 s.7). How fast the window grows is its
 * own affair, as long as it uses an ordinary path.
 */
public abstract class CongestionControllerContract {
    private static final int MANY_ROUNDS = 20;
    private static final int STORMS = 200;
    private static final int EVENTS_PER_STORM = 3_000;
    private static final int EVENTS_PER_ROUND = 21;
    private static final long LEAST_BYTES = PathState.leastWindowBytes(DATAGRAM_BYTES);
    private static final Bottleneck LINK = Bottleneck.of(20, Duration.ofMillis(40), 1);

    /** Returns the controller to test. */
    protected abstract CongestionController controller();

    @Test
    protected void theNameIsOneThatAConfigurationCanHold() {
        assertThat(controller().name()).matches("[a-z0-9._-]{1,64}").isEqualTo(controller().name());
    }

    @Test
    protected void aNewFlowBeginsWithTheWindowOfItsPathOrLess() {
        for (int datagramBytes : new int[] {1, 1_200, 1_350, 9_000, 65_527}) {
            PathState path = PathState.initial(datagramBytes, RTT_NANOS);
            CongestionController.Flow flow = controller().start(path, Long.MIN_VALUE);
            assertThat(flow.windowBytes())
                    .isBetween(PathState.leastWindowBytes(datagramBytes), path.windowBytes());
            assertThat(flow.pacingBytesPerSecond()).isNotNegative();
        }
    }

    @Test
    protected void aFlowTakesOverWhatAnotherControllerHasFound() {
        for (long packets : new long[] {1, 2, 3, 10, 1_000, 100_000}) {
            long windowBytes = packets * DATAGRAM_BYTES;
            PathState path =
                    new PathState(DATAGRAM_BYTES, windowBytes, false, RTT_NANOS, RTT_NANOS);
            CongestionController.Flow flow = controller().start(path, 0);
            assertThat(flow.windowBytes())
                    .isBetween(
                            Math.max(LEAST_BYTES, windowBytes / 2),
                            Math.max(LEAST_BYTES, windowBytes));
        }
    }

    @Test
    protected void theWindowGrowsWhileEverythingArrives() {
        SteadyPath path = path();
        long before = path.windowBytes();
        path.rounds(MANY_ROUNDS);
        assertThat(path.windowBytes()).isGreaterThan(before);
    }

    @Test
    protected void theWindowDoesNotGrowWhileTheSenderHasTooLittleToSend() {
        SteadyPath path = path();
        path.rounds(3);
        long before = path.windowBytes();
        path.appLimited(true);
        for (int round = 0; round < 50; round++) {
            path.round(2);
        }
        assertThat(path.windowBytes()).isLessThanOrEqualTo(before);
    }

    @Test
    protected void persistentCongestionTakesAwayWhatHasGrown() {
        SteadyPath path = path();
        long initial = path.windowBytes();
        path.rounds(MANY_ROUNDS);
        path.lose(5, true);
        assertThat(path.windowBytes()).isLessThanOrEqualTo(initial);
    }

    @Test
    protected void packetsOfOneFlightAreOneLoss() {
        SteadyPath path = path();
        path.rounds(10);
        path.pass(RTT_NANOS);
        long sentNanos = path.now() - RTT_NANOS / 2;
        path.flow().lost(path.now(), DATAGRAM_BYTES, sentNanos, false);
        long once = path.windowBytes();
        path.flow().lost(path.now() + 1, DATAGRAM_BYTES, sentNanos, false);
        path.flow().lost(path.now() + 2, DATAGRAM_BYTES, sentNanos - 1, false);
        assertThat(path.windowBytes()).isGreaterThanOrEqualTo(once);
    }

    @Test
    protected void lossAndMarksNeverOpenTheWindow() {
        SteadyPath path = path();
        path.rounds(10);
        long before = path.windowBytes();
        path.lose(1, false);
        assertThat(path.windowBytes()).isLessThanOrEqualTo(before);
        path.pass(4 * RTT_NANOS);
        before = path.windowBytes();
        path.flow().congestionExperienced(path.now(), 3, path.now() - 1);
        assertThat(path.windowBytes()).isLessThanOrEqualTo(before);
    }

    @Test
    protected void manyLossesShrinkTheWindow() {
        SteadyPath path = path();
        path.rounds(10);
        long before = path.windowBytes();
        for (int round = 0; round < MANY_ROUNDS; round++) {
            int packets = path.packetsInWindow();
            path.roundWithLosses(packets, packets / 2);
        }
        assertThat(path.windowBytes()).isLessThanOrEqualTo(Math.max(LEAST_BYTES, before / 2));
    }

    @Test
    protected void manyMarksShrinkTheWindow() {
        SteadyPath path = path();
        path.rounds(10);
        long before = path.windowBytes();
        for (int round = 0; round < MANY_ROUNDS; round++) {
            int packets = path.packetsInWindow();
            path.roundWithMarks(packets, packets);
        }
        assertThat(path.windowBytes()).isLessThanOrEqualTo(Math.max(LEAST_BYTES, before / 2));
    }

    @Test
    protected void aLossThatWasNoneCostsNothingMore() {
        SteadyPath path = path();
        path.rounds(10);
        long before = path.windowBytes();
        path.lose(2, false);
        long after = path.windowBytes();
        path.flow().spuriouslyLost(path.now() + 1, 2L * DATAGRAM_BYTES, path.now() - 2 * RTT_NANOS);
        assertThat(path.windowBytes()).isBetween(after, Math.max(before, after));
    }

    @Test
    protected void aFlowRecoversAfterTheWorst() {
        SteadyPath path = path();
        path.rounds(5);
        path.lose(10, true);
        long worst = path.windowBytes();
        path.rounds(30);
        assertThat(path.windowBytes()).isGreaterThan(worst);
    }

    @Test
    protected void flowsDoNotShareState() {
        CongestionController controller = controller();
        SteadyPath first = new SteadyPath(controller, 0);
        SteadyPath second = new SteadyPath(controller, 0);
        long before = second.windowBytes();
        first.rounds(MANY_ROUNDS);
        first.lose(3, true);
        assertThat(second.windowBytes()).isEqualTo(before);
    }

    @Test
    protected void aLargerDatagramRaisesTheLeastWindow() {
        SteadyPath path = path();
        path.lose(10, true);
        path.flow().datagramSize(9_000);
        assertThat(path.windowBytes()).isGreaterThanOrEqualTo(18_000);
        path.lose(10, true);
        assertThat(path.windowBytes()).isGreaterThanOrEqualTo(18_000);
    }

    @Test
    protected void theWindowStaysInItsRangeWhateverHappens() {
        for (long seed = 0; seed < STORMS; seed++) {
            CongestionStorm storm = new CongestionStorm(controller(), seed, start(seed));
            for (int event = 0; event < EVENTS_PER_STORM; event++) {
                assertThat(storm.step()).as("event %d of seed %d", event, seed).isEmpty();
            }
        }
    }

    private static long start(long seed) {
        return switch ((int) (seed % 4)) {
            case 0 -> 0;
            case 1 -> Long.MIN_VALUE;
            case 2 -> Long.MAX_VALUE - Duration.ofHours(1).toNanos();
            default -> -1;
        };
    }

    @Test
    protected void onlyDifferencesOfTimesCount() {
        for (long seed = 0; seed < STORMS / 10; seed++) {
            List<Long> windows = windows(seed, 0);
            assertThat(windows(seed, Long.MAX_VALUE - 1)).isEqualTo(windows);
            assertThat(windows(seed, -Duration.ofHours(1).toNanos())).isEqualTo(windows);
        }
    }

    private List<Long> windows(long seed, long startNanos) {
        CongestionStorm storm = new CongestionStorm(controller(), seed, startNanos);
        List<Long> windows = new ArrayList<>();
        for (int event = 0; event < EVENTS_PER_STORM; event++) {
            storm.step();
            windows.add(storm.windowBytes());
        }
        return windows;
    }

    @Test
    protected void roundTripsOfEveryLengthAreTaken() {
        for (long rttNanos : new long[] {1, 1_000, RTT_NANOS, 60_000_000_000L}) {
            CongestionController.Flow flow =
                    controller().start(PathState.initial(DATAGRAM_BYTES, rttNanos), 0);
            long now = 0;
            for (int packet = 0; packet < 200; packet++) {
                flow.sent(now, DATAGRAM_BYTES, 0);
                long sentNanos = now;
                now += rttNanos;
                flow.roundTrip(now, rttNanos, rttNanos, rttNanos);
                flow.acknowledged(now, DATAGRAM_BYTES, sentNanos, 0, false);
                assertThat(flow.windowBytes()).isGreaterThanOrEqualTo(LEAST_BYTES);
            }
        }
    }

    @Test
    protected void eventsAllocateNothingInTheLongRun() {
        assumeTrue(
                ManagementFactory.getThreadMXBean() instanceof ThreadMXBean counts
                        && counts.isThreadAllocatedMemorySupported()
                        && counts.isThreadAllocatedMemoryEnabled(),
                "this JVM counts what threads allocate");
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        SteadyPath path = path();
        int rounds = 3_000;
        busyRounds(path, rounds);
        long before = threads.getCurrentThreadAllocatedBytes();
        busyRounds(path, rounds);
        long bytes = threads.getCurrentThreadAllocatedBytes() - before;
        // A buffer that has grown once more is no allocation per event.
        assertThat((double) bytes / ((long) rounds * EVENTS_PER_ROUND)).isLessThan(1);
    }

    /** Ten packets a round, and a loss now and then, so that the window stays of a size. */
    private static void busyRounds(SteadyPath path, int rounds) {
        for (int round = 0; round < rounds; round++) {
            path.roundWithLosses(10, round % 50 == 0 ? 1 : 0);
        }
    }

    @Test
    protected void sumsAreAsGoodAsSinglePackets() {
        assertSumsAreAsGood(LINK, new Interval(10, 40));
        // A long path shows whether the window grows as fast.
        assertSumsAreAsGood(Bottleneck.of(100, Duration.ofMillis(100), 1), new Interval(0, 5));
    }

    private void assertSumsAreAsGood(Bottleneck link, Interval interval) {
        PathFlow flow = PathFlow.of("flow", controller());
        double single = utilisation(link, flow, interval);
        double sums = utilisation(link, flow.ticking(Duration.ofMillis(5)), interval);
        assertThat(sums).isCloseTo(single, within(single / 5));
    }

    @Test
    protected void aLoneFlowUsesAnOrdinaryPath() {
        PathFlow flow = PathFlow.of("flow", controller());
        assertThat(utilisation(LINK, flow, new Interval(10, 40))).isGreaterThan(0.6);
    }

    private static double utilisation(Bottleneck link, PathFlow flow, Interval interval) {
        return new PathSimulation(link, 1)
                .add(flow)
                .run(Duration.ofSeconds((long) interval.toSeconds()))
                .utilisation(interval);
    }

    @Test
    protected void aSwapOnALiveFlowKeepsItsPace() {
        PathResult result =
                new PathSimulation(LINK, 2)
                        .add(
                                PathFlow.of("flow", controller())
                                        .swapping(Duration.ofSeconds(20), controller())
                                        .swapping(Duration.ofSeconds(30), controller()))
                        .run(Duration.ofSeconds(40));
        double before = result.utilisation(new Interval(10, 20));
        assertThat(result.utilisation(new Interval(20, 40))).isGreaterThan(0.75 * before);
    }

    @Test
    protected void aFlowThatPausesDeliversWhatItIsGiven() {
        long burstBytes = 300_000;
        PathResult result =
                new PathSimulation(LINK, 3)
                        .add(
                                PathFlow.of("flow", controller())
                                        .sending(
                                                TrafficSource.bursts(
                                                        burstBytes, Duration.ofSeconds(2))))
                        .run(Duration.ofSeconds(30));
        assertThat(result.flow("flow").acknowledgedBytes(new Interval(0, 30)))
                .isGreaterThanOrEqualTo(14 * burstBytes);
    }

    private SteadyPath path() {
        return new SteadyPath(controller(), 0);
    }
}
