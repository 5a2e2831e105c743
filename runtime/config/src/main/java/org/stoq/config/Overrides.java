package org.stoq.config;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.stoq.sdk.config.ConfigKey;
import org.stoq.sdk.config.ConfigTable;
import org.stoq.sdk.config.InvalidConfigException;
import org.stoq.sdk.config.Spelling;

/** Values typed on a command line, on top of a configuration. */
final class Overrides {
    private static final String SOURCE = "command line";

    private final Map<String, Map<String, String>> typedByTable = new TreeMap<>();
    private final Map<String, Map<String, Object>> plugin = new TreeMap<>();
    private final List<ConfigFault> faults = new ArrayList<>();

    private Overrides(StoqConfig config, Map<String, String> typed) {
        config.plugin().forEach((name, values) -> plugin.put(name, new TreeMap<>(values)));
        new TreeMap<>(typed).forEach(this::sort);
    }

    static StoqConfig apply(StoqConfig config, Map<String, String> typed) throws ConfigException {
        return new Overrides(config, typed).applyTo(config);
    }

    private StoqConfig applyTo(StoqConfig config) throws ConfigException {
        Map<String, Map<String, Object>> tables = new LinkedHashMap<>(config.toMap());
        for (ConfigTable<?> table : StoqConfig.TABLES) {
            Map<String, String> typed = typedByTable.getOrDefault(table.name(), Map.of());
            try {
                tables.computeIfPresent(
                        table.name(), (name, values) -> overlaid(table, values, typed));
            } catch (InvalidConfigException e) {
                refused(e);
            }
        }
        if (faults.isEmpty()) {
            try {
                return StoqConfig.of(tables, plugin);
            } catch (InvalidConfigException e) {
                refused(e);
            }
        }
        throw new ConfigException(faults);
    }

    private static <R extends Record> Map<String, Object> overlaid(
            ConfigTable<R> table, Map<String, Object> values, Map<String, String> typed) {
        return table.values(table.with(table.read(values), typed));
    }

    private void sort(String path, String text) {
        int dot = path.indexOf('.');
        String head = dot < 0 ? path : path.substring(0, dot);
        String key = path.substring(dot + 1);
        if (dot > 0 && head.equals(StoqConfig.PLUGIN)) {
            sortPlugin(key, text);
        } else if (dot > 0 && StoqConfig.table(head).isPresent()) {
            typedByTable.computeIfAbsent(head, t -> new TreeMap<>()).put(key, text);
        } else {
            fault(
                    "unknown key '" + path + "'",
                    Spelling.nearest(path, allKeys()).map(near -> "did you mean '" + near + "'?"));
        }
    }

    /** A plug-in's name may hold dots: one that is there already wins over the last dot. */
    private void sortPlugin(String path, String text) {
        String name =
                plugin.keySet().stream()
                        .filter(known -> path.startsWith(known + "."))
                        .max(Comparator.comparing(String::length))
                        .orElse(path.substring(0, Math.max(0, path.lastIndexOf('.'))));
        if (name.isEmpty() || path.length() == name.length() + 1) {
            fault(
                    "'plugin." + path + "' names no setting",
                    Optional.of("write plugin.NAME.KEY=VALUE"));
            return;
        }
        plugin.computeIfAbsent(name, n -> new TreeMap<>())
                .put(path.substring(name.length() + 1), PluginValues.typed(text));
    }

    private static List<String> allKeys() {
        List<String> keys = new ArrayList<>();
        for (ConfigTable<?> table : StoqConfig.TABLES) {
            table.keys().stream()
                    .map(ConfigKey::name)
                    .forEach(k -> keys.add(table.name() + "." + k));
        }
        return keys;
    }

    private void refused(InvalidConfigException refusal) {
        refusal.problems()
                .forEach(problem ->
                        fault(
                                refusal.table() + "." + problem.key() + ": " + problem.message(),
                                problem.suggestion()));
    }

    private void fault(String message, Optional<String> suggestion) {
        faults.add(new ConfigFault(SOURCE, 0, 0, "", message, suggestion));
    }
}
