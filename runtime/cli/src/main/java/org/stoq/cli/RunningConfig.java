package org.stoq.cli;

import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.stoq.config.ConfigException;
import org.stoq.config.ConfigFile;
import org.stoq.config.StoqConfig;
import org.stoq.sdk.StoqException;
import org.stoq.sdk.cbor.CborMap;
import org.stoq.sdk.config.ConfigKey;

/**
 * The configuration of a running node, as the service {@code node} tells it.
 *
 * @param keys every key, in the order of the file
 * @param file the file that the node reads
 */
record RunningConfig(List<Key> keys, String file) {
    /**
     * One key.
     *
     * @param path table and key, such as {@code cdn.cache_policy}
     * @param value its value as TOML text; empty if it has none
     * @param live whether the node takes over a change while it runs
     * @param waiting whether it has changed in the file since the start and waits for a restart
     */
    record Key(String path, Optional<String> value, boolean live, boolean waiting) {}

    RunningConfig {
        keys = List.copyOf(keys);
    }

    /** Asks a node. */
    static RunningConfig of(NodeAccess node) throws IOException {
        CborMap answer = node.body("node", "config");
        List<Key> keys = new ArrayList<>();
        for (Object row : answer.list(1)) {
            if (row instanceof CborMap map) {
                keys.add(key(map));
            }
        }
        return new RunningConfig(keys, answer.text(2));
    }

    private static Key key(CborMap map) throws StoqException {
        return new Key(map.text(1), map.findText(2), map.bool(3), map.bool(4));
    }

    /**
     * Returns the configuration that the keys stand for.
     *
     * @throws ConfigException if they are not those of this version
     */
    StoqConfig config() throws ConfigException {
        Map<String, StringBuilder> tables = new LinkedHashMap<>();
        for (Key key : keys) {
            int dot = key.path.lastIndexOf('.');
            String table = key.path.substring(0, Math.max(0, dot));
            key.value.ifPresent(value ->
                    tables.computeIfAbsent(table, t -> new StringBuilder())
                            .append(quoted(key.path.substring(dot + 1)))
                            .append(" = ")
                            .append(value)
                            .append('\n'));
        }
        StringBuilder toml = new StringBuilder();
        tables.forEach((table, lines) ->
                toml.append('[').append(heading(table)).append("]\n").append(lines));
        return ConfigFile.parse("the running node", toml.toString());
    }

    /** A plug-in's name may hold dots of its own. */
    private static String heading(String table) {
        String plugin = "plugin.";
        return table.startsWith(plugin) ? plugin + quoted(table.substring(plugin.length())) : table;
    }

    private static String quoted(String key) {
        return ConfigKey.toToml(key);
    }
}
