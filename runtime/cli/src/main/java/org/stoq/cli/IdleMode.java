package org.stoq.cli;

import java.io.IOException;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.stoq.bench.IdleBench;
import org.stoq.bench.ThroughputPlan;
import org.stoq.cli.bench.ConnectionTables;
import picocli.CommandLine.Option;

/** {@code stoq bench --idle}. */
final class IdleMode implements BenchMode {
    @Option(
            names = "--idle",
            paramLabel = "N",
            description = {
                "Hold so many idle connections for --duration instead: the server's memory for each,"
                        + " and how many do not answer any more. Each takes a socket of a client"
                        + " process; each process holds 16,000, or what the limit of open files allows."
                        + " More than 20,000 have more addresses than one, which needs root."
                        + " Without --target it implies --loopback."
            })
    @Nullable Integer idle;

    @Override
    public String option() {
        return "--idle";
    }

    @Override
    public boolean chosen() {
        return idle != null;
    }

    @Override
    public boolean impliesLoopback() {
        return true;
    }

    @Override
    public ExitCode measure(BenchRun run) throws IOException, CommandFailure {
        ThroughputPlan plan = run.plan();
        IdleBench.Plan idling =
                BenchRun.planned(() ->
                        new IdleBench.Plan(
                                run.options().one(),
                                Objects.requireNonNull(idle),
                                plan.measured(),
                                plan.datagramBytes().getFirst(),
                                plan.target()));
        IdleBench.Report report =
                run.inNetwork(
                        "--idle " + idle,
                        listener -> new IdleBench(idling, run.folder(), listener).run());
        return run.show(report.json(), out -> ConnectionTables.print(report, out), report.passed());
    }
}
