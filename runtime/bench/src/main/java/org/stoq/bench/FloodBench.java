package org.stoq.bench;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.stoq.bench.child.BenchFolder;
import org.stoq.bench.child.ChildProcess;
import org.stoq.bench.child.Message;
import org.stoq.bench.child.Namespace;

/**
 * Floods a server with handshakes from many prefixes that never end, while honest clients come,
 * connect anew, make one request and go. Server, clients and attacker are processes of their own,
 * in a network of their own that has the attacker's addresses. Belongs to one thread, which blocks.
 */
public final class FloodBench {
    private static final Duration PATIENCE = Duration.ofSeconds(90);
    private static final Duration LOOK = Duration.ofSeconds(1);
    private static final long SEED = 20_261_125;

    private final FloodPlan plan;
    private final Path folder;
    private final BenchListener listener;
    private final Steps steps;

    /**
     * Creates a benchmark.
     *
     * @param folder an empty folder for certificates and logs
     */
    public FloodBench(FloodPlan plan, Path folder, BenchListener listener) {
        this.plan = plan;
        this.folder = folder;
        this.listener = listener;
        this.steps = new Steps();
    }

    /** How far it is, in looks. */
    private final class Steps {
        private final int total =
                looks(plan.warmUp())
                        + 2 * looks(plan.quiet())
                        + looks(plan.settling())
                        + looks(plan.flooded())
                        + looks(plan.recovery());
        private int done;

        private static int looks(Duration time) {
            return (int) Math.ceilDiv(time.toNanos(), LOOK.toNanos());
        }

        /** Says what goes on, and lets a second pass, or what is left until a moment. */
        void pass(String what, long endNanos) throws IOException {
            listener.step(what, Math.min(done, total), total);
            done++;
            Duration left = Duration.ofNanos(endNanos - System.nanoTime());
            Pause.of(left.compareTo(LOOK) < 0 ? left : LOOK);
        }
    }

    /**
     * Runs it.
     *
     * @throws org.stoq.bench.child.ChildFailure if this machine lets nobody make a network: {@link
     *     org.stoq.bench.child.ChildFailure#unavailable}
     * @throws IOException if a process fails
     */
    public FloodReport run() throws IOException {
        Namespace.require();
        new BenchFolder(folder).prepare();
        try (ChildProcess server = Namespace.start("the server", folder, List.of())) {
            Message setup =
                    Message.of("serve")
                            .with("contender", plan.server())
                            .with("folder", folder)
                            .with("mtu", 1_350)
                            .with("congestion", "cubic")
                            .with("connections", 1)
                            .with("idle", ThroughputBench.IDLE_MILLIS);
            Message told = setup.with("port", server.ask(setup).text("port"));
            try (ChildProcess clients =
                            Namespace.join(server, "the honest clients", folder, List.of());
                    ChildProcess attacker =
                            Namespace.join(server, "the attacker", folder, List.of())) {
                return new Run(server, clients, attacker, told).measure();
            }
        }
    }

    /** One run, with its processes. */
    private final class Run {
        private final ChildProcess server;
        private final ChildProcess clients;
        private final ChildProcess attacker;
        private final Message setup;
        private long peak;

        Run(ChildProcess server, ChildProcess clients, ChildProcess attacker, Message setup) {
            this.server = server;
            this.clients = clients;
            this.attacker = attacker;
            this.setup = setup;
        }

        FloodReport measure() throws IOException {
            visits("warm-up", plan.warmUp());
            FloodReport.Visitors before = visits("before the flood", plan.quiet());
            pass("at rest", plan.settling());
            long base = memory();

            long cpu = cpu();
            attacker.ask(
                    new Message("flood", setup.values())
                            .with("prefixes", plan.prefixes())
                            .with("answering", plan.answering())
                            .with("rate", plan.packetsPerSecond().orElse(0))
                            .with("seed", SEED));
            begin(plan.flooded());
            pass("under the flood", plan.flooded());
            Message sent = attacker.ask(Message.of("flood-stop"), PATIENCE);
            long spent = cpu() - cpu;

            FloodReport.Memory memory = recover(base);
            FloodReport.Visitors during = visited();
            Message counted = attacker.ask(Message.of("flood-end"), PATIENCE);
            FloodReport.Visitors after = visits("after the flood", plan.quiet());
            return new FloodReport(
                    plan,
                    Machine.here(),
                    before,
                    during,
                    after,
                    FloodReport.Flood.of(sent, counted),
                    memory,
                    Duration.ofNanos(spent));
        }

        private FloodReport.Visitors visits(String what, Duration time) throws IOException {
            begin(time);
            pass(what, time);
            return visited();
        }

        private void begin(Duration time) {
            clients.begin(
                    new Message("visit", setup.values())
                            .with("rate", plan.visitsPerSecond())
                            .with("nanos", time.toNanos()));
        }

        private FloodReport.Visitors visited() throws IOException {
            return FloodReport.Visitors.of(clients.answer(PATIENCE));
        }

        private void pass(String what, Duration time) throws IOException {
            long end = System.nanoTime() + time.toNanos();
            while (System.nanoTime() - end < 0) {
                steps.pass(what, end);
                peak = Math.max(peak, server.resident());
            }
        }

        /** Looks until the time is over, for what is back may go again. */
        private FloodReport.Memory recover(long base) throws IOException {
            long start = System.nanoTime();
            long end = start + plan.recovery().toNanos();
            Optional<Duration> back = Optional.empty();
            long now = memory();
            while (System.nanoTime() - end < 0) {
                steps.pass("recovering: %,d MiB, was %,d".formatted(now >> 20, base >> 20), end);
                now = memory();
                if (now > base * FloodReport.BACK) {
                    back = Optional.empty();
                } else if (back.isEmpty()) {
                    back = Optional.of(Duration.ofNanos(System.nanoTime() - start));
                }
            }
            return new FloodReport.Memory(base, peak, now, back);
        }

        private long memory() throws IOException {
            return server.ask(Message.of("memory"), PATIENCE).number("bytes");
        }

        private long cpu() throws IOException {
            return server.ask(Message.of("spent"), PATIENCE).number("cpu");
        }
    }
}
