package org.stoq.sdk.config;

import java.lang.reflect.Constructor;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.RecordComponent;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The table of the configuration that a record stands for: its keys, its defaults, and the way
 * between the record and the raw values of TOML, ConfigAdmin and a command line.
 *
 * <p>Reads the record's annotations once; immutable and thread-safe afterwards. It reads no file. A
 * plug-in may have a table of its own, with a public record.
 *
 * @param <R> the record
 */
public final class ConfigTable<R extends Record> {
    /** What the ConfigAdmin PID of every table begins with; the table's name follows. */
    public static final String PID_PREFIX = "org.stoq.";

    private final String name;
    private final String doc;
    private final List<ConfigKey> keys;
    private final List<RecordComponent> components;
    private final Constructor<R> constructor;

    private ConfigTable(Class<R> type, Table table) {
        this.name = table.value();
        this.doc = table.doc();
        this.components = List.of(type.getRecordComponents());
        this.keys = components.stream().map(ConfigKey::of).toList();
        try {
            this.constructor =
                    type.getDeclaredConstructor(
                            components.stream()
                                    .map(RecordComponent::getType)
                                    .toArray(Class[]::new));
        } catch (NoSuchMethodException e) {
            throw new IllegalArgumentException("a record without its constructor: " + type, e);
        }
    }

    /**
     * Returns the table of a record.
     *
     * @throws IllegalArgumentException if the record has no {@link Table}, or a component has no
     *     {@link Key} or a type that no key can have
     */
    public static <R extends Record> ConfigTable<R> of(Class<R> type) {
        Table table = type.getAnnotation(Table.class);
        if (table == null) {
            throw new IllegalArgumentException("no @Table at " + type);
        }
        return new ConfigTable<>(type, table);
    }

    /** Returns the ConfigAdmin PID under which the settings {@code [plugin.<name>]} are found. */
    public static String pluginPid(String plugin) {
        return PID_PREFIX + "plugin." + plugin;
    }

    /** Returns the name between the brackets of the TOML file. */
    public String name() {
        return name;
    }

    /** Returns the ConfigAdmin PID under which the table is found. */
    public String pid() {
        return PID_PREFIX + name;
    }

    /** Returns what the table is about, in one sentence. */
    public String doc() {
        return doc;
    }

    /** Returns the keys in the order of the record's components. */
    public List<ConfigKey> keys() {
        return keys;
    }

    /** Returns the key of that name. */
    public Optional<ConfigKey> key(String key) {
        return keys.stream().filter(candidate -> candidate.name().equals(key)).findFirst();
    }

    /** Returns the record that an empty table stands for. */
    public R defaults() {
        return read(Map.of());
    }

    /**
     * Reads a table; keys that are absent have their defaults.
     *
     * @param values Long, Integer, Boolean, String, and lists or arrays of String, by key
     * @throws InvalidConfigException with everything that is wrong, unknown keys included
     */
    public R read(Map<String, ?> values) {
        List<ConfigProblem> problems = new ArrayList<>();
        @Nullable Object[] arguments = readKeys(values, problems);
        if (!problems.isEmpty()) {
            throw new InvalidConfigException(name, problems);
        }
        return construct(arguments);
    }

    /**
     * Returns what is wrong with the keys one by one, unknown ones included: everything but
     * contradictions between them. For a file that can be read only in part.
     */
    public List<ConfigProblem> check(Map<String, ?> values) {
        List<ConfigProblem> problems = new ArrayList<>();
        readKeys(values, problems);
        return problems;
    }

    /**
     * Reads the properties of a component or a configuration, which hold more than the table:
     * {@code service.pid} and its like are passed over.
     *
     * @throws InvalidConfigException with everything that is wrong
     */
    public R readProperties(Map<String, ?> properties) {
        Map<String, Object> own = new LinkedHashMap<>(properties);
        own.keySet().removeIf(key -> key(key).isEmpty());
        return read(own);
    }

    /**
     * Reads a table in which some values were typed on a command line.
     *
     * @param record the other values
     * @param typed texts by key, without the quotes of TOML; elements of a list are separated by
     *     commas; an empty text takes an optional value away
     * @throws InvalidConfigException with everything that is wrong
     */
    public R with(R record, Map<String, String> typed) {
        Map<String, Object> values = new LinkedHashMap<>(values(record));
        typed.forEach((key, text) -> {
            Object raw = key(key).map(known -> known.rawOf(text)).orElse(null);
            if (raw != null) {
                values.put(key, raw);
            } else if (key(key).isPresent()) {
                values.remove(key);
            } else {
                values.put(key, text);
            }
        });
        return read(values);
    }

    /** Returns all values that are present: Long, Boolean, String or a list of String, by key. */
    public Map<String, Object> values(R record) {
        Map<String, Object> values = new LinkedHashMap<>();
        for (int i = 0; i < keys.size(); i++) {
            Object raw = keys.get(i).write(component(record, i));
            if (raw != null) {
                values.put(keys.get(i).name(), raw);
            }
        }
        return values;
    }

    /** Returns all values as ConfigAdmin takes them: Long, Boolean, String or String[], by key. */
    public Map<String, Object> write(R record) {
        Map<String, Object> values = values(record);
        values.replaceAll((key, raw) ->
                raw instanceof List<?> list
                        ? list.stream().map(String::valueOf).toArray(String[]::new)
                        : raw);
        return values;
    }

    /**
     * Checks ranges and forms; for the compact constructor of the record.
     *
     * @param components the values in the order of the components
     * @throws InvalidConfigException with everything that is wrong
     */
    void require(Object... components) {
        List<ConfigProblem> problems = new ArrayList<>();
        for (int i = 0; i < components.length; i++) {
            keys.get(i).check(components[i], problems);
        }
        if (!problems.isEmpty()) {
            throw new InvalidConfigException(name, problems);
        }
    }

    /** Refuses a combination of values; for the compact constructor of the record. */
    void refuseIf(boolean contradiction, String key, String message, String suggestion) {
        if (contradiction) {
            throw new InvalidConfigException(
                    name, List.of(new ConfigProblem(key, message, Optional.of(suggestion))));
        }
    }

    private @Nullable Object[] readKeys(Map<String, ?> values, List<ConfigProblem> problems) {
        values.keySet().stream()
                .filter(key -> key(key).isEmpty())
                .forEach(key -> problems.add(unknown(key)));
        @Nullable Object[] arguments = new @Nullable Object[keys.size()];
        for (int i = 0; i < arguments.length; i++) {
            ConfigKey key = keys.get(i);
            Object raw = values.get(key.name());
            arguments[i] =
                    key.read(raw == null ? key.rawOf(key.facts().fallback()) : raw, problems);
        }
        return arguments;
    }

    private ConfigProblem unknown(String key) {
        List<String> names = keys.stream().map(ConfigKey::name).toList();
        return new ConfigProblem(
                key,
                "unknown key '" + key + "' in [" + name + "]",
                Spelling.nearest(key, names)
                        .map(nearest -> "did you mean '" + nearest + "'?")
                        .or(() -> Optional.of("it has " + String.join(", ", names))));
    }

    private R construct(@Nullable Object[] arguments) {
        for (int i = 0; i < arguments.length; i++) {
            if (components.get(i).getType() == int.class) {
                arguments[i] = Math.toIntExact((Long) Objects.requireNonNull(arguments[i]));
            }
        }
        try {
            return constructor.newInstance(arguments);
        } catch (InvocationTargetException e) {
            if (e.getCause() instanceof IllegalArgumentException refusal) {
                throw refusal;
            }
            throw new IllegalStateException("the constructor of [" + name + "] failed", e);
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException("the record of [" + name + "] is not public", e);
        }
    }

    private Object component(R record, int index) {
        try {
            return components.get(index).getAccessor().invoke(record);
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException("the record of [" + name + "] is not public", e);
        }
    }
}
