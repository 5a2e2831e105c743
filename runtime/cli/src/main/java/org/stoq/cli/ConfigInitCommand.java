package org.stoq.cli;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import org.jspecify.annotations.Nullable;
import org.stoq.config.ConfigText;
import org.stoq.config.StoqConfig;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code stoq config init}. */
@Command(
        name = "init",
        header = "Write a configuration file that holds every key with its default.",
        description = "A file that exists is left alone.",
        footerHeading = "%nExamples:%n",
        footer = {"  stoq config init stoq.toml", "  stoq config init - | less"})
final class ConfigInitCommand implements Verb {
    private static final String STANDARD_OUTPUT = "-";

    private final Invocation invocation;

    @Parameters(
            index = "0",
            arity = "0..1",
            paramLabel = "FILE|-",
            description =
                    "The file; - is standard output. Default: the one that stoq node reads without"
                            + " --config.")
    @Nullable Path file;

    @Option(names = "--force", description = "Replace a file that exists.")
    boolean force;

    ConfigInitCommand(Invocation invocation) {
        this.invocation = invocation;
    }

    /** The shape of the result in JSON. */
    record Result(Path file) {}

    @Override
    public ExitCode run() throws Exception {
        String text = ConfigText.render(StoqConfig.defaults());
        if (file != null && file.toString().equals(STANDARD_OUTPUT)) {
            invocation.terminal().out().print(text);
            invocation.terminal().out().flush();
            return ExitCode.OK;
        }
        Path target = ConfigCheckCommand.target(invocation, file);
        if (Files.exists(target) && !force) {
            throw new CommandFailure(
                    ExitCode.FAILED,
                    "EXISTS",
                    target + " exists already",
                    "look at it with stoq config show, or replace it with --force");
        }
        Files.createDirectories(target.resolveSibling(""));
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        if (force) {
            Path temporary = invocation.partialFiles().begin(target.resolveSibling(""));
            Files.write(temporary, bytes, StandardOpenOption.CREATE_NEW);
            Files.move(temporary, target, StandardCopyOption.ATOMIC_MOVE);
            invocation.partialFiles().end(temporary);
        } else {
            Files.write(target, bytes, StandardOpenOption.CREATE_NEW);
        }
        invocation
                .terminal()
                .result(
                        new Result(target),
                        out -> {
                            out.println("wrote " + target);
                            out.println("next: edit it, then stoq config check " + target);
                        });
        return ExitCode.OK;
    }
}
