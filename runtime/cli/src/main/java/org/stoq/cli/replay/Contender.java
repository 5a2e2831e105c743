package org.stoq.cli.replay;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.LongConsumer;
import org.stoq.cli.CommandFailure;
import org.stoq.sdk.cache.CachePolicy;

/**
 * Who is replayed.
 *
 * @param name by which it was asked for
 * @param looksAhead whether it knows the future
 * @param run replays it
 */
record Contender(String name, boolean looksAhead, Run run) {
    /** The names of the bounds, which no node can have for a policy. */
    static final List<String> BOUNDS = List.of("belady", "belady-size");

    /** Replays somebody. */
    @FunctionalInterface
    interface Run {
        /**
         * Replays.
         *
         * @param done is told how many more requests are done
         */
        Replay.Missed in(Replay replay, LongConsumer done) throws InterruptedException;
    }

    /**
     * Finds those of some names.
     *
     * @param names as they were typed; empty for all policies and the first bound
     * @throws CommandFailure USAGE for a name that nobody has, or two have
     */
    static List<Contender> find(List<CachePolicy> policies, List<String> names)
            throws CommandFailure {
        Map<String, Contender> known = new LinkedHashMap<>();
        for (CachePolicy policy : policies) {
            Contender before = known.put(policy.name(), ofPolicy(policy));
            if (before != null) {
                throw CommandFailure.usage(
                        "there are two policies '%s'".formatted(policy.name()),
                        "give yours another name, or name one jar with --plugins");
            }
        }
        known.put(BOUNDS.getFirst(), new Contender(BOUNDS.getFirst(), true, Replay::ofBelady));
        if (names.isEmpty()) {
            return List.copyOf(known.values());
        }
        known.put(BOUNDS.getLast(), new Contender(BOUNDS.getLast(), true, Replay::ofSizedBelady));
        List<Contender> found = new ArrayList<>();
        for (String name : names.stream().map(String::strip).distinct().toList()) {
            found.add(
                    Optional.ofNullable(known.get(name))
                            .orElseThrow(() ->
                                    CommandFailure.usage(
                                            "there is no policy '%s'".formatted(name),
                                            "choose of: " + String.join(", ", known.keySet()))));
        }
        return found;
    }

    private static Contender ofPolicy(CachePolicy policy) {
        return new Contender(policy.name(), false, (replay, done) -> replay.of(policy, done));
    }
}
