package org.stoq.bench.child;

import java.net.URLDecoder;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * What command and child say to each other: one line with a verb and values, as in {@code measured
 * bytes=1200 nanos=5}. Values are URL-encoded. Immutable.
 *
 * @param verb what is asked or answered
 * @param values what belongs to it
 */
public record Message(String verb, Map<String, String> values) {
    /** Copies the values. */
    public Message {
        values = Map.copyOf(values);
    }

    /** Returns a message without values. */
    public static Message of(String verb) {
        return new Message(verb, Map.of());
    }

    /** Returns the same message with one value more. */
    public Message with(String key, Object value) {
        Map<String, String> more = new LinkedHashMap<>(values);
        more.put(key, value.toString());
        return new Message(verb, more);
    }

    /**
     * Reads a line.
     *
     * @throws IllegalArgumentException if it is no message
     */
    static Message parse(String line) {
        String[] words = line.split(" ", -1);
        Map<String, String> values = new LinkedHashMap<>();
        for (int i = 1; i < words.length; i++) {
            int equals = words[i].indexOf('=');
            if (equals < 1) {
                throw new IllegalArgumentException("not a message: " + line);
            }
            values.put(
                    words[i].substring(0, equals),
                    URLDecoder.decode(words[i].substring(equals + 1), StandardCharsets.UTF_8));
        }
        return new Message(words[0], values);
    }

    /** Returns the line, without its end. */
    String line() {
        StringBuilder line = new StringBuilder(verb);
        values.forEach((key, value) ->
                line.append(' ')
                        .append(key)
                        .append('=')
                        .append(URLEncoder.encode(value, StandardCharsets.UTF_8)));
        return line.toString();
    }

    /** Returns a value that may be missing. */
    public Optional<String> find(String key) {
        return Optional.ofNullable(values.get(key));
    }

    /**
     * Returns a value.
     *
     * @throws IllegalArgumentException if it is missing
     */
    public String text(String key) {
        return find(key)
                .orElseThrow(
                        () -> new IllegalArgumentException("no %s in %s".formatted(key, verb)));
    }

    /** Returns a value that is a whole number, as {@link #text}. */
    public long number(String key) {
        return Long.parseLong(text(key));
    }
}
