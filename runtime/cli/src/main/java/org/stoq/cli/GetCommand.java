package org.stoq.cli;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import org.stoq.client.ContentClient;
import org.stoq.client.ObjectInfo;
import org.stoq.client.ObjectRef;
import org.stoq.sdk.Digest;
import org.stoq.sdk.StoqErrorCode;
import org.stoq.sdk.StoqException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

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
        if (recursive && destination == null && name.replace("/", "").isEmpty()) {
            throw CommandFailure.usage(
                    "everything needs a folder to go to", "stoq get -r / ./everything");
        }
        long start = invocation.surroundings().nanoClock().getAsLong();
        try (NodeAccess node = invocation.connect()) {
            if (recursive) {
                return new FolderGet(invocation, name, destination, parallel)
                        .run(node.content(), start);
            }
            ObjectRef object =
                    Digest.isDigest(name)
                            ? ObjectRef.manifest(Digest.parse(name))
                            : ObjectRef.named(name);
            ObjectInfo info = head(node.content(), object);
            if (object.manifest().isPresent()) {
                info = SignedManifest.fetch(node, object.manifest().get()).check(info);
            }
            ObjectGet get = new ObjectGet(invocation, object, destination, range);
            get.report(piped ? get.pipe(node, info, start) : get.file(node, info, start), piped);
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
}
