package org.stoq.cli.tree;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.locks.ReentrantLock;
import java.util.random.RandomGenerator;

/**
 * Files that are being written under a temporary name. An end in the middle, Ctrl-C included,
 * closes this and leaves none of them. Thread-safe.
 */
public final class PartialFiles implements AutoCloseable {
    private static final String PREFIX = ".stoq-";
    private static final String SUFFIX = ".part";

    private final RandomGenerator random;
    private final ReentrantLock lock = new ReentrantLock();
    private final Set<Path> open = new HashSet<>();
    private boolean closed;

    /**
     * Creates an empty set.
     *
     * @param random for the names; need not be secret
     */
    public PartialFiles(RandomGenerator random) {
        this.random = random;
    }

    /**
     * Returns a name beside a target that nothing else has; the caller creates the file.
     *
     * @throws IOException if the process is ending
     */
    public Path begin(Path folder) throws IOException {
        lock.lock();
        try {
            if (closed) {
                throw new IOException("interrupted");
            }
            Path file = folder.resolve(PREFIX + Long.toHexString(random.nextLong()) + SUFFIX);
            open.add(file);
            return file;
        } finally {
            lock.unlock();
        }
    }

    /** Forgets a file: it was moved to its name, or will be deleted by the caller. */
    public void end(Path file) {
        lock.lock();
        try {
            open.remove(file);
        } finally {
            lock.unlock();
        }
    }

    /** Deletes what is unfinished and takes no more. */
    @Override
    public void close() {
        List<Path> left;
        lock.lock();
        try {
            closed = true;
            left = List.copyOf(open);
            open.clear();
        } finally {
            lock.unlock();
        }
        for (Path file : left) {
            try {
                Files.deleteIfExists(file);
            } catch (IOException e) {
                System.getLogger(PartialFiles.class.getName())
                        .log(System.Logger.Level.WARNING, "cannot delete " + file, e);
            }
        }
    }
}
