package org.stoq.cli;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.function.Consumer;
import org.stoq.bench.BenchListener;
import org.stoq.bench.ThroughputPlan;
import org.stoq.bench.child.ChildFailure;
import org.stoq.bench.plot.Drawing;
import org.stoq.cli.terminal.Progress;

/**
 * One run of {@code stoq bench}: what every measurement is given.
 *
 * @param invocation of the command
 * @param options which every measurement has
 * @param plan what they say, as a measurement of throughput
 * @param folder for certificates and logs; it is deleted at the end
 */
record BenchRun(Invocation invocation, BenchOptions options, ThroughputPlan plan, Path folder) {
    /** Something that takes a while. */
    @FunctionalInterface
    interface Work<T> {
        T run(BenchListener listener) throws IOException;
    }

    /** Makes a plan; what is out of range is a fault of the command line. */
    @FunctionalInterface
    interface Planning<T> {
        T plan() throws CommandFailure;
    }

    /** Works under a bar that shows how it gets on. */
    <T> T watched(Work<T> work) throws IOException {
        List<Progress> bars = new ArrayList<>();
        try {
            return work.run((what, done, total) -> {
                bars.forEach(Progress::close);
                bars.clear();
                Progress bar = invocation.terminal().items(what, OptionalLong.of(total));
                bar.to(done);
                bars.add(bar);
            });
        } finally {
            bars.forEach(Progress::close);
        }
    }

    /** Works likewise, with processes in a network of their own. */
    <T> T inNetwork(String option, Work<T> work) throws IOException, CommandFailure {
        try {
            return watched(work);
        } catch (ChildFailure e) {
            if (!e.unavailable()) {
                throw e;
            }
            throw CommandFailure.failed(
                    String.valueOf(e.getMessage()),
                    "%1$s needs root on Linux, and unshare, nsenter (util-linux) and ip (iproute2): try sudo stoq bench %1$s"
                            .formatted(option));
        }
    }

    /** Plans a measurement. */
    static <T> T planned(Planning<T> planning) throws CommandFailure {
        try {
            return planning.plan();
        } catch (IllegalArgumentException e) {
            throw BenchOptions.wrong(e);
        }
    }

    /** Prints a result, and says how the command ends. */
    ExitCode show(Map<String, Object> json, Consumer<PrintStream> forPeople, boolean passed) {
        invocation.terminal().result(json, forPeople);
        return passed ? ExitCode.OK : ExitCode.FAILED;
    }

    /** Draws into the file that was asked for, if one was. */
    void draw(Drawing drawing) throws IOException {
        if (options.plot != null) {
            DrawingFile.write(drawing, invocation.file(options.plot));
        }
    }
}
