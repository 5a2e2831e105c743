package org.stoq.store;

import java.io.IOException;
import java.nio.file.Path;

/** A disk that is as large, and as reliable, as a test says. One thread. */
final class FaultyDisk implements Disk {
    private final LocalDisk disk = new LocalDisk();

    /** What the file system says it has left. */
    long usableBytes = Long.MAX_VALUE;

    /** How many bytes writes really take before they fail, in the middle of one. */
    long writableBytes = Long.MAX_VALUE;

    boolean failingForce;
    boolean failingTruncate;

    @Override
    public StoreFile open(Path path, boolean create) throws IOException {
        return new FaultyFile(disk.open(path, create));
    }

    @Override
    public long usableBytes(Path directory) {
        return usableBytes;
    }

    @Override
    public void forceDirectory(Path directory) throws IOException {
        disk.forceDirectory(directory);
    }

    private final class FaultyFile implements StoreFile {
        private final StoreFile file;

        FaultyFile(StoreFile file) {
            this.file = file;
        }

        @Override
        public void write(byte[] bytes, int from, int length, long position) throws IOException {
            int taken = (int) Math.min(length, writableBytes);
            writableBytes -= taken;
            file.write(bytes, from, taken, position);
            if (taken < length) {
                throw new IOException("No space left on device");
            }
        }

        @Override
        public int read(byte[] target, int from, int length, long position) throws IOException {
            return file.read(target, from, length, position);
        }

        @Override
        public void force() throws IOException {
            if (failingForce) {
                throw new IOException("Input/output error");
            }
            file.force();
        }

        @Override
        public void truncate(long length) throws IOException {
            if (failingTruncate) {
                throw new IOException("Input/output error");
            }
            file.truncate(length);
        }

        @Override
        public long size() throws IOException {
            return file.size();
        }

        @Override
        public void close() throws IOException {
            file.close();
        }
    }
}
