package org.stoq.cli.demo;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.stoq.bench.child.ChildProcess;
import org.stoq.cli.CommandFailure;
import org.stoq.cli.terminal.JsonOutput;
import org.stoq.sdk.config.HostPort;

/** A node of the demo, in a process of its own. */
final class ChildNode implements AutoCloseable {
    private static final long PATIENCE_SECONDS = 5;
    private static final int SHOWN_LOG_LINES = 5;

    private final String name;
    private final Path folder;
    private final Process process;
    private final BufferedReader output;

    private ChildNode(String name, Path folder, Process process) {
        this.name = name;
        this.folder = folder;
        this.process = process;
        this.output = new BufferedReader(process.inputReader(StandardCharsets.UTF_8));
    }

    /**
     * Starts a process. Returns at once.
     *
     * @param distribution the folder that holds {@code bundles.list}
     * @param home where all nodes of the demo find their authority
     * @param folder for everything that the node owns
     * @param config the first content of its {@code stoq.toml}
     */
    static ChildNode start(
            String name,
            Path distribution,
            Path home,
            Path folder,
            String config,
            List<String> more)
            throws IOException {
        Files.createDirectories(folder);
        Files.writeString(folder.resolve("stoq.toml"), config);
        List<String> command = new ArrayList<>();
        command.add(
                ProcessHandle.current()
                        .info()
                        .command()
                        .orElse(Path.of(System.getProperty("java.home"), "bin/java").toString()));
        command.addAll(
                List.of(
                        "--enable-native-access=ALL-UNNAMED",
                        "--sun-misc-unsafe-memory-access=allow"));
        command.addAll(ChildProcess.memoryFlags());
        command.addAll(
                List.of(
                        "-Dstoq.home=" + distribution,
                        "-Dstoq.home.user=" + home,
                        "-cp",
                        distribution.resolve("lib") + "/*",
                        "org.stoq.cli.Stoq",
                        "node",
                        "--json",
                        "--data",
                        folder.toString(),
                        "--listen",
                        "[::1]:0"));
        command.addAll(more);
        ProcessBuilder builder = new ProcessBuilder(command);
        builder.environment().remove("STOQ_NODE");
        builder.redirectError(folder.resolve("node.log").toFile());
        return new ChildNode(name, folder, builder.start());
    }

    /** Waits until the node serves. Returns where. */
    HostPort awaitReady() throws IOException, CommandFailure {
        String line = output.readLine();
        while (line != null) {
            JsonNode event = new JsonOutput().parse(line);
            if (event.path("event").asText().equals("ready")) {
                return HostPort.parse(event.get("address").asText());
            }
            line = output.readLine();
        }
        throw CommandFailure.failed(
                name + " has ended before it was ready: " + lastLog(), "stoq doctor");
    }

    /** Replaces the node's {@code stoq.toml}, which it takes over while it runs. */
    void configure(String config) throws IOException {
        Path fresh = folder.resolve("stoq.toml.new");
        Files.writeString(fresh, config);
        Files.move(fresh, folder.resolve("stoq.toml"), StandardCopyOption.ATOMIC_MOVE);
    }

    /**
     * Puts a plug-in into the node's folder, whole or not at all, in the place of one that is
     * there.
     */
    void drop(Path jar, String fileName) throws IOException {
        Path fresh = folder.resolve("incoming.jar");
        Files.copy(jar, fresh, StandardCopyOption.REPLACE_EXISTING);
        Files.move(fresh, plugins().resolve(fileName), StandardCopyOption.ATOMIC_MOVE);
    }

    /** Takes a plug-in out of the node's folder. */
    void take(String fileName) throws IOException {
        Files.delete(plugins().resolve(fileName));
    }

    private Path plugins() throws IOException {
        return Files.createDirectories(folder.resolve("plugins"));
    }

    private String lastLog() throws IOException {
        List<String> lines = Files.readAllLines(folder.resolve("node.log"));
        return String.join(
                "; ", lines.subList(Math.max(0, lines.size() - SHOWN_LOG_LINES), lines.size()));
    }

    /** Ends the process: gently first, then not. */
    @Override
    public void close() {
        process.destroy();
        try {
            if (!process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
                process.destroyForcibly();
            }
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
        }
    }

    /** Ends the process at once; for a process that is ending itself. */
    void kill() {
        process.destroyForcibly();
    }
}
