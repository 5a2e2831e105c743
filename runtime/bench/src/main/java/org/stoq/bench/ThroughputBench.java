package org.stoq.bench;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.stoq.bench.child.BenchFolder;
import org.stoq.bench.child.ChildFailure;
import org.stoq.bench.child.Message;
import org.stoq.bench.contender.ContenderSpec;

/**
 * Measures throughput over loopback: all contenders in turn, round after round, in alternating
 * order, so that what else the machine does hits all of them. Belongs to one thread, which blocks.
 */
public final class ThroughputBench {
    /** As STOQ has it by itself, milliseconds. */
    static final long IDLE_MILLIS = 30_000;

    /** Later rounds meet a compiled program; only the connection is new. */
    private static final int LATER_WARM_UP_DIVISOR = 4;

    private final ThroughputPlan plan;
    private final Path folder;
    private final BenchListener listener;
    private int done;

    /**
     * Creates a benchmark.
     *
     * @param folder an empty folder for certificates and logs
     */
    public ThroughputBench(ThroughputPlan plan, Path folder, BenchListener listener) {
        this.plan = plan;
        this.folder = folder;
        this.listener = listener;
    }

    /** One contender at one size, as it gets on. */
    private static final class Entry implements AutoCloseable {
        private final ContenderSpec contender;
        private final List<Round> rounds = new ArrayList<>();
        private @Nullable Pair pair;
        private Optional<String> unavailable = Optional.empty();
        private Optional<String> failure = Optional.empty();

        Entry(ContenderSpec contender) {
            this.contender = contender;
        }

        void fail(IOException reason) {
            String text = String.valueOf(reason.getMessage());
            if (reason instanceof ChildFailure child && child.unavailable()) {
                unavailable = Optional.of(text);
            } else {
                failure = Optional.of(text);
            }
            rounds.clear();
            close();
        }

        boolean runs() {
            return unavailable.isEmpty() && failure.isEmpty();
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
     * @throws IOException if the folder cannot be written to; what fails in a contender is in the
     *     report
     */
    public ThroughputReport run() throws IOException {
        new BenchFolder(folder).prepare();
        List<Outcome> outcomes = new ArrayList<>();
        for (int size : plan.datagramBytes()) {
            outcomes.addAll(run(size));
        }
        return new ThroughputReport(plan, Machine.here(), outcomes);
    }

    private List<Outcome> run(int datagramBytes) {
        Map<ContenderSpec, Entry> entries = new LinkedHashMap<>();
        plan.contenders().forEach(spec -> entries.put(spec, new Entry(spec)));
        List<Entry> order = new ArrayList<>(entries.values());
        try {
            for (int round = 0; round < plan.rounds(); round++) {
                for (Entry entry : order) {
                    measure(entry, datagramBytes, round);
                }
                order = order.reversed();
            }
            Entry subject = entries.values().iterator().next();
            return entries.values().stream()
                    .map(entry -> outcome(entry, subject, datagramBytes))
                    .toList();
        } finally {
            entries.values().forEach(Entry::close);
        }
    }

    private void measure(Entry entry, int datagramBytes, int round) {
        int total = plan.datagramBytes().size() * plan.rounds() * plan.contenders().size();
        listener.step(
                "%s, %,d bytes, round %d of %d"
                        .formatted(entry.contender, datagramBytes, round + 1, plan.rounds()),
                done,
                total);
        done++;
        if (!entry.runs()) {
            return;
        }
        try {
            Duration warmUp = plan.warmUp();
            Pair pair = entry.pair;
            if (pair == null) {
                pair = Pair.start(entry.contender, folder, setup(plan, datagramBytes));
                entry.pair = pair;
            } else {
                warmUp = warmUp.dividedBy(LATER_WARM_UP_DIVISOR);
            }
            entry.rounds.add(pair.run(warmUp, plan.measured().dividedBy(plan.rounds())));
        } catch (IOException e) {
            entry.fail(e);
        }
    }

    /** Returns what both ends of a contender are told. */
    static Message setup(ThroughputPlan plan, int datagramBytes) {
        return plan.where(Message.of("setup"))
                .with("mtu", datagramBytes)
                .with("congestion", plan.congestion())
                .with("connections", plan.connections())
                .with("streams", plan.streams())
                .with("idle", IDLE_MILLIS)
                .with("direction", plan.direction());
    }

    private static Outcome outcome(Entry entry, Entry subject, int datagramBytes) {
        return new Outcome(
                entry.contender,
                datagramBytes,
                entry.rounds,
                ratio(subject.rounds, entry.rounds),
                entry.unavailable,
                entry.failure);
    }

    /** The median over the rounds, for only what ran side by side can be compared. */
    static OptionalDouble ratio(List<Round> subject, List<Round> other) {
        if (subject.isEmpty() || other.isEmpty()) {
            return OptionalDouble.empty();
        }
        List<Double> ratios =
                IntStream.range(0, Math.min(subject.size(), other.size()))
                        .mapToObj(
                                i -> subject.get(i).gbitPerSecond() / other.get(i).gbitPerSecond())
                        .toList();
        return OptionalDouble.of(Spread.of(ratios).median());
    }
}
