package org.stoq.client;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ByteChannel;
import org.stoq.client.session.RawStream;
import org.stoq.sdk.StoqErrorCode;
import org.stoq.sdk.StoqException;

/** A stream of bytes both ways. One thread reads and one writes; both block. */
public final class StoqStream implements ByteChannel {
    /** What fits a Java array on every platform, and one byte more. */
    private static final int MAX_ARRAY_BYTES = Integer.MAX_VALUE - 16;

    private static final int BUFFER_BYTES = 1 << 16;

    private final RawStream stream;

    StoqStream(RawStream stream) {
        this.stream = stream;
    }

    /** Returns the id of the QUIC stream. */
    public long id() {
        return stream.id();
    }

    @Override
    public int read(ByteBuffer target) throws IOException {
        return stream.input().read(target);
    }

    @Override
    public int write(ByteBuffer source) throws IOException {
        return stream.output().write(source);
    }

    /** Says that nothing more will be written; reading goes on. */
    public void finish() throws IOException {
        stream.output().close();
    }

    /**
     * Reads to the end.
     *
     * @param maxBytes the limit, at most {@value #MAX_ARRAY_BYTES}
     * @throws StoqException TOO_LARGE if there is more than the limit
     */
    public byte[] readAll(int maxBytes) throws IOException {
        if (maxBytes < 0 || maxBytes > MAX_ARRAY_BYTES) {
            throw new IllegalArgumentException("a limit of " + maxBytes + " bytes");
        }
        ByteBuffer all = ByteBuffer.allocate(Math.min(maxBytes, BUFFER_BYTES) + 1);
        while (read(all) >= 0) {
            if (all.position() > maxBytes) {
                throw new StoqException(
                        StoqErrorCode.TOO_LARGE, "more than " + maxBytes + " bytes");
            }
            if (!all.hasRemaining()) {
                int size = (int) Math.min(2L * all.capacity(), maxBytes + 1L);
                all = ByteBuffer.allocate(size).put(all.flip());
            }
        }
        byte[] bytes = new byte[all.position()];
        all.flip().get(bytes);
        return bytes;
    }

    /** Gives up both directions with a code that the peer sees. */
    public void reset(StoqErrorCode code) {
        stream.abort(code);
    }

    @Override
    public boolean isOpen() {
        return stream.input().isOpen() || stream.output().isOpen();
    }

    /**
     * Ends both directions. Where not everything was read, the whole stream is given up: what was
     * written may not arrive then, so {@link #finish} and read to the end before this.
     */
    @Override
    public void close() throws IOException {
        stream.close();
    }
}
