package org.stoq.cli.bench;

import java.io.PrintStream;
import java.util.List;
import java.util.Locale;
import org.stoq.bench.Outcome;
import org.stoq.bench.Round;
import org.stoq.bench.Spread;
import org.stoq.bench.ThroughputPlan;
import org.stoq.bench.ThroughputReport;
import org.stoq.cli.terminal.Amounts;
import org.stoq.cli.terminal.Table;

/** A measurement of throughput as a table. */
public final class ThroughputTable {
    private ThroughputTable() {}

    /** Prints it. */
    public static void print(ThroughputReport report, PrintStream out) {
        ThroughputPlan plan = report.plan();
        out.println(report.machine().text());
        out.printf(
                "%s, %s, %s each, %s%n%n",
                plan.direction().name().toLowerCase(Locale.ROOT),
                Amounts.count(plan.connections(), "connection"),
                Amounts.count(plan.streams(), "stream"),
                Amounts.count(plan.rounds(), "round"));
        Table table =
                new Table(
                        "contender",
                        ">bytes",
                        ">Gbit/s",
                        ">lowest",
                        ">highest",
                        ">CPU s/GB",
                        ">cores for 40G",
                        ">verified",
                        ">lost",
                        ">" + plan.contenders().getFirst() + " over it");
        List<Outcome> measured = report.outcomes().stream().filter(Outcome::measured).toList();
        for (Outcome outcome : measured) {
            Round total = outcome.total();
            Spread spread = outcome.spread();
            table.row(
                    outcome.contender(),
                    outcome.datagramBytes(),
                    decimal(total.gbitPerSecond()),
                    decimal(spread.lowest()),
                    decimal(spread.highest()),
                    decimal(total.cpuSecondsPerGigabyte()),
                    decimal(outcome.coresPer40Gbit()),
                    Amounts.bytes(total.verifiedBytes()),
                    total.lostDatagrams() == 0 ? "" : total.lostDatagrams(),
                    outcome.ratio().isPresent()
                            ? decimal(outcome.ratio().getAsDouble()) + "x"
                            : "");
        }
        table.print(out);
        for (Outcome outcome : report.outcomes()) {
            outcome.unavailable()
                    .ifPresent(why ->
                            out.printf("%s cannot run here: %s%n", outcome.contender(), why));
            outcome.failure()
                    .ifPresent(why -> out.printf("%s FAILED: %s%n", outcome.contender(), why));
        }
    }

    private static String decimal(double value) {
        return String.format(Locale.ROOT, "%.2f", value);
    }
}
