package org.stoq.cli;

import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import org.stoq.cli.demo.Demo;
import org.stoq.cli.demo.DemoReport;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code stoq demo}. */
@Command(
        name = "demo",
        header = "Run three nodes on this machine, with real content and swaps while it flows.",
        description = {
            "Each node is a process of its own; ports, data and certificates are temporary and gone"
                    + " at the end, your own node and ~/.stoq are not touched. A folder is published at"
                    + " one node and fetched from the two others, and every byte is compared, while"
                    + " plug-ins and chunkers are swapped under load. Exit code 0 only if every byte is"
                    + " identical and no request has failed."
        },
        footerHeading = "%nExamples:%n",
        footer = {"  stoq demo", "  stoq demo --content ~/photos", "  stoq demo --json"})
final class DemoCommand implements Verb {
    private final Invocation invocation;

    @Option(
            names = "--content",
            paramLabel = "DIR",
            description = "The folder to publish. Default: that of the running JDK.")
    @Nullable Path content;

    DemoCommand(Invocation invocation) {
        this.invocation = invocation;
    }

    @Override
    public ExitCode run() throws Exception {
        Surroundings surroundings = invocation.surroundings();
        Path distribution = NodeCommand.distribution(surroundings);
        Path folder =
                content == null
                        ? Path.of(System.getProperty("java.home"))
                        : invocation.file(content);
        if (!Files.isDirectory(folder)) {
            throw new CommandFailure(
                    ExitCode.NOT_FOUND,
                    "NO_SUCH_FILE",
                    "there is no folder " + folder,
                    "name one with --content DIR");
        }
        DemoReport report =
                new Demo(
                                folder,
                                distribution,
                                invocation.terminal(),
                                invocation.partialFiles(),
                                surroundings.clock(),
                                surroundings.nanoClock())
                        .run();
        invocation.terminal().result(report, report::print);
        return report.passed() ? ExitCode.OK : ExitCode.FAILED;
    }
}
