package org.stoq.cli;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.stoq.cli.terminal.Amounts;
import org.stoq.config.ConfigDiff;
import org.stoq.config.ConfigException;
import org.stoq.config.ConfigFault;
import org.stoq.config.ConfigFile;
import org.stoq.config.ConfigSource;
import org.stoq.config.StoqConfig;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code stoq config check}. */
@Command(
        name = "check",
        header = "Check a configuration file, and tell what a running node would make of it.",
        description = {
            "Shows every fault at once with file, line and column. If a node can be reached, each"
                    + " difference to what it runs with is listed: live ones are taken over when the"
                    + " node's file is saved, the others need a restart. Exit code 1 if there is a"
                    + " fault."
        },
        footerHeading = "%nExamples:%n",
        footer = {"  stoq config check", "  stoq config check ./stoq.toml --json"})
final class ConfigCheckCommand implements Verb {
    private final Invocation invocation;

    @Parameters(
            index = "0",
            arity = "0..1",
            paramLabel = "FILE",
            description = "The file. Default: the one that stoq node reads without --config.")
    @Nullable Path file;

    ConfigCheckCommand(Invocation invocation) {
        this.invocation = invocation;
    }

    /** The shape of a fault in JSON. */
    record Fault(String file, int line, int column, String message, @Nullable String suggestion) {
        static Fault of(ConfigFault fault) {
            return new Fault(
                    fault.source(),
                    fault.line(),
                    fault.column(),
                    fault.message(),
                    fault.suggestion().orElse(null));
        }
    }

    /** The shape of a difference in JSON. */
    record Change(String key, @Nullable String running, @Nullable String file, boolean live) {
        static Change of(ConfigDiff.Change change) {
            return new Change(
                    change.key(),
                    change.before().orElse(null),
                    change.after().orElse(null),
                    change.live());
        }
    }

    /** The shape of the result in JSON; without changes where no node was reached. */
    record Result(
            Path file,
            boolean valid,
            List<Fault> faults,
            @Nullable String node,
            @Nullable List<Change> changes) {}

    @Override
    public ExitCode run() throws Exception {
        Path target = target(invocation, file);
        if (!Files.exists(target)) {
            throw new CommandFailure(
                    ExitCode.NOT_FOUND,
                    "NO_SUCH_FILE",
                    "there is no file " + target,
                    "a node runs without one; write one with: stoq config init");
        }
        StoqConfig config;
        try {
            config = ConfigFile.read(target);
        } catch (ConfigException e) {
            List<Fault> faults = e.faults().stream().map(Fault::of).toList();
            invocation
                    .terminal()
                    .result(
                            new Result(target, false, faults, null, null),
                            out -> {
                                e.faults().forEach(out::println);
                                out.println(Amounts.count(faults.size(), "fault"));
                            });
            return ExitCode.FAILED;
        }
        Optional<ConfigDiff> difference = difference(config);
        List<Change> changes =
                difference
                        .map(diff -> diff.changes().stream().map(Change::of).toList())
                        .orElse(null);
        String node = difference.isPresent() ? invocation.node().toString() : null;
        invocation
                .terminal()
                .result(
                        new Result(target, true, List.of(), node, changes),
                        out -> print(out, target, difference));
        return ExitCode.OK;
    }

    /** Returns the file that is meant: one that was named, else what {@code stoq node} reads. */
    static Path target(Invocation invocation, @Nullable Path named) throws ConfigException {
        return named != null
                ? invocation.file(named)
                : new ConfigSource(Optional.empty(), Map.of()).path();
    }

    /** A node that does not run is no fault of the file. */
    private Optional<ConfigDiff> difference(StoqConfig config)
            throws IOException, ConfigException, CommandFailure {
        try (NodeAccess node = invocation.connect()) {
            return Optional.of(ConfigDiff.between(RunningConfig.of(node).config(), config));
        } catch (CommandFailure e) {
            if (e.exit() == ExitCode.USAGE) {
                throw e;
            }
            invocation.terminal().note("not compared with a running node: " + e.message());
            return Optional.empty();
        }
    }

    private void print(PrintStream out, Path target, Optional<ConfigDiff> difference) {
        out.println(target + " is valid");
        if (difference.isEmpty()) {
            return;
        }
        ConfigDiff diff = difference.get();
        if (diff.changes().isEmpty()) {
            out.println("the running node has the same values");
        }
        diff.live().forEach(change -> out.println("live     " + change));
        diff.restart().forEach(change -> out.println("restart  " + change));
    }
}
