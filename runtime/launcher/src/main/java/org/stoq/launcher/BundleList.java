package org.stoq.launcher;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * The bundles of a distribution in the order in which they start, as {@code bundles.list} names
 * them: on each line a start level and a path relative to the file. Empty lines and those that
 * begin with {@code #} say nothing.
 *
 * @param entries the bundles
 */
record BundleList(List<Entry> entries) {
    static final String FILE_NAME = "bundles.list";

    /**
     * One bundle.
     *
     * @param startLevel when it starts, from 1 on
     * @param jar the file
     */
    record Entry(int startLevel, Path jar) {}

    BundleList {
        entries = List.copyOf(entries);
    }

    /** Returns the level at which everything has started. */
    int lastLevel() {
        return entries.stream().mapToInt(Entry::startLevel).max().orElse(1);
    }

    /**
     * Reads the list.
     *
     * @throws LaunchException if it is not there, a line is wrong, or a jar is missing
     */
    static BundleList read(Path home) throws LaunchException {
        Path file = home.resolve(FILE_NAME);
        List<Entry> entries = new ArrayList<>();
        try {
            for (String line : Files.readAllLines(file)) {
                if (!line.isBlank() && !line.startsWith("#")) {
                    entries.add(entry(home, line.strip()));
                }
            }
        } catch (IOException e) {
            throw new LaunchException(
                    home + " is no STOQ distribution: " + file + " cannot be read", e);
        }
        return new BundleList(entries);
    }

    private static Entry entry(Path home, String line) throws LaunchException {
        String[] parts = line.split("\\s+", 2);
        if (parts.length != 2 || !parts[0].matches("[1-9]\\d{0,2}")) {
            throw new LaunchException(
                    FILE_NAME + ": '" + line + "' is not a start level and a path", null);
        }
        Path jar = home.resolve(parts[1]);
        if (!Files.isRegularFile(jar)) {
            throw new LaunchException(jar + " is missing from the distribution", null);
        }
        return new Entry(Integer.parseInt(parts[0]), jar);
    }
}
