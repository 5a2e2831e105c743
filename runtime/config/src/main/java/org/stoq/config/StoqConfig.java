package org.stoq.config;

import java.nio.file.Path;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.stoq.sdk.config.CdnConfig;
import org.stoq.sdk.config.ConfigProblem;
import org.stoq.sdk.config.ConfigTable;
import org.stoq.sdk.config.InvalidConfigException;
import org.stoq.sdk.config.PluginsConfig;
import org.stoq.sdk.config.RoutingConfig;
import org.stoq.sdk.config.ServerConfig;
import org.stoq.sdk.config.TransportConfig;

/**
 * The whole configuration of a node. Immutable.
 *
 * @param server the table {@code [server]}
 * @param transport the table {@code [transport]}
 * @param cdn the table {@code [cdn]}
 * @param routing the table {@code [routing]}
 * @param plugins the table {@code [plugins]}
 * @param plugin settings of each plug-in, {@code [plugin.<name>]}, by its name: Long, Double,
 *     Boolean, String, or lists of one of them; the plug-in itself checks them
 */
public record StoqConfig(
        ServerConfig server,
        TransportConfig transport,
        CdnConfig cdn,
        RoutingConfig routing,
        PluginsConfig plugins,
        Map<String, Map<String, Object>> plugin) {
    /** The tables of the node itself, in the order of the file. */
    public static final List<ConfigTable<?>> TABLES =
            List.of(
                    ServerConfig.TABLE,
                    TransportConfig.TABLE,
                    CdnConfig.TABLE,
                    RoutingConfig.TABLE,
                    PluginsConfig.TABLE);

    /** What the names of the tables of plug-ins begin with. */
    static final String PLUGIN = "plugin";

    /**
     * Copies the maps and checks the tables against each other.
     *
     * @throws InvalidConfigException if they contradict each other
     */
    public StoqConfig {
        Map<String, Map<String, Object>> copy = new TreeMap<>();
        plugin.forEach((name, values) ->
                copy.put(name, Collections.unmodifiableMap(new TreeMap<>(values))));
        plugin = Collections.unmodifiableMap(copy);
        if (transport.keepAliveInterval().compareTo(server.idleTimeout()) >= 0) {
            throw new InvalidConfigException(
                    TransportConfig.NAME,
                    List.of(
                            new ConfigProblem(
                                    "keep_alive_interval",
                                    "connections would die before they show that they are alive",
                                    Optional.of(
                                            "make it less than server.idle_timeout, or 0 for"
                                                    + " never"))));
        }
    }

    /** Returns what an empty file stands for. */
    public static StoqConfig defaults() {
        return of(Map.of(), Map.of());
    }

    /**
     * Returns a configuration in which one value was typed on a command line.
     *
     * @param key table and key, such as {@code server.listen} or {@code plugin.zoo.animals}
     * @param text the value as typed; see {@link ConfigTable#with(Record, Map)}
     * @throws ConfigException with everything that is wrong
     */
    public StoqConfig with(String key, String text) throws ConfigException {
        return with(Map.of(key, text));
    }

    /** Like {@link #with(String, String)} for several values, which may need each other. */
    public StoqConfig with(Map<String, String> typed) throws ConfigException {
        return Overrides.apply(this, typed);
    }

    /**
     * Returns all values that are present, table by table: Long, Double, Boolean, String, lists of
     * them; under {@code plugin} a map for each plug-in.
     */
    public Map<String, Map<String, Object>> toMap() {
        Map<String, Map<String, Object>> map = new LinkedHashMap<>();
        map.put(ServerConfig.NAME, ServerConfig.TABLE.values(server));
        map.put(TransportConfig.NAME, TransportConfig.TABLE.values(transport));
        map.put(CdnConfig.NAME, CdnConfig.TABLE.values(cdn));
        map.put(RoutingConfig.NAME, RoutingConfig.TABLE.values(routing));
        map.put(PluginsConfig.NAME, PluginsConfig.TABLE.values(plugins));
        if (!plugin.isEmpty()) {
            map.put(PLUGIN, new LinkedHashMap<>(plugin));
        }
        return map;
    }

    /**
     * Returns what ConfigAdmin is to hold: properties by PID, each Long, Double, Boolean, String or
     * an array of one of them.
     */
    public Map<String, Map<String, Object>> properties() {
        Map<String, Map<String, Object>> properties = new LinkedHashMap<>();
        Map<String, Map<String, Object>> map = toMap();
        for (ConfigTable<?> table : TABLES) {
            properties.put(table.pid(), withArrays(map.getOrDefault(table.name(), Map.of())));
        }
        plugin.forEach(
                (name, values) -> properties.put(ConfigTable.pluginPid(name), withArrays(values)));
        return properties;
    }

    /**
     * Returns the file or folder that a configured path means: {@code ~} is the home folder, and
     * relative paths begin at a base.
     */
    public static Path resolve(Path configured, Path home, Path base) {
        Path path =
                configured.startsWith("~")
                        ? home.resolve(Path.of("~").relativize(configured))
                        : base.resolve(configured);
        return path.toAbsolutePath().normalize();
    }

    /**
     * Builds a configuration out of raw values.
     *
     * @throws InvalidConfigException for the first table that is wrong, or if two contradict each
     *     other
     */
    static StoqConfig of(
            Map<String, ? extends Map<String, Object>> tables,
            Map<String, Map<String, Object>> plugin) {
        return new StoqConfig(
                read(ServerConfig.TABLE, tables),
                read(TransportConfig.TABLE, tables),
                read(CdnConfig.TABLE, tables),
                read(RoutingConfig.TABLE, tables),
                read(PluginsConfig.TABLE, tables),
                plugin);
    }

    /** Returns the node's table of that name. */
    static Optional<ConfigTable<?>> table(String name) {
        return TABLES.stream().filter(table -> table.name().equals(name)).findFirst();
    }

    private static <R extends Record> R read(
            ConfigTable<R> table, Map<String, ? extends Map<String, Object>> tables) {
        Map<String, Object> values = tables.get(table.name());
        return table.read(values == null ? Map.of() : values);
    }

    private static Map<String, Object> withArrays(Map<String, Object> values) {
        Map<String, Object> properties = new LinkedHashMap<>(values);
        properties.replaceAll(
                (key, value) -> value instanceof List<?> list ? PluginValues.array(list) : value);
        return properties;
    }
}
