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
import org.stoq.bench.HandshakeBench;
import org.stoq.bench.IdleBench;
import org.stoq.bench.LatencyBench;
import org.stoq.bench.LatencyOutcome;
import org.stoq.bench.LatencyPlan;
import org.stoq.bench.LatencyReport;
import org.stoq.bench.Outcome;
import org.stoq.bench.ProfileBench;
import org.stoq.bench.ThroughputBench;
import org.stoq.bench.ThroughputPlan;
import org.stoq.bench.ThroughputReport;
import org.stoq.bench.contender.ContenderSpec;
import org.stoq.bench.contender.Direction;
import org.stoq.cli.bench.ConnectionTables;
import org.stoq.cli.bench.LatencyTable;
import org.stoq.cli.bench.ProfileTable;
import org.stoq.cli.bench.ThroughputTable;
import org.stoq.cli.terminal.Progress;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code stoq bench}. */
@Command(
        name = "bench",
        header = "Measure throughput over loopback, beside others in the same run.",
        description = {
            "Sender and receiver are processes of their own. Contenders take turns, round after"
                    + " round in alternating order; what counts is what the receiver has compared byte"
                    + " by byte within its own window, and the CPU time of both processes in it."
                    + " Absolute figures say little on a machine that does other things; the ratios say"
                    + " more.",
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
            "  stoq bench --loopback --subject netty-tuned --vs netty-tuned:congestion=reno"
        })
final class BenchCommand implements Verb {
    private final Invocation invocation;

    @Option(names = "--loopback", description = "Measure between two processes of this machine.")
    boolean loopback;

    @Option(
            names = "--subject",
            paramLabel = "NAME",
            defaultValue = "stoq",
            description = "Whom the others are compared with (default: ${DEFAULT-VALUE}).")
    String subject = "";

    @Option(
            names = "--vs",
            paramLabel = "NAME",
            split = ",",
            description = "Who runs in turn with it.")
    List<String> others = List.of();

    @Option(
            names = "--mtu",
            paramLabel = "BYTES",
            split = ",",
            defaultValue = "1350",
            description =
                    "Largest UDP payload, 1200 to 65487; several repeat all of it (default:"
                            + " ${DEFAULT-VALUE}).")
    List<Integer> datagramBytes = List.of();

    @Option(
            names = "--seconds",
            paramLabel = "N",
            defaultValue = "10",
            description = "How long each contender is measured (default: ${DEFAULT-VALUE}).")
    double seconds;

    @Option(
            names = "--rounds",
            paramLabel = "N",
            defaultValue = "5",
            description = "Into how many rounds that is split (default: ${DEFAULT-VALUE}).")
    int rounds;

    @Option(
            names = "--warm-up",
            paramLabel = "TIME",
            converter = TimeSpan.class,
            defaultValue = "3s",
            description =
                    "How long bytes flow before a contender's first round (default:"
                            + " ${DEFAULT-VALUE}).")
    Duration warmUp = Duration.ZERO;

    @Option(
            names = "--direction",
            paramLabel = "WAY",
            defaultValue = "up",
            description = "Which way bytes go: up, down or both (default: ${DEFAULT-VALUE}).")
    Direction direction = Direction.UP;

    @Option(
            names = "--connections",
            paramLabel = "N",
            defaultValue = "1",
            description = "How many connections at once (default: ${DEFAULT-VALUE}).")
    int connections;

    @Option(
            names = "--streams",
            paramLabel = "N",
            defaultValue = "4",
            description = "How many streams on each (default: ${DEFAULT-VALUE}).")
    int streams;

    @Option(
            names = "--congestion",
            paramLabel = "NAME",
            defaultValue = "cubic",
            description =
                    "Congestion algorithm of those that have a choice (default: ${DEFAULT-VALUE}).")
    String congestion = "";

    @Option(names = "--plot", paramLabel = "FILE.svg", description = "Draw the result into a file.")
    @Nullable Path plot;

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
            description = "Length of a request and of its answer (default: ${DEFAULT-VALUE}).")
    int requestBytes;

    @Option(
            names = "--connect-rate",
            description =
                    "Measure full handshakes in a second instead, and the CPU time of each, both"
                            + " sides.")
    boolean connectRate;

    @Option(
            names = "--idle",
            paramLabel = "N",
            description = {
                "Hold so many idle connections of the subject for --seconds instead: the server's"
                        + " memory for each, and how many do not answer any more. Each takes a socket"
                        + " of a client process; each process holds 4,000, or what the limit of open"
                        + " files allows. Implies --loopback."
            })
    @Nullable Integer idle;

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
        if (!loopback && idle == null) {
            throw CommandFailure.usage(
                    "nothing says what to measure", "add --loopback; see stoq bench --help");
        }
        ThroughputPlan plan = plan();
        Path folder = Files.createTempDirectory("stoq-bench");
        try {
            if (profile) {
                ProfileBench.Report found =
                        watched(listener -> new ProfileBench(plan, folder, listener).run());
                invocation.terminal().result(found.json(), out -> ProfileTable.print(found, out));
                return ExitCode.OK;
            }
            if (idle != null) {
                return idle(plan, idle, folder);
            }
            if (connectRate) {
                HandshakeBench.Report done =
                        watched(listener -> new HandshakeBench(plan, folder, listener).run());
                invocation.terminal().result(done.json(), out -> ConnectionTables.print(done, out));
                return done.passed() ? ExitCode.OK : ExitCode.FAILED;
            }
            if (latency) {
                return latency(plan, folder);
            }
            ThroughputReport report =
                    watched(listener -> new ThroughputBench(plan, folder, listener).run());
            invocation.terminal().result(report.json(), out -> ThroughputTable.print(report, out));
            if (plot != null && report.outcomes().stream().anyMatch(Outcome::measured)) {
                Files.writeString(invocation.file(plot), report.svg());
            }
            return report.passed() ? ExitCode.OK : ExitCode.FAILED;
        } finally {
            delete(folder);
        }
    }

    private ThroughputPlan plan() throws CommandFailure {
        try {
            List<ContenderSpec> contenders = new ArrayList<>();
            contenders.add(ContenderSpec.parse(subject));
            others.forEach(other -> contenders.add(ContenderSpec.parse(other)));
            return new ThroughputPlan(
                    contenders.stream().distinct().toList(),
                    datagramBytes,
                    Duration.ofNanos(Math.round(seconds * 1e9)),
                    rounds,
                    warmUp,
                    direction,
                    connections,
                    streams,
                    congestion);
        } catch (IllegalArgumentException e) {
            throw CommandFailure.usage(String.valueOf(e.getMessage()), "see stoq bench --help");
        }
    }

    private ExitCode latency(ThroughputPlan plan, Path folder) throws IOException {
        LatencyPlan requests =
                new LatencyPlan(
                        plan.contenders(),
                        plan.datagramBytes().getFirst(),
                        requestBytes,
                        plan.measured(),
                        plan.rounds(),
                        plan.warmUp(),
                        rate == null ? OptionalDouble.empty() : OptionalDouble.of(rate),
                        plan.congestion());
        LatencyReport report =
                watched(listener -> new LatencyBench(requests, folder, listener).run());
        invocation.terminal().result(report.json(), out -> LatencyTable.print(report, out));
        if (plot != null && report.outcomes().stream().anyMatch(LatencyOutcome::measured)) {
            Files.writeString(invocation.file(plot), report.svg());
        }
        return report.passed() ? ExitCode.OK : ExitCode.FAILED;
    }

    private ExitCode idle(ThroughputPlan plan, int count, Path folder) throws IOException {
        IdleBench.Plan idling =
                new IdleBench.Plan(
                        plan.contenders().getFirst(),
                        count,
                        plan.measured(),
                        plan.datagramBytes().getFirst());
        IdleBench.Report report =
                watched(listener -> new IdleBench(idling, folder, listener).run());
        invocation.terminal().result(report.json(), out -> ConnectionTables.print(report, out));
        return report.passed() ? ExitCode.OK : ExitCode.FAILED;
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
