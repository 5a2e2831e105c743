package org.stoq.client;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Optional;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import org.stoq.client.session.RawStream;
import org.stoq.client.session.Session;
import org.stoq.client.session.SessionHandler;
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

    private static final int MAX_WAITING_STREAMS = 64;
    private static final long END_CHECK_MILLIS = 200;

    private final Streams streams = new Streams();
    private final Session session;

    private StoqConnection(QuicConnection connection, SessionOptions options) throws IOException {
        this.session = Session.open(connection, options, streams);
    }

    static StoqConnection open(QuicConnection connection, SessionOptions options)
            throws IOException {
        return new StoqConnection(connection, options);
    }

    /** Keeps the peer's streams until somebody accepts them; more than that are refused. */
    private static final class Streams implements SessionHandler {
        private final BlockingQueue<RawStream> waiting =
                new ArrayBlockingQueue<>(MAX_WAITING_STREAMS);

        @Override
        public void stream(Session session, RawStream stream) throws IOException {
            if (!waiting.offer(stream)) {
                throw new StoqException(StoqErrorCode.RATE_LIMITED, "too many streams wait");
            }
            // The session forgets the stream when this returns.
            stream.closed().toCompletableFuture().join();
        }
    }

    /** Returns who the peer is, as the handshake has proved it. */
    public Caller peer() {
        return session.peer();
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

    /** Opens a stream of bytes. */
    public StoqStream openStream() throws IOException {
        return new StoqStream(session.openStream());
    }

    /**
     * Waits for the next stream that the peer opens. Blocks; an interrupt gives up.
     *
     * @return the stream, or nothing once the connection has ended
     */
    public Optional<StoqStream> acceptStream() throws IOException {
        try {
            while (true) {
                RawStream next = streams.waiting.poll(END_CHECK_MILLIS, TimeUnit.MILLISECONDS);
                if (next != null) {
                    return Optional.of(new StoqStream(next));
                }
                if (!session.connection().isOpen() && streams.waiting.isEmpty()) {
                    return Optional.empty();
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new StoqException(StoqErrorCode.CANCELLED, "interrupted while accepting", e);
        }
    }

    /** Sends a message: a stream of its own that holds nothing else. Blocks while it is not taken. */
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
     * @throws StoqException TOO_LARGE if it is longer than {@value #MAX_MESSAGE_BYTES} bytes, or why
     *     the connection has ended
     */
    public byte[] recv() throws IOException {
        try (StoqStream stream =
                acceptStream()
                        .orElseThrow(
                                () ->
                                        new StoqException(
                                                StoqErrorCode.CONNECTION_LOST,
                                                "the connection has ended"))) {
            return stream.readAll(MAX_MESSAGE_BYTES);
        }
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
