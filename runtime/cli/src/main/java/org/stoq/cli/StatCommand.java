package org.stoq.cli;

import java.time.Instant;
import java.util.List;
import org.stoq.cli.terminal.Amounts;
import org.stoq.client.ObjectInfo;
import org.stoq.client.ObjectRef;
import org.stoq.sdk.Digest;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code stoq stat}. */
@Command(
        name = "stat",
        header = "Show what the node knows of an object.",
        footerHeading = "%nExamples:%n",
        footer = {
            "  stoq stat report.pdf",
            "  stoq stat report.pdf --json | jq -r .object    its SHA-256"
        })
final class StatCommand implements Verb {
    private final Invocation invocation;

    @Parameters(
            index = "0",
            paramLabel = "NAME|sha256:...",
            description = "Name of the object, or digest of its manifest.")
    String name = "";

    StatCommand(Invocation invocation) {
        this.invocation = invocation;
    }

    /** The shape of the result in JSON: a line of {@code ls}, and what only this command tells. */
    record Result(
            String name,
            String kind,
            long size,
            String mode,
            Instant created,
            String mediaType,
            Digest object,
            Digest manifest,
            List<String> tags,
            boolean stale) {
        static Result of(ListCommand.Line line, ObjectInfo info) {
            return new Result(
                    line.name(),
                    line.kind(),
                    line.size(),
                    line.mode(),
                    line.created(),
                    line.mediaType(),
                    line.object(),
                    line.manifest(),
                    info.tags(),
                    info.stale());
        }
    }

    @Override
    public ExitCode run() throws Exception {
        ObjectRef object =
                Digest.isDigest(name)
                        ? ObjectRef.manifest(Digest.parse(name))
                        : ObjectRef.named(name);
        ObjectInfo info;
        try (NodeAccess node = invocation.connect()) {
            info = node.content().head(object);
        }
        ListCommand.Line line = ListCommand.Line.of(info);
        invocation
                .terminal()
                .result(
                        Result.of(line, info),
                        out -> {
                            out.println("name      " + line.name());
                            out.println("kind      " + line.kind());
                            out.printf(
                                    "size      %s (%,d bytes)%n",
                                    Amounts.bytes(line.size()), line.size());
                            out.println("type      " + line.mediaType());
                            out.println("mode      " + line.mode());
                            out.println("published " + line.created());
                            if (info.modifiedMillis() != 0) {
                                out.println(
                                        "modified  " + Instant.ofEpochMilli(info.modifiedMillis()));
                            }
                            if (!info.tags().isEmpty()) {
                                out.println("tags      " + String.join(" ", info.tags()));
                            }
                            if (info.stale()) {
                                out.println(
                                        "stale     purged softly, and its publisher cannot be"
                                                + " asked");
                            }
                            out.println("content   " + line.object());
                            out.println("manifest  " + line.manifest());
                        });
        return ExitCode.OK;
    }
}
