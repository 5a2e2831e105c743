package org.stoq.cli;

import java.io.IOException;
import java.io.PrintStream;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.TreeSet;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.stoq.cli.chunk.ChunkCounts;
import org.stoq.cli.chunk.ChunkKeeping;
import org.stoq.cli.chunk.ChunkMeter;
import org.stoq.cli.chunk.InstalledStrategies;
import org.stoq.cli.chunk.SimilarKeeping;
import org.stoq.cli.terminal.Amounts;
import org.stoq.cli.terminal.Progress;
import org.stoq.cli.terminal.Table;
import org.stoq.cli.tree.TreeEntry;
import org.stoq.cli.tree.TreeWalk;
import org.stoq.client.ObjectInfo;
import org.stoq.sdk.chunk.Chunker;
import org.stoq.sdk.chunk.CompressionChoice;
import org.stoq.sdk.chunk.Compressor;
import org.stoq.sdk.chunk.DeltaCompressor;
import org.stoq.sdk.chunk.EncodedChunk;
import org.stoq.sdk.chunk.SimilarityIndex;
import org.stoq.sdk.config.CdnConfig;
import org.stoq.sdk.config.SecretFile;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code stoq chunk stat}. */
@Command(
        name = "stat",
        header = "Cut files as a node would, and say what storing them would take.",
        description = {
            "Reads files, and folders with all files in them, one after the other, and stores"
                    + " nothing. No node is needed: it is the node's own code that cuts, hashes and"
                    + " compresses, in this process and on one thread. Symbolic links in a folder"
                    + " are not followed.",
            "",
            "scan is the speed of looking for boundaries, hash that of SHA-256, total that of both"
                    + " and of compressing what is new, all by the CPU time of one thread; reading"
                    + " the files is not counted."
        },
        footerHeading = "%nExamples:%n",
        footer = {
            "  stoq chunk stat release-1.tar release-2.tar",
            "  stoq chunk stat ./site --chunker rabin --compression lz4 --json",
            "  stoq chunk stat ./site --plugins ./target --chunker mine"
        })
final class ChunkStatCommand implements Verb {
    private final Invocation invocation;

    @Parameters(arity = "1..*", paramLabel = "PATH", description = "A file or a folder.")
    private List<Path> paths = List.of();

    @Option(
            names = "--chunker",
            paramLabel = "NAME",
            defaultValue = "fastcdc",
            description = "What cuts: fastcdc, rabin, or a plug-in's (default: ${DEFAULT-VALUE}).")
    private String chunker = "";

    @Option(
            names = "--compression",
            paramLabel = "NAME",
            defaultValue = CompressionChoice.AUTO,
            description =
                    "auto, zstd, lz4, none, or a plug-in's; auto takes what gains most, chunk by"
                            + " chunk (default: ${DEFAULT-VALUE}).")
    private String compression = "";

    @Option(
            names = "--zstd-level",
            paramLabel = "N",
            description = "As cdn.zstd_level, 1 to 19, and with its default.")
    private @Nullable Integer zstdLevel;

    @Option(
            names = "--boundary-key",
            paramLabel = "FILE",
            description = "As cdn.boundary_key: a secret that moves the boundaries.")
    private @Nullable Path boundaryKey;

    @Option(
            names = "--no-similarity",
            description =
                    "Keep every chunk alone, as without cdn.similarity; else one that resembles an"
                            + " earlier one is kept as its difference from it. That needs a"
                            + " temporary file of as many bytes as are stored.")
    private boolean withoutSimilarity;

    @Option(
            names = "--plugins",
            paramLabel = "DIR",
            description =
                    "A folder of plug-ins to choose from too. Their code runs in this process, and"
                            + " nobody checks who has signed it.")
    private @Nullable Path plugins;

    ChunkStatCommand(Invocation invocation) {
        this.invocation = invocation;
    }

    /** Speeds in JSON, in 10^9 bytes a second. */
    record Speeds(double scan, double hash, double total) {
        static Speeds of(ChunkCounts counts) {
            long both = counts.scanNanos() + counts.hashNanos();
            return new Speeds(
                    rounded(counts.gigabytesPerSecond(counts.scanNanos())),
                    rounded(counts.gigabytesPerSecond(counts.hashNanos())),
                    rounded(counts.gigabytesPerSecond(both + counts.keepNanos())));
        }
    }

    /** The shape of the result in JSON. */
    record Result(
            String chunker,
            String compression,
            boolean similarity,
            long files,
            List<String> skipped,
            long uniqueChunks,
            long bytes,
            long chunks,
            long uniqueBytes,
            long storedBytes,
            double ratio,
            Speeds gbPerS) {
        Result {
            skipped = List.copyOf(skipped);
        }
    }

    /** A path of the command line and what is there. */
    private record Walked(Path path, TreeWalk walk) {}

    /** A path of the command line and what it has added. */
    private record Row(Path path, ChunkCounts added) {}

    private static double rounded(double value) {
        return Math.round(value * 1_000) / 1_000.0;
    }

    @Override
    public ExitCode run() throws Exception {
        List<Walked> walks = new ArrayList<>();
        List<String> skipped = new ArrayList<>();
        for (Path path : paths) {
            // Whoever names a link means what it leads to.
            TreeWalk walk = TreeWalk.of(invocation.file(path).toRealPath(), "content");
            skipped.addAll(walk.skipped());
            walks.add(new Walked(path, walk));
        }
        try (InstalledStrategies installed = installed()) {
            return measure(installed, walks, skipped);
        }
    }

    /** Returns what a node would give its components, with what is said here. */
    private Map<String, Object> settings() throws CommandFailure {
        Map<String, String> typed = new LinkedHashMap<>();
        if (zstdLevel != null) {
            typed.put("zstd_level", zstdLevel.toString());
        }
        if (boundaryKey != null) {
            typed.put("boundary_key", invocation.file(boundaryKey).toString());
        }
        try {
            CdnConfig config = CdnConfig.TABLE.with(CdnConfig.TABLE.defaults(), typed);
            config.boundaryKey().ifPresent(SecretFile::read);
            return CdnConfig.TABLE.write(config);
        } catch (IllegalArgumentException e) {
            throw CommandFailure.usage(
                    String.valueOf(e.getMessage()), "see stoq chunk stat --help");
        }
    }

    private InstalledStrategies installed() throws CommandFailure, IOException {
        Path distribution =
                invocation
                        .surroundings()
                        .distribution()
                        .orElseThrow(() ->
                                CommandFailure.failed(
                                        "the folder of the distribution, which has the chunkers, was"
                                                + " not found",
                                        "run it by the stoq script"));
        return InstalledStrategies.of(
                distribution.resolve("bundles"),
                plugins == null ? List.of() : List.of(invocation.file(plugins)));
    }

    private ExitCode measure(
            InstalledStrategies installed, List<Walked> walks, List<String> skipped)
            throws CommandFailure, IOException {
        Map<String, Object> settings = settings();
        Chunker cutting =
                named(installed.all(Chunker.class, settings), "chunker", chunker, List.of());
        Map<String, Compressor> compressors = installed.all(Compressor.class, settings);
        SimilarKeeping.Alone alone = alone(compressors);
        if (withoutSimilarity) {
            ChunkKeeping keeping =
                    (_, bytes, from, length) -> alone.encode(bytes, from, length).bytes().length;
            return measure(installed, new ChunkMeter(cutting, keeping, cpuClock()), walks, skipped);
        }
        try (SimilarKeeping keeping =
                new SimilarKeeping(
                        alone,
                        compressors,
                        only(installed.all(SimilarityIndex.class), "similarity index"),
                        only(installed.all(DeltaCompressor.class), "delta compressor"))) {
            return measure(installed, new ChunkMeter(cutting, keeping, cpuClock()), walks, skipped);
        }
    }

    /** Returns the one that a node would take, as long as there is but one. */
    private static <S> S only(Map<String, S> all, String what) throws CommandFailure {
        if (all.size() != 1) {
            throw CommandFailure.failed(
                    "there are %d of the kind %s: %s".formatted(all.size(), what, all.keySet()),
                    "--no-similarity does without");
        }
        return all.values().iterator().next();
    }

    private ExitCode measure(
            InstalledStrategies installed,
            ChunkMeter meter,
            List<Walked> walks,
            List<String> skipped)
            throws CommandFailure {
        installed.refused().forEach(invocation.terminal()::warn);
        long total = walks.stream().mapToLong(one -> one.walk.bytes()).sum();
        List<Row> rows = new ArrayList<>();
        long files = 0;
        try (Progress bar = invocation.terminal().bytes("cut", OptionalLong.of(total))) {
            for (Walked one : walks) {
                ChunkCounts before = meter.counts();
                for (TreeEntry entry : one.walk.entries()) {
                    if (entry.kind() == ObjectInfo.Kind.FILE) {
                        files += add(meter, entry, bar, skipped) ? 1 : 0;
                    }
                }
                rows.add(new Row(one.path, meter.counts().since(before)));
            }
        }
        skipped.forEach(invocation.terminal()::warn);
        ChunkCounts counts = meter.counts();
        if (counts.bytes() == 0) {
            throw new CommandFailure(
                    ExitCode.FAILED,
                    "EMPTY",
                    "there is not one byte to cut in " + paths.getFirst(),
                    "name a file that has content, or a folder of such files");
        }
        show(rows, counts, files, skipped);
        return skipped.isEmpty() ? ExitCode.OK : ExitCode.FAILED;
    }

    /** Cuts a file; says what was wrong with it if something was. Returns whether it was read. */
    private static boolean add(
            ChunkMeter meter, TreeEntry entry, Progress bar, List<String> skipped) {
        Path file = entry.file();
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
            long read = meter.add(channel, entry.size(), bar::add);
            if (read < entry.size() || channel.size() > entry.size()) {
                skipped.add(
                        "%s: has changed while it was read (%,d bytes before, %,d now); %,d were cut"
                                .formatted(file, entry.size(), channel.size(), read));
            }
            return true;
        } catch (IOException e) {
            skipped.add(file + ": " + Failures.of(e).message());
            return false;
        }
    }

    /** Of this thread: what others do on the machine is not the chunker's doing. */
    private static LongSupplier cpuClock() {
        ThreadMXBean threads = ManagementFactory.getThreadMXBean();
        return threads.isCurrentThreadCpuTimeSupported()
                ? threads::getCurrentThreadCpuTime
                : System::nanoTime;
    }

    private SimilarKeeping.Alone alone(Map<String, Compressor> compressors) throws CommandFailure {
        List<String> others = List.of(CompressionChoice.AUTO, EncodedChunk.PLAIN);
        if (!others.contains(compression)) {
            named(compressors, "compression", compression, others);
        }
        CompressionChoice choice =
                new CompressionChoice((name, bytes, from, length) ->
                        Optional.ofNullable(compressors.get(name))
                                .map(one -> one.compress(bytes, from, length)));
        return (bytes, from, length) -> choice.encode(compression, bytes, from, length);
    }

    private static <S> S named(Map<String, S> all, String what, String name, List<String> others)
            throws CommandFailure {
        S found = all.get(name);
        if (found == null) {
            TreeSet<String> names = new TreeSet<>(all.keySet());
            names.addAll(others);
            throw CommandFailure.usage(
                    "no %s is called '%s'".formatted(what, name),
                    "there are: " + String.join(", ", names));
        }
        return found;
    }

    private void show(List<Row> rows, ChunkCounts counts, long files, List<String> skipped) {
        Speeds speeds = Speeds.of(counts);
        Result result =
                new Result(
                        chunker,
                        compression,
                        !withoutSimilarity,
                        files,
                        skipped,
                        counts.uniqueChunks(),
                        counts.bytes(),
                        counts.chunks(),
                        counts.uniqueBytes(),
                        counts.storedBytes(),
                        rounded(counts.ratio()),
                        speeds);
        invocation.terminal().result(result, out -> print(out, rows, counts, speeds));
    }

    private static void print(PrintStream out, List<Row> rows, ChunkCounts counts, Speeds speeds) {
        Table table = new Table("path", ">bytes", ">chunks", ">new", ">stored", ">ratio");
        for (Row row : rows) {
            row(table, row.path.toString(), row.added);
        }
        if (rows.size() > 1) {
            row(table, "all", counts);
        }
        table.print(out);
        out.printf(
                "scan %.2f GB/s, hash %.2f GB/s, all with compression %.2f GB/s%n",
                speeds.scan, speeds.hash, speeds.total);
    }

    private static void row(Table table, String name, ChunkCounts counts) {
        table.row(
                name,
                Amounts.bytes(counts.bytes()),
                "%,d".formatted(counts.chunks()),
                Amounts.bytes(counts.uniqueBytes()),
                Amounts.bytes(counts.storedBytes()),
                "%.2f".formatted(counts.ratio()));
    }
}
