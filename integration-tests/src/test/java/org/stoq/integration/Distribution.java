package org.stoq.integration;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/**
 * The assembled distribution under test: the folder that a user unpacks.
 *
 * @param home its folder, absolute
 */
public record Distribution(Path home) {
    private static final String PROPERTY = "stoq.distribution";

    /**
     * One line of {@code bundles.list}.
     *
     * @param startLevel when the framework starts it, from 1
     * @param file the bundle, absolute
     */
    public record Entry(int startLevel, Path file) {}

    /**
     * Returns the distribution that the build has assembled.
     *
     * @throws IllegalStateException if there is none
     */
    public static Distribution assembled() {
        String folder = System.getProperty(PROPERTY);
        if (folder == null) {
            throw new IllegalStateException(
                    "the system property " + PROPERTY + " must name the assembled distribution");
        }
        Path home = Path.of(folder).toAbsolutePath().normalize();
        if (!Files.exists(home.resolve("bundles.list"))) {
            throw new IllegalStateException("no distribution at " + home + "; build it first");
        }
        return new Distribution(home);
    }

    /** Returns what {@code bundles.list} says, in its order. */
    public List<Entry> entries() {
        try (Stream<String> lines = Files.lines(home.resolve("bundles.list"))) {
            return lines.map(String::strip)
                    .filter(line -> !line.isEmpty() && !line.startsWith("#"))
                    .map(this::entry)
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Returns the jars in one of its folders ({@code lib}, {@code bundles}, {@code demo}). */
    public List<Path> jars(String folder) {
        try (Stream<Path> files = Files.list(home.resolve(folder))) {
            return files.filter(file -> file.toString().endsWith(".jar")).sorted().toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private Entry entry(String line) {
        int space = line.indexOf(' ');
        return new Entry(
                Integer.parseInt(line.substring(0, space)),
                home.resolve(line.substring(space + 1).strip()));
    }
}
