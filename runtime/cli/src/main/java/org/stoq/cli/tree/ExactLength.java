package org.stoq.cli.tree;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ReadableByteChannel;

/**
 * The first so many bytes of a file. What a file gains while it is read is left for the next time;
 * one that loses bytes cannot be published whole. Belongs to one thread.
 */
final class ExactLength implements ReadableByteChannel {
    private final ReadableByteChannel file;
    private final String name;
    private final long length;
    private long left;

    ExactLength(ReadableByteChannel file, String name, long length) {
        this.file = file;
        this.name = name;
        this.length = length;
        this.left = length;
    }

    @Override
    public int read(ByteBuffer target) throws IOException {
        if (left == 0) {
            return -1;
        }
        int limit = target.limit();
        target.limit((int) Math.min(limit, target.position() + left));
        try {
            int count = file.read(target);
            if (count < 0) {
                throw new IOException(
                        "%s shrank from %d to %d bytes while it was read"
                                .formatted(name, length, length - left));
            }
            left -= count;
            return count;
        } finally {
            target.limit(limit);
        }
    }

    @Override
    public boolean isOpen() {
        return file.isOpen();
    }

    @Override
    public void close() throws IOException {
        file.close();
    }
}
