package org.stoq.bench.contender;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * A contender and how it differs from its usual settings, as in {@code
 * netty-tuned:congestion=reno:segments=32}.
 *
 * @param name its name
 * @param settings what is set, in the order in which it was written
 */
public record ContenderSpec(String name, Map<String, String> settings) {
    /** Keeps a copy in the same order. */
    public ContenderSpec {
        settings = java.util.Collections.unmodifiableMap(new LinkedHashMap<>(settings));
    }

    /**
     * Reads a specification.
     *
     * @throws IllegalArgumentException if it names no contender or no setting of it; the message is
     *     for its author
     */
    public static ContenderSpec parse(String text) {
        List<String> parts = List.of(text.strip().split(":", -1));
        String name = parts.getFirst();
        Kind kind =
                Kind.named(name)
                        .orElseThrow(() ->
                                new IllegalArgumentException(
                                        "no contender is called '%s'; there are %s"
                                                .formatted(name, Kind.names())));
        Map<String, String> settings = new LinkedHashMap<>();
        for (String part : parts.subList(1, parts.size())) {
            int equals = part.indexOf('=');
            String key = equals < 0 ? part : part.substring(0, equals);
            if (!kind.settings().contains(key)) {
                throw new IllegalArgumentException(
                        kind.settings().isEmpty()
                                ? name + " has no settings"
                                : "%s has no setting '%s'; it has %s"
                                        .formatted(
                                                name,
                                                key,
                                                String.join(", ", new TreeSet<>(kind.settings()))));
            }
            if (equals < 0 || equals == part.length() - 1) {
                throw new IllegalArgumentException("%s of %s needs a value".formatted(key, name));
            }
            settings.put(key, part.substring(equals + 1));
        }
        return new ContenderSpec(name, settings);
    }

    /** Returns which contender it is. */
    public Kind kind() {
        return Kind.named(name).orElseThrow();
    }

    /** Returns a setting as text. */
    Optional<String> text(String key) {
        return Optional.ofNullable(settings.get(key));
    }

    /**
     * Returns a setting that is a number.
     *
     * @throws IllegalArgumentException if it is none, or out of range
     */
    int number(String key, int least, int most, int otherwise) {
        String value = settings.get(key);
        if (value == null) {
            return otherwise;
        }
        try {
            int number = Integer.parseInt(value);
            if (number >= least && number <= most) {
                return number;
            }
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException(wrong(key, value, least, most), e);
        }
        throw new IllegalArgumentException(wrong(key, value, least, most));
    }

    private String wrong(String key, String value, int least, int most) {
        return "%s=%s of %s is not a number from %,d to %,d"
                .formatted(key, value, name, least, most);
    }

    @Override
    public String toString() {
        return name
                + settings.entrySet().stream()
                        .map(entry -> ":" + entry.getKey() + "=" + entry.getValue())
                        .collect(Collectors.joining());
    }
}
