package org.stoq.cli;

import java.io.IOException;
import java.util.OptionalDouble;
import org.stoq.bench.LatencyBench;
import org.stoq.bench.LatencyOutcome;
import org.stoq.bench.LatencyPlan;
import org.stoq.bench.LatencyReport;
import org.stoq.bench.ThroughputPlan;
import org.stoq.cli.bench.LatencyTable;
import picocli.CommandLine.Option;

/** {@code stoq bench --latency}. */
final class LatencyMode implements BenchMode {
    @Option(
            names = "--latency",
            description = {
                "Measure how long requests take under load instead of how much flows. Requests"
                        + " begin at a steady rate whatever becomes of those before them, and each"
                        + " counts from the moment at which it was meant to begin."
            })
    boolean latency;

    @Option(
            names = "--request-bytes",
            paramLabel = "N",
            defaultValue = "1024",
            description =
                    "Length of a request and of its answer, 8 to 65536 (default:"
                            + " ${DEFAULT-VALUE}).")
    int requestBytes;

    @Override
    public String option() {
        return "--latency";
    }

    @Override
    public boolean chosen() {
        return latency;
    }

    @Override
    public ExitCode measure(BenchRun run) throws IOException, CommandFailure {
        ThroughputPlan plan = run.plan();
        Double rate = run.options().rate;
        LatencyPlan requests =
                BenchRun.planned(() ->
                        new LatencyPlan(
                                plan.contenders(),
                                plan.datagramBytes().getFirst(),
                                requestBytes,
                                plan.measured(),
                                plan.rounds(),
                                plan.warmUp(),
                                rate == null ? OptionalDouble.empty() : OptionalDouble.of(rate),
                                plan.congestion(),
                                plan.target()));
        LatencyReport report =
                run.watched(listener -> new LatencyBench(requests, run.folder(), listener).run());
        ExitCode exit =
                run.show(report.json(), out -> LatencyTable.print(report, out), report.passed());
        if (report.outcomes().stream().anyMatch(LatencyOutcome::measured)) {
            run.draw(report.drawing());
        }
        return exit;
    }
}
