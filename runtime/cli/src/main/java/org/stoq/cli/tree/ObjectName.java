package org.stoq.cli.tree;

import java.nio.charset.StandardCharsets;
import java.util.Optional;

/**
 * Which texts are names of objects: 1 to {@value #MAX_BYTES} bytes of UTF-8, parts between single
 * slashes, none of them {@code .} or {@code ..}, no control characters.
 */
public final class ObjectName {
    /** Longest name in bytes. */
    public static final int MAX_BYTES = 1_024;

    private ObjectName() {}

    /** Returns what is wrong with a name, or nothing. */
    public static Optional<String> fault(String name) {
        int bytes = name.getBytes(StandardCharsets.UTF_8).length;
        if (bytes < 1 || bytes > MAX_BYTES) {
            return Optional.of("a name has 1 to %d bytes, this one %d".formatted(MAX_BYTES, bytes));
        }
        if (name.chars().anyMatch(c -> c < 0x20 || c == 0x7F)) {
            return Optional.of("it holds control characters");
        }
        // What a file system shows for bytes that are no UTF-8.
        if (name.indexOf('\uFFFD') >= 0 || !isWellFormed(name)) {
            return Optional.of("it is not UTF-8 text");
        }
        for (String part : name.split("/", -1)) {
            if (part.isEmpty()) {
                return Optional.of("it has an empty part");
            }
            if (part.equals(".") || part.equals("..")) {
                return Optional.of("it has the part '" + part + "'");
            }
        }
        return Optional.empty();
    }

    private static boolean isWellFormed(String name) {
        return StandardCharsets.UTF_8.newEncoder().canEncode(name);
    }
}
