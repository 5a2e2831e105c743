package org.stoq.store;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.stoq.sdk.StoqErrorCode;
import org.stoq.sdk.StoqException;

/** Keeps a second process away from a store. The kernel releases it when the process dies. */
final class DataLock implements AutoCloseable {
    private final FileChannel channel;
    private final String property;

    private DataLock(FileChannel channel, String property) {
        this.channel = channel;
        this.property = property;
    }

    /**
     * Takes the lock.
     *
     * @throws StoqException CONFLICT with the process id of the holder
     */
    static DataLock take(Path directory) throws IOException {
        String self = Long.toString(ProcessHandle.current().pid());
        // A lock of POSIX is lost as soon as its process closes any handle of the file, so a second
        // store object here must not even open it. A system property is seen by every class loader,
        // so by every version of this bundle.
        String property = "org.stoq.store.lock." + directory.toRealPath();
        if (System.getProperties().putIfAbsent(property, self) != null) {
            throw inUse(directory, self);
        }
        try {
            return new DataLock(lock(directory, self), property);
        } catch (IOException e) {
            System.clearProperty(property);
            throw e;
        }
    }

    @Override
    public void close() throws IOException {
        try {
            channel.close();
        } finally {
            System.clearProperty(property);
        }
    }

    private static FileChannel lock(Path directory, String self) throws IOException {
        FileChannel channel =
                FileChannel.open(
                        directory.resolve("lock"),
                        StandardOpenOption.CREATE,
                        StandardOpenOption.READ,
                        StandardOpenOption.WRITE);
        try {
            if (channel.tryLock() == null) {
                ByteBuffer holder = ByteBuffer.allocate(32);
                channel.read(holder, 0);
                String text =
                        new String(holder.array(), 0, holder.position(), StandardCharsets.US_ASCII);
                throw inUse(directory, text.strip());
            }
            channel.truncate(0);
            channel.write(ByteBuffer.wrap((self + "\n").getBytes(StandardCharsets.US_ASCII)), 0);
            return channel;
        } catch (IOException e) {
            channel.close();
            throw e;
        }
    }

    private static StoqException inUse(Path directory, String process) {
        return new StoqException(
                StoqErrorCode.CONFLICT,
                "the store %s is in use by process %s".formatted(directory, process));
    }
}
