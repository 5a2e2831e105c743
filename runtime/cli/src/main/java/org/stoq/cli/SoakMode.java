package org.stoq.cli;

import java.io.IOException;
import java.time.Duration;
import org.stoq.bench.SoakBench;
import org.stoq.cli.bench.SoakTable;
import picocli.CommandLine.Option;

/** {@code stoq bench --soak}. */
final class SoakMode implements BenchMode {
    private static final Duration USUAL = Duration.ofMinutes(15);
    private static final int LOOKS = 30;

    /** A look collects garbage, to see the memory that is really held: more would disturb. */
    private static final Duration LEAST_BETWEEN_LOOKS = Duration.ofSeconds(1);

    @Option(
            names = "--soak",
            description = {
                "Keep long streams on long connections busy both ways for --duration, and see"
                        + " whether they last: what breaks is named and opened anew, and the memory of"
                        + " both processes is followed. Exit code 1 if anything broke. Implies"
                        + " --loopback."
            })
    boolean soak;

    @Override
    public String option() {
        return "--soak";
    }

    @Override
    public boolean chosen() {
        return soak;
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
        Duration length = options.duration == null ? USUAL : options.duration;
        SoakBench.Plan plan =
                BenchRun.planned(() ->
                        new SoakBench.Plan(
                                options.one(),
                                length,
                                longer(length.dividedBy(LOOKS), LEAST_BETWEEN_LOOKS),
                                options.connections,
                                options.streams,
                                options.datagramBytes.getFirst(),
                                options.congestion));
        SoakBench.Report report =
                new SoakBench(
                                plan,
                                run.folder(),
                                (what, done, total) -> run.invocation().terminal().note(what))
                        .run();
        return run.show(report.json(), out -> SoakTable.print(report, out), report.passed());
    }

    private static Duration longer(Duration one, Duration other) {
        return one.compareTo(other) > 0 ? one : other;
    }
}
