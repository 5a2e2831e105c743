package org.stoq.cli;

import java.io.IOException;
import org.stoq.bench.ProfileBench;
import org.stoq.cli.bench.ProfileTable;
import picocli.CommandLine.Option;

/** {@code stoq bench --profile}. */
final class ProfileMode implements BenchMode {
    @Option(
            names = "--profile",
            description = {
                "Show where CPU time goes instead of how much flows, for each contender's two"
                        + " processes, sampled by Java's Flight Recorder. Samples inside native code"
                        + " count for the native method: encryption and bookkeeping inside quiche are"
                        + " not told apart."
            })
    boolean profile;

    @Override
    public String option() {
        return "--profile";
    }

    @Override
    public boolean chosen() {
        return profile;
    }

    @Override
    public boolean needsBothEnds() {
        return true;
    }

    @Override
    public ExitCode measure(BenchRun run) throws IOException {
        ProfileBench.Report found =
                run.watched(listener -> new ProfileBench(run.plan(), run.folder(), listener).run());
        return run.show(found.json(), out -> ProfileTable.print(found, out), true);
    }
}
