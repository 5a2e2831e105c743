package org.stoq.cli.bench;

import java.io.PrintStream;
import java.util.Locale;
import org.stoq.bench.FloodReport;
import org.stoq.cli.terminal.Amounts;
import org.stoq.cli.terminal.Table;

/** What came of a flood of handshakes, for a person. */
public final class FloodTable {
    private FloodTable() {}

    /** Prints it. */
    public static void print(FloodReport report, PrintStream out) {
        FloodReport.Flood flood = report.flood();
        out.println(report.machine().text());
        out.printf(
                Locale.ROOT,
                "flood       %s in %.0f s (%,.0f a second) from %s; %s, %,d of them answered%n",
                Amounts.count(flood.handshakes(), "handshake"),
                flood.seconds(),
                flood.perSecond(),
                report.plan().prefixes() == 1
                        ? "1 prefix"
                        : "%,d prefixes".formatted(report.plan().prefixes()),
                flood.retries() == 1 ? "1 Retry" : "%,d Retries".formatted(flood.retries()),
                flood.answered());
        out.printf(
                Locale.ROOT,
                "amplified   %.2f times the bytes of an address at most, %.2f of a handshake%n",
                flood.ofAddress(),
                flood.ofHandshake());
        out.printf(
                "lost        %s at the server's sockets, %,d at the attacker's%n",
                Amounts.count(flood.lostAtServer(), "datagram"), flood.lost());
        FloodReport.Memory memory = report.memory();
        out.printf(
                "server      %s of memory before, %s at its peak, %s after %s: %s%n",
                Amounts.bytes(memory.before()),
                Amounts.bytes(memory.peak()),
                Amounts.bytes(memory.after()),
                Amounts.duration(report.plan().recovery()),
                memory.back()
                        .map(time -> "back after " + Amounts.duration(time))
                        .orElse("not back"));
        out.printf(
                Locale.ROOT,
                "            %.1f s of CPU time under the flood%n%n",
                report.serverCpu().toMillis() / 1e3);
        Table table =
                new Table(
                        "honest clients",
                        ">came",
                        ">succeeded",
                        ">share",
                        ">P50 ms",
                        ">P99 ms",
                        ">longest");
        row(table, "before", report.before());
        row(table, "under the flood", report.during());
        row(table, "after", report.after());
        table.print(out);
        out.println();
        report.during()
                .firstFailure()
                .ifPresent(why -> out.println("first that failed under the flood: " + why));
        for (FloodReport.Goal goal : report.goals()) {
            out.printf("%-10s  %s%n", goal.met() ? "reached" : "MISSED", goal.name());
        }
        out.println(report.passed() ? "PASSED" : "NOT PASSED");
    }

    private static void row(Table table, String name, FloodReport.Visitors part) {
        table.row(
                name,
                part.attempted(),
                part.succeeded(),
                Amounts.percent(part.share()),
                decimal(part.medianMillis()),
                decimal(part.nearlyAllMillis()),
                decimal(part.longestMillis()));
    }

    private static String decimal(double value) {
        return String.format(Locale.ROOT, "%.1f", value);
    }
}
