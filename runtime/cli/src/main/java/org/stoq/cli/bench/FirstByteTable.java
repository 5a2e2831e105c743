package org.stoq.cli.bench;

import java.io.PrintStream;
import java.util.Locale;
import org.stoq.bench.FirstByteBench;
import org.stoq.cli.terminal.Amounts;
import org.stoq.cli.terminal.Table;

/** Times to the first byte as a table. */
public final class FirstByteTable {
    private FirstByteTable() {}

    /** Prints it. */
    public static void print(FirstByteBench.Report report, PrintStream out) {
        out.println(report.machine().text());
        out.printf(
                "from the wish for a connection to the first byte of the answer; round trip %d ms,"
                        + " %s of each kind%n%n",
                report.plan().roundTrip().toMillis(),
                Amounts.count(report.plan().connections(), "connection"));
        Table table =
                new Table(
                        "handshake",
                        ">median ms",
                        ">lowest",
                        ">highest",
                        ">round trips",
                        ">answered before its end");
        for (FirstByteBench.Outcome outcome : report.outcomes()) {
            table.row(
                    label(outcome.kind()),
                    decimal(outcome.millis().median()),
                    decimal(outcome.millis().lowest()),
                    decimal(outcome.millis().highest()),
                    decimal(outcome.roundTrips()),
                    outcome.answeredEarly());
        }
        table.print(out);
    }

    private static String label(FirstByteBench.Kind kind) {
        return switch (kind) {
            case FULL -> "full";
            case RESUMED -> "resumed";
            case EARLY -> "0-RTT: the question is in the first packet";
        };
    }

    private static String decimal(double value) {
        return String.format(Locale.ROOT, "%.2f", value);
    }
}
