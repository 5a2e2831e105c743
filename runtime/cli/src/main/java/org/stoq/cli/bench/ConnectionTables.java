package org.stoq.cli.bench;

import java.io.PrintStream;
import java.util.Locale;
import org.stoq.bench.HandshakeBench;
import org.stoq.bench.Handshakes;
import org.stoq.bench.IdleBench;
import org.stoq.cli.terminal.Amounts;
import org.stoq.cli.terminal.Table;

/** Handshakes and idle connections, for a person. */
public final class ConnectionTables {
    private ConnectionTables() {}

    /** Prints handshakes. */
    public static void print(HandshakeBench.Report report, PrintStream out) {
        out.println(report.machine().text());
        out.println();
        Table table =
                new Table(
                        "contender",
                        "kind",
                        ">handshakes/s",
                        ">server CPU ms each",
                        ">client CPU ms each",
                        ">handshakes",
                        ">of the other kind");
        for (HandshakeBench.Outcome outcome : report.outcomes()) {
            outcome.full().ifPresent(done -> row(table, outcome, "full", done));
            outcome.resumed().ifPresent(done -> row(table, outcome, "resumed", done));
        }
        table.print(out);
        for (HandshakeBench.Outcome outcome : report.outcomes()) {
            outcome.unavailable()
                    .ifPresent(why ->
                            out.printf("%s cannot run here: %s%n", outcome.contender(), why));
            outcome.failure()
                    .ifPresent(why -> out.printf("%s FAILED: %s%n", outcome.contender(), why));
        }
    }

    private static void row(
            Table table, HandshakeBench.Outcome outcome, String kind, Handshakes done) {
        table.row(
                outcome.contender(),
                kind,
                decimal(done.perSecond()),
                decimal(done.serverCpuMillis()),
                decimal(done.clientCpuMillis()),
                done.count(),
                done.others() == 0 ? "" : done.others());
    }

    /** Prints idle connections. */
    public static void print(IdleBench.Report report, PrintStream out) {
        out.println(report.machine().text());
        out.printf(
                Locale.ROOT,
                "opened      %s of %s, in %s (%,.0f a second), from %s%n",
                Amounts.count(report.opened(), "connection"),
                Amounts.count(report.plan().connections(), "connection"),
                Amounts.duration(report.opening()),
                report.connectsPerSecond(),
                report.clients() == 1 ? "1 process" : report.clients() + " processes");
        out.printf(
                "dropped     %,d while they were idle for %s%n",
                report.dropped(), Amounts.duration(report.plan().held()));
        out.printf(
                "memory      %s before, %s with them: %s for each%n",
                Amounts.bytes(report.residentBefore()),
                Amounts.bytes(report.residentAfter()),
                Amounts.bytes(Math.max(0, report.bytesPerConnection())));
        report.firstFailure().ifPresent(why -> out.println("first that failed: " + why));
        out.println(report.passed() ? "PASSED" : "NOT PASSED");
    }

    private static String decimal(double value) {
        return String.format(Locale.ROOT, "%.2f", value);
    }
}
