package org.stoq.cli;

import java.io.PrintWriter;
import java.lang.reflect.Constructor;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.logging.Level;
import java.util.logging.Logger;
import java.util.stream.Collectors;
import org.stoq.cli.terminal.Terminal;
import org.stoq.cli.tree.PartialFiles;
import picocli.CommandLine;
import picocli.CommandLine.Help;
import picocli.CommandLine.IFactory;
import picocli.CommandLine.IParameterExceptionHandler;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.UsageMessageSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.UnmatchedArgumentException;

/**
 * The program: parses, runs one command, and turns whatever comes of it into text and an exit code.
 */
public final class Stoq {
    private static final String SERVER = "stoq-server";

    /** The names by which the program may be called, and the command that each means. */
    private static final Map<String, String> NAMES = Map.of(SERVER, "node", "stoq-bench", "bench");

    private final Invocation invocation;

    private Stoq(Invocation invocation) {
        this.invocation = invocation;
    }

    /**
     * Runs the command line and ends the process.
     *
     * @param arguments as the shell has split them; a first one that is {@code stoq-server} or
     *     {@code stoq-bench} is the name by which the program was called, and means {@code node} or
     *     {@code bench}
     */
    public static void main(String[] arguments) {
        List<String> words = List.of(arguments);
        boolean logs =
                words.contains("node") || words.contains(SERVER) || words.contains("--verbose");
        if (!logs) {
            // Of a client's failures its caller tells in one line; libraries need not tell them
            // too.
            Logger.getLogger("").setLevel(Level.OFF);
        }
        try (PartialFiles partial = new PartialFiles(new SplittableRandom())) {
            Runtime.getRuntime().addShutdownHook(new Thread(partial::close, "stoq-partial-files"));
            System.exit(run(Surroundings.ofProcess(), partial, arguments));
        }
    }

    /** Runs the command line. Returns the exit code. */
    static int run(Surroundings surroundings, PartialFiles partial, String... arguments) {
        return new Stoq(new Invocation(surroundings, partial)).run(arguments);
    }

    private int run(String... typed) {
        String[] arguments = typed.clone();
        if (arguments.length > 0) {
            arguments[0] = NAMES.getOrDefault(arguments[0], arguments[0]);
        }
        CommandLine line = commandLine(invocation);
        PrintWriter out =
                new PrintWriter(invocation.surroundings().out(), true, StandardCharsets.UTF_8);
        line.setOut(out);
        line.setErr(new PrintWriter(invocation.surroundings().err(), true, StandardCharsets.UTF_8));
        line.setParameterExceptionHandler(new UsageErrors(arguments));
        line.setExecutionExceptionHandler((failure, command, parsed) -> failed(failure));
        if (arguments.length == 0) {
            line.usage(out);
            return ExitCode.OK.number();
        }
        int exit = line.execute(arguments);
        out.flush();
        return exit;
    }

    private int failed(Exception thrown) {
        CommandFailure failure = Failures.of(thrown);
        Terminal terminal = invocation.terminal();
        terminal.error(failure.code(), failure.message(), failure.hint());
        if (invocation.options().verbose) {
            terminal.trace(thrown);
        }
        return failure.exit().number();
    }

    /** Returns the parser with its help texts. */
    static CommandLine commandLine(Invocation invocation) {
        CommandLine line = new CommandLine(new StoqCommand(invocation), new Commands(invocation));
        line.setCaseInsensitiveEnumValuesAllowed(true);
        line.setAbbreviatedOptionsAllowed(false);
        decorate(line);
        UsageMessageSpec usage = line.getCommandSpec().usageMessage();
        usage.exitCodeListHeading("%nExit codes:%n");
        Map<String, String> codes = new LinkedHashMap<>();
        for (ExitCode code : ExitCode.values()) {
            codes.put(Integer.toString(code.number()), code.meaning());
        }
        usage.exitCodeList(codes);
        return line;
    }

    private static void decorate(CommandLine line) {
        UsageMessageSpec usage = line.getCommandSpec().usageMessage();
        usage.abbreviateSynopsis(true);
        usage.commandListHeading("%nCommands:%n");
        usage.parameterListHeading("%n");
        usage.optionListHeading("%nOptions:%n");
        usage.descriptionHeading("%n");
        usage.sortOptions(false);
        usage.width(96);
        line.getHelpSectionMap()
                .put(UsageMessageSpec.SECTION_KEY_OPTION_LIST, help -> optionList(help));
        line.getSubcommands().values().forEach(Stoq::decorate);
    }

    /** A command's own options in full; those of every command in one line. */
    private static String optionList(Help help) {
        List<OptionSpec> all = help.commandSpec().options();
        List<OptionSpec> own = all.stream().filter(option -> !option.inherited()).toList();
        String inherited =
                all.stream()
                        .filter(OptionSpec::inherited)
                        .map(OptionSpec::longestName)
                        .collect(Collectors.joining(", "));
        StringBuilder text = new StringBuilder();
        if (!own.isEmpty()) {
            text.append(help.optionListExcludingGroups(own));
        }
        if (!inherited.isEmpty()) {
            text.append(
                    "%n  Options of every command (stoq --help): %n  %s%n".formatted(inherited));
        }
        return text.toString();
    }

    /** Makes commands, which are given the invocation where their constructor asks for it. */
    private record Commands(Invocation invocation) implements IFactory {
        @Override
        public <K> K create(Class<K> type) throws Exception {
            for (Constructor<?> constructor : type.getDeclaredConstructors()) {
                if (Arrays.equals(
                        constructor.getParameterTypes(), new Class<?>[] {Invocation.class})) {
                    return type.cast(constructor.newInstance(invocation));
                }
            }
            return CommandLine.defaultFactory().create(type);
        }
    }

    /** Answers a command line that is wrong: what, and what was meant perhaps. */
    private final class UsageErrors implements IParameterExceptionHandler {
        private final List<String> arguments;

        UsageErrors(String[] arguments) {
            this.arguments = List.of(arguments);
        }

        @Override
        public int handleParseException(ParameterException wrong, String[] ignored) {
            CommandLine command = wrong.getCommandLine();
            String near =
                    wrong instanceof UnmatchedArgumentException unmatched
                            ? String.join(", ", unmatched.getSuggestions())
                            : "";
            String help = command.getCommandSpec().qualifiedName() + " --help";
            invocation.options().json |= arguments.contains("--json");
            invocation
                    .terminal()
                    .error(
                            "USAGE",
                            String.valueOf(wrong.getMessage()),
                            near.isEmpty() ? "see " + help : "did you mean: " + near + "?");
            return ExitCode.USAGE.number();
        }
    }
}
