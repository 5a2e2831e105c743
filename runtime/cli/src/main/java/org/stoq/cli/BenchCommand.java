package org.stoq.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;
import org.stoq.bench.BenchListener;
import org.stoq.bench.FirstByteBench;
import org.stoq.bench.HandshakeBench;
import org.stoq.bench.IdleBench;
import org.stoq.bench.LatencyBench;
import org.stoq.bench.LatencyOutcome;
import org.stoq.bench.LatencyPlan;
import org.stoq.bench.LatencyReport;
import org.stoq.bench.Outcome;
import org.stoq.bench.ProfileBench;
import org.stoq.bench.SoakBench;
import org.stoq.bench.TargetBench;
import org.stoq.bench.ThroughputBench;
import org.stoq.bench.ThroughputPlan;
import org.stoq.bench.ThroughputReport;
import org.stoq.bench.plot.Drawing;
import org.stoq.cli.bench.ConnectionTables;
import org.stoq.cli.bench.FirstByteTable;
import org.stoq.cli.bench.LatencyTable;
import org.stoq.cli.bench.ProfileTable;
import org.stoq.cli.bench.SoakTable;
import org.stoq.cli.bench.TargetTable;
import org.stoq.cli.bench.ThroughputTable;
import org.stoq.cli.terminal.Progress;
import org.stoq.sdk.cbor.CborMap;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code stoq bench}. */
@Command(
        name = "bench",
        header = "Measure a node, or STOQ over loopback beside others in the same run.",
        description = {
            "With --loopback sender and receiver are processes of their own. Contenders take turns,"
                    + " round after round in alternating order; what counts is what the receiver has"
                    + " compared byte by byte within its own window, and the CPU time of both"
                    + " processes in it. Absolute figures say little on a machine that does other"
                    + " things; the ratios say more.",
            "%nWith --target a node that runs already is the other end. It compares what it is sent,"
                    + " byte by byte, and tells its own CPU time; whoever measures must be its"
                    + " operator.",
            "%nContenders: stoq, stoq-transport, netty-defaults, netty-tuned, tls-tcp, udp."
                    + " Settings may follow behind colons, as in"
                    + " netty-tuned:congestion=reno:segments=32. Exit code 1 if a byte was wrong or a"
                    + " contender broke off; one that cannot run on this machine is shown with the"
                    + " reason."
        },
        footerHeading = "%nExamples:%n",
        footer = {
            "  stoq bench --loopback",
            "  stoq bench --loopback --mtu 1350,9000 --vs netty-defaults,netty-tuned --json",
            "  stoq bench --loopback --subject netty-tuned --vs netty-tuned:congestion=reno",
            "  stoq bench --target [::1]:4433 --duration 30s --connections 4",
            "  stoq bench --target [::1]:4433 --latency --rate 500",
            "  stoq bench --idle 10000 --json",
            "  stoq bench --soak --duration 15m"
        })
final class BenchCommand implements Verb {
    private static final Duration USUAL_SOAK = Duration.ofMinutes(15);
    private static final int SOAK_LOOKS = 30;

    /** A look collects garbage, to see the memory that is really held: more would disturb. */
    private static final Duration LEAST_BETWEEN_LOOKS = Duration.ofSeconds(1);

    private final Invocation invocation;

    @Mixin private final BenchOptions options = new BenchOptions();

    @Option(
            names = "--latency",
            description = {
                "Measure how long requests take under load instead of how much flows. Requests"
                        + " begin at a steady rate whatever becomes of those before them, and each"
                        + " counts from the moment at which it was meant to begin."
            })
    boolean latency;

    @Option(
            names = "--rate",
            paramLabel = "N",
            description =
                    "Requests in a second with --latency. Default: half of what each contender"
                            + " reaches with 32 at once.")
    @Nullable Double rate;

    @Option(
            names = "--request-bytes",
            paramLabel = "N",
            defaultValue = "1024",
            description =
                    "Length of a request and of its answer, 8 to 65536 (default:"
                            + " ${DEFAULT-VALUE}).")
    int requestBytes;

    @Option(
            names = "--connect-rate",
            description =
                    "Measure handshakes in a second instead, full and resumed ones apart, and the"
                            + " CPU time of each, both sides.")
    boolean connectRate;

    @Option(
            names = "--first-byte",
            description =
                    "Measure the time to the first byte of an answer instead, over a path that"
                            + " delays: with full and resumed handshakes, and with early data (0-RTT)."
                            + " Implies --loopback.")
    boolean firstByte;

    @Option(
            names = "--rtt",
            paramLabel = "TIME",
            converter = TimeSpan.class,
            defaultValue = "50ms",
            description = "Round trip of that path (default: ${DEFAULT-VALUE}).")
    Duration roundTrip = Duration.ZERO;

    @Option(
            names = "--count",
            paramLabel = "N",
            defaultValue = "20",
            description = "How many connections of each kind (default: ${DEFAULT-VALUE}).")
    int count;

    @Option(
            names = "--idle",
            paramLabel = "N",
            description = {
                "Hold so many idle connections for --duration instead: the server's memory for each,"
                        + " and how many do not answer any more. Each takes a socket of a client"
                        + " process; each process holds 4,000, or what the limit of open files allows."
                        + " Without --target it implies --loopback."
            })
    @Nullable Integer idle;

    @Option(
            names = "--soak",
            description = {
                "Keep long streams on long connections busy both ways for --duration, and see"
                        + " whether they last: what breaks is named and opened anew, and the memory of"
                        + " both processes is followed. Exit code 1 if anything broke. Implies"
                        + " --loopback."
            })
    boolean soak;

    @Option(
            names = "--profile",
            description = {
                "Show where CPU time goes instead of how much flows, for each contender's two"
                        + " processes, sampled by Java's Flight Recorder. Samples inside native code"
                        + " count for the native method: encryption and bookkeeping inside quiche are"
                        + " not told apart."
            })
    boolean profile;

    BenchCommand(Invocation invocation) {
        this.invocation = invocation;
    }

    @Override
    public ExitCode run() throws Exception {
        requireSense();
        Path home = invocation.surroundings().home().folder().toAbsolutePath();
        ThroughputPlan plan = options.plan(home);
        if (options.target != null) {
            requireOperator();
        }
        Path folder = Files.createTempDirectory("stoq-bench");
        try {
            return measure(plan, folder);
        } finally {
            delete(folder);
        }
    }

    private void requireSense() throws CommandFailure {
        List<String> modes = new ArrayList<>();
        add(modes, latency, "--latency");
        add(modes, connectRate, "--connect-rate");
        add(modes, idle != null, "--idle");
        add(modes, firstByte, "--first-byte");
        add(modes, soak, "--soak");
        add(modes, profile, "--profile");
        if (modes.size() > 1) {
            throw CommandFailure.usage(
                    String.join(" and ", modes) + " are measurements of their own",
                    "choose one of them");
        }
        if (options.target == null) {
            if (!options.loopback && idle == null && !soak && !firstByte) {
                throw CommandFailure.usage(
                        "nothing says what to measure",
                        "add --loopback, or --target [HOST]:PORT for a node; see stoq bench --help");
            }
            return;
        }
        if (options.loopback || firstByte || soak || profile) {
            throw CommandFailure.usage(
                    "a --target is a node that runs already; --loopback, --first-byte, --soak and"
                            + " --profile need both ends",
                    "leave --target out");
        }
        if (!options.others.isEmpty() || options.plot != null) {
            throw CommandFailure.usage(
                    "--vs and --plot are for measurements over loopback", "leave --target out");
        }
    }

    private static void add(List<String> names, boolean wanted, String name) {
        if (wanted) {
            names.add(name);
        }
    }

    /** Whether the node is there and answers this operator is told by the first call. */
    private void requireOperator() throws CommandFailure, IOException {
        var address = java.util.Objects.requireNonNull(options.target);
        try (NodeAccess node =
                NodeAccess.open(address, invocation.timeout(), invocation.surroundings())) {
            node.results("bench", "usage", CborMap.EMPTY);
        }
    }

    private ExitCode measure(ThroughputPlan plan, Path folder) throws IOException, CommandFailure {
        if (profile) {
            ProfileBench.Report found =
                    watched(listener -> new ProfileBench(plan, folder, listener).run());
            invocation.terminal().result(found.json(), out -> ProfileTable.print(found, out));
            return ExitCode.OK;
        }
        if (soak) {
            return soak(folder);
        }
        if (firstByte) {
            return firstByte(folder);
        }
        if (idle != null) {
            return idle(plan, idle, folder);
        }
        if (connectRate) {
            HandshakeBench.Report done =
                    watched(listener -> new HandshakeBench(plan, folder, listener).run());
            invocation.terminal().result(done.json(), out -> ConnectionTables.print(done, out));
            return exit(done.passed());
        }
        if (latency) {
            return latency(plan, folder);
        }
        if (plan.target().isPresent()) {
            TargetBench.Report moved =
                    watched(listener ->
                            new TargetBench(plan, options.ways(), folder, listener).run());
            invocation.terminal().result(moved.json(), out -> TargetTable.print(moved, out));
            return exit(moved.passed());
        }
        ThroughputReport report =
                watched(listener -> new ThroughputBench(plan, folder, listener).run());
        invocation.terminal().result(report.json(), out -> ThroughputTable.print(report, out));
        if (report.outcomes().stream().anyMatch(Outcome::measured)) {
            draw(report.drawing());
        }
        return exit(report.passed());
    }

    private static ExitCode exit(boolean passed) {
        return passed ? ExitCode.OK : ExitCode.FAILED;
    }

    private ExitCode latency(ThroughputPlan plan, Path folder) throws IOException, CommandFailure {
        LatencyPlan requests;
        try {
            requests =
                    new LatencyPlan(
                            plan.contenders(),
                            plan.datagramBytes().getFirst(),
                            requestBytes,
                            plan.measured(),
                            plan.rounds(),
                            plan.warmUp(),
                            rate == null ? OptionalDouble.empty() : OptionalDouble.of(rate),
                            plan.congestion(),
                            plan.target());
        } catch (IllegalArgumentException e) {
            throw BenchOptions.wrong(e);
        }
        LatencyReport report =
                watched(listener -> new LatencyBench(requests, folder, listener).run());
        invocation.terminal().result(report.json(), out -> LatencyTable.print(report, out));
        if (report.outcomes().stream().anyMatch(LatencyOutcome::measured)) {
            draw(report.drawing());
        }
        return exit(report.passed());
    }

    private void draw(Drawing drawing) throws IOException {
        if (options.plot != null) {
            Path file = invocation.file(options.plot);
            if (file.toString().endsWith(".png")) {
                Files.write(file, drawing.png());
            } else {
                Files.writeString(file, drawing.svg());
            }
        }
    }

    private ExitCode idle(ThroughputPlan plan, int held, Path folder)
            throws IOException, CommandFailure {
        IdleBench.Plan idling;
        try {
            idling =
                    new IdleBench.Plan(
                            options.one(),
                            held,
                            plan.measured(),
                            plan.datagramBytes().getFirst(),
                            plan.target());
        } catch (IllegalArgumentException e) {
            throw BenchOptions.wrong(e);
        }
        IdleBench.Report report =
                watched(listener -> new IdleBench(idling, folder, listener).run());
        invocation.terminal().result(report.json(), out -> ConnectionTables.print(report, out));
        return exit(report.passed());
    }

    private ExitCode firstByte(Path folder) throws IOException, CommandFailure {
        FirstByteBench.Plan plan;
        try {
            plan = new FirstByteBench.Plan(roundTrip, count);
        } catch (IllegalArgumentException e) {
            throw BenchOptions.wrong(e);
        }
        FirstByteBench.Report report =
                watched(listener -> new FirstByteBench(plan, folder, listener).run());
        invocation.terminal().result(report.json(), out -> FirstByteTable.print(report, out));
        return exit(report.passed());
    }

    private ExitCode soak(Path folder) throws IOException, CommandFailure {
        Duration length = options.duration == null ? USUAL_SOAK : options.duration;
        SoakBench.Plan plan;
        try {
            plan =
                    new SoakBench.Plan(
                            options.one(),
                            length,
                            longer(length.dividedBy(SOAK_LOOKS), LEAST_BETWEEN_LOOKS),
                            options.connections,
                            options.streams,
                            options.datagramBytes.getFirst(),
                            options.congestion);
        } catch (IllegalArgumentException e) {
            throw BenchOptions.wrong(e);
        }
        SoakBench.Report report =
                new SoakBench(plan, folder, (what, done, total) -> invocation.terminal().note(what))
                        .run();
        invocation.terminal().result(report.json(), out -> SoakTable.print(report, out));
        return exit(report.passed());
    }

    private static Duration longer(Duration one, Duration other) {
        return one.compareTo(other) > 0 ? one : other;
    }

    /** Something that takes a while. */
    @FunctionalInterface
    private interface Work<T> {
        T run(BenchListener listener) throws IOException;
    }

    private <T> T watched(Work<T> work) throws IOException {
        List<Progress> bars = new ArrayList<>();
        try {
            return work.run((what, done, total) -> {
                bars.forEach(Progress::close);
                bars.clear();
                Progress bar = invocation.terminal().items(what, OptionalLong.of(total));
                bar.to(done);
                bars.add(bar);
            });
        } finally {
            bars.forEach(Progress::close);
        }
    }

    private static void delete(Path folder) throws IOException {
        try (var files = Files.walk(folder)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(file);
            }
        }
    }
}
