package org.stoq.integration.process;

import java.io.IOException;
import java.io.Reader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardWatchEventKinds;
import java.nio.file.WatchKey;
import java.nio.file.WatchService;
import java.time.Duration;
import java.util.Properties;
import java.util.concurrent.TimeUnit;

/**
 * A node that runs as a process of its own on the loopback interface, ready when {@link #start}
 * returns. To be used by one thread; closing it kills it.
 */
public final class NodeProcess implements AutoCloseable {
    private static final Duration START_LIMIT = Duration.ofSeconds(60);
    private static final Duration STOP_LIMIT = Duration.ofSeconds(60);

    /** A process that dies wakes no watch on a folder: look for that this often. */
    private static final long LOOK_MILLIS = 100;

    private final Process process;
    private final Path folder;
    private final Properties ready;

    private NodeProcess(Process process, Path folder, Properties ready) {
        this.process = process;
        this.folder = folder;
        this.ready = ready;
    }

    /**
     * Starts a node on a free port and waits until it is ready.
     *
     * @param command whose home the node shares with its clients
     * @param folder where its configuration, data and output go; made if missing, and a node that
     *     ran there before comes back with its data
     * @param toml its configuration beyond {@code server.listen} and {@code server.data_dir}:
     *     complete tables, but {@code [server]}, whose further keys come first
     * @throws AssertionError if it ends, or is not ready within a minute
     */
    public static NodeProcess start(StoqCommand command, Path folder, String... toml)
            throws IOException, InterruptedException {
        Path data = folder.toAbsolutePath().resolve("data");
        Path run = Files.createDirectories(data.resolve("run"));
        Path readyFile = run.resolve("node.properties");
        Files.deleteIfExists(readyFile);
        Path config = writeConfig(folder, toml);
        try (WatchService watch = run.getFileSystem().newWatchService()) {
            run.register(
                    watch,
                    StandardWatchEventKinds.ENTRY_CREATE,
                    StandardWatchEventKinds.ENTRY_MODIFY);
            Process process =
                    command.start(
                            folder.resolve("out.txt").toFile(),
                            folder.resolve("err.txt").toFile(),
                            "node",
                            "--config",
                            config.toString());
            NodeProcess node = new NodeProcess(process, folder, new Properties());
            try {
                node.awaitReady(watch, readyFile);
            } catch (AssertionError | IOException | InterruptedException e) {
                node.close();
                throw e;
            }
            return node;
        }
    }

    private static Path writeConfig(Path folder, String... toml) throws IOException {
        Path fresh = folder.resolve("stoq.toml.new");
        Files.writeString(
                fresh,
                """
                [server]
                listen = "[::1]:0"
                data_dir = "%s"
                %s
                """
                        .formatted(
                                folder.toAbsolutePath().resolve("data"), String.join("\n", toml)));
        return Files.move(fresh, folder.resolve("stoq.toml"), StandardCopyOption.ATOMIC_MOVE);
    }

    /** Replaces the configuration that was given to {@link #start}; the node follows it live. */
    public void configure(String... toml) throws IOException {
        writeConfig(folder, toml);
    }

    private void awaitReady(WatchService watch, Path file)
            throws IOException, InterruptedException {
        long deadlineNanos = System.nanoTime() + START_LIMIT.toNanos();
        while (System.nanoTime() - deadlineNanos < 0) {
            if (Files.exists(file)) {
                try (Reader reader = Files.newBufferedReader(file)) {
                    ready.load(reader);
                }
                return;
            }
            if (!process.isAlive()) {
                throw new AssertionError(
                        "the node has ended with code " + process.exitValue() + ": " + err());
            }
            WatchKey key = watch.poll(LOOK_MILLIS, TimeUnit.MILLISECONDS);
            if (key != null) {
                key.pollEvents();
                key.reset();
            }
        }
        throw new AssertionError("the node is not ready after " + START_LIMIT + ": " + err());
    }

    /** Returns where it listens, such as {@code [::1]:41234}. */
    public String address() {
        return ready.getProperty("address");
    }

    /** Returns its node id in hexadecimal digits. */
    public String nodeId() {
        return ready.getProperty("node_id");
    }

    /** Returns its process id. */
    public long pid() {
        return process.pid();
    }

    /** Returns its data folder. */
    public Path data() {
        return folder.toAbsolutePath().resolve("data");
    }

    /** Returns what it has written to standard output so far. */
    public String out() throws IOException {
        return Files.readString(folder.resolve("out.txt"));
    }

    /** Returns what it has written to standard error so far. */
    public String err() throws IOException {
        return Files.readString(folder.resolve("err.txt"));
    }

    /** Sends SIGTERM and returns the exit code. */
    public int stop() throws InterruptedException {
        process.destroy();
        return awaitEnd();
    }

    /** Sends SIGKILL, as a crash or the machine's memory limit would. */
    public void kill() throws InterruptedException {
        process.destroyForcibly();
        awaitEnd();
    }

    /**
     * Waits for its end, which something else has brought about.
     *
     * @return the exit code
     * @throws AssertionError if it goes on for a minute
     */
    public int awaitEnd() throws InterruptedException {
        if (!process.waitFor(STOP_LIMIT.toMillis(), TimeUnit.MILLISECONDS)) {
            throw new AssertionError("the node has not ended within " + STOP_LIMIT);
        }
        return process.exitValue();
    }

    @Override
    public void close() {
        process.destroyForcibly().onExit().join();
    }
}
