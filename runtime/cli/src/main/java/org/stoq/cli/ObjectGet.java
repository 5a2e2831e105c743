package org.stoq.cli;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.channels.WritableByteChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.OptionalLong;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;
import org.stoq.cli.terminal.Amounts;
import org.stoq.cli.terminal.Progress;
import org.stoq.cli.tree.FileRestore;
import org.stoq.cli.tree.SafeFolder;
import org.stoq.client.ContentClient;
import org.stoq.client.ObjectInfo;
import org.stoq.client.ObjectRef;
import org.stoq.sdk.Digest;
import org.stoq.sdk.StoqErrorCode;
import org.stoq.sdk.StoqException;
import org.stoq.sdk.call.Reply;

/**
 * {@code stoq get} of one object or a part of it.
 *
 * @param invocation the run of the command
 * @param object which one is meant
 * @param destination as it was typed; null for the last part of the name, in the current folder
 * @param range the part that is wanted; null for all of it
 */
record ObjectGet(
        Invocation invocation,
        ObjectRef object,
        @Nullable Path destination,
        @Nullable ByteRange range) {
    /** The shape of the result in JSON for one object. */
    record One(
            String name,
            @Nullable Path file,
            long bytes,
            boolean verified,
            Digest object,
            Digest manifest,
            long elapsedMs) {}

    /** Fetches into standard output. */
    One pipe(NodeAccess node, ObjectInfo info, long start) throws IOException {
        PrintStream out = invocation.terminal().out();
        WritableByteChannel target = new StreamChannel(out);
        try (Progress bar = bar(info)) {
            long bytes = download(node.content(), info, target, bar::add);
            return one(info, null, bytes, start);
        }
    }

    /** Fetches into a file. */
    One file(NodeAccess node, ObjectInfo info, long start) throws Exception {
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
                        download(node.content(), info, channel, told);
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
                invocation.elapsedMillis(start));
    }

    /** Tells what came of it. */
    void report(One result, boolean piped) {
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
}
