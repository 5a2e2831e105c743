package org.stoq.bench;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.stoq.bench.child.BenchFolder;
import org.stoq.bench.child.ChildFailure;
import org.stoq.bench.contender.ContenderSpec;

/**
 * Measures handshakes: full ones, with certificates on both sides, and resumed ones, with a ticket
 * of an earlier connection; contenders in turn, round after round. Belongs to one thread, which
 * blocks.
 *
 * <p>A full one is made by a client that has no ticket, many at once, and each connection is closed
 * as soon as it stands. Resumed ones come one after the other, because an engine keeps one ticket
 * for each server, and each waits for the ticket of the next; those that turn out to be full ones
 * are counted apart.
 */
public final class HandshakeBench {
    /** Below the limit that a listener has for one prefix of addresses. */
    private static final int AT_ONCE = 16;

    private static final int LATER_WARM_UP_DIVISOR = 4;

    private final ThroughputPlan plan;
    private final Path folder;
    private final BenchListener listener;

    /**
     * Creates a benchmark.
     *
     * @param plan its direction, connections and streams do not matter
     * @param folder an empty folder for certificates and logs
     */
    public HandshakeBench(ThroughputPlan plan, Path folder, BenchListener listener) {
        this.plan = plan;
        this.folder = folder;
        this.listener = listener;
    }

    /**
     * What came of one contender.
     *
     * @param contender who it was
     * @param full of all rounds; empty if it did not run to the end
     * @param resumed the same; empty too if it keeps no tickets
     * @param unavailable why it cannot run here
     * @param failure why it did not run to the end
     */
    public record Outcome(
            ContenderSpec contender,
            Optional<Handshakes> full,
            Optional<Handshakes> resumed,
            Optional<String> unavailable,
            Optional<String> failure) {
        Map<String, Object> json() {
            Map<String, Object> json = new LinkedHashMap<>();
            json.put("name", contender.toString());
            full.ifPresent(done -> json.put("full", done.json()));
            resumed.ifPresent(done -> json.put("resumed", done.json()));
            unavailable.ifPresent(why -> json.put("unavailable", why));
            failure.ifPresent(why -> json.put("failure", why));
            return json;
        }
    }

    /**
     * What came of all.
     *
     * @param plan what was to be done
     * @param machine where
     * @param outcomes in the order of the plan
     */
    public record Report(ThroughputPlan plan, Machine machine, List<Outcome> outcomes) {
        /** Copies the list. */
        public Report {
            outcomes = List.copyOf(outcomes);
        }

        /** Returns whether all that can run here did. */
        public boolean passed() {
            return outcomes.stream().allMatch(outcome -> outcome.failure().isEmpty())
                    && outcomes.stream().anyMatch(outcome -> outcome.full().isPresent());
        }

        /** Returns the form that scripts read: one object. */
        public Map<String, Object> json() {
            Map<String, Object> json = new LinkedHashMap<>();
            json.put("mode", "connect-rate");
            json.put("full_at_once", AT_ONCE);
            json.put("resumed_at_once", 1);
            json.put("seconds", Decimals.of(plan.measured().toNanos() / 1e9));
            json.put("rounds", plan.rounds());
            json.put("machine", machine.json());
            json.put("contenders", outcomes.stream().map(Outcome::json).toList());
            json.put("passed", passed());
            return json;
        }
    }

    /** One contender, as it gets on. */
    private static final class Entry implements AutoCloseable {
        private final ContenderSpec contender;
        private @Nullable Pair pair;
        private boolean tickets;
        private Optional<Handshakes> full = Optional.empty();
        private Optional<Handshakes> resumed = Optional.empty();
        private Optional<String> unavailable = Optional.empty();
        private Optional<String> failure = Optional.empty();

        Entry(ContenderSpec contender) {
            this.contender = contender;
        }

        @Override
        public void close() {
            if (pair != null) {
                pair.close();
                pair = null;
            }
        }
    }

    /**
     * Runs it.
     *
     * @throws IOException if the folder cannot be written to
     */
    public Report run() throws IOException {
        new BenchFolder(folder).prepare();
        List<Entry> entries = plan.contenders().stream().map(Entry::new).toList();
        List<Entry> order = new ArrayList<>(entries);
        int done = 0;
        try {
            for (int round = 1; round <= plan.rounds(); round++) {
                for (Entry entry : order) {
                    listener.step(
                            "%s, round %d of %d".formatted(entry.contender, round, plan.rounds()),
                            done,
                            plan.rounds() * entries.size());
                    done++;
                    measure(entry);
                }
                order = order.reversed();
            }
            return new Report(
                    plan,
                    Machine.here(),
                    entries.stream()
                            .map(entry ->
                                    new Outcome(
                                            entry.contender,
                                            entry.full,
                                            entry.resumed,
                                            entry.unavailable,
                                            entry.failure))
                            .toList());
        } finally {
            entries.forEach(Entry::close);
        }
    }

    private void measure(Entry entry) {
        if (entry.unavailable.isPresent() || entry.failure.isPresent()) {
            return;
        }
        try {
            Duration warmUp = plan.warmUp().dividedBy(LATER_WARM_UP_DIVISOR);
            Pair pair = entry.pair;
            if (pair == null) {
                warmUp = plan.warmUp();
                pair =
                        Pair.start(
                                entry.contender,
                                folder,
                                ThroughputBench.setup(plan, plan.datagramBytes().getFirst()));
                entry.pair = pair;
                entry.tickets = pair.keepsTickets();
            }
            Duration window = plan.measured().dividedBy(plan.rounds() * (entry.tickets ? 2L : 1));
            entry.full = sum(entry.full, pair.churn(AT_ONCE, false, warmUp, window));
            if (entry.tickets) {
                entry.resumed = sum(entry.resumed, pair.churn(1, true, warmUp, window));
            }
        } catch (IOException e) {
            String text = String.valueOf(e.getMessage());
            if (e instanceof ChildFailure child && child.unavailable()) {
                entry.unavailable = Optional.of(text);
            } else {
                entry.failure = Optional.of(text);
            }
            entry.full = Optional.empty();
            entry.resumed = Optional.empty();
            entry.close();
        }
    }

    private static Optional<Handshakes> sum(Optional<Handshakes> before, Handshakes more) {
        return Optional.of(before.map(known -> known.plus(more)).orElse(more));
    }
}
