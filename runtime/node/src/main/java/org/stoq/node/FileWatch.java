package org.stoq.node;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * Tells when a file has changed: its time, size or identity, looked at five times a second. Looking
 * works on every file system, and sees a file that is replaced as well as one that is written.
 *
 * <p>Whoever reads the file notes its state first, so that no change is missed in between:
 *
 * <pre>{@code
 * FileWatch.State state = FileWatch.look(file);
 * read(file);
 * FileWatch watch = FileWatch.start(state, () -> read(file));
 * }</pre>
 *
 * <p>One virtual thread, which the listener runs on.
 */
final class FileWatch implements AutoCloseable {
    private static final long PAUSE_MILLIS = 200;

    private final Runnable listener;
    private final CountDownLatch closing = new CountDownLatch(1);
    private final Thread thread;

    private FileWatch(State known, Runnable listener) {
        this.listener = listener;
        this.thread =
                Thread.ofVirtual().name("stoq-watch " + known.file).unstarted(() -> run(known));
    }

    /** Watches a file, and tells of whatever differs from a state that is known. */
    static FileWatch start(State known, Runnable listener) {
        FileWatch watch = new FileWatch(known, listener);
        watch.thread.start();
        return watch;
    }

    /** How a file is at one moment; without content if it is not there. */
    record State(Path file, Optional<Content> content) {}

    /** What tells one content from another without reading it. */
    private record Content(long modifiedNanos, long size, Optional<Object> key) {}

    private void run(State known) {
        State told = known;
        State before = known;
        try {
            while (!closing.await(PAUSE_MILLIS, TimeUnit.MILLISECONDS)) {
                State now = look(known.file);
                // Twice the same: whoever writes the file has come to its end.
                if (now.equals(before) && !now.equals(told)) {
                    told = now;
                    listener.run();
                }
                before = now;
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Returns how a file is now. */
    static State look(Path file) {
        try {
            BasicFileAttributes attributes = Files.readAttributes(file, BasicFileAttributes.class);
            return new State(
                    file,
                    Optional.of(
                            new Content(
                                    attributes.lastModifiedTime().to(TimeUnit.NANOSECONDS),
                                    attributes.size(),
                                    Optional.ofNullable(attributes.fileKey()))));
        } catch (IOException e) {
            // A file that is not there has no content; an absent file is a configuration too.
            return new State(file, Optional.empty());
        }
    }

    @Override
    public void close() {
        closing.countDown();
        try {
            thread.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
