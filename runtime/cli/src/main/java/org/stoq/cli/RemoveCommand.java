package org.stoq.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.concurrent.atomic.AtomicLong;
import org.stoq.cli.terminal.Amounts;
import org.stoq.cli.terminal.Progress;
import org.stoq.cli.tree.Parallel;
import org.stoq.client.ContentClient;
import org.stoq.client.ObjectInfo;
import org.stoq.sdk.StoqErrorCode;
import org.stoq.sdk.StoqException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code stoq rm}. */
@Command(
        name = "rm",
        header = "Remove a name, or every name below one.",
        description =
                "Other nodes learn of it and serve it no more. Its bytes go with the next stoq"
                        + " store gc, unless something else needs them.",
        footerHeading = "%nExamples:%n",
        footer = {
            "  stoq rm report.pdf",
            "  stoq rm -r www             www itself and everything below it"
        })
final class RemoveCommand implements Verb {
    private static final int WIDTH = 8;

    private final Invocation invocation;

    @Parameters(index = "0", paramLabel = "NAME", description = "The name.")
    String name = "";

    @Option(
            names = {"-r", "--recursive"},
            description = "Every name below NAME too. / is everything.")
    boolean recursive;

    RemoveCommand(Invocation invocation) {
        this.invocation = invocation;
    }

    /** The shape of the result in JSON. */
    record Result(long removed) {}

    @Override
    public ExitCode run() throws Exception {
        AtomicLong removed = new AtomicLong();
        try (NodeAccess node = invocation.connect()) {
            ContentClient content = node.content();
            if (recursive) {
                removeBelow(content, removed);
            } else {
                content.remove(name);
                removed.set(1);
            }
        }
        invocation
                .terminal()
                .result(
                        new Result(removed.get()),
                        out -> out.println("removed " + Amounts.count(removed.get(), "name")));
        return ExitCode.OK;
    }

    private void removeBelow(ContentClient content, AtomicLong removed) throws Exception {
        String below = name.replaceFirst("^/+", "").replaceFirst("/+$", "");
        List<String> names = new ArrayList<>();
        try (var objects = content.list(below.isEmpty() ? "" : below + "/")) {
            objects.map(ObjectInfo::name).forEach(names::add);
        }
        if (!below.isEmpty()) {
            names.add(below);
        }
        try (Progress bar = invocation.terminal().items("rm", OptionalLong.of(names.size()))) {
            Parallel.forEach(
                    names,
                    WIDTH,
                    each -> {
                        if (remove(content, each)) {
                            removed.incrementAndGet();
                        }
                        bar.add(1);
                    });
        }
        if (removed.get() == 0) {
            throw new CommandFailure(
                    ExitCode.NOT_FOUND,
                    "NOT_FOUND",
                    "there is nothing named '%s' or below it".formatted(name),
                    "stoq ls shows what is there");
        }
    }

    /** Returns whether it was there: the folder's own name need not be, others may be quicker. */
    private static boolean remove(ContentClient content, String each) throws Exception {
        try {
            content.remove(each);
            return true;
        } catch (StoqException e) {
            if (e.code() == StoqErrorCode.NOT_FOUND) {
                return false;
            }
            throw e;
        }
    }
}
