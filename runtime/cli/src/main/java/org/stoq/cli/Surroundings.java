package org.stoq.cli;

import java.io.Console;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.CodeSource;
import java.time.InstantSource;
import java.util.Map;
import java.util.Optional;
import java.util.function.LongSupplier;
import org.stoq.trust.StoqHome;

/**
 * All that a command sees of the world. Tests make their own.
 *
 * @param out standard output
 * @param err standard error
 * @param in standard input
 * @param environment environment variables
 * @param onTerminal whether somebody looks at standard error
 * @param clock what time it is
 * @param nanoClock nanoseconds of any origin, for rates
 * @param home where authority and operator certificate lie
 * @param folder what relative paths begin at
 * @param distribution the folder that holds {@code bundles.list}; empty if it was not found
 */
public record Surroundings(
        PrintStream out,
        PrintStream err,
        InputStream in,
        Map<String, String> environment,
        boolean onTerminal,
        InstantSource clock,
        LongSupplier nanoClock,
        StoqHome home,
        Path folder,
        Optional<Path> distribution) {
    /** The system property by which the start script names the distribution. */
    public static final String DISTRIBUTION_PROPERTY = "stoq.home";

    private static final Path STANDARD_ERROR = Path.of("/proc/self/fd/2");

    /** Copies the map. */
    public Surroundings {
        environment = Map.copyOf(environment);
    }

    /** Returns what surrounds this process. */
    static Surroundings ofProcess() {
        PrintStream out =
                new PrintStream(
                        new FileOutputStream(FileDescriptor.out), false, StandardCharsets.UTF_8);
        PrintStream err =
                new PrintStream(
                        new FileOutputStream(FileDescriptor.err), true, StandardCharsets.UTF_8);
        return new Surroundings(
                out,
                err,
                System.in,
                System.getenv(),
                isTerminal(),
                InstantSource.system(),
                System::nanoTime,
                StoqHome.ofUser(),
                Path.of("").toAbsolutePath(),
                findDistribution());
    }

    /** Java tells only whether input and output are terminals; bars go to standard error. */
    private static boolean isTerminal() {
        if ("dumb".equals(System.getenv("TERM"))) {
            return false;
        }
        try {
            String target = Files.readSymbolicLink(STANDARD_ERROR).toString();
            return target.startsWith("/dev/pts/")
                    || target.startsWith("/dev/tty")
                    || target.equals("/dev/console");
        } catch (IOException | UnsupportedOperationException e) {
            // No such file on this system: the next best answer.
            return Optional.ofNullable(System.console()).map(Console::isTerminal).orElse(false);
        }
    }

    /** The start script names it; without the script it is above the folder of this jar. */
    private static Optional<Path> findDistribution() {
        String named = System.getProperty(DISTRIBUTION_PROPERTY, "");
        if (!named.isEmpty()) {
            return Optional.of(Path.of(named).toAbsolutePath());
        }
        CodeSource source = Surroundings.class.getProtectionDomain().getCodeSource();
        if (source == null) {
            return Optional.empty();
        }
        try {
            Path jar = Path.of(source.getLocation().toURI());
            Path above = jar.resolve("../..").normalize();
            return Files.exists(above.resolve("bundles.list"))
                    ? Optional.of(above)
                    : Optional.empty();
        } catch (URISyntaxException e) {
            return Optional.empty();
        }
    }
}
