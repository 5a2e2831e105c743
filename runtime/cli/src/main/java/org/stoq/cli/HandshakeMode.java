package org.stoq.cli;

import java.io.IOException;
import org.stoq.bench.HandshakeBench;
import org.stoq.cli.bench.ConnectionTables;
import picocli.CommandLine.Option;

/** {@code stoq bench --connect-rate}. */
final class HandshakeMode implements BenchMode {
    @Option(
            names = "--connect-rate",
            description =
                    "Measure handshakes in a second instead, full and resumed ones apart, and the"
                            + " CPU time of each, both sides.")
    boolean connectRate;

    @Override
    public String option() {
        return "--connect-rate";
    }

    @Override
    public boolean chosen() {
        return connectRate;
    }

    @Override
    public ExitCode measure(BenchRun run) throws IOException {
        HandshakeBench.Report done =
                run.watched(
                        listener -> new HandshakeBench(run.plan(), run.folder(), listener).run());
        return run.show(done.json(), out -> ConnectionTables.print(done, out), done.passed());
    }
}
