package org.stoq.cli;

import java.io.IOException;
import java.time.Duration;
import org.stoq.bench.FirstByteBench;
import org.stoq.cli.bench.FirstByteTable;
import picocli.CommandLine.Option;

/** {@code stoq bench --first-byte}. */
final class FirstByteMode implements BenchMode {
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

    @Override
    public String option() {
        return "--first-byte";
    }

    @Override
    public boolean chosen() {
        return firstByte;
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
        FirstByteBench.Plan plan =
                BenchRun.planned(() -> new FirstByteBench.Plan(roundTrip, count));
        FirstByteBench.Report report =
                run.watched(listener -> new FirstByteBench(plan, run.folder(), listener).run());
        return run.show(report.json(), out -> FirstByteTable.print(report, out), report.passed());
    }
}
