package org.stoq.store;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.locks.ReentrantLock;

/**
 * The file system. Keeps at most a few hundred files open: a store of many terabytes has more
 * segments than a process may have handles.
 */
final class LocalDisk implements Disk {
    private static final int OPEN_FILES = 256;

    private final ReentrantLock lock = new ReentrantLock();
    private final Deque<ChannelFile> open = new ArrayDeque<>();

    @Override
    public StoreFile open(Path path, boolean create) throws IOException {
        if (create) {
            Files.newByteChannel(path, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)
                    .close();
        } else if (!Files.exists(path)) {
            throw new NoSuchFileException(path.toString());
        }
        return new ChannelFile(path, this);
    }

    @Override
    public long usableBytes(Path directory) {
        // Not by way of the FileStore, which reads the table of mounts first.
        return directory.toFile().getUsableSpace();
    }

    @Override
    public void forceDirectory(Path directory) throws IOException {
        boolean interrupted = Thread.interrupted();
        try (FileChannel channel = FileChannel.open(directory, StandardOpenOption.READ)) {
            channel.force(true);
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    /**
     * Counts a file that has opened its channel; lets the one that was idle longest close its own.
     */
    void opened(ChannelFile file) {
        ChannelFile victim = null;
        lock.lock();
        try {
            open.addLast(file);
            while (open.size() > OPEN_FILES && victim == null) {
                ChannelFile oldest = open.removeFirst();
                if (oldest.usedSinceAsked()) {
                    open.addLast(oldest);
                } else {
                    victim = oldest;
                }
            }
        } finally {
            lock.unlock();
        }
        if (victim != null) {
            victim.rest();
        }
    }

    /** Forgets a file whose channel was closed. */
    void closed(ChannelFile file) {
        lock.lock();
        try {
            open.remove(file);
        } finally {
            lock.unlock();
        }
    }
}
