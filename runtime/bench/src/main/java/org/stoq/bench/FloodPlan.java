package org.stoq.bench;

import java.time.Duration;
import java.util.OptionalInt;
import org.stoq.bench.contender.ContenderSpec;
import org.stoq.bench.contender.Kind;

/**
 * What a measurement under a flood of handshakes is to do.
 *
 * @param server who is flooded: {@code stoq}, with settings perhaps
 * @param prefixes from how many prefixes of 64 bits the flood comes, 1 to 10,000
 * @param answering how many of them answer a Retry, at most all
 * @param packetsPerSecond how many handshakes the flood begins in a second, at least 1; without it
 *     as many as it can
 * @param visitsPerSecond how many honest clients come in a second, at least 1
 * @param warmUp for how long honest clients come before anything counts
 * @param quiet for how long they come before the flood, and again when the server has had time to
 *     recover
 * @param settling for how long the server rests then, until its memory is read for the first time:
 *     a node gives memory back to the system only now and then
 * @param flooded how long the flood is
 * @param recovery how long the server then has until its memory is read for the last time
 */
public record FloodPlan(
        ContenderSpec server,
        int prefixes,
        int answering,
        OptionalInt packetsPerSecond,
        int visitsPerSecond,
        Duration warmUp,
        Duration quiet,
        Duration settling,
        Duration flooded,
        Duration recovery) {
    /** Each has a socket of its own. */
    private static final int MOST_PREFIXES = 10_000;

    /** One in ten has real addresses. */
    private static final int ANSWERING_DIVISOR = 10;

    private static final int VISITS_PER_SECOND = 20;
    private static final Duration QUIET = Duration.ofSeconds(10);

    /** A child trims its memory every 15 seconds, as a node does. */
    private static final Duration SETTLING = Duration.ofSeconds(16);

    private static final Duration RECOVERY = Duration.ofSeconds(30);

    /** Checks the ranges. */
    public FloodPlan {
        if (server.kind() != Kind.STOQ) {
            throw new IllegalArgumentException("a flood is measured with stoq, not " + server);
        }
        if (prefixes < 1 || prefixes > MOST_PREFIXES) {
            throw new IllegalArgumentException(
                    "%,d prefixes are not 1 to %,d".formatted(prefixes, MOST_PREFIXES));
        }
        if (answering < 0
                || answering > prefixes
                || packetsPerSecond.orElse(1) < 1
                || visitsPerSecond < 1) {
            throw new IllegalArgumentException(
                    "%d prefixes that answer, %d packets and %d visits a second"
                            .formatted(answering, packetsPerSecond.orElse(1), visitsPerSecond));
        }
    }

    /** Returns the plan that has been found to tell something, of a length and a strength. */
    public static FloodPlan of(
            ContenderSpec server,
            int prefixes,
            OptionalInt packetsPerSecond,
            Duration warmUp,
            Duration flooded) {
        return new FloodPlan(
                server,
                prefixes,
                Math.ceilDiv(prefixes, ANSWERING_DIVISOR),
                packetsPerSecond,
                VISITS_PER_SECOND,
                warmUp,
                QUIET,
                SETTLING,
                flooded,
                RECOVERY);
    }
}
