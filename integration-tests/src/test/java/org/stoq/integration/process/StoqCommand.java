package org.stoq.integration.process;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.stoq.integration.Distribution;

/**
 * The {@code stoq} command of the distribution, as processes that share a home folder: one
 * development authority, one operator.
 *
 * @param home what {@code STOQ_HOME} names for them
 */
public record StoqCommand(Path home) {
    private static final Duration TIME_LIMIT = Duration.ofMinutes(3);

    /**
     * How a command ended.
     *
     * @param exitCode 0 for success
     * @param out what it wrote to standard output
     * @param err what it wrote to standard error
     */
    public record Outcome(int exitCode, String out, String err) {}

    /**
     * Runs a command to its end.
     *
     * @throws AssertionError if it has not ended within three minutes; it is killed then
     */
    public Outcome run(String... arguments) throws IOException, InterruptedException {
        Path out = Files.createTempFile(Files.createDirectories(home), "out", ".txt");
        Path err = Files.createTempFile(home, "err", ".txt");
        Process process = start(out.toFile(), err.toFile(), arguments);
        try {
            if (!process.waitFor(TIME_LIMIT.toMillis(), TimeUnit.MILLISECONDS)) {
                throw new AssertionError(
                        "stoq %s has not ended within %s; it said: %s"
                                .formatted(
                                        String.join(" ", arguments),
                                        TIME_LIMIT,
                                        Files.readString(err)));
            }
            return new Outcome(process.exitValue(), Files.readString(out), Files.readString(err));
        } finally {
            process.destroyForcibly().waitFor();
            Files.delete(out);
            Files.delete(err);
        }
    }

    /** Starts a command that goes on. */
    Process start(File out, File err, String... arguments) throws IOException {
        Path distribution = Distribution.assembled().home();
        List<String> line = new ArrayList<>();
        line.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        line.add("--enable-native-access=ALL-UNNAMED");
        line.add("--sun-misc-unsafe-memory-access=allow");
        line.add("-Xmx256m");
        line.add("-XX:+UseSerialGC");
        line.add("-Dstoq.home=" + distribution);
        line.add("-cp");
        line.add(distribution.resolve("lib") + File.separator + "*");
        line.add("org.stoq.cli.Stoq");
        line.addAll(List.of(arguments));
        ProcessBuilder builder = new ProcessBuilder(line);
        builder.environment().put("STOQ_HOME", home.toString());
        builder.redirectInput(ProcessBuilder.Redirect.from(new File("/dev/null")));
        builder.redirectOutput(out);
        builder.redirectError(err);
        return builder.start();
    }
}
