package org.stoq.bench.child;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/** What the kernel has counted for each thread of this process ({@code proc(5)}). */
final class ThreadTimes {
    private static final Path TASKS = Path.of("/proc/self/task");

    /** No time at all. */
    static final Ticks NONE = new Ticks(Role.JAVA, 0, 0);

    // Places in the line behind the name, which stands in parentheses and may hold anything.
    private static final int USER = 11;
    private static final int SYSTEM = 12;

    private ThreadTimes() {}

    /** What a thread is there for. */
    enum Role {
        /** It runs Java code. */
        JAVA,
        /** It collects garbage, or stops the others for it. */
        GC,
        /** It compiles. */
        COMPILER,
        /** It records this profile. */
        RECORDER;

        /**
         * Returns the role of a thread with this name, which the kernel cuts after 15 characters.
         */
        static Role of(String name) {
            if (name.startsWith("G1 ") || name.startsWith("GC ") || name.startsWith("VM ")) {
                return GC;
            }
            if (name.startsWith("C1 ") || name.startsWith("C2 ")) {
                return COMPILER;
            }
            return name.startsWith("JFR ") ? RECORDER : JAVA;
        }
    }

    /** CPU time of one thread, in the kernel's ticks of 10 ms. */
    record Ticks(Role role, long user, long system) {
        Ticks less(Ticks before) {
            return new Ticks(role, user - before.user, system - before.system);
        }

        /** Reads a line of {@code /proc/.../stat}. */
        static Ticks parse(String line) {
            int end = line.lastIndexOf(')');
            String name = line.substring(line.indexOf('(') + 1, end);
            String[] fields = line.substring(end + 2).split(" ", -1);
            return new Ticks(
                    Role.of(name), Long.parseLong(fields[USER]), Long.parseLong(fields[SYSTEM]));
        }
    }

    /** Returns the times of all threads, by number. */
    static Map<String, Ticks> read() throws IOException {
        Map<String, Ticks> times = new HashMap<>();
        try (DirectoryStream<Path> tasks = Files.newDirectoryStream(TASKS)) {
            for (Path task : tasks) {
                read(task).ifPresent(ticks -> times.put(String.valueOf(task.getFileName()), ticks));
            }
        }
        return times;
    }

    private static Optional<Ticks> read(Path task) throws IOException {
        try {
            return Optional.of(Ticks.parse(Files.readString(task.resolve("stat"))));
        } catch (NoSuchFileException e) {
            // It has ended since the folder was read; so has its time.
            return Optional.empty();
        }
    }
}
