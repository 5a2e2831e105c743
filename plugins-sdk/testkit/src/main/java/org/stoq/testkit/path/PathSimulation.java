package org.stoq.testkit.path;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/**
 * Flows over one bottleneck, event by event. Nothing waits and nothing reads a clock.
 *
 * <p>Senders stand at the bottleneck; what they send waits in its queue, is sent, and its
 * acknowledgement is back a round trip later. Each packet is acknowledged by itself. Belongs to one
 * thread.
 */
public final class PathSimulation {
    private final Bottleneck link;
    private final BottleneckQueue queue;
    private final List<SimulatedSender> senders = new ArrayList<>();
    private final List<FlowResult> results = new ArrayList<>();

    /**
     * Creates a path without flows.
     *
     * @param seed of the little noise in the acknowledgements' times, and of random losses
     */
    public PathSimulation(Bottleneck link, long seed) {
        this.link = link;
        this.queue = new BottleneckQueue(link, new Random(seed));
    }

    /** Adds a flow. */
    public PathSimulation add(PathFlow flow) {
        FlowResult result = new FlowResult(flow.name());
        senders.add(new SimulatedSender(flow, queue, result));
        results.add(result);
        return this;
    }

    /** Runs it from the beginning; to be called once. */
    public PathResult run(Duration lasting) {
        long endNanos = lasting.toNanos();
        while (true) {
            SimulatedSender next = null;
            long nextNanos = endNanos;
            for (SimulatedSender sender : senders) {
                if (sender.wakeNanos() < nextNanos) {
                    nextNanos = sender.wakeNanos();
                    next = sender;
                }
            }
            if (next == null) {
                return new PathResult(link, queue, results);
            }
            next.wake(nextNanos);
        }
    }
}
