package org.stoq.cli.bench;

import java.io.PrintStream;
import java.util.Locale;
import org.stoq.bench.LatencyOutcome;
import org.stoq.bench.LatencyReport;
import org.stoq.cli.terminal.Table;

/** A measurement of latency as a table. */
public final class LatencyTable {
    private LatencyTable() {}

    /** Prints it. */
    public static void print(LatencyReport report, PrintStream out) {
        out.println(report.machine().text());
        out.printf(
                Locale.ROOT,
                "requests of %,d bytes, one stream each; microseconds from the intended start%n%n",
                report.plan().requestBytes());
        Table table =
                new Table(
                        "contender",
                        ">at most/s",
                        ">rate/s",
                        ">requests",
                        ">CPU us each",
                        ">p50",
                        ">p95",
                        ">p99",
                        ">p99.9",
                        ">max",
                        ">p99/p50");
        for (LatencyOutcome outcome : report.outcomes()) {
            if (outcome.measured()) {
                table.row(
                        outcome.contender(),
                        whole(outcome.closedLoopRate()),
                        whole(outcome.rate()),
                        outcome.latencies().getTotalCount(),
                        whole(outcome.cpuMicros()),
                        whole(outcome.micros(50)),
                        whole(outcome.micros(95)),
                        whole(outcome.micros(99)),
                        whole(outcome.micros(99.9)),
                        whole(outcome.micros(100)),
                        String.format(
                                Locale.ROOT, "%.1f", outcome.micros(99) / outcome.micros(50)));
            }
        }
        table.print(out);
        for (LatencyOutcome outcome : report.outcomes()) {
            outcome.unavailable()
                    .ifPresent(why ->
                            out.printf("%s cannot run here: %s%n", outcome.contender(), why));
            outcome.failure()
                    .ifPresent(why -> out.printf("%s FAILED: %s%n", outcome.contender(), why));
        }
    }

    private static String whole(double value) {
        return String.format(Locale.ROOT, "%,.0f", value);
    }
}
