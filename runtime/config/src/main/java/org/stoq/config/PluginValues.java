package org.stoq.config;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Brings the settings of a plug-in, which nobody here knows, into the forms that ConfigAdmin takes.
 */
final class PluginValues {
    private PluginValues() {}

    /** Flattens nested tables with dots; what is neither number nor truth value becomes text. */
    static Map<String, Object> flat(Map<String, ?> table) {
        Map<String, Object> flat = new TreeMap<>();
        table.forEach((key, value) -> {
            if (value instanceof Map<?, ?> inner) {
                flat(named(inner)).forEach((name, leaf) -> flat.put(key + "." + name, leaf));
            } else if (value instanceof List<?> list) {
                flat.put(key, uniform(list));
            } else {
                flat.put(key, scalar(value));
            }
        });
        return flat;
    }

    /** Reads what was typed on a command line: a truth value, a number, or else a text. */
    static Object typed(String text) {
        if (text.matches("true|false")) {
            return Boolean.valueOf(text);
        }
        return text.matches("-?\\d{1,18}") ? (Object) Long.valueOf(text) : text;
    }

    /** Returns an array of the type that all elements have. */
    static Object[] array(List<?> uniform) {
        if (!uniform.isEmpty() && uniform.getFirst() instanceof Long) {
            return uniform.toArray(Long[]::new);
        }
        if (!uniform.isEmpty() && uniform.getFirst() instanceof Double) {
            return uniform.toArray(Double[]::new);
        }
        if (!uniform.isEmpty() && uniform.getFirst() instanceof Boolean) {
            return uniform.toArray(Boolean[]::new);
        }
        return uniform.toArray(String[]::new);
    }

    private static List<?> uniform(List<?> list) {
        List<Object> scalars = list.stream().map(PluginValues::scalar).toList();
        boolean same = scalars.stream().map(Object::getClass).distinct().count() <= 1;
        return same ? scalars : scalars.stream().map(Object::toString).toList();
    }

    private static Object scalar(Object value) {
        return value instanceof Long || value instanceof Double || value instanceof Boolean
                ? value
                : value.toString();
    }

    private static Map<String, Object> named(Map<?, ?> table) {
        Map<String, Object> named = new LinkedHashMap<>();
        table.forEach((key, value) -> named.put(String.valueOf(key), value));
        return named;
    }
}
