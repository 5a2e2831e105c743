package org.stoq.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import org.stoq.bench.Outcome;
import org.stoq.bench.TargetBench;
import org.stoq.bench.ThroughputBench;
import org.stoq.bench.ThroughputPlan;
import org.stoq.bench.ThroughputReport;
import org.stoq.cli.bench.TargetTable;
import org.stoq.cli.bench.ThroughputTable;
import org.stoq.sdk.cbor.CborMap;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

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
            "  stoq bench --soak --duration 15m",
            "  sudo stoq bench --flood --prefixes 500"
        })
final class BenchCommand implements Verb {
    private final Invocation invocation;

    @Mixin private final BenchOptions options = new BenchOptions();
    @Mixin private final LatencyMode latency = new LatencyMode();
    @Mixin private final HandshakeMode handshakes = new HandshakeMode();
    @Mixin private final FirstByteMode firstByte = new FirstByteMode();
    @Mixin private final IdleMode idle = new IdleMode();
    @Mixin private final SoakMode soak = new SoakMode();
    @Mixin private final FloodMode flood = new FloodMode();
    @Mixin private final ProfileMode profile = new ProfileMode();

    BenchCommand(Invocation invocation) {
        this.invocation = invocation;
    }

    /** Returns the measurements that were asked for by an option of their own. */
    private List<BenchMode> chosen() {
        return List.<BenchMode>of(latency, handshakes, idle, firstByte, soak, flood, profile)
                .stream()
                .filter(BenchMode::chosen)
                .toList();
    }

    @Override
    public ExitCode run() throws Exception {
        List<BenchMode> chosen = chosen();
        requireSense(chosen);
        Path home = invocation.surroundings().home().folder().toAbsolutePath();
        ThroughputPlan plan = options.plan(home);
        if (options.target != null) {
            requireOperator();
        }
        Path folder = Files.createTempDirectory("stoq-bench");
        try {
            BenchRun run = new BenchRun(invocation, options, plan, folder);
            return chosen.isEmpty() ? throughput(run) : chosen.getFirst().measure(run);
        } finally {
            delete(folder);
        }
    }

    private void requireSense(List<BenchMode> chosen) throws CommandFailure {
        if (chosen.size() > 1) {
            throw CommandFailure.usage(
                    String.join(" and ", chosen.stream().map(BenchMode::option).toList())
                            + " are measurements of their own",
                    "choose one of them");
        }
        if (options.target == null) {
            if (!options.loopback && chosen.stream().noneMatch(BenchMode::impliesLoopback)) {
                throw CommandFailure.usage(
                        "nothing says what to measure",
                        "add --loopback, or --target [HOST]:PORT for a node; see stoq bench --help");
            }
            return;
        }
        if (options.loopback || chosen.stream().anyMatch(BenchMode::needsBothEnds)) {
            throw CommandFailure.usage(
                    "a --target is a node that runs already; --loopback, --first-byte, --soak,"
                            + " --flood and --profile need both ends",
                    "leave --target out");
        }
        if (!options.others.isEmpty() || options.plot != null) {
            throw CommandFailure.usage(
                    "--vs and --plot are for measurements over loopback", "leave --target out");
        }
    }

    /** Whether the node is there and answers this operator is told by the first call. */
    private void requireOperator() throws CommandFailure, IOException {
        var address = Objects.requireNonNull(options.target);
        try (NodeAccess node =
                NodeAccess.open(address, invocation.timeout(), invocation.surroundings())) {
            node.results("bench", "usage", CborMap.EMPTY);
        }
    }

    /** What there is without an option of its own. */
    private ExitCode throughput(BenchRun run) throws IOException {
        ThroughputPlan plan = run.plan();
        Path folder = run.folder();
        if (plan.target().isPresent()) {
            TargetBench.Report moved =
                    run.watched(listener ->
                            new TargetBench(plan, options.ways(), folder, listener).run());
            return run.show(moved.json(), out -> TargetTable.print(moved, out), moved.passed());
        }
        ThroughputReport report =
                run.watched(listener -> new ThroughputBench(plan, folder, listener).run());
        ExitCode exit =
                run.show(report.json(), out -> ThroughputTable.print(report, out), report.passed());
        if (report.outcomes().stream().anyMatch(Outcome::measured)) {
            run.draw(report.drawing());
        }
        return exit;
    }

    private static void delete(Path folder) throws IOException {
        try (var files = Files.walk(folder)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(file);
            }
        }
    }
}
