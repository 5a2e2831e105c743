package org.stoq.client;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.util.Optional;
import org.stoq.client.session.Session;
import org.stoq.client.session.SessionOptions;
import org.stoq.sdk.StoqErrorCode;
import org.stoq.sdk.StoqException;
import org.stoq.sdk.call.Caller;
import org.stoq.sdk.call.Reply;
import org.stoq.sdk.call.Request;
import org.stoq.sdk.transport.QuicConnection;

/** A connection to a node or between two applications. Thread-safe. */
public final class StoqConnection implements AutoCloseable {
    /** Largest message of {@link #recv}; a longer one is read as a stream. */
    public static final int MAX_MESSAGE_BYTES = 16 << 20;

    private final WaitingStreams streams = new WaitingStreams();
    private final Session session;

    private StoqConnection(QuicConnection connection, SessionOptions options) throws IOException {
        this.session = Session.open(connection, options, streams);
        session.closed().thenRun(streams::end);
    }

    static StoqConnection open(QuicConnection connection, SessionOptions options)
            throws IOException {
        return new StoqConnection(connection, options);
    }

    /**
     * Returns who the peer is, as the handshake has proved it. Blocks until the handshake has
     * finished or failed; of a peer that has proved nothing the answer is an anonymous one.
     */
    public Caller peer() {
        return session.identified()
                .exceptionally(failure -> session.peer())
                .toCompletableFuture()
                .join();
    }

    /** Returns whether streams can be opened and calls made. */
    public boolean isOpen() {
        return session.isOpen();
    }

    /** Returns the session, for calls and frames of one's own. */
    public Session session() {
        return session;
    }

    /** Returns the content network, as the node at the other end serves it. */
    public ContentClient content() {
        return new ContentClient(session);
    }

    /** Makes a call without a body. Blocks until the head of the answer is there. */
    public Reply call(Request request) throws IOException {
        return session.call(request);
    }

    /**
     * Makes a call that only reads. It may go out as early data, so this is for methods that change
     * nothing, however often they are called: see {@link Session#read}.
     */
    public Reply read(Request request) throws IOException {
        return session.read(request);
    }

    /** Opens a stream of bytes. The peer hears of it with the first byte. */
    public StoqStream openStream() throws IOException {
        return new StoqStream(session.openStream());
    }

    /**
     * Waits for the next stream that the peer opens. Blocks; an interrupt gives up. When {@value
     * WaitingStreams#MAX_WAITING} of them wait, the next one is refused with RATE_LIMITED.
     *
     * @return the stream, or nothing once the connection has ended
     */
    public Optional<StoqStream> acceptStream() throws IOException {
        return streams.next().map(StoqStream::new);
    }

    /**
     * Sends a message: a stream of its own that holds nothing else. Blocks until the peer has read
     * it whole, as {@link #recv} does.
     */
    public void send(byte[] message) throws IOException {
        try (StoqStream stream = openStream()) {
            stream.write(ByteBuffer.wrap(message));
            stream.finish();
            stream.readAll(0);
        }
    }

    /**
     * Waits for the next message. Blocks; an interrupt gives up.
     *
     * @throws StoqException TOO_LARGE if it is longer than {@value #MAX_MESSAGE_BYTES} bytes, or
     *     why the connection has ended
     */
    public byte[] recv() throws IOException {
        StoqStream stream =
                acceptStream()
                        .orElseThrow(() ->
                                new StoqException(
                                        StoqErrorCode.CONNECTION_LOST, "the connection has ended"));
        try {
            byte[] message = stream.readAll(MAX_MESSAGE_BYTES);
            // The sender takes our end for the receipt.
            stream.close();
            return message;
        } catch (StoqException e) {
            stream.reset(e.code());
            throw e;
        }
    }

    /** Returns the most bytes that {@link #sendDatagram} takes; 0 if the peer takes none. */
    public int maxDatagramBytes() {
        return session.connection().maxDatagramBytes();
    }

    /**
     * Sends a datagram (RFC 9221): it arrives at most once, in any order, or not at all, and waits
     * behind no stream.
     *
     * @throws StoqException TOO_LARGE if there are more bytes than {@link #maxDatagramBytes},
     *     UNSUPPORTED if the peer takes none, or why the connection has ended
     */
    public void sendDatagram(byte[] bytes) throws IOException {
        session.sendDatagram(ByteBuffer.wrap(bytes));
    }

    /**
     * Waits for the next datagram. Blocks; an interrupt gives up. Of those that nobody waits for
     * the oldest are dropped.
     */
    public byte[] receiveDatagram() throws IOException {
        ByteBuffer received = session.connection().receiveDatagram();
        byte[] bytes = new byte[received.remaining()];
        received.get(bytes);
        return bytes;
    }

    /**
     * Moves this client to another local address (RFC 9000 s.9), such as one of another network.
     * Calls and streams go on.
     *
     * @param local an IPv6 address; port 0 lets the system choose
     */
    public void migrate(InetSocketAddress local) throws IOException {
        session.migrate(local);
    }

    /** Ends the connection; the peer learns the code and the reason. */
    public void close(StoqErrorCode code, String reason) {
        session.close(code, reason);
    }

    @Override
    public void close() {
        session.close();
    }
}
