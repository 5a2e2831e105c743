package org.stoq.congestion;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.stoq.sdk.congestion.CongestionController;
import org.stoq.testkit.path.Bottleneck;
import org.stoq.testkit.path.Interval;
import org.stoq.testkit.path.PathFlow;
import org.stoq.testkit.path.PathResult;
import org.stoq.testkit.path.PathSimulation;

/** What is measured of controllers on simulated paths. The same each time. */
final class Experiments {
    private static final long SEED = 1;

    /** NewReno's sawtooth on the longest path takes more than two minutes. */
    private static final Interval AFTER_THE_START = new Interval(10, 120);

    private static final Interval LATE = new Interval(80, 200);
    private static final Duration LATECOMER = Duration.ofSeconds(20);

    private Experiments() {}

    /** Returns paths of all rates with all round-trip times and buffers. */
    static List<Bottleneck> paths(int[] megabits, int[] roundTripMillis, double[] bufferBdps) {
        List<Bottleneck> paths = new ArrayList<>();
        for (int rate : megabits) {
            for (int millis : roundTripMillis) {
                for (double bdps : bufferBdps) {
                    paths.add(Bottleneck.of(rate, Duration.ofMillis(millis), bdps));
                }
            }
        }
        return paths;
    }

    /** Returns which part of its lone throughput a foreground flow keeps beside {@code ledbat}. */
    static double foregroundKeeps(Bottleneck path, CongestionController foreground) {
        PathFlow people = PathFlow.of("people", foreground);
        PathFlow background =
                PathFlow.of("background", new Ledbat()).starting(Duration.ofSeconds(5));
        return throughput(run(path, AFTER_THE_START, people, background))
                / throughput(run(path, AFTER_THE_START, people));
    }

    private static double throughput(PathResult result) {
        return result.flow("people").bitsPerSecond(AFTER_THE_START);
    }

    /** Runs a flow alone for two minutes. */
    static Lone alone(Bottleneck path, PathFlow flow) {
        PathResult result = run(path, AFTER_THE_START, flow);
        return new Lone(
                result.utilisation(AFTER_THE_START),
                result.queueingMillis(95, AFTER_THE_START),
                result.flow(flow.name()).lossRatio());
    }

    /**
     * A flow alone.
     *
     * @param utilisation of the link
     * @param queueingMillis 95th percentile
     * @param lossRatio share of its packets that were lost
     */
    record Lone(double utilisation, double queueingMillis, double lossRatio) {}

    /** Returns Jain's index of two flows of a kind, one of which comes twenty seconds later. */
    static double fairness(Bottleneck path, CongestionController controller) {
        PathFlow first = PathFlow.of("first", controller);
        PathFlow second = PathFlow.of("second", controller).starting(LATECOMER);
        return run(path, LATE, first, second).fairness(LATE);
    }

    /** Returns the share of the link that {@code copa} has beside a NewReno flow. */
    static double copaBesideNewReno(Bottleneck path) {
        PathFlow copa = PathFlow.of("copa", new Copa());
        PathFlow reno = PathFlow.of("reno", new NewReno()).starting(Duration.ofSeconds(5));
        Interval interval = AFTER_THE_START;
        return run(path, interval, copa, reno).flow("copa").bitsPerSecond(interval)
                / path.bitsPerSecond();
    }

    private static PathResult run(Bottleneck path, Interval interval, PathFlow... flows) {
        PathSimulation simulation = new PathSimulation(path, SEED);
        for (PathFlow flow : flows) {
            simulation.add(flow);
        }
        return simulation.run(Duration.ofSeconds((long) interval.toSeconds()));
    }
}
