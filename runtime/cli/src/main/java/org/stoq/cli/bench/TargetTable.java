package org.stoq.cli.bench;

import java.io.PrintStream;
import java.util.Locale;
import org.stoq.bench.Spread;
import org.stoq.bench.TargetBench;
import org.stoq.cli.terminal.Amounts;
import org.stoq.cli.terminal.Table;

/** The throughput of a node as a table. */
public final class TargetTable {
    private TargetTable() {}

    /** Prints it. */
    public static void print(TargetBench.Report report, PrintStream out) {
        out.printf(
                "%s, measured from %s%n",
                report.plan().contenders().getFirst(), report.machine().text());
        out.printf(
                "%s, %s each, %s%n%n",
                Amounts.count(report.plan().connections(), "connection"),
                Amounts.count(report.plan().streams(), "stream"),
                Amounts.count(report.plan().rounds(), "round"));
        Table table =
                new Table(
                        "direction",
                        ">Gbit/s",
                        ">lowest",
                        ">highest",
                        ">node CPU s/GB",
                        ">own CPU s/GB",
                        ">verified");
        for (TargetBench.Outcome outcome : report.outcomes()) {
            TargetBench.Window total = outcome.total();
            Spread spread = outcome.spread();
            table.row(
                    outcome.direction().name().toLowerCase(Locale.ROOT),
                    decimal(total.gbitPerSecond()),
                    decimal(spread.lowest()),
                    decimal(spread.highest()),
                    decimal(total.nodeCpuPerGigabyte()),
                    decimal(total.ownCpuPerGigabyte()),
                    Amounts.bytes(total.bytes()));
        }
        table.print(out);
        out.printf(
                "%nnode's memory  %s before, %s after%n",
                Amounts.bytes(report.residentBefore()), Amounts.bytes(report.residentAfter()));
    }

    private static String decimal(double value) {
        return String.format(Locale.ROOT, "%.2f", value);
    }
}
