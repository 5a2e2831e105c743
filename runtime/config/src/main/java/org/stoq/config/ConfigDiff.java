package org.stoq.config;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.stoq.sdk.config.ConfigKey;
import org.stoq.sdk.config.ConfigTable;

/**
 * What has changed between two configurations, and which of it a running node can take over.
 *
 * @param before the configuration that runs
 * @param after the configuration that is wanted
 * @param changes each key whose value differs
 */
public record ConfigDiff(StoqConfig before, StoqConfig after, List<Change> changes) {
    /**
     * A key whose value differs.
     *
     * @param key table and key, such as {@code cdn.cache_size}
     * @param before the old value as TOML text; empty if there was none
     * @param after the new value as TOML text; empty if there is none
     * @param live whether a running node takes it over; otherwise it needs a restart
     */
    public record Change(
            String key, Optional<String> before, Optional<String> after, boolean live) {
        /** Returns key, old and new value in one line. */
        @Override
        public String toString() {
            return key + ": " + before.orElse("unset") + " -> " + after.orElse("unset");
        }
    }

    /** Copies the list. */
    public ConfigDiff {
        changes = List.copyOf(changes);
    }

    /** Compares two configurations. */
    public static ConfigDiff between(StoqConfig before, StoqConfig after) {
        List<Change> changes = new ArrayList<>();
        Map<String, Map<String, Object>> old = before.toMap();
        Map<String, Map<String, Object>> young = after.toMap();
        for (ConfigTable<?> table : StoqConfig.TABLES) {
            Map<String, Object> was = old.getOrDefault(table.name(), Map.of());
            Map<String, Object> is = young.getOrDefault(table.name(), Map.of());
            for (ConfigKey key : table.keys()) {
                compare(table.name() + "." + key.name(), was, is, key.name(), key.live(), changes);
            }
        }
        Set<String> names = new TreeSet<>(before.plugin().keySet());
        names.addAll(after.plugin().keySet());
        for (String name : names) {
            Map<String, Object> was = before.plugin().getOrDefault(name, Map.of());
            Map<String, Object> is = after.plugin().getOrDefault(name, Map.of());
            Set<String> keys = new TreeSet<>(was.keySet());
            keys.addAll(is.keySet());
            for (String key : keys) {
                compare("plugin." + name + "." + key, was, is, key, true, changes);
            }
        }
        return new ConfigDiff(before, after, changes);
    }

    /** Returns the changes that a running node takes over; settings of plug-ins are among them. */
    public List<Change> live() {
        return changes.stream().filter(Change::live).toList();
    }

    /** Returns the changes that need a restart. */
    public List<Change> restart() {
        return changes.stream().filter(change -> !change.live()).toList();
    }

    /**
     * Returns what a running node works with from now on: the old configuration and live changes.
     */
    public StoqConfig effective() {
        Map<String, Map<String, Object>> wanted = after.toMap();
        Map<String, Map<String, Object>> effective = new LinkedHashMap<>(before.toMap());
        for (ConfigTable<?> table : StoqConfig.TABLES) {
            Map<String, Object> values =
                    new LinkedHashMap<>(effective.getOrDefault(table.name(), Map.of()));
            for (ConfigKey key : table.keys()) {
                Object value = wanted.getOrDefault(table.name(), Map.of()).get(key.name());
                if (key.live() && value != null) {
                    values.put(key.name(), value);
                } else if (key.live()) {
                    values.remove(key.name());
                }
            }
            effective.put(table.name(), values);
        }
        return StoqConfig.of(effective, after.plugin());
    }

    private static void compare(
            String path,
            Map<String, Object> was,
            Map<String, Object> is,
            String key,
            boolean live,
            List<Change> changes) {
        Optional<String> before = Optional.ofNullable(was.get(key)).map(ConfigKey::toToml);
        Optional<String> after = Optional.ofNullable(is.get(key)).map(ConfigKey::toToml);
        if (!before.equals(after)) {
            changes.add(new Change(path, before, after, live));
        }
    }
}
