package org.stoq.trust;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Several starts at once: they agree on one authority, and on one identity per data directory. */
@Timeout(60)
class StoqHomeStartTest {
    private static final int STARTS = 4;

    @TempDir private Path temporary;

    /** A process of its own: prints the node's id and the serial number of the authority. */
    static final class Start {
        private Start() {}

        public static void main(String[] arguments) throws IOException {
            System.out.println(describe(Path.of(arguments[0]), Path.of(arguments[1])));
        }
    }

    private static String describe(Path home, Path data) throws IOException {
        Certified node = new StoqHome(home).node(data, List.of(), InstantSource.system());
        return node.identity().id()
                + " "
                + node.chain().getFirst().getSerialNumber()
                + " "
                + node.authorities().getFirst().getSerialNumber();
    }

    @Test
    void threadsOfOneProcessAgree() throws Exception {
        Path data = temporary.resolve("data");
        List<Callable<String>> starts =
                IntStream.range(0, STARTS)
                        .mapToObj(i ->
                                (Callable<String>) () -> describe(temporary.resolve("home"), data))
                        .toList();
        List<String> answers = new ArrayList<>();
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            for (Future<String> start : threads.invokeAll(starts)) {
                answers.add(start.get());
            }
        }
        assertThat(answers).hasSize(STARTS);
        assertThat(answers.stream().distinct()).hasSize(1);
    }

    @Test
    void processesAgree() throws Exception {
        List<Process> starts = new ArrayList<>();
        for (int i = 0; i < STARTS; i++) {
            starts.add(
                    new ProcessBuilder(
                                    Path.of(System.getProperty("java.home"), "bin", "java")
                                            .toString(),
                                    "-cp",
                                    classPath(),
                                    Start.class.getName(),
                                    temporary.resolve("home").toString(),
                                    temporary.resolve("data").toString())
                            .redirectErrorStream(true)
                            .start());
        }
        List<String> answers = new ArrayList<>();
        for (Process start : starts) {
            answers.add(
                    new String(start.getInputStream().readAllBytes(), StandardCharsets.UTF_8)
                            .strip());
            assertThat(start.waitFor(30, TimeUnit.SECONDS)).isTrue();
            assertThat(start.exitValue()).as(answers.getLast()).isZero();
        }
        assertThat(answers.stream().distinct()).hasSize(1);
        assertThat(answers.getFirst().split(" ", -1)).hasSize(3);
    }

    @Test
    void leavesNoTemporaryFiles() throws IOException {
        describe(temporary.resolve("home"), temporary.resolve("data"));

        try (Stream<Path> files = Files.walk(temporary)) {
            assertThat(files.filter(Files::isRegularFile).map(file -> temporary.relativize(file)))
                    .extracting(Path::toString)
                    .containsExactlyInAnyOrder(
                            "home/.lock",
                            "home/ca/ca.key",
                            "home/ca/ca.pem",
                            "data/identity/cert.pem",
                            "data/identity/identity.key",
                            "data/identity/key.pem");
        }
    }

    private static String classPath() {
        return System.getProperty(
                "surefire.test.class.path", System.getProperty("java.class.path"));
    }
}
