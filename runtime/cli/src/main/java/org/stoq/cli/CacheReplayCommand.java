package org.stoq.cli;

import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.stoq.cli.replay.ReplayReport;
import org.stoq.cli.replay.ReplayRun;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code stoq cache replay}. */
@Command(
        name = "replay",
        header = "Replay a trace of requests through cache policies.",
        description = {
            "Says what share of the requests, and of the bytes, each policy would have missed with"
                    + " an empty cache at the beginning. The policies are the node's own, called as"
                    + " a node calls them; no node is needed.",
            "%nA trace is CSV, time,id,size in seconds and bytes, with or without a line of names;"
                    + " or oracleGeneral of libCacheSim. Either may be compressed with zstd. It is"
                    + " read once, into a temporary file: 8 bytes for a request, 12 with a bound."
                    + " Memory is needed for the different objects only: about 100 bytes for each,"
                    + " and up to 400 for each that a cache holds, for every replay at a time.",
            "%nA size is in bytes (64MB), a share of all objects of the trace (0.1 or 10%%), or in"
                    + " objects that all count the same (687obj, 10%%obj).",
            "%nBounds that look into the future: belady evicts what is asked for the latest:"
                    + " of caches that let everything in none misses less, if all objects have one"
                    + " size. belady-size evicts what takes the most room for the longest time."
        },
        footerHeading = "%nExamples:%n",
        footer = {
            "  stoq cache replay --trace day.csv --size 64MB",
            "  stoq cache replay --trace day.csv --policy lru,s3fifo,belady --size 1%%,5%%,25%%",
            "  stoq cache replay --trace w.oracleGeneral.zst --size 687obj --json",
            "  stoq cache replay --trace day.csv --size 0.1 --plugins mine.jar --policy lru,mine",
            "  stoq cache replay --trace day.csv --size 0.01,0.03,0.1,0.3 --plot day.svg"
        })
final class CacheReplayCommand implements Verb {
    private static final int MAX_PARALLEL = 128;

    private final Invocation invocation;

    @Option(names = "--trace", paramLabel = "FILE", required = true, description = "The trace.")
    Path trace = Path.of("");

    @Option(
            names = "--policy",
            paramLabel = "NAME",
            split = ",",
            description =
                    "Which policies; belady and belady-size are bounds. Default: all of them, and"
                            + " belady.")
    List<String> policies = List.of();

    @Option(
            names = "--size",
            paramLabel = "SIZE",
            split = ",",
            required = true,
            description = "How large the cache is; several are replayed each.")
    List<String> sizes = List.of();

    @Option(
            names = "--plugins",
            paramLabel = "JAR|DIR",
            split = ",",
            description =
                    "Plug-ins whose policies may be named too, such as a node's plugins folder."
                            + " Their code runs with your rights, signed or not.")
    List<Path> plugins = List.of();

    @Option(
            names = "--parallel",
            paramLabel = "N",
            description = "How many replays at a time. Default: as many as there are processors.")
    @Nullable Integer parallel;

    @Option(
            names = "--plot",
            paramLabel = "FILE",
            description = "Draw the misses over the size: .svg, or .png for an image.")
    @Nullable Path plot;

    CacheReplayCommand(Invocation invocation) {
        this.invocation = invocation;
    }

    @Override
    public ExitCode run() throws Exception {
        int width = parallel == null ? Runtime.getRuntime().availableProcessors() : parallel;
        if (width < 1 || width > MAX_PARALLEL) {
            throw CommandFailure.usage(
                    "--parallel is from 1 to %d, not %d".formatted(MAX_PARALLEL, width), "");
        }
        ReplayReport report =
                new ReplayRun(
                                invocation.file(trace),
                                policies,
                                sizes,
                                plugins.stream().map(invocation::file).toList(),
                                width)
                        .run(invocation.terminal());
        invocation.terminal().result(report, report::print);
        if (plot != null) {
            DrawingFile.write(report.drawing(), invocation.file(plot));
        }
        return ExitCode.OK;
    }
}
