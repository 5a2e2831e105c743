package org.stoq.launcher;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * The part of a node's data folder that belongs to its process: {@code run/}. While this is open no
 * other process runs a node on the folder.
 */
final class DataFolder implements AutoCloseable {
    private static final String RUN = "run";
    private static final String LOCK_FILE = "lock";
    private static final String FRAMEWORK = "framework";

    private final Path run;
    private final FileChannel channel;

    private DataFolder(Path run, FileChannel channel) {
        this.run = run;
        this.channel = channel;
    }

    /**
     * Takes the folder, which is made if it is missing.
     *
     * @throws LaunchException if another process has it, or it cannot be written
     */
    static DataFolder open(Path data) throws LaunchException {
        Path run = data.resolve(RUN);
        Path lockFile = run.resolve(LOCK_FILE);
        try {
            Files.createDirectories(run);
            FileChannel channel =
                    FileChannel.open(
                            lockFile,
                            StandardOpenOption.CREATE,
                            StandardOpenOption.READ,
                            StandardOpenOption.WRITE);
            if (!isFree(channel)) {
                channel.close();
                throw new LaunchException(
                        "another node (process %s) runs with the data folder %s; stop it or choose"
                                        .formatted(Files.readString(lockFile).strip(), data)
                                + " another folder with --data",
                        null);
            }
            channel.truncate(0);
            channel.write(
                    ByteBuffer.wrap(
                            Long.toString(ProcessHandle.current().pid())
                                    .getBytes(StandardCharsets.UTF_8)));
            return new DataFolder(run, channel);
        } catch (IOException e) {
            throw new LaunchException("the data folder " + data + " cannot be used: " + e, e);
        }
    }

    /** Tries the lock, which ends with the channel. */
    private static boolean isFree(FileChannel channel) throws IOException {
        try {
            FileLock lock = channel.tryLock();
            return lock != null;
        } catch (OverlappingFileLockException e) {
            return false;
        }
    }

    /** Returns where the framework keeps its files, which are of no use to the next run. */
    Path framework() {
        return run.resolve(FRAMEWORK);
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }
}
