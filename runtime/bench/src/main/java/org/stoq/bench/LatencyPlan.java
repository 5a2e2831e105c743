package org.stoq.bench;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import org.stoq.bench.child.Target;
import org.stoq.bench.contender.ContenderSpec;

/**
 * What a measurement of latency is to do.
 *
 * @param contenders who takes part
 * @param datagramBytes largest UDP payload, 1,200 to 65,487 bytes
 * @param requestBytes length of a request, and of its answer
 * @param measured how long each contender is measured, over all rounds
 * @param rounds into how many rounds that is split, at least 1
 * @param warmUp how long the closed loop runs that finds what a contender can do
 * @param rate requests in a second; empty for half of what it can do
 * @param congestion congestion algorithm of those that have a choice
 * @param target a node that runs already and is asked instead of contenders
 */
public record LatencyPlan(
        List<ContenderSpec> contenders,
        int datagramBytes,
        int requestBytes,
        Duration measured,
        int rounds,
        Duration warmUp,
        OptionalDouble rate,
        String congestion,
        Optional<Target> target) {
    /** Copies the list and checks the ranges. */
    public LatencyPlan {
        contenders = List.copyOf(contenders);
        if (contenders.isEmpty() || rounds < 1) {
            throw new IllegalArgumentException("nothing to measure");
        }
        if (rate.isPresent() && !(rate.getAsDouble() > 0)) {
            throw new IllegalArgumentException(
                    "a rate of " + rate.getAsDouble() + " requests in a second");
        }
    }
}
