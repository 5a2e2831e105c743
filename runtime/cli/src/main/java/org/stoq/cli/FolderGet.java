package org.stoq.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.OptionalLong;
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
import org.stoq.sdk.StoqErrorCode;
import org.stoq.sdk.StoqException;

/**
 * {@code stoq get -r}: everything below a name, into a folder.
 *
 * @param invocation the run of the command
 * @param name as it was typed
 * @param destination as it was typed; null for the last part of the name, in the current folder
 * @param parallel how many files at a time
 */
record FolderGet(Invocation invocation, String name, @Nullable Path destination, int parallel) {
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

    /** Fetches. Returns how the command ends. */
    ExitCode run(ContentClient content, long start) throws Exception {
        String below = name.replaceFirst("^/+", "").replaceFirst("/+$", "");
        String last = below.substring(below.lastIndexOf('/') + 1);
        String prefix = below.isEmpty() ? "" : below + "/";
        List<ObjectInfo> objects = content.list(prefix).toList();
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
                            invocation.elapsedMillis(start)));
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
