package org.stoq.cli;

import java.io.IOException;
import java.time.Duration;
import java.util.OptionalInt;
import org.stoq.bench.FloodBench;
import org.stoq.bench.FloodPlan;
import org.stoq.bench.FloodReport;
import org.stoq.cli.bench.FloodTable;
import picocli.CommandLine.Option;

/** {@code stoq bench --flood}. */
final class FloodMode implements BenchMode {
    private static final Duration USUAL = Duration.ofSeconds(30);

    @Option(
            names = "--flood",
            description = {
                "Flood a server with handshakes that never end, for --duration, at --rate a second or"
                        + " as many as the attacker can make, and see whether honest clients are"
                        + " served, what a stranger gets for what he sends, and whether memory comes"
                        + " back. Exit code 1 if a goal is missed. Needs Linux and root: it happens in"
                        + " a network namespace of its own. Implies --loopback."
            })
    boolean flood;

    @Option(
            names = "--prefixes",
            paramLabel = "N",
            defaultValue = "500",
            description =
                    "From how many /64 prefixes the flood comes; one in ten answers a Retry"
                            + " (default: ${DEFAULT-VALUE}).")
    int prefixes;

    @Override
    public String option() {
        return "--flood";
    }

    @Override
    public boolean chosen() {
        return flood;
    }

    @Override
    public boolean impliesLoopback() {
        return true;
    }

    @Override
    public boolean needsBothEnds() {
        return true;
    }

    @Override
    public ExitCode measure(BenchRun run) throws IOException, CommandFailure {
        BenchOptions options = run.options();
        FloodPlan plan =
                BenchRun.planned(() ->
                        FloodPlan.of(
                                options.one(),
                                prefixes,
                                rate(options),
                                options.warmUp,
                                options.duration == null ? USUAL : options.duration));
        FloodReport report =
                run.inNetwork(
                        "--flood", listener -> new FloodBench(plan, run.folder(), listener).run());
        return run.show(report.json(), out -> FloodTable.print(report, out), report.passed());
    }

    private static OptionalInt rate(BenchOptions options) {
        Double rate = options.rate;
        return rate == null ? OptionalInt.empty() : OptionalInt.of((int) Math.round(rate));
    }
}
