package org.stoq.config;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.stoq.sdk.config.ConfigProblem;
import org.stoq.sdk.config.ConfigTable;
import org.stoq.sdk.config.InvalidConfigException;
import org.stoq.sdk.config.Spelling;
import org.tomlj.Toml;
import org.tomlj.TomlArray;
import org.tomlj.TomlParseError;
import org.tomlj.TomlParseResult;
import org.tomlj.TomlPosition;
import org.tomlj.TomlTable;

/**
 * One reading of a TOML text. Collects everything that is wrong, with places, before it gives up.
 *
 * <p>After a syntax error the rest is still checked key by key, but not for contradictions: what
 * seems to be absent may stand in the line that could not be read.
 */
final class TomlReading {
    private final String source;
    private final List<String> lines;
    private final TomlParseResult toml;
    private final List<ConfigFault> faults = new ArrayList<>();
    private final Map<String, Map<String, Object>> tables = new LinkedHashMap<>();
    private final Map<String, Map<String, Object>> plugin = new TreeMap<>();

    TomlReading(String source, String text) {
        this.source = source;
        this.lines = text.lines().toList();
        this.toml = Toml.parse(text);
    }

    StoqConfig config() throws ConfigException {
        for (TomlParseError error : toml.errors()) {
            String message = String.valueOf(error.getMessage());
            fault(error.position(), message, Optional.empty());
        }
        toml.toMap().forEach(this::readTop);
        for (ConfigTable<?> table : StoqConfig.TABLES) {
            check(table, tables.getOrDefault(table.name(), Map.of()));
        }
        if (faults.isEmpty()) {
            try {
                return StoqConfig.of(tables, plugin);
            } catch (InvalidConfigException e) {
                StoqConfig.table(e.table()).ifPresent(table -> report(table, e.problems()));
            }
        }
        throw new ConfigException(
                faults.stream()
                        .sorted(
                                Comparator.comparingInt(ConfigFault::line)
                                        .thenComparingInt(ConfigFault::column))
                        .toList());
    }

    private void readTop(String name, Object value) {
        boolean known = name.equals(StoqConfig.PLUGIN) || StoqConfig.table(name).isPresent();
        if (!known) {
            unknownTop(name, value instanceof TomlTable);
        } else if (!(value instanceof TomlTable table)) {
            String message = "'" + name + "' is a table, found a value";
            fault(keyPosition(name), message, Optional.of("write [" + name + "]"));
        } else if (name.equals(StoqConfig.PLUGIN)) {
            table.toMap().forEach(this::readPlugin);
        } else {
            tables.put(name, plain(table));
        }
    }

    private void readPlugin(String name, Object value) {
        if (value instanceof TomlTable table) {
            plugin.put(name, PluginValues.flat(plain(table)));
        } else {
            fault(
                    keyPosition(StoqConfig.PLUGIN, name),
                    "'" + name + "' belongs to no plug-in",
                    Optional.of("settings of a plug-in stand under [plugin.NAME]"));
        }
    }

    private void unknownTop(String name, boolean isTable) {
        List<String> names =
                Stream.concat(
                                StoqConfig.TABLES.stream().map(ConfigTable::name),
                                Stream.of(StoqConfig.PLUGIN))
                        .toList();
        String message =
                isTable
                        ? "unknown table [" + name + "]"
                        : "the key '" + name + "' stands outside of a table";
        Optional<String> near = isTable ? Spelling.nearest(name, names) : Optional.empty();
        String suggestion =
                near.map(table -> "did you mean [" + table + "]?")
                        .or(() -> homeOf(name))
                        .orElse("the tables are " + String.join(", ", names));
        fault(keyPosition(name), message, Optional.of(suggestion));
    }

    private void check(ConfigTable<?> table, Map<String, Object> values) {
        List<ConfigProblem> problems = table.check(values);
        if (problems.isEmpty() && toml.errors().isEmpty()) {
            try {
                table.read(values);
            } catch (InvalidConfigException e) {
                problems = e.problems();
            }
        }
        report(table, problems);
    }

    private void report(ConfigTable<?> table, List<ConfigProblem> problems) {
        for (ConfigProblem problem : problems) {
            if (table.key(problem.key()).isPresent()) {
                fault(
                        valuePosition(table.name(), problem.key()),
                        table.name() + "." + problem.key() + ": " + problem.message(),
                        problem.suggestion());
            } else {
                fault(
                        keyPosition(table.name(), problem.key()),
                        problem.message(),
                        homeOf(problem.key()).or(problem::suggestion));
            }
        }
    }

    /** Tells the table, or tables, where a misplaced key would be at home. */
    private static Optional<String> homeOf(String key) {
        String homes =
                StoqConfig.TABLES.stream()
                        .filter(table -> table.key(key).isPresent())
                        .map(table -> "[" + table.name() + "]")
                        .collect(Collectors.joining(" or "));
        return homes.isEmpty() ? Optional.empty() : Optional.of("it belongs in " + homes);
    }

    private @Nullable TomlPosition keyPosition(String... path) {
        return toml.inputPositionOf(List.of(path));
    }

    /** Where the value stands; where the key is absent, where its table begins. */
    private @Nullable TomlPosition valuePosition(String table, String key) {
        var entry = toml.entry(List.of(table, key));
        return entry == null ? keyPosition(table) : entry.value().position();
    }

    /** Notes a fault, unless the parser has said already that its line cannot be read. */
    private void fault(
            @Nullable TomlPosition position, String message, Optional<String> suggestion) {
        int line = position == null ? 0 : position.line();
        int column = position == null ? 0 : position.column();
        boolean syntax = toml.errors().stream().anyMatch(error -> error.position().line() == line);
        boolean ofParser = toml.errors().stream().anyMatch(e -> message.equals(e.getMessage()));
        if (ofParser || !syntax) {
            String excerpt = line > 0 && line <= lines.size() ? lines.get(line - 1) : "";
            faults.add(new ConfigFault(source, line, column, excerpt, message, suggestion));
        }
    }

    private static Map<String, Object> plain(TomlTable table) {
        Map<String, Object> plain = new LinkedHashMap<>();
        table.toMap().forEach((key, value) -> plain.put(key, plain(value)));
        return plain;
    }

    private static Object plain(Object value) {
        return switch (value) {
            case TomlTable table -> plain(table);
            case TomlArray array -> array.toList().stream().map(TomlReading::plain).toList();
            default -> value;
        };
    }
}
