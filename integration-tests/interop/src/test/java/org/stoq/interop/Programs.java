package org.stoq.interop;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/** What is installed on this machine. */
final class Programs {
    private static final Duration LIMIT = Duration.ofSeconds(10);
    private static final int LAST_LINES = 3;

    private Programs() {}

    /** Looks for a program on the PATH. */
    static Optional<Path> find(String name) {
        String path = Optional.ofNullable(System.getenv("PATH")).orElse("");
        return Arrays.stream(path.split(File.pathSeparator, -1))
                .map(folder -> Path.of(folder, name))
                .filter(Files::isExecutable)
                .findFirst();
    }

    /** Returns the version of an installed package of Debian, or "not from Debian". */
    static String debianVersion(String name) throws IOException {
        if (find("dpkg-query").isEmpty()) {
            return "not from Debian";
        }
        try (Program query =
                Program.start(
                        Path.of("."), List.of("dpkg-query", "-W", "-f", "${Version}", name))) {
            return query.end(LIMIT) == 0 ? query.said().strip() : "not from Debian";
        }
    }

    /** Returns the last lines of what a program has said. */
    static String lastWords(String said) {
        List<String> lines = said.lines().filter(line -> !line.isBlank()).toList();
        return String.join(
                " / ", lines.subList(Math.max(0, lines.size() - LAST_LINES), lines.size()));
    }
}
