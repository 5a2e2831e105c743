package org.stoq.cli;

import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.stoq.cli.terminal.Amounts;
import org.stoq.cli.terminal.JsonOutput;
import org.stoq.cli.terminal.Table;
import org.stoq.cli.tree.PosixMode;
import org.stoq.client.ObjectInfo;
import org.stoq.sdk.Digest;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code stoq ls}. */
@Command(
        name = "ls",
        header = "List the objects whose names begin with a prefix.",
        description =
                "In the order of their names. With --json one line for each object, as they come.",
        footerHeading = "%nExamples:%n",
        footer = {
            "  stoq ls                       every name",
            "  stoq ls -l www/               with kind, mode, size, time and digest",
            "  stoq ls --json | wc -l        how many there are"
        })
final class ListCommand implements Verb {
    private static final int SHORT_DIGEST = 12;

    private final Invocation invocation;

    @Parameters(
            index = "0",
            arity = "0..1",
            paramLabel = "PREFIX",
            description = "What the names begin with. Default: every name.")
    String prefix = "";

    @Option(
            names = {"-l", "--long"},
            description = "With kind, mode, size, time and digest.")
    boolean details;

    ListCommand(Invocation invocation) {
        this.invocation = invocation;
    }

    /** The shape of a line in JSON. */
    record Line(
            String name,
            String kind,
            long size,
            String mode,
            Instant created,
            String mediaType,
            Digest object,
            Digest manifest) {
        static Line of(ObjectInfo info) {
            return new Line(
                    info.name(),
                    info.kind().name().toLowerCase(Locale.ROOT),
                    info.size(),
                    "%04o".formatted(info.mode()),
                    info.created(),
                    info.mediaType(),
                    info.object(),
                    info.manifest());
        }
    }

    @Override
    public ExitCode run() throws Exception {
        JsonOutput json = new JsonOutput();
        boolean asJson = invocation.terminal().json();
        PrintStream out = asJson ? invocation.terminal().out() : invocation.terminal().people();
        List<ObjectInfo> all = new ArrayList<>();
        try (NodeAccess node = invocation.connect();
                var objects = node.content().list(prefix)) {
            objects.forEach(info -> {
                if (asJson) {
                    out.println(json.text(Line.of(info)));
                } else if (details) {
                    all.add(info);
                } else {
                    out.println(info.name());
                }
            });
        } catch (UncheckedIOException e) {
            throw Failures.of(e);
        }
        if (!all.isEmpty()) {
            Table table = new Table("MODE", ">SIZE", "CREATED", "CONTENT", "NAME");
            for (ObjectInfo info : all) {
                table.row(
                        mode(info),
                        Amounts.bytes(info.size()),
                        info.created().toString().replaceFirst("\\.\\d+Z", "Z"),
                        info.object().hex().substring(0, SHORT_DIGEST),
                        info.name());
            }
            table.print(out);
        }
        out.flush();
        return ExitCode.OK;
    }

    /** As {@code ls -l} shows it; question marks where the node does not know. */
    private static String mode(ObjectInfo info) {
        String kind =
                switch (info.kind()) {
                    case FILE -> "-";
                    case SYMLINK -> "l";
                    case DIRECTORY -> "d";
                };
        return kind
                + (info.mode() == 0
                        ? "?????????"
                        : PosixFilePermissions.toString(PosixMode.permissions(info.mode())));
    }
}
