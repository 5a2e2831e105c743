package org.stoq.cli;

import org.jspecify.annotations.Nullable;
import org.stoq.cli.terminal.Amounts;
import org.stoq.cli.terminal.Progress;
import org.stoq.cli.terminal.Terminal;
import org.stoq.cli.tree.FileRestore;
import org.stoq.cli.tree.RestorePlan;
import org.stoq.cli.tree.SafeFolder;
import org.stoq.cli.tree.TreeDownload;
import org.stoq.client.ContentClient;
import org.stoq.client.ObjectInfo;
import org.stoq.client.ObjectRef;
import org.stoq.sdk.Digest;
import org.stoq.sdk.StoqErrorCode;
import org.stoq.sdk.StoqException;
import org.stoq.sdk.call.Reply;

import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.channels.WritableByteChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.function.LongConsumer;

/** {@code stoq get}. */
@Command(
        name = "get",
        header = "Fetch an object, or everything below a name.",
        description = {
            "Every object is checked against its SHA-256 before it gets its name; a broken-off file"
                    + " leaves nothing behind. With -r files that are there already with the same"
                    + " bytes are not fetched again. Nothing is ever written outside of DEST,"
                    + " whatever names and links the node sends."
        },
        footerHeading = "%nExamples:%n",
        footer = {
            "  stoq get report.pdf                     into ./report.pdf",
            "  stoq get backup.tar - | tar x           to standard output",
            "  stoq get -r www ./site                  a folder, resumed if part of it is there",
            "  stoq get video.mp4 --range 0-1023 head  its first 1,024 bytes",
            "  stoq get sha256:<manifest> old.pdf      a version, whatever its name holds by now"
        })
final class GetCommand implements Verb {
    private static final String STANDARD_OUTPUT = "-";
    private static final int MAX_PARALLEL = 128;

    private final Invocation invocation;

    @Parameters(
            index = "0",
            paramLabel = "NAME|sha256:...",
            description =
                    "Name of the object, or digest of its manifest (stoq stat shows it); with -r"
                            + " the folder, where / is everything.")
    String name = "";

    @Parameters(
            index = "1",
            arity = "0..1",
            paramLabel = "DEST|-",
            description =
                    "File or folder to write; - is standard output. Default: the last part of the"
                            + " name, in the current folder.")
    @Nullable Path destination;

    @Option(
            names = {"-r", "--recursive"},
            description = "Everything below NAME, into the folder DEST.")
    boolean recursive;

    @Option(
            names = "--range",
            paramLabel = "A-B",
            converter = ByteRange.Converter.class,
            description =
                    "Only bytes A to B, counted from 0, both included; A- to the end, -N the last"
                            + " N. A part cannot be checked against the digest of the whole.")
    @Nullable ByteRange range;

    @Option(
            names = "--parallel",
            paramLabel = "N",
            description =
                    "How many files at a time with -r, over one connection. Default:"
                            + " ${DEFAULT-VALUE}.")
    int parallel = 8;

    GetCommand(Invocation invocation) {
        this.invocation = invocation;
    }

    /** The shape of the result in JSON for one object. */
    record One(
            String name,
            @Nullable Path file,
            long bytes,
            boolean verified,
            Digest object,
            Digest manifest,
            long elapsedMs) {}

    /** The shape of the result in JSON for a folder. */
    record Many(
            String name,
            Path folder,
            long objects,
            long present,
            long fetchedBytes,
            long verifiedBytes,
            List<String> failed,
            long elapsedMs) {}

    @Override
    public ExitCode run() throws Exception {
        if (parallel < 1 || parallel > MAX_PARALLEL) {
            throw CommandFailure.usage(
                    "--parallel is from 1 to %d, not %d".formatted(MAX_PARALLEL, parallel), "");
        }
        boolean piped = destination != null && destination.toString().equals(STANDARD_OUTPUT);
        if (recursive && (piped || range != null || Digest.isDigest(name))) {
            throw CommandFailure.usage(
                    "-r fetches a folder: it goes with neither -, --range nor a digest", "");
        }
        long start = invocation.surroundings().nanoClock().getAsLong();
        try (NodeAccess node = invocation.connect()) {
            if (recursive) {
                return tree(node.content(), start);
            }
            ObjectRef object =
                    Digest.isDigest(name)
                            ? ObjectRef.manifest(Digest.parse(name))
                            : ObjectRef.named(name);
            ObjectInfo info = head(node.content(), object);
            if (object.manifest().isPresent()) {
                info = SignedManifest.fetch(node, object.manifest().get()).check(info);
            }
            One result = piped ? pipe(node, object, info, start) : file(node, object, info, start);
            report(result, piped);
        }
        return ExitCode.OK;
    }

    private ObjectInfo head(ContentClient content, ObjectRef object) throws Exception {
        try {
            return content.head(object);
        } catch (StoqException e) {
            boolean folder =
                    e.code() == StoqErrorCode.NOT_FOUND
                            && object.name().isPresent()
                            && content.list(object.name().get() + "/").findFirst().isPresent();
            if (folder) {
                throw new CommandFailure(
                        ExitCode.NOT_FOUND,
                        "NOT_FOUND",
                        "'%s' is no object, but there are objects below it".formatted(name),
                        "fetch them with: stoq get -r " + name);
            }
            throw e;
        }
    }

    private One pipe(NodeAccess node, ObjectRef object, ObjectInfo info, long start)
            throws IOException {
        PrintStream out = invocation.terminal().out();
        WritableByteChannel target = new StreamChannel(out);
        try (Progress bar = bar(info)) {
            long bytes = download(node.content(), object, info, target, bar::add);
            return one(info, null, bytes, start);
        }
    }

    private One file(NodeAccess node, ObjectRef object, ObjectInfo info, long start)
            throws Exception {
        Path target = target(info);
        FileRestore restore = new FileRestore(invocation.partialFiles());
        try (Progress bar = bar(info)) {
            if (range == null && info.kind() == ObjectInfo.Kind.DIRECTORY) {
                Files.createDirectories(target);
                FileRestore.attributes(target, info);
                return one(info, target, 0, start);
            }
            FileRestore.Source source =
                    (channel, told) -> {
                        download(node.content(), object, info, channel, told);
                        return info;
                    };
            if (range == null && info.kind() == ObjectInfo.Kind.SYMLINK) {
                restore.link(source, target);
            } else {
                restore.file(source, target, bar::add);
            }
        }
        return one(
                info,
                target,
                range == null ? info.size() : range.within(info.size()).length(),
                start);
    }

    /** Returns how many bytes came. */
    private long download(
            ContentClient content,
            ObjectRef object,
            ObjectInfo expected,
            WritableByteChannel target,
            LongConsumer told)
            throws IOException {
        if (range == null) {
            ObjectInfo got = content.download(object, target, told);
            boolean other =
                    object.manifest().isPresent() && !got.object().equals(expected.object());
            if (other) {
                throw new StoqException(
                        StoqErrorCode.INTEGRITY,
                        "the node sent other content than the manifest " + object + " describes");
            }
            return got.size();
        }
        ByteRange.Part part = range.within(expected.size());
        try (Reply reply = content.get(object, part.offset(), part.length())) {
            return StreamChannel.copy(reply.body(), target, told, part.length());
        }
    }

    private Path target(ObjectInfo info) throws CommandFailure, StoqException {
        SafeFolder here = new SafeFolder(invocation.surroundings().folder());
        String last = info.name().substring(info.name().lastIndexOf('/') + 1);
        if (destination == null) {
            return here.target(last);
        }
        Path typed = invocation.file(destination);
        if (Files.isDirectory(typed)) {
            return new SafeFolder(typed).target(last);
        }
        Path folder = typed.getParent();
        if (folder != null && !Files.isDirectory(folder)) {
            throw new CommandFailure(
                    ExitCode.NOT_FOUND,
                    "NO_SUCH_FILE",
                    "there is no folder " + folder,
                    "make it with: mkdir -p " + folder);
        }
        return typed;
    }

    private ExitCode tree(ContentClient content, long start) throws Exception {
        String below = name.replaceFirst("^/+", "").replaceFirst("/+$", "");
        String last = below.substring(below.lastIndexOf('/') + 1);
        if (destination == null && last.isEmpty()) {
            throw CommandFailure.usage(
                    "everything needs a folder to go to", "stoq get -r / ./everything");
        }
        String prefix = below.isEmpty() ? "" : below + "/";
        List<ObjectInfo> objects = new ArrayList<>(content.list(prefix).toList());
        Path folder =
                destination == null
                        ? new SafeFolder(invocation.surroundings().folder()).target(last)
                        : invocation.file(destination);
        if (objects.isEmpty() && !isFolder(content, below)) {
            throw new CommandFailure(
                    ExitCode.NOT_FOUND,
                    "NOT_FOUND",
                    "there is nothing below '%s'".formatted(name),
                    "stoq ls shows what is there");
        }
        Files.createDirectories(folder);
        SafeFolder safe = new SafeFolder(folder);
        RestorePlan plan = RestorePlan.of(objects, prefix.length(), safe);
        Terminal terminal = invocation.terminal();
        try (Progress bar = terminal.bytes("get", OptionalLong.of(plan.bytes()))) {
            FileRestore restore = new FileRestore(invocation.partialFiles());
            TreeDownload.Outcome done =
                    new TreeDownload(content, safe, restore, bar::add).run(plan, parallel);
            bar.wipe();
            if (isFolder(content, below)) {
                FileRestore.attributes(folder, content.head(below));
            }
            done.failed().forEach(terminal::warn);
            report(
                    new Many(
                            below,
                            folder,
                            done.objects(),
                            done.present(),
                            done.fetchedBytes(),
                            done.verifiedBytes(),
                            done.failed(),
                            elapsedMillis(start)));
            return done.failed().isEmpty() ? ExitCode.OK : ExitCode.FAILED;
        }
    }

    /** Returns whether the name itself stands for a directory, which is so where it has a mode. */
    private static boolean isFolder(ContentClient content, String below) throws IOException {
        if (below.isEmpty()) {
            return false;
        }
        try {
            return content.head(below).kind() == ObjectInfo.Kind.DIRECTORY;
        } catch (StoqException e) {
            if (e.code() == StoqErrorCode.NOT_FOUND) {
                return false;
            }
            throw e;
        }
    }

    private Progress bar(ObjectInfo info) {
        long length = range == null ? info.size() : range.within(info.size()).length();
        return invocation.terminal().bytes("get", OptionalLong.of(length));
    }

    private One one(ObjectInfo info, @Nullable Path file, long bytes, long start) {
        return new One(
                info.name(),
                file,
                bytes,
                range == null,
                info.object(),
                info.manifest(),
                elapsedMillis(start));
    }

    private long elapsedMillis(long startNanos) {
        return Duration.ofNanos(invocation.surroundings().nanoClock().getAsLong() - startNanos)
                .toMillis();
    }

    private void report(One result, boolean piped) {
        if (piped) {
            // Standard output is the content itself.
            invocation.terminal().out().flush();
            return;
        }
        invocation
                .terminal()
                .result(
                        result,
                        out ->
                                out.printf(
                                        "%s: %s%s, %s%n",
                                        result.file,
                                        Amounts.bytes(result.bytes),
                                        result.verified ? ", SHA-256 checked" : "",
                                        Amounts.duration(Duration.ofMillis(result.elapsedMs))));
    }

    private void report(Many result) {
        invocation
                .terminal()
                .result(
                        result,
                        out ->
                                out.printf(
                                        "%s: %s (%,d were there already), %s fetched, %s checked,"
                                                + " %s%n",
                                        result.folder,
                                        Amounts.count(result.objects, "object"),
                                        result.present,
                                        Amounts.bytes(result.fetchedBytes),
                                        Amounts.bytes(result.verifiedBytes),
                                        Amounts.duration(Duration.ofMillis(result.elapsedMs))));
    }
}
