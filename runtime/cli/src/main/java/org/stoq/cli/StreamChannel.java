package org.stoq.cli;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.ByteBuffer;
import java.nio.channels.ReadableByteChannel;
import java.nio.channels.WritableByteChannel;
import java.util.function.LongConsumer;
import org.stoq.sdk.StoqErrorCode;
import org.stoq.sdk.StoqException;

/** Standard output as a channel that notices when its reader has gone. Belongs to one thread. */
final class StreamChannel implements WritableByteChannel {
    private static final int BUFFER_BYTES = 1 << 17;

    private final PrintStream out;
    private final byte[] copy = new byte[BUFFER_BYTES];

    StreamChannel(PrintStream out) {
        this.out = out;
    }

    @Override
    public int write(ByteBuffer source) throws IOException {
        int total = source.remaining();
        while (source.hasRemaining()) {
            int piece = Math.min(copy.length, source.remaining());
            source.get(copy, 0, piece);
            out.write(copy, 0, piece);
            if (out.checkError()) {
                throw new IOException("nobody reads the output any more");
            }
        }
        return total;
    }

    @Override
    public boolean isOpen() {
        return true;
    }

    /** Flushes; standard output stays open. */
    @Override
    public void close() {
        out.flush();
    }

    /**
     * Copies a body of a known length.
     *
     * @param told told how many bytes were copied, again and again
     * @return how many bytes
     * @throws StoqException INTEGRITY if it has another length
     */
    static long copy(
            ReadableByteChannel source, WritableByteChannel target, LongConsumer told, long length)
            throws IOException {
        ByteBuffer buffer = ByteBuffer.allocate(BUFFER_BYTES);
        long total = 0;
        while (source.read(buffer) >= 0) {
            int piece = buffer.flip().remaining();
            total += piece;
            if (total > length) {
                break;
            }
            while (buffer.hasRemaining()) {
                target.write(buffer);
            }
            told.accept(piece);
            buffer.clear();
        }
        if (total != length) {
            throw new StoqException(
                    StoqErrorCode.INTEGRITY,
                    "the node sent %s %,d bytes instead of %,d"
                            .formatted(total > length ? "more than" : "only", total, length));
        }
        return total;
    }
}
