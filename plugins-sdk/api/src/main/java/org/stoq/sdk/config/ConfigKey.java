package org.stoq.sdk.config;

import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * One key of a table, as its record component describes it. Immutable.
 *
 * @param name name in the TOML file
 * @param type kind of the value, or of each element of a list
 * @param shape whether there is one value, perhaps none, or a list
 * @param facts default, unit, range and documentation
 */
public record ConfigKey(String name, ValueType type, Shape shape, Key facts) {
    /** How many values a key has. */
    public enum Shape {
        /** Exactly one. */
        SINGLE,
        /** One or none. */
        OPTIONAL,
        /** A list of any length. */
        LIST
    }

    /**
     * Reads the description of a component.
     *
     * @throws IllegalArgumentException if it has no {@link Key}, a type that no key can have, or no
     *     range or unit where its type needs one
     */
    static ConfigKey of(RecordComponent component) {
        Key facts = component.getAnnotation(Key.class);
        if (facts == null) {
            throw new IllegalArgumentException("no @Key at " + component);
        }
        Type whole = component.getGenericType();
        Optional<Type> optional = ValueType.elementOf(whole, Optional.class);
        Optional<Type> listed = ValueType.elementOf(whole, List.class);
        Shape shape =
                optional.isPresent()
                        ? Shape.OPTIONAL
                        : listed.isPresent() ? Shape.LIST : Shape.SINGLE;
        ValueType type =
                ValueType.of(optional.or(() -> listed).orElse(whole))
                        .orElseThrow(
                                () -> new IllegalArgumentException("no key can have " + component));
        boolean unbounded = facts.min() < Integer.MIN_VALUE || facts.max() > Integer.MAX_VALUE;
        if (component.getType() == int.class && unbounded) {
            throw new IllegalArgumentException(
                    "an int needs a smallest and a largest value: " + component);
        }
        if (type == ValueType.DURATION && facts.unit().step().isZero()) {
            throw new IllegalArgumentException("a Duration needs a unit of time: " + component);
        }
        String name = component.getName().replaceAll("(?=[A-Z])", "_").toLowerCase(Locale.ROOT);
        return new ConfigKey(name, type, shape, facts);
    }

    /** Returns what the value does, in one sentence. */
    public String doc() {
        return facts.doc();
    }

    /** Returns what a bare number counts. */
    public Unit unit() {
        return facts.unit();
    }

    /** Returns whether a running node takes a new value over. */
    public boolean live() {
        return facts.live();
    }

    /** Returns the default as TOML text; empty for an optional value that is absent. */
    public Optional<String> defaultText() {
        return Optional.ofNullable(rawOf(facts.fallback())).map(ConfigKey::toToml);
    }

    /** Returns a value to show, as TOML text, where the default shows nothing. */
    public Optional<String> exampleText() {
        return facts.example().isEmpty()
                ? Optional.empty()
                : Optional.ofNullable(rawOf(facts.example())).map(ConfigKey::toToml);
    }

    /** Returns the values that are possible in words, such as {@code from 1 to 86400 seconds}. */
    public Optional<String> range() {
        if (facts.oneOf().length > 0) {
            return Optional.of("one of " + String.join(", ", facts.oneOf()));
        }
        if (!facts.form().isEmpty()) {
            return Optional.of(facts.form());
        }
        String what =
                (type == ValueType.ENDPOINT ? "port " : "")
                        + (facts.min() == Long.MIN_VALUE
                                ? "at most " + facts.max()
                                : facts.max() == Long.MAX_VALUE
                                        ? "at least " + facts.min()
                                        : "from " + facts.min() + " to " + facts.max());
        boolean bounded = facts.min() != Long.MIN_VALUE || facts.max() != Long.MAX_VALUE;
        return bounded ? Optional.of((what + " " + unit().word()).strip()) : Optional.empty();
    }

    /**
     * Turns what was typed on a command line into a raw value: {@code 30}, {@code true}, {@code
     * cubic}, or {@code [::1]:1,edge:2} for a list.
     *
     * @return Long, Boolean, String, a list of String, or null for an optional value without text
     */
    @Nullable Object rawOf(String text) {
        String typed = text.strip();
        if (shape == Shape.LIST) {
            String elements =
                    typed.matches("\\[\\s*(\".*\")?\\s*]")
                            ? typed.substring(1, typed.length() - 1)
                            : typed;
            return Arrays.stream(elements.split(",", -1))
                    .map(element -> element.strip().replaceAll("^\"|\"$", ""))
                    .filter(element -> !element.isEmpty())
                    .toList();
        }
        if (shape == Shape.OPTIONAL && typed.isEmpty()) {
            return null;
        }
        return switch (type) {
            case INTEGER, DURATION, SIZE ->
                    typed.matches("-?\\d{1,18}") ? Long.valueOf(typed) : typed;
            case BOOLEAN -> typed.matches("true|false") ? Boolean.valueOf(typed) : typed;
            case TEXT, ENDPOINT, PATH -> typed;
        };
    }

    /**
     * Reads a raw value into the component's type, or adds what is wrong with it to the problems.
     */
    @Nullable Object read(@Nullable Object raw, List<ConfigProblem> problems) {
        if (raw == null) {
            return shape == Shape.OPTIONAL ? Optional.empty() : null;
        }
        return switch (shape) {
            case SINGLE -> readOne(raw, problems);
            case OPTIONAL -> Optional.ofNullable(readOne(raw, problems));
            case LIST -> readList(raw, problems);
        };
    }

    /** Adds what is wrong with a value of the component's type to the problems. */
    void check(Object value, List<ConfigProblem> problems) {
        for (Object one : elements(value)) {
            problemWith(one).ifPresent(problems::add);
        }
    }

    /** Turns a value of the component's type into a raw one; null where an optional is empty. */
    @Nullable Object write(Object value) {
        List<?> raw = elements(value).stream().map(one -> type.write(one, unit())).toList();
        return shape == Shape.LIST ? raw : raw.isEmpty() ? null : raw.getFirst();
    }

    /**
     * Returns a raw value (Long, Double, Boolean, String or a list) as it stands in a TOML file.
     */
    public static String toToml(Object raw) {
        if (raw instanceof List<?> list) {
            return list.stream().map(ConfigKey::toToml).collect(Collectors.joining(", ", "[", "]"));
        }
        if (!(raw instanceof String text)) {
            return raw.toString();
        }
        StringBuilder quoted = new StringBuilder("\"");
        text.chars()
                .forEach(c -> {
                    if (c == '"' || c == '\\') {
                        quoted.append('\\').append((char) c);
                    } else if (c < 0x20 || c == 0x7F) {
                        quoted.append(String.format("\\u%04X", c));
                    } else {
                        quoted.append((char) c);
                    }
                });
        return quoted.append('"').toString();
    }

    private List<?> elements(Object value) {
        return switch (value) {
            case Optional<?> optional -> optional.stream().toList();
            case List<?> list -> list;
            default -> List.of(value);
        };
    }

    private @Nullable List<Object> readList(Object raw, List<ConfigProblem> problems) {
        Optional<List<?>> elements = ValueType.elementsOf(raw);
        if (elements.isEmpty()) {
            problems.add(
                    new ConfigProblem(
                            name,
                            "expects a list, found " + ValueType.describe(raw),
                            Optional.of("write " + name + " = [" + toToml(raw) + "]")));
            return null;
        }
        List<Object> values = new ArrayList<>();
        for (Object element : elements.get()) {
            Object value = readOne(element, problems);
            if (value != null) {
                values.add(value);
            }
        }
        return values;
    }

    private @Nullable Object readOne(Object raw, List<ConfigProblem> problems) {
        Object value;
        try {
            value = type.parse(raw, unit());
        } catch (IllegalArgumentException e) {
            problems.add(new ConfigProblem(name, String.valueOf(e.getMessage()), unquoted(raw)));
            return null;
        }
        Optional<ConfigProblem> problem = problemWith(value);
        problem.ifPresent(problems::add);
        return problem.isPresent() ? null : value;
    }

    /** Suggests to leave quotes away that turn a number or truth value into a text. */
    private Optional<String> unquoted(Object raw) {
        boolean needless =
                raw instanceof String text
                        && (type == ValueType.INTEGER || type == ValueType.BOOLEAN)
                        && !(rawOf(text) instanceof String);
        return needless ? Optional.of("write " + name + " = " + raw) : Optional.empty();
    }

    private Optional<ConfigProblem> problemWith(Object value) {
        List<String> choices = List.of(facts.oneOf());
        if (!choices.isEmpty() && !choices.contains(value.toString())) {
            return Optional.of(
                    new ConfigProblem(
                            name,
                            "'" + value + "' is not " + range().orElseThrow(),
                            Spelling.nearest(value.toString(), choices)
                                    .map(choice -> "did you mean \"" + choice + "\"?")));
        }
        boolean fits =
                value.toString().matches(facts.pattern())
                        && (facts.min() == Long.MIN_VALUE
                                || type.withinMinimum(value, facts.min(), unit()))
                        && (facts.max() == Long.MAX_VALUE
                                || type.withinMaximum(value, facts.max(), unit()));
        return fits
                ? Optional.empty()
                : Optional.of(
                        new ConfigProblem(
                                name,
                                "%s is not possible: %s"
                                        .formatted(
                                                toToml(type.write(value, unit())),
                                                range().orElse(type.expectation()))));
    }
}
