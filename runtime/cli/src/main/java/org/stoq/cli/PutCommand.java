package org.stoq.cli;

import java.nio.channels.Channels;
import java.nio.channels.ReadableByteChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;
import org.stoq.cli.terminal.Amounts;
import org.stoq.cli.terminal.Progress;
import org.stoq.cli.terminal.Terminal;
import org.stoq.cli.tree.ObjectName;
import org.stoq.cli.tree.TreeEntry;
import org.stoq.cli.tree.TreeUpload;
import org.stoq.cli.tree.TreeWalk;
import org.stoq.client.ContentClient;
import org.stoq.client.ObjectInfo;
import org.stoq.client.Published;
import org.stoq.sdk.Digest;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code stoq put}. */
@Command(
        name = "put",
        header = "Publish a file, a folder with everything in it, or standard input.",
        description = {
            "It returns when everything is durable on the node. Of a folder go files, symbolic"
                    + " links (as links), empty directories, modes and times; sockets, pipes and"
                    + " devices are left out with a warning. Bytes that the node has already are not"
                    + " stored again."
        },
        footerHeading = "%nExamples:%n",
        footer = {
            "  stoq put report.pdf                     as report.pdf",
            "  stoq put report.pdf docs/2026/          as docs/2026/report.pdf",
            "  stoq put ./site www                     the folder as www/...",
            "  stoq put ./site www --tag release-7     to be purged by that tag one day",
            "  tar c . | stoq put - backup.tar         from a pipe"
        })
final class PutCommand implements Verb {
    private static final String STANDARD_INPUT = "-";
    private static final int PIPED_MODE = 0644;
    private static final int MAX_PARALLEL = 128;

    private final Invocation invocation;

    @Parameters(
            index = "0",
            paramLabel = "FILE|DIR|-",
            description = "What to publish; - is standard input.")
    Path source = Path.of("");

    @Parameters(
            index = "1",
            arity = "0..1",
            paramLabel = "NAME",
            description =
                    "Its name on the node; of a folder what all names begin with. One that ends in"
                            + " / keeps the file's own name behind it. Default: the file's name.")
    @Nullable String name;

    @Option(
            names = "--name-prefix",
            paramLabel = "PREFIX",
            description = "Put this and a slash in front of every name.")
    String prefix = "";

    @Option(
            names = "--type",
            paramLabel = "TYPE",
            description = "Media type of standard input or of a single file, such as text/html.")
    @Nullable String mediaType;

    @Option(
            names = "--tag",
            paramLabel = "TAG",
            description =
                    "A word by which everything that is published here can be purged (stoq purge"
                            + " --tag). May be given more than once.")
    List<String> tags = new ArrayList<>();

    @Option(
            names = "--parallel",
            paramLabel = "N",
            description =
                    "How many files at a time, over one connection. Default: ${DEFAULT-VALUE}.")
    int parallel = 8;

    PutCommand(Invocation invocation) {
        this.invocation = invocation;
    }

    /** The shape of the result in JSON. */
    record Result(
            String name,
            long objects,
            long bytes,
            long newBytes,
            long chunks,
            long newChunks,
            double dedupRatio,
            List<String> skipped,
            long elapsedMs,
            @Nullable Digest object,
            @Nullable Digest manifest) {}

    @Override
    public ExitCode run() throws Exception {
        if (parallel < 1 || parallel > MAX_PARALLEL) {
            throw CommandFailure.usage(
                    "--parallel is from 1 to %d, not %d".formatted(MAX_PARALLEL, parallel), "");
        }
        boolean piped = source.toString().equals(STANDARD_INPUT);
        Path file = invocation.file(source);
        String full = fullName(piped, file);
        Optional<String> fault = full.isEmpty() ? Optional.empty() : ObjectName.fault(full);
        if (fault.isPresent()) {
            throw CommandFailure.usage(
                    "'%s' is not a name for an object: %s".formatted(full, fault.get()),
                    "name it: stoq put FILE NAME");
        }
        long start = invocation.surroundings().nanoClock().getAsLong();
        Result result;
        if (piped) {
            result = pipe(full, start);
        } else {
            result = Files.isDirectory(file) ? tree(file, full, start) : single(file, full, start);
        }
        report(result);
        return result.skipped.isEmpty() ? ExitCode.OK : ExitCode.FAILED;
    }

    private String fullName(boolean piped, Path file) throws CommandFailure {
        String typed = name == null ? "" : name.replaceFirst("^/+", "");
        boolean open = typed.isEmpty() || typed.endsWith("/");
        if (piped && open) {
            throw CommandFailure.usage(
                    "standard input has no name", "give it one: stoq put - NAME");
        }
        Path last = file.getFileName();
        String own = open ? typed + (last == null ? "" : last) : typed;
        String front = prefix.replaceFirst("^/+", "").replaceFirst("/+$", "");
        return front.isEmpty() || own.isEmpty() ? front + own : front + "/" + own;
    }

    private Result pipe(String full, long start) throws Exception {
        ContentClient.Put what =
                new ContentClient.Put(
                        full,
                        mediaType == null ? TreeUpload.mediaType(full) : mediaType,
                        ObjectInfo.Kind.FILE,
                        PIPED_MODE,
                        invocation.surroundings().clock().millis(),
                        tags);
        try (NodeAccess node = invocation.connect();
                Progress bar = invocation.terminal().bytes("put", OptionalLong.empty());
                ReadableByteChannel input = Channels.newChannel(invocation.surroundings().in())) {
            return one(
                    node.content().put(what, input, OptionalLong.empty(), bar::add), full, start);
        }
    }

    private Result single(Path file, String full, long start) throws Exception {
        TreeWalk walk = TreeWalk.of(file, full);
        if (walk.entries().isEmpty()) {
            throw CommandFailure.failed(String.join("; ", walk.skipped()), "");
        }
        TreeEntry entry = walk.entries().getFirst();
        try (NodeAccess node = invocation.connect();
                Progress bar = invocation.terminal().bytes("put", OptionalLong.of(entry.size()))) {
            TreeUpload upload = new TreeUpload(node.content(), tags, bar::add);
            String type = mediaType == null ? TreeUpload.mediaType(entry) : mediaType;
            return one(upload.publish(entry, type), full, start);
        }
    }

    private Result tree(Path file, String full, long start) throws Exception {
        if (mediaType != null) {
            throw CommandFailure.usage("--type is for a single file", "");
        }
        TreeWalk walk = TreeWalk.of(file, full);
        List<String> skipped = new ArrayList<>(walk.skipped());
        try (NodeAccess node = invocation.connect();
                Progress bar = invocation.terminal().bytes("put", OptionalLong.of(walk.bytes()))) {
            TreeUpload.Outcome done =
                    new TreeUpload(node.content(), tags, bar::add).run(walk.entries(), parallel);
            skipped.addAll(done.unread());
            return new Result(
                    full,
                    done.objects(),
                    done.bytes(),
                    done.newBytes(),
                    done.chunks(),
                    done.newChunks(),
                    done.dedupRatio(),
                    List.copyOf(skipped),
                    invocation.elapsedMillis(start),
                    null,
                    null);
        }
    }

    private Result one(Published done, String full, long start) {
        double dedup = done.size() == 0 ? 0 : 1.0 - (double) done.newBytes() / done.size();
        return new Result(
                full,
                1,
                done.size(),
                done.newBytes(),
                done.chunks(),
                done.newChunks(),
                dedup,
                List.of(),
                invocation.elapsedMillis(start),
                done.object(),
                done.manifest());
    }

    private void report(Result result) {
        Terminal terminal = invocation.terminal();
        result.skipped.forEach(terminal::warn);
        terminal.result(
                result,
                out -> {
                    out.printf(
                            "%s: %s, %s, %s new (%s were there already), %s%n",
                            result.name.isEmpty() ? "." : result.name,
                            Amounts.count(result.objects, "object"),
                            Amounts.bytes(result.bytes),
                            Amounts.bytes(result.newBytes),
                            Amounts.percent(result.dedupRatio),
                            Amounts.duration(Duration.ofMillis(result.elapsedMs)));
                    if (result.object != null) {
                        out.println("content  " + result.object);
                        out.println("manifest " + result.manifest);
                    }
                });
    }
}
