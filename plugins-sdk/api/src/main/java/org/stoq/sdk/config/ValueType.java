package org.stoq.sdk.config;

import java.lang.reflect.ParameterizedType;
import java.lang.reflect.Type;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The kinds of value that a key can have, and how each is read and written.
 *
 * <p>Raw values are what TOML, ConfigAdmin and a command line have in common: Long, Boolean, String
 * and lists of String.
 */
public enum ValueType {
    /** A whole number. */
    INTEGER("a whole number") {
        @Override
        Object parse(Object raw, Unit unit) {
            if (raw instanceof Long || raw instanceof Integer) {
                return ((Number) raw).longValue();
            }
            throw unexpected(raw);
        }

        @Override
        Optional<Long> magnitude(Object value, Unit unit) {
            return Optional.of(((Number) value).longValue());
        }

        @Override
        Object write(Object value, Unit unit) {
            return ((Number) value).longValue();
        }
    },
    /** True or false. */
    BOOLEAN("true or false") {
        @Override
        Object parse(Object raw, Unit unit) {
            if (raw instanceof Boolean) {
                return raw;
            }
            throw unexpected(raw);
        }
    },
    /** A text. */
    TEXT("a text in quotes") {
        @Override
        Object parse(Object raw, Unit unit) {
            return text(raw);
        }
    },
    /**
     * A length of time: a bare number in the key's unit, or a number with ns, us, ms, s, m, h, d.
     */
    DURATION("a number or a text such as \"30s\", \"100ms\" or \"5m\"") {
        @Override
        Object parse(Object raw, Unit unit) {
            if (raw instanceof Long || raw instanceof Integer) {
                return Durations.of(((Number) raw).longValue(), unit.step());
            }
            return Durations.parse(text(raw));
        }

        @Override
        boolean withinMinimum(Object value, long min, Unit unit) {
            return ((Duration) value).compareTo(unit.step().multipliedBy(min)) >= 0;
        }

        @Override
        boolean withinMaximum(Object value, long max, Unit unit) {
            return ((Duration) value).compareTo(unit.step().multipliedBy(max)) <= 0;
        }

        @Override
        Object write(Object value, Unit unit) {
            return Durations.write((Duration) value, unit.step());
        }
    },
    /** An amount of bytes. */
    SIZE("a number of bytes or a text such as \"10GB\" or \"64KiB\"") {
        @Override
        Object parse(Object raw, Unit unit) {
            if (raw instanceof Long || raw instanceof Integer) {
                return new ByteSize(((Number) raw).longValue());
            }
            return ByteSize.parse(text(raw));
        }

        @Override
        Optional<Long> magnitude(Object value, Unit unit) {
            return Optional.of(((ByteSize) value).bytes());
        }
    },
    /** A host and a port. */
    ENDPOINT("a text such as \"[::1]:4433\" or \"edge1:4433\"") {
        @Override
        Object parse(Object raw, Unit unit) {
            return HostPort.parse(text(raw));
        }

        @Override
        Optional<Long> magnitude(Object value, Unit unit) {
            return Optional.of((long) ((HostPort) value).port());
        }
    },
    /** A file or folder. */
    PATH("the path of a file or folder, in quotes") {
        @Override
        Object parse(Object raw, Unit unit) {
            String text = text(raw);
            if (text.isEmpty()) {
                throw new IllegalArgumentException("the path is empty");
            }
            try {
                return Path.of(text);
            } catch (InvalidPathException e) {
                throw new IllegalArgumentException("not a path: " + e.getMessage(), e);
            }
        }
    };

    private final String expectation;

    ValueType(String expectation) {
        this.expectation = expectation;
    }

    /** Returns what is expected, in words, such as {@code true or false}. */
    public String expectation() {
        return expectation;
    }

    /**
     * Turns a raw value into the component's type; an int is a Long as yet.
     *
     * @throws IllegalArgumentException with a sentence for a person
     */
    abstract Object parse(Object raw, Unit unit);

    /** Returns the number to compare with the key's range; empty for what has none. */
    Optional<Long> magnitude(Object value, Unit unit) {
        return Optional.empty();
    }

    boolean withinMinimum(Object value, long min, Unit unit) {
        return magnitude(value, unit).map(number -> number >= min).orElse(true);
    }

    boolean withinMaximum(Object value, long max, Unit unit) {
        return magnitude(value, unit).map(number -> number <= max).orElse(true);
    }

    /** Turns a value into a raw one: Long, Boolean or String. */
    Object write(Object value, Unit unit) {
        return value instanceof Boolean ? value : value.toString();
    }

    /** Returns the kind of a Java type, or nothing if no key can have it. */
    static Optional<ValueType> of(Type type) {
        return Optional.ofNullable(kindOf(type));
    }

    private static @Nullable ValueType kindOf(Type type) {
        if (type == int.class
                || type == long.class
                || type == Integer.class
                || type == Long.class) {
            return INTEGER;
        } else if (type == boolean.class || type == Boolean.class) {
            return BOOLEAN;
        } else if (type == String.class) {
            return TEXT;
        } else if (type == Duration.class) {
            return DURATION;
        } else if (type == ByteSize.class) {
            return SIZE;
        } else if (type == HostPort.class) {
            return ENDPOINT;
        }
        return type == Path.class ? PATH : null;
    }

    /** Returns the element type if the type is that container of one. */
    static Optional<Type> elementOf(Type type, Class<?> container) {
        return type instanceof ParameterizedType generic && generic.getRawType() == container
                ? Optional.of(generic.getActualTypeArguments()[0])
                : Optional.empty();
    }

    /** Returns the elements of a raw list or array, or nothing if it is neither. */
    static Optional<List<?>> elementsOf(Object raw) {
        if (raw instanceof Object[] array) {
            return Optional.of(Arrays.asList(array));
        }
        return raw instanceof List<?> list ? Optional.of(list) : Optional.empty();
    }

    /** Returns what is wrong with a raw value of another kind. */
    IllegalArgumentException unexpected(Object raw) {
        return new IllegalArgumentException("expects " + expectation + ", found " + describe(raw));
    }

    /** Returns what a raw value is, in words. */
    static String describe(Object raw) {
        return switch (raw) {
            case String text -> "the text \"" + text + "\"";
            case Long number -> "the number " + number;
            case Integer number -> "the number " + number;
            case Double number -> "the number " + number;
            case Boolean truth -> truth.toString();
            case Map<?, ?> table -> "a table of " + table.size();
            default -> elementsOf(raw).isPresent() ? "a list" : raw.toString();
        };
    }

    String text(Object raw) {
        if (raw instanceof String text) {
            return text;
        }
        throw unexpected(raw);
    }
}
