package org.stoq.cli.bench;

import java.io.PrintStream;
import java.time.Duration;
import java.util.Locale;
import org.stoq.bench.SoakBench;
import org.stoq.cli.terminal.Amounts;

/** A soak, for a person. */
public final class SoakTable {
    private static final double BYTES_PER_MEBIBYTE = 1 << 20;

    private SoakTable() {}

    /** Prints it. */
    public static void print(SoakBench.Report report, PrintStream out) {
        out.println(report.machine().text());
        out.printf(
                Locale.ROOT,
                "verified    %s in %s, both ways, on %s of %s: %.2f Gbit/s%n",
                Amounts.bytes(report.verifiedBytes()),
                Amounts.duration(Duration.ofMillis((long) (report.seconds() * 1_000))),
                Amounts.count(report.plan().connections(), "connection"),
                Amounts.count(report.plan().streams(), "stream"),
                report.gbitPerSecond());
        report.corruption().ifPresent(what -> out.println("CORRUPT     " + what));
        out.printf(
                "broken      %d, of them by flow control: %d%n",
                report.breaks().size(), report.flowControlErrors());
        for (SoakBench.Break broken : report.breaks()) {
            out.printf(Locale.ROOT, "  at %.0f s: %s%n", broken.seconds(), broken.reason());
        }
        if (!report.looks().isEmpty()) {
            SoakBench.Look last = report.looks().getLast();
            out.printf(
                    Locale.ROOT,
                    "memory      server %s, growing by %.1f MiB an hour; client %s, by %.1f%n",
                    Amounts.bytes(last.serverResident()),
                    report.serverGrowth() / BYTES_PER_MEBIBYTE,
                    Amounts.bytes(last.clientResident()),
                    report.clientGrowth() / BYTES_PER_MEBIBYTE);
        }
        out.println(report.passed() ? "PASSED" : "NOT PASSED");
    }
}
