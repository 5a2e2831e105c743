package org.stoq.testkit.path;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.stoq.sdk.congestion.CongestionController;

/**
 * A flow to simulate.
 *
 * @param name by which its result is found
 * @param controller governs it from the start
 * @param source what it sends
 * @param start when it starts, since the beginning of the simulation
 * @param tick how often its controller is told what has happened, in sums; zero: of each packet
 * @param swaps who governs it later, in order of time
 */
public record PathFlow(
        String name,
        CongestionController controller,
        TrafficSource source,
        Duration start,
        Duration tick,
        List<Swap> swaps) {
    /**
     * A change of the controller while the flow runs.
     *
     * @param at when, since the beginning of the simulation
     * @param next who governs from then on
     */
    public record Swap(Duration at, CongestionController next) {}

    /** Sorts the swaps. */
    public PathFlow {
        swaps = swaps.stream().sorted(Comparator.comparing(Swap::at)).toList();
    }

    /** Returns a flow that has always something to send, from the start on. */
    public static PathFlow of(String name, CongestionController controller) {
        return new PathFlow(
                name, controller, TrafficSource.endless(), Duration.ZERO, Duration.ZERO, List.of());
    }

    /** Returns this flow with another source. */
    public PathFlow sending(TrafficSource what) {
        return new PathFlow(name, controller, what, start, tick, swaps);
    }

    /** Returns this flow with another start. */
    public PathFlow starting(Duration at) {
        return new PathFlow(name, controller, source, at, tick, swaps);
    }

    /** Returns this flow with a controller that is told in sums. */
    public PathFlow ticking(Duration every) {
        return new PathFlow(name, controller, source, start, every, swaps);
    }

    /** Returns this flow with one more change of its controller. */
    public PathFlow swapping(Duration at, CongestionController next) {
        List<Swap> more = new ArrayList<>(swaps);
        more.add(new Swap(at, next));
        return new PathFlow(name, controller, source, start, tick, more);
    }
}
