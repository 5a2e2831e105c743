package org.stoq.cli;

import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code stoq help}. */
@Command(name = "help", header = "Print what a command does, with examples.")
final class HelpCommand implements Verb {
    private final Invocation invocation;

    @Spec CommandSpec spec = CommandSpec.create();

    @Parameters(
            arity = "0..*",
            paramLabel = "COMMAND",
            description = "Such as put, or plugin install. Default: all of stoq.")
    List<String> path = new ArrayList<>();

    HelpCommand(Invocation invocation) {
        this.invocation = invocation;
    }

    @Override
    public ExitCode run() throws CommandFailure {
        CommandLine line = spec.root().commandLine();
        for (String name : path) {
            CommandLine next = line.getSubcommands().get(name);
            if (next == null) {
                throw CommandFailure.usage(
                        "there is no command '%s' in %s"
                                .formatted(name, line.getCommandSpec().qualifiedName()),
                        "it has: " + String.join(", ", line.getSubcommands().keySet()));
            }
            line = next;
        }
        line.usage(invocation.terminal().out());
        return ExitCode.OK;
    }
}
