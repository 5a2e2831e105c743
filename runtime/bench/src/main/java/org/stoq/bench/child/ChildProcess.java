package org.stoq.bench.child;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/**
 * A child, as the command sees it. It ends by itself when the command does, for its input ends
 * then. Belongs to one thread; {@link #close} may come from another.
 */
public final class ChildProcess implements AutoCloseable {
    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final int SHOWN_LINES = 5;

    private final String name;
    private final Process process;
    private final Path log;
    private final PrintStream questions;

    /** Lines of the child; an empty one where there are no more. */
    private final BlockingQueue<Optional<String>> answers = new LinkedBlockingQueue<>();

    private ChildProcess(String name, Process process, Path log) {
        this.name = name;
        this.process = process;
        this.log = log;
        this.questions = new PrintStream(process.getOutputStream(), false, StandardCharsets.UTF_8);
        Thread.ofVirtual().name("bench-answers").start(this::readAnswers);
    }

    /**
     * Starts a child in the Java that runs this, with the flags that the command gives a node.
     *
     * @param name for error messages
     * @param folder where its standard error goes
     * @param flags more flags for its JVM
     */
    public static ChildProcess start(String name, Path folder, List<String> flags)
            throws IOException {
        return start(name, folder, flags, List.of());
    }

    /**
     * Starts a child, as {@link #start(String, Path, List)}, by another command.
     *
     * @param before what stands before the command of the child, which it runs in its own process
     */
    static ChildProcess start(String name, Path folder, List<String> flags, List<String> before)
            throws IOException {
        Path log = Files.createTempFile(folder, "child", ".log");
        List<String> command = new ArrayList<>(before);
        command.add(
                ProcessHandle.current()
                        .info()
                        .command()
                        .orElse(Path.of(System.getProperty("java.home"), "bin/java").toString()));
        command.addAll(
                List.of(
                        "--enable-native-access=ALL-UNNAMED",
                        "--sun-misc-unsafe-memory-access=allow",
                        "-Xlog:disable"));
        command.addAll(memoryFlags());
        command.addAll(flags);
        command.addAll(
                List.of("-cp", System.getProperty("java.class.path"), BenchChild.class.getName()));
        Process process = new ProcessBuilder(command).redirectError(log.toFile()).start();
        return new ChildProcess(name, process, log);
    }

    /** Returns how the command bounds the memory of a node, and has it give back what it can. */
    public static List<String> memoryFlags() {
        return List.of(System.getProperty("stoq.memory.flags", "-Xmx512m").split(" "));
    }

    private void readAnswers() {
        try (BufferedReader lines = process.inputReader(StandardCharsets.UTF_8)) {
            String line = lines.readLine();
            while (line != null) {
                answers.add(Optional.of(line));
                line = lines.readLine();
            }
        } catch (IOException e) {
            // The same as its end: whoever asks learns that there is no answer.
            answers.add(Optional.empty());
            return;
        }
        answers.add(Optional.empty());
    }

    /** Returns the number of the process. */
    public long pid() {
        return process.pid();
    }

    /** Returns the memory that the process really holds, in bytes; its garbage too. */
    public long resident() throws IOException {
        return ResidentMemory.of(Long.toString(pid()));
    }

    /** Asks, and waits for the answer for half a minute at most. */
    public Message ask(Message question) throws IOException {
        return ask(question, PATIENCE);
    }

    /**
     * Asks, and waits for the answer.
     *
     * @throws ChildFailure if the child refuses, ends, or takes too long
     */
    public Message ask(Message question, Duration patience) throws IOException {
        begin(question);
        return answer(patience);
    }

    /** Asks without waiting: {@link #answer} does. */
    public void begin(Message question) {
        questions.println(question.line());
        questions.flush();
    }

    /** Waits for the answer to the question that was asked. */
    public Message answer(Duration patience) throws IOException {
        Optional<String> line;
        try {
            line = answers.poll(patience.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw (IOException) new InterruptedIOException("interrupted").initCause(e);
        }
        if (line == null) {
            throw new ChildFailure(
                    "%s has not answered for %d s".formatted(name, patience.toSeconds()), false);
        }
        if (line.isEmpty()) {
            throw new ChildFailure("%s has ended: %s".formatted(name, lastWords()), false);
        }
        Message answer = Message.parse(line.get());
        if (answer.verb().equals("failed")) {
            throw new ChildFailure(answer.text("reason"), answer.find("unavailable").isPresent());
        }
        return answer;
    }

    private String lastWords() throws IOException {
        List<String> lines = Files.readAllLines(log);
        return String.join(
                "; ", lines.subList(Math.max(0, lines.size() - SHOWN_LINES), lines.size()));
    }

    /** Ends the process at once: it holds nothing that is worth keeping. */
    @Override
    public void close() {
        process.destroyForcibly();
    }
}
