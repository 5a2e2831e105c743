package org.stoq.cli;

import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.stoq.sdk.config.HostPort;
import picocli.CommandLine.Option;
import picocli.CommandLine.ScopeType;

/** The options of every command. They stand before or behind the command's name. */
final class GlobalOptions {
    @Option(
            names = "--node",
            paramLabel = "[HOST]:PORT",
            scope = ScopeType.INHERIT,
            converter = NodeAddress.class,
            description =
                    "The node to speak to, such as [::1]:4433 or edge1:4433. Without it the"
                            + " environment variable STOQ_NODE, else [::1]:4433.")
    @Nullable HostPort node;

    @Option(
            names = "--json",
            scope = ScopeType.INHERIT,
            description = "Results as JSON on standard output, errors as JSON on standard error.")
    boolean json;

    @Option(
            names = {"-q", "--quiet"},
            scope = ScopeType.INHERIT,
            description = "Only results, warnings and errors.")
    boolean quiet;

    @Option(
            names = "--no-progress",
            scope = ScopeType.INHERIT,
            description = "No progress bars. There are none anyway where nobody looks.")
    boolean noProgress;

    @Option(
            names = "--timeout",
            paramLabel = "TIME",
            scope = ScopeType.INHERIT,
            converter = TimeSpan.class,
            description =
                    "How long to wait for a connection or a short answer, such as 5s (default 10s)."
                            + " Transfers take as long as they take.")
    @Nullable Duration timeout;

    @Option(
            names = "--verbose",
            scope = ScopeType.INHERIT,
            description = "Stack traces with errors.")
    boolean verbose;

    @Option(
            names = {"-h", "--help"},
            usageHelp = true,
            scope = ScopeType.INHERIT,
            description = "Print this.")
    boolean help;
}
