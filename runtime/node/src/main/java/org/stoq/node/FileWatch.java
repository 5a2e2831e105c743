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
 * <p>One virtual thread, which the listener runs on.
 */
final class FileWatch implements AutoCloseable {
    private static final long PAUSE_MILLIS = 200;

    private final Path file;
    private final Runnable listener;
    private final CountDownLatch closing = new CountDownLatch(1);
    private final Thread thread;

    private FileWatch(Path file, Runnable listener) {
        this.file = file;
        this.listener = listener;
        Optional<State> first = look();
        this.thread = Thread.ofVirtual().name("stoq-config-watch").unstarted(() -> run(first));
    }

    static FileWatch start(Path file, Runnable listener) {
        FileWatch watch = new FileWatch(file, listener);
        watch.thread.start();
        return watch;
    }

    /** What tells one content from another without reading it. */
    private record State(long modifiedNanos, long size, Optional<Object> key) {}

    private void run(Optional<State> first) {
        Optional<State> told = first;
        Optional<State> before = first;
        try {
            while (!closing.await(PAUSE_MILLIS, TimeUnit.MILLISECONDS)) {
                Optional<State> now = look();
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

    private Optional<State> look() {
        try {
            BasicFileAttributes attributes = Files.readAttributes(file, BasicFileAttributes.class);
            return Optional.of(
                    new State(
                            attributes.lastModifiedTime().to(TimeUnit.NANOSECONDS),
                            attributes.size(),
                            Optional.ofNullable(attributes.fileKey())));
        } catch (IOException e) {
            // A file that is not there has no state; an absent file is a configuration too.
            return Optional.empty();
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
