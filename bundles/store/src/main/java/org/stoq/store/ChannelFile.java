package org.stoq.store;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * A file over a channel that opens again when it has to. A {@link FileChannel} is closed by an
 * interrupt of any thread that uses it, and handles are few; both would otherwise break the file
 * for everybody.
 */
final class ChannelFile implements StoreFile {
    // The channel copies heap memory to memory of its own, and keeps that for each thread.
    private static final int SLICE_BYTES = 1 << 20;

    private final Path path;
    private final LocalDisk disk;
    private final ReentrantLock lock = new ReentrantLock();
    // Volatile: read without the lock by every operation, changed under it.
    private volatile @Nullable FileChannel channel;
    private volatile boolean used;
    private volatile boolean closed;

    private interface Operation {
        int on(FileChannel channel) throws IOException;
    }

    ChannelFile(Path path, LocalDisk disk) {
        this.path = path;
        this.disk = disk;
    }

    @Override
    public void write(byte[] bytes, int from, int length, long position) throws IOException {
        perform(target -> {
            ByteBuffer source = ByteBuffer.wrap(bytes, from, length);
            int end = from + length;
            while (source.position() < end) {
                source.limit(Math.min(end, source.position() + SLICE_BYTES));
                target.write(source, position + source.position() - from);
            }
            return length;
        });
    }

    @Override
    public int read(byte[] target, int from, int length, long position) throws IOException {
        return perform(source -> {
            ByteBuffer buffer = ByteBuffer.wrap(target, from, length);
            while (buffer.hasRemaining()) {
                int count = source.read(buffer, position + buffer.position() - from);
                if (count < 0) {
                    break;
                }
            }
            return buffer.position() - from;
        });
    }

    @Override
    public void force() throws IOException {
        perform(target -> {
            target.force(true);
            return 0;
        });
    }

    @Override
    public void truncate(long length) throws IOException {
        perform(target -> {
            target.truncate(length);
            return 0;
        });
    }

    @Override
    public long size() throws IOException {
        long[] size = new long[1];
        perform(source -> {
            size[0] = source.size();
            return 0;
        });
        return size[0];
    }

    @Override
    public void close() throws IOException {
        lock.lock();
        try {
            closed = true;
            closeChannel();
        } finally {
            lock.unlock();
        }
        disk.closed(this);
    }

    /** Returns whether the file was used since this was last asked. */
    boolean usedSinceAsked() {
        boolean was = used;
        used = false;
        return was;
    }

    /** Gives the handle back until the file is used again. */
    void rest() {
        lock.lock();
        try {
            closeChannel();
        } catch (IOException e) {
            System.getLogger(ChannelFile.class.getName())
                    .log(System.Logger.Level.WARNING, "closing " + path, e);
        } finally {
            lock.unlock();
        }
    }

    private void closeChannel() throws IOException {
        FileChannel open = channel;
        channel = null;
        if (open != null) {
            open.close();
        }
    }

    private int perform(Operation operation) throws IOException {
        used = true;
        boolean interrupted = Thread.interrupted();
        try {
            while (true) {
                try {
                    return operation.on(openChannel());
                } catch (ClosedChannelException e) {
                    if (closed) {
                        throw e;
                    }
                    interrupted |= Thread.interrupted();
                }
            }
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private FileChannel openChannel() throws IOException {
        FileChannel open = channel;
        if (open != null && open.isOpen()) {
            return open;
        }
        boolean first;
        lock.lock();
        try {
            if (closed) {
                throw new ClosedChannelException();
            }
            open = channel;
            if (open != null && open.isOpen()) {
                return open;
            }
            first = open == null;
            open = FileChannel.open(path, StandardOpenOption.READ, StandardOpenOption.WRITE);
            channel = open;
        } finally {
            lock.unlock();
        }
        if (first) {
            disk.opened(this);
        }
        return open;
    }
}
