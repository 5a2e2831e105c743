package org.stoq.cli.bench;

import java.io.PrintStream;
import java.util.Locale;
import org.stoq.bench.Profile;
import org.stoq.bench.ProfileBench;
import org.stoq.cli.terminal.Amounts;
import org.stoq.cli.terminal.Table;

/** Where CPU time went, as tables. */
public final class ProfileTable {
    private ProfileTable() {}

    /** Prints it. */
    public static void print(ProfileBench.Report report, PrintStream out) {
        out.println(report.machine().text());
        for (Profile profile : report.profiles()) {
            out.printf(
                    Locale.ROOT,
                    "%n%s, %d bytes, %s: %.2f s of CPU time, %s of it in the kernel, %d samples%n",
                    profile.contender(),
                    profile.datagramBytes(),
                    profile.server() ? "server" : "client",
                    profile.cpuSeconds(),
                    Amounts.percent(profile.systemShare()),
                    profile.samples());
            Table kinds = new Table("  where", ">share");
            profile.shares()
                    .forEach((kind, share) -> kinds.row("  " + kind, Amounts.percent(share)));
            kinds.print(out);
            out.println();
            Table methods = new Table("  most samples in", ">share");
            profile.hot()
                    .forEach((name, share) -> methods.row("  " + name, Amounts.percent(share)));
            methods.print(out);
        }
    }
}
