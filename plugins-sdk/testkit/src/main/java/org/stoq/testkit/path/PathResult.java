package org.stoq.testkit.path;

import java.util.List;

/** What became of the flows of a simulation. */
public final class PathResult {
    private static final double MICROS_PER_MILLI = 1_000;
    private static final double PERCENT = 100;

    private final Bottleneck link;
    private final BottleneckQueue queue;
    private final List<FlowResult> flows;

    PathResult(Bottleneck link, BottleneckQueue queue, List<FlowResult> flows) {
        this.link = link;
        this.queue = queue;
        this.flows = List.copyOf(flows);
    }

    /** Returns the flows, in the order in which they were added. */
    public List<FlowResult> flows() {
        return flows;
    }

    /**
     * Returns a flow by its name.
     *
     * @throws IllegalArgumentException if there is none of that name
     */
    public FlowResult flow(String name) {
        return flows.stream()
                .filter(flow -> flow.name().equals(name))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("no flow '" + name + "'"));
    }

    /** Returns how much of the link's rate arrived, 0 to 1: acknowledged bytes of all flows. */
    public double utilisation(Interval interval) {
        return flows.stream().mapToDouble(flow -> flow.bitsPerSecond(interval)).sum()
                / link.bitsPerSecond();
    }

    /**
     * Returns Jain's index of the flows' shares: 1 if they are equal, one over the number of flows
     * if one has everything; 1 if none has anything.
     */
    public double fairness(Interval interval) {
        double sum = 0;
        double squares = 0;
        for (FlowResult flow : flows) {
            double share = flow.bitsPerSecond(interval);
            sum += share;
            squares += share * share;
        }
        return squares == 0 ? 1 : sum * sum / (flows.size() * squares);
    }

    /**
     * Returns how long packets waited in the queue, in milliseconds; 0 if there were none.
     *
     * @param percentile 0 to 100
     */
    public double queueingMillis(double percentile, Interval interval) {
        int[] waits = queue.waitsMicros(interval);
        if (waits.length == 0) {
            return 0;
        }
        int rank = (int) Math.ceil(percentile / PERCENT * waits.length) - 1;
        return waits[Math.clamp(rank, 0, waits.length - 1)] / MICROS_PER_MILLI;
    }
}
