package org.stoq.fuzz;

import java.io.IOException;
import java.io.InputStream;
import java.util.Objects;
import java.util.Properties;
import java.util.SortedSet;
import java.util.TreeSet;

/**
 * Something that takes any bytes at all. It throws what nobody has foreseen: whatever it throws is
 * a finding. One thread.
 */
@FunctionalInterface
public interface FuzzTarget {
    /** Feeds one input. */
    void run(byte[] input) throws Exception;

    /** Returns the names of all targets. */
    static SortedSet<String> names() throws IOException {
        return new TreeSet<>(table().stringPropertyNames());
    }

    /** Makes the target of that name. */
    static FuzzTarget named(String name) throws IOException, ReflectiveOperationException {
        String type = table().getProperty(name);
        if (type == null) {
            throw new IllegalArgumentException(
                    "no fuzz target '%s'; there are %s".formatted(name, names()));
        }
        return Class.forName(type)
                .asSubclass(FuzzTarget.class)
                .getDeclaredConstructor()
                .newInstance();
    }

    private static Properties table() throws IOException {
        Properties table = new Properties();
        try (InputStream in = FuzzTarget.class.getResourceAsStream("/targets.properties")) {
            table.load(Objects.requireNonNull(in));
        }
        return table;
    }
}
