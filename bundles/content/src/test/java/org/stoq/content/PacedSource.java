package org.stoq.content;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ReadableByteChannel;

/** Content that comes in pieces, and lets a test in before each. Belongs to one thread. */
final class PacedSource implements ReadableByteChannel {
    private final byte[] content;
    private final int pieceBytes;
    private final Pace pace;
    private int at;

    /** What happens before a piece comes. */
    @FunctionalInterface
    interface Pace {
        void before(int offset) throws IOException;
    }

    PacedSource(byte[] content, int pieceBytes, Pace pace) {
        this.content = content;
        this.pieceBytes = pieceBytes;
        this.pace = pace;
    }

    @Override
    public int read(ByteBuffer target) throws IOException {
        pace.before(at);
        if (at == content.length) {
            return -1;
        }
        int length = Math.min(Math.min(pieceBytes, target.remaining()), content.length - at);
        target.put(content, at, length);
        at += length;
        return length;
    }

    @Override
    public boolean isOpen() {
        return true;
    }

    @Override
    public void close() {}
}
