package org.stoq.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.stoq.cli.terminal.Table;
import org.stoq.config.ConfigException;
import org.stoq.config.ConfigFile;
import org.stoq.config.StoqConfig;
import org.stoq.sdk.config.ConfigKey;
import org.stoq.sdk.config.ConfigTable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code stoq config show}. */
@Command(
        name = "show",
        header = "Show every key with its value, where that comes from, and when a change holds.",
        footerHeading = "%nExamples:%n",
        footer = {
            "  stoq config show stoq.toml",
            "  stoq config show --running     what the node works with at this moment"
        })
final class ConfigShowCommand implements Verb {
    private static final String UNSET = "(unset)";

    private final Invocation invocation;

    @Parameters(
            index = "0",
            arity = "0..1",
            paramLabel = "FILE",
            description =
                    "The file. Default: the one that stoq node reads without --config; if it does"
                            + " not exist, the defaults.")
    @Nullable Path file;

    @Option(
            names = "--running",
            description = "Ask the node instead: file and command line as it was started with.")
    boolean running;

    ConfigShowCommand(Invocation invocation) {
        this.invocation = invocation;
    }

    /**
     * The shape of one key in JSON.
     *
     * @param source {@code default}, {@code file}, or {@code node} where the node was asked and the
     *     value is not the default
     * @param change {@code live} or {@code restart}
     * @param waiting whether the file holds another value that waits for a restart
     */
    record Row(String key, @Nullable String value, String source, String change, boolean waiting) {}

    /** The shape of the result in JSON. */
    record Result(String file, List<Row> keys) {
        Result {
            keys = List.copyOf(keys);
        }
    }

    @Override
    public ExitCode run() throws Exception {
        if (running && file != null) {
            throw CommandFailure.usage("--running asks the node and takes no file", "");
        }
        Result result = running ? ofNode() : ofFile();
        Table table = new Table("KEY", "VALUE", "FROM", "CHANGE");
        for (Row row : result.keys) {
            table.row(
                    row.key,
                    row.value == null ? UNSET : row.value,
                    row.source,
                    row.waiting ? "waits for a restart" : row.change);
        }
        invocation
                .terminal()
                .result(
                        result,
                        out -> {
                            out.println("# " + result.file);
                            table.print(out);
                        });
        return ExitCode.OK;
    }

    private Result ofNode() throws CommandFailure, IOException {
        Map<String, String> defaults = values(StoqConfig.defaults());
        List<Row> rows = new ArrayList<>();
        try (NodeAccess node = invocation.connect()) {
            RunningConfig config = RunningConfig.of(node);
            for (RunningConfig.Key key : config.keys()) {
                boolean usual = key.value().equals(Optional.ofNullable(defaults.get(key.path())));
                rows.add(
                        new Row(
                                key.path(),
                                key.value().orElse(null),
                                usual ? "default" : "node",
                                change(key.live()),
                                key.waiting()));
            }
            return new Result(config.file(), rows);
        }
    }

    private Result ofFile() throws IOException, ConfigException {
        Path target = ConfigCheckCommand.target(invocation, file);
        boolean present = file != null || Files.exists(target);
        StoqConfig config = present ? ConfigFile.read(target) : StoqConfig.defaults();
        Map<String, String> defaults = values(StoqConfig.defaults());
        Map<String, String> values = values(config);
        List<Row> rows = new ArrayList<>();
        for (ConfigTable<?> table : StoqConfig.TABLES) {
            for (ConfigKey key : table.keys()) {
                String path = table.name() + "." + key.name();
                String value = values.remove(path);
                boolean usual =
                        Optional.ofNullable(value).equals(Optional.ofNullable(defaults.get(path)));
                rows.add(
                        new Row(
                                path,
                                value,
                                usual ? "default" : "file",
                                change(key.live()),
                                false));
            }
        }
        // What is left are the settings of plug-ins.
        values.forEach((path, value) -> rows.add(new Row(path, value, "file", "live", false)));
        return new Result(present ? target.toString() : target + " (does not exist)", rows);
    }

    private static String change(boolean live) {
        return live ? "live" : "restart";
    }

    /** Returns all values that are present as TOML text, by table and key. */
    private static Map<String, String> values(StoqConfig config) {
        Map<String, String> values = new LinkedHashMap<>();
        config.toMap()
                .forEach((table, keys) ->
                        keys.forEach((key, value) -> flatten(table + "." + key, value, values)));
        return values;
    }

    private static void flatten(String path, Object value, Map<String, String> values) {
        if (value instanceof Map<?, ?> settings) {
            settings.forEach((key, inner) -> flatten(path + "." + key, inner, values));
        } else {
            values.put(path, ConfigKey.toToml(value));
        }
    }
}
