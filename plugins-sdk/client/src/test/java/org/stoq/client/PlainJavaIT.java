package org.stoq.client;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.jar.Attributes;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import org.example.plain.Program;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The built jars in a Java program without OSGi, in a process of its own. */
class PlainJavaIT {
    private static final String MAIN = Program.class.getName();
    private static final String TEST_ONLY =
            ".*(junit|surefire|assertj|byte-buddy|osgi|testkit|opentest4j|apiguardian|apache).*";

    @TempDir private Path temporary;

    @Test
    void worksFromTheClassPath() throws Exception {
        List<String> jars = new ArrayList<>(jars());
        jars.add(programJar().toString());

        String output = run("-cp", String.join(File.pathSeparator, jars), MAIN);

        assertThat(output).contains("client in unnamed module", "self in unnamed module");
        assertWorked(output);
    }

    @Test
    void worksFromTheModulePath() throws Exception {
        List<String> jars = new ArrayList<>(jars());
        jars.add(programJar().toString());

        String output =
                run(
                        "--module-path",
                        String.join(File.pathSeparator, jars),
                        // Our modules are automatic and name no others; some libraries are not.
                        "--add-modules",
                        "ALL-MODULE-PATH",
                        "-m",
                        "org.example.plain/" + MAIN);

        assertThat(output)
                .contains("client in module org.stoq.client", "self in module org.example.plain");
        assertWorked(output);
    }

    private static void assertWorked(String output) {
        assertThat(output)
                .contains("received Hello, STOQ!")
                .contains("ended NO_ERROR")
                .contains("refused INVALID_REQUEST: ipv4.example has IPv4 addresses only");
    }

    /** What an application would have: no test classes, no test libraries, no OSGi. */
    private static List<String> jars() {
        String[] path = System.getProperty("java.class.path").split(File.pathSeparator);
        List<String> jars =
                Arrays.stream(path)
                        .filter(entry -> entry.endsWith(".jar"))
                        .filter(entry -> !entry.matches(TEST_ONLY))
                        .toList();
        assertThat(jars)
                .as("run by failsafe, where modules are jars")
                .anyMatch(jar -> jar.contains("stoq-client"))
                .anyMatch(jar -> jar.contains("stoq-transport"));
        return jars;
    }

    private Path programJar() throws IOException {
        Manifest manifest = new Manifest();
        manifest.getMainAttributes().put(Attributes.Name.MANIFEST_VERSION, "1.0");
        manifest.getMainAttributes().putValue("Automatic-Module-Name", "org.example.plain");
        Path jar = temporary.resolve("program.jar");
        String entry = MAIN.replace('.', '/') + ".class";
        try (OutputStream file = Files.newOutputStream(jar);
                JarOutputStream out = new JarOutputStream(file, manifest)) {
            out.putNextEntry(new JarEntry(entry));
            try (var bytes = Program.class.getClassLoader().getResourceAsStream(entry)) {
                assertThat(bytes).isNotNull();
                bytes.transferTo(out);
            }
        }
        return jar;
    }

    private String run(String... arguments) throws IOException, InterruptedException {
        Path hosts = Files.writeString(temporary.resolve("hosts"), "127.0.0.1 ipv4.example\n");
        Path output = temporary.resolve("output");
        List<String> command =
                new ArrayList<>(
                        List.of(
                                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                                "--enable-native-access=ALL-UNNAMED",
                                "--sun-misc-unsafe-memory-access=allow",
                                "-Djdk.net.hosts.file=" + hosts));
        command.addAll(List.of(arguments));
        command.add(temporary.resolve("certificates").toString());
        Process process =
                new ProcessBuilder(command)
                        .redirectErrorStream(true)
                        .redirectOutput(output.toFile())
                        .start();
        boolean ended = process.waitFor(60, TimeUnit.SECONDS);
        process.destroyForcibly();
        String text = Files.readString(output, UTF_8);
        assertThat(ended).as(text).isTrue();
        assertThat(process.exitValue()).as(text).isZero();
        return text;
    }
}
