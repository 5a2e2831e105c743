package org.stoq.cli;

import picocli.AutoComplete;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code stoq completion}. */
@Command(
        name = "completion",
        header = "Print a script that completes stoq's commands and options in a shell.",
        footerHeading = "%nExamples:%n",
        footer = {
            "  source <(stoq completion bash)                      in this shell",
            "  stoq completion bash > /etc/bash_completion.d/stoq  for everybody",
            "  source <(stoq completion zsh)                       in ~/.zshrc"
        })
final class CompletionCommand implements Verb {
    private static final String ZSH_HEAD =
            """
            autoload -U +X compinit && compinit
            autoload -U +X bashcompinit && bashcompinit
            """;

    /** The shells for which there is a script. */
    enum Shell {
        BASH,
        ZSH
    }

    private final Invocation invocation;

    @Spec CommandSpec spec = CommandSpec.create();

    @Parameters(index = "0", paramLabel = "bash|zsh", description = "The shell.")
    Shell shell = Shell.BASH;

    CompletionCommand(Invocation invocation) {
        this.invocation = invocation;
    }

    @Override
    public ExitCode run() {
        CommandLine root = spec.root().commandLine();
        String script = AutoComplete.bash("stoq", root);
        invocation.terminal().out().print(shell == Shell.ZSH ? ZSH_HEAD + script : script);
        invocation.terminal().out().flush();
        return ExitCode.OK;
    }
}
