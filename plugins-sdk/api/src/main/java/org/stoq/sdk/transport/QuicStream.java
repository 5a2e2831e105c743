package org.stoq.sdk.transport;

import java.io.IOException;
import java.nio.ByteBuffer;
import org.osgi.annotation.versioning.ConsumerType;
import org.stoq.sdk.StoqErrorCode;

/**
 * One QUIC stream (RFC 9000 s.2). One thread reads and one writes; {@link #abort} may come from
 * any.
 *
 * <p>A reset ends both directions, whichever side it comes from.
 */
@ConsumerType
public interface QuicStream {
    /** Returns the QUIC stream id, at most 2^32-2 (decision 8). */
    long id();

    /** Returns whether both sides may send. */
    boolean bidirectional();

    /**
     * Returns whether the peer opened this stream before the handshake had finished: what it says
     * may be the replay of somebody who has recorded it (RFC 9001 s.9.2).
     */
    default boolean early() {
        return false;
    }

    /**
     * Reads what is there into the buffer. Blocks until there is at least one byte.
     *
     * @param target borrowed until the return
     * @return how many bytes were read, or -1 at the end of the stream (FIN)
     * @throws org.stoq.sdk.StoqException with the peer's code if it reset the stream, with our own
     *     if {@link #abort} ended it, with the reason of the close if the connection is gone
     */
    int read(ByteBuffer target) throws IOException;

    /**
     * Returns whether {@link #read} would return or throw at once. An engine that cannot tell says
     * that it would, and lets the reader wait.
     */
    default boolean readable() {
        return true;
    }

    /**
     * Does something once, as soon as the stream is {@link #readable}: so nobody has to wait for a
     * stream that is mostly silent. Only the thread that reads may ask, and not twice at a time.
     *
     * @param then runs at once if it is readable already, else perhaps on the engine's own thread:
     *     it must not block or throw
     */
    default void whenReadable(Runnable then) {
        then.run();
    }

    /**
     * Writes all remaining bytes. Blocks while flow control, congestion control or a full send
     * buffer hold them back: this is the back-pressure of the protocol.
     *
     * <p>An engine may fail to tell a STOP_SENDING that came while nobody wrote: later writes may
     * block then until {@link #abort} or the end of the connection.
     *
     * @param source borrowed until the return: the bytes are copied once, into a buffer that waits
     *     for its turn
     * @throws org.stoq.sdk.StoqException CANCELLED, or the peer's code where that is known, if it
     *     sent STOP_SENDING; else as {@link #read}
     */
    void write(ByteBuffer source) throws IOException;

    /** Writes both buffers in order, as one write: a frame's header and its payload. */
    default void write(ByteBuffer header, ByteBuffer payload) throws IOException {
        write(header);
        write(payload);
    }

    /**
     * Writes the last bytes, with FIN on them. Blocks as {@link #write} does, and does not wait for
     * the peer.
     *
     * <p>FIN never travels alone: quiche forgets one whose bytes before it were all acknowledged
     * (cloudflare/quiche#2525). A STOQ stream always has a frame to end with.
     *
     * @param last at least one byte; borrowed until the return
     * @throws IllegalArgumentException if there is none
     */
    void finish(ByteBuffer last) throws IOException;

    /**
     * Gives up both directions: RESET_STREAM and STOP_SENDING with the code, where they still make
     * sense. Reads and writes that are blocked, and all later ones, fail with the code. Does not
     * block. Harmless after the end; frees what has arrived and was not read, so a stream that is
     * not read to its end must be aborted.
     */
    void abort(StoqErrorCode code);
}
