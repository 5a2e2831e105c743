package org.stoq.bench;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.stoq.bench.child.Message;
import org.stoq.bench.contender.Direction;

/**
 * Measures the throughput of a node that runs already: up, down and both ways, in turn, round after
 * round, over connections that stay. The receiver compares every byte, here and at the node.
 * Belongs to one thread, which blocks.
 */
public final class TargetBench {
    private final ThroughputPlan plan;
    private final List<Direction> directions;
    private final Path folder;
    private final BenchListener listener;

    /**
     * Creates a benchmark.
     *
     * @param plan of a target; its own direction does not matter
     * @param directions which are measured, at least one; the time is split among them
     * @param folder an empty folder for logs
     */
    public TargetBench(
            ThroughputPlan plan, List<Direction> directions, Path folder, BenchListener listener) {
        if (directions.isEmpty() || plan.target().isEmpty()) {
            throw new IllegalArgumentException("nothing to measure");
        }
        this.plan = plan;
        this.directions = List.copyOf(directions);
        this.folder = folder;
        this.listener = listener;
    }

    /**
     * One window.
     *
     * @param upBytes what the node has verified
     * @param downBytes what was verified here
     * @param nanos from the first call to the last answer
     * @param nodeCpuNanos CPU time of the node's process
     * @param ownCpuNanos CPU time of the client's process
     */
    public record Window(
            long upBytes, long downBytes, long nanos, long nodeCpuNanos, long ownCpuNanos) {
        private static Window of(Message moved) {
            return new Window(
                    moved.number("up"),
                    moved.number("down"),
                    moved.number("nanos"),
                    moved.number("node-cpu"),
                    moved.number("cpu"));
        }

        /** Returns how many bytes were right, both ways together. */
        public long bytes() {
            return upBytes + downBytes;
        }

        /** Returns the throughput of both ways together, in Gbit/s. */
        public double gbitPerSecond() {
            return 8.0 * bytes() / nanos;
        }

        /** Returns the CPU seconds that the node spent for 10^9 bytes. */
        public double nodeCpuPerGigabyte() {
            return (double) nodeCpuNanos / bytes();
        }

        /** Returns the CPU seconds that were spent here for 10^9 bytes. */
        public double ownCpuPerGigabyte() {
            return (double) ownCpuNanos / bytes();
        }

        private Window plus(Window other) {
            return new Window(
                    upBytes + other.upBytes,
                    downBytes + other.downBytes,
                    nanos + other.nanos,
                    nodeCpuNanos + other.nodeCpuNanos,
                    ownCpuNanos + other.ownCpuNanos);
        }
    }

    /**
     * What came of one direction.
     *
     * @param direction which
     * @param rounds its windows, at least one
     */
    public record Outcome(Direction direction, List<Window> rounds) {
        /** Copies the list. */
        public Outcome {
            rounds = List.copyOf(rounds);
        }

        /** Returns all windows as one. */
        public Window total() {
            return rounds.stream().reduce(Window::plus).orElseThrow();
        }

        /** Returns the throughputs of the windows, in Gbit/s. */
        public Spread spread() {
            return Spread.of(rounds.stream().map(Window::gbitPerSecond).toList());
        }

        private Map<String, Object> json() {
            Window total = total();
            Map<String, Object> json = new LinkedHashMap<>();
            json.put("direction", direction.name().toLowerCase(Locale.ROOT));
            json.put("gbit_per_s", Decimals.of(total.gbitPerSecond()));
            json.put("verified_bytes", total.bytes());
            json.put("up_bytes", total.upBytes());
            json.put("down_bytes", total.downBytes());
            json.put(
                    "cpu_s_per_gb",
                    Decimals.of(total.nodeCpuPerGigabyte() + total.ownCpuPerGigabyte()));
            json.put("node_cpu_s_per_gb", Decimals.of(total.nodeCpuPerGigabyte()));
            json.put("own_cpu_s_per_gb", Decimals.of(total.ownCpuPerGigabyte()));
            json.put("measured_s", Decimals.of(total.nanos() / 1e9));
            json.put(
                    "rounds_gbit_per_s",
                    rounds.stream().map(round -> Decimals.of(round.gbitPerSecond())).toList());
            return json;
        }
    }

    /**
     * What came of all.
     *
     * @param plan what was to be done
     * @param machine where the client ran
     * @param outcomes one for each direction
     * @param residentBefore memory of the node before, bytes
     * @param residentAfter the same after it
     */
    public record Report(
            ThroughputPlan plan,
            Machine machine,
            List<Outcome> outcomes,
            long residentBefore,
            long residentAfter) {
        /** Copies the list. */
        public Report {
            outcomes = List.copyOf(outcomes);
        }

        /** Returns whether bytes flowed each way; those that were wrong have ended the run. */
        public boolean passed() {
            return outcomes.stream().allMatch(outcome -> outcome.total().bytes() > 0);
        }

        /** Returns the form that scripts read: one object. */
        public Map<String, Object> json() {
            Map<String, Object> json = new LinkedHashMap<>();
            json.put("mode", "target");
            json.put("target", plan.contenders().getFirst().toString());
            json.put("connections", plan.connections());
            json.put("streams", plan.streams());
            json.put("mtu", plan.datagramBytes().getFirst());
            json.put("congestion", plan.congestion());
            json.put("rounds", plan.rounds());
            json.put("directions", outcomes.stream().map(Outcome::json).toList());
            json.put("node_rss_before_bytes", residentBefore);
            json.put("node_rss_after_bytes", residentAfter);
            json.put("machine", machine.json());
            json.put("passed", passed());
            return json;
        }
    }

    /**
     * Runs it.
     *
     * @throws IOException if the node cannot be reached or refuses, or a byte is wrong
     */
    public Report run() throws IOException {
        int total = plan.rounds() * directions.size();
        Map<Direction, List<Window>> windows = new EnumMap<>(Direction.class);
        directions.forEach(direction -> windows.put(direction, new ArrayList<>()));
        Duration window = plan.measured().dividedBy(total);
        listener.step("connecting", 0, total);
        try (Pair pair =
                Pair.start(
                        plan.contenders().getFirst(),
                        folder,
                        ThroughputBench.setup(plan, plan.datagramBytes().getFirst()))) {
            pair.openNode();
            for (Direction direction : windows.keySet()) {
                pair.transfer(direction, plan.warmUp().dividedBy(windows.size()));
            }
            long before = pair.nodeResident();
            int done = 0;
            for (int round = 1; round <= plan.rounds(); round++) {
                for (Map.Entry<Direction, List<Window>> entry : windows.entrySet()) {
                    listener.step(
                            "%s, round %d of %d"
                                    .formatted(
                                            entry.getKey().name().toLowerCase(Locale.ROOT),
                                            round,
                                            plan.rounds()),
                            done++,
                            total);
                    entry.getValue().add(Window.of(pair.transfer(entry.getKey(), window)));
                }
            }
            return new Report(
                    plan,
                    Machine.here(),
                    windows.entrySet().stream()
                            .map(entry -> new Outcome(entry.getKey(), entry.getValue()))
                            .toList(),
                    before,
                    pair.nodeResident());
        }
    }
}
