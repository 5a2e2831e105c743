package org.stoq.bench;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.stoq.bench.child.Message;
import org.stoq.bench.child.Target;
import org.stoq.bench.contender.ContenderSpec;
import org.stoq.bench.contender.Direction;

/**
 * What a measurement of throughput is to do.
 *
 * @param contenders who takes part; the first one is the subject, which the others are compared
 *     with
 * @param datagramBytes largest UDP payloads, one measurement for each; 1,200 to 65,487 bytes
 * @param measured how long each contender is measured, over all rounds
 * @param rounds into how many rounds that is split, at least 1
 * @param warmUp how long bytes flow before the first round of a contender counts; before later
 *     rounds a quarter of it
 * @param direction which way the bytes go
 * @param connections how many connections at once, at least 1
 * @param streams how many streams on each, at least 1
 * @param congestion congestion algorithm of those that have a choice
 * @param target a node that runs already and is measured instead of contenders
 */
public record ThroughputPlan(
        List<ContenderSpec> contenders,
        List<Integer> datagramBytes,
        Duration measured,
        int rounds,
        Duration warmUp,
        Direction direction,
        int connections,
        int streams,
        String congestion,
        Optional<Target> target) {
    /** Copies the lists and checks the ranges. */
    public ThroughputPlan {
        contenders = List.copyOf(contenders);
        datagramBytes = List.copyOf(datagramBytes);
        if (contenders.isEmpty() || datagramBytes.isEmpty()) {
            throw new IllegalArgumentException("nothing to measure");
        }
        if (rounds < 1 || connections < 1 || streams < 1) {
            throw new IllegalArgumentException(
                    "%d rounds, %d connections, %d streams"
                            .formatted(rounds, connections, streams));
        }
    }

    /** Tells a child whom to measure. */
    Message where(Message message) {
        return target.map(node -> node.in(message)).orElse(message);
    }
}
