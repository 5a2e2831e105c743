package org.stoq.bench;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.HdrHistogram.Histogram;
import org.jspecify.annotations.Nullable;
import org.stoq.bench.child.BenchFolder;
import org.stoq.bench.child.ChildFailure;
import org.stoq.bench.child.Message;
import org.stoq.bench.contender.ContenderSpec;

/**
 * Measures the latency of requests under load: contenders over loopback or a node, in turn, round
 * after round. Belongs to one thread, which blocks.
 */
public final class LatencyBench {
    /** Of what a closed loop has reached, where no rate is named. */
    private static final double LOAD = 0.5;

    private static final double NANOS_PER_MICRO = 1_000;

    /** How long a closed loop runs once it is warm. */
    private static final Duration PROBE = Duration.ofSeconds(1);

    private final LatencyPlan plan;
    private final Path folder;
    private final BenchListener listener;

    /**
     * Creates a benchmark.
     *
     * @param folder an empty folder for certificates and logs
     */
    public LatencyBench(LatencyPlan plan, Path folder, BenchListener listener) {
        this.plan = plan;
        this.folder = folder;
        this.listener = listener;
    }

    /** One contender, as it gets on. */
    private static final class Entry implements AutoCloseable {
        private final ContenderSpec contender;
        private final Histogram latencies = Pair.emptyHistogram();
        private @Nullable Pair pair;
        private double closedLoopRate;
        private long made;
        private Duration cpu = Duration.ZERO;
        private long failed;
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
     * @throws IOException if the folder cannot be written to; what fails in a contender is in the
     *     report
     */
    public LatencyReport run() throws IOException {
        new BenchFolder(folder).prepare();
        List<Entry> entries = plan.contenders().stream().map(Entry::new).toList();
        List<Entry> order = new ArrayList<>(entries);
        int total = plan.rounds() * entries.size();
        int done = 0;
        try {
            for (int round = 1; round <= plan.rounds(); round++) {
                for (Entry entry : order) {
                    listener.step(
                            "%s, round %d of %d".formatted(entry.contender, round, plan.rounds()),
                            done,
                            total);
                    done++;
                    measure(entry);
                }
                order = order.reversed();
            }
            return new LatencyReport(
                    plan, Machine.here(), entries.stream().map(this::outcome).toList());
        } finally {
            entries.forEach(Entry::close);
        }
    }

    private void measure(Entry entry) {
        if (entry.unavailable.isPresent() || entry.failure.isPresent()) {
            return;
        }
        try {
            Pair pair = entry.pair;
            if (pair == null) {
                pair = Pair.start(entry.contender, folder, setup());
                entry.pair = pair;
                pair.openRequests(plan.requestBytes());
                pair.closedLoop(plan.warmUp());
                entry.closedLoopRate = pair.closedLoop(PROBE);
            }
            Duration window = plan.measured().dividedBy(plan.rounds());
            Pair.Load load = pair.openLoop(rate(entry), window);
            entry.latencies.add(load.latencies());
            entry.made += load.made();
            entry.cpu = entry.cpu.plus(load.cpu());
            entry.failed += load.failed();
            if (load.failed() > 0) {
                entry.failure =
                        Optional.of(
                                "%,d requests had no right answer: %s"
                                        .formatted(load.failed(), load.firstFailure().orElse("")));
            }
        } catch (IOException e) {
            String text = String.valueOf(e.getMessage());
            if (e instanceof ChildFailure child && child.unavailable()) {
                entry.unavailable = Optional.of(text);
            } else {
                entry.failure = Optional.of(text);
            }
            entry.latencies.reset();
            entry.close();
        }
    }

    private double rate(Entry entry) {
        return plan.rate().orElse(LOAD * entry.closedLoopRate);
    }

    private LatencyOutcome outcome(Entry entry) {
        return new LatencyOutcome(
                entry.contender,
                entry.closedLoopRate,
                rate(entry),
                entry.latencies,
                entry.made == 0 ? 0 : entry.cpu.toNanos() / NANOS_PER_MICRO / entry.made,
                entry.failed,
                entry.unavailable,
                entry.failure);
    }

    private Message setup() {
        Message setup =
                Message.of("setup")
                        .with("mtu", plan.datagramBytes())
                        .with("congestion", plan.congestion())
                        .with("connections", 1)
                        .with("idle", ThroughputBench.IDLE_MILLIS);
        return plan.target().map(node -> node.in(setup)).orElse(setup);
    }
}
