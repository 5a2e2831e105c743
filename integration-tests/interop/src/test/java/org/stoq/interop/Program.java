package org.stoq.interop;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A program of somebody else that runs for one test. Everything it says is kept. */
final class Program implements AutoCloseable {
    private final Process process;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition more = lock.newCondition();

    // Guarded by the lock.
    private final StringBuilder said = new StringBuilder();
    private boolean silent;

    private Program(Process process) {
        this.process = process;
        Thread.ofVirtual().name("output of " + process.pid()).start(this::listen);
    }

    /** Starts it in a folder. */
    static Program start(Path folder, List<String> command) throws IOException {
        return new Program(
                new ProcessBuilder(command)
                        .directory(folder.toFile())
                        .redirectErrorStream(true)
                        .start());
    }

    private void listen() {
        try (BufferedReader lines = process.inputReader(StandardCharsets.UTF_8)) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                heard(line + "\n", false);
            }
        } catch (IOException e) {
            // Whoever stops it closes its output.
            heard("(its output ended: %s)\n".formatted(e.getMessage()), true);
        } finally {
            heard("", true);
        }
    }

    private void heard(String text, boolean last) {
        lock.lock();
        try {
            said.append(text);
            silent |= last;
            more.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** Returns what it has said, on both outputs. */
    String said() {
        lock.lock();
        try {
            return said.toString();
        } finally {
            lock.unlock();
        }
    }

    long id() {
        return process.pid();
    }

    /**
     * Waits for something to be said.
     *
     * @return what matched, or nothing if it has ended, or the time is over
     */
    Optional<Matcher> await(Pattern pattern, Duration limit) throws IOException {
        long left = limit.toNanos();
        lock.lock();
        try {
            while (true) {
                Matcher matcher = pattern.matcher(said);
                if (matcher.find()) {
                    return Optional.of(pattern.matcher(matcher.group())).filter(Matcher::find);
                }
                if (silent || left <= 0) {
                    return Optional.empty();
                }
                left = more.awaitNanos(left);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", e);
        } finally {
            lock.unlock();
        }
    }

    /**
     * Waits for its end.
     *
     * @throws IOException if it does not end in time
     */
    int end(Duration limit) throws IOException {
        await(Pattern.compile("\\z(?!)"), limit);
        try {
            if (!process.waitFor(1, TimeUnit.SECONDS)) {
                throw new IOException("it has not ended within " + limit);
            }
            return process.exitValue();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", e);
        }
    }

    @Override
    public void close() {
        process.destroyForcibly();
    }
}
