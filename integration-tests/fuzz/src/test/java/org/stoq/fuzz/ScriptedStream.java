package org.stoq.fuzz;

import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.stoq.sdk.StoqErrorCode;
import org.stoq.sdk.StoqException;
import org.stoq.sdk.transport.QuicStream;
import org.stoq.testkit.EngineLock;

/**
 * A stream of a {@link ScriptedConnection}. What the peer does is said by methods whose names begin
 * with {@code peer}; none of them blocks.
 */
public final class ScriptedStream implements QuicStream {
    /** A buffer (56), the header of its array (20), and its place in a queue that has grown. */
    private static final int BYTES_PER_PIECE = 88;

    private final ScriptedConnection connection;
    private final long id;
    private final boolean early;

    // Guarded by the connection's lock.
    private final Queue<ByteBuffer> incoming = new ArrayDeque<>();
    private final Queue<ByteBuffer> outgoing = new ArrayDeque<>();
    private int outgoingBytes;
    private boolean peerFinished;
    private boolean readEnded;
    private boolean writeEnded;
    private boolean over;
    private @Nullable StoqException failure;

    ScriptedStream(ScriptedConnection connection, long id, boolean early) {
        this.connection = connection;
        this.id = id;
        this.early = early;
        boolean ofPeer = (id & 1) == 0;
        this.readEnded = !bidirectional() && !ofPeer;
        this.writeEnded = !bidirectional() && ofPeer;
    }

    @Override
    public long id() {
        return id;
    }

    @Override
    public boolean bidirectional() {
        return (id & 2) == 0;
    }

    @Override
    public boolean early() {
        return early;
    }

    /** The peer sends bytes, the last ones perhaps; of no effect on a stream that is over. */
    public void peerSends(byte[] bytes, boolean last) {
        connection
                .lock()
                .change(() -> {
                    if (readEnded || peerFinished || failure != null) {
                        return;
                    }
                    if (bytes.length > 0) {
                        incoming.add(ByteBuffer.wrap(bytes));
                    }
                    peerFinished = last;
                });
    }

    /** The peer resets the stream. */
    public void peerResets(StoqErrorCode code) {
        connection.lock().change(() -> fail(new StoqException(code, "the peer reset the stream")));
    }

    /** The peer reads at most so many bytes of what was sent to it. */
    public byte[] peerReads(int most) {
        return connection
                .lock()
                .get(() -> {
                    ByteBuffer read = ByteBuffer.allocate(Math.min(most, outgoingBytes));
                    while (read.hasRemaining()) {
                        moveInto(read, outgoing);
                    }
                    outgoingBytes -= read.position();
                    return read.array();
                });
    }

    /** Moves what fits of the first piece; there must be one. */
    private static int moveInto(ByteBuffer target, Queue<ByteBuffer> pieces) {
        ByteBuffer head = pieces.element();
        int length = Math.min(target.remaining(), head.remaining());
        target.put(head.slice(head.position(), length));
        head.position(head.position() + length);
        if (!head.hasRemaining()) {
            pieces.remove();
        }
        return length;
    }

    /** Returns what the engine holds because nobody has read it, with what it costs to hold it. */
    int unreadBytes() {
        return Stream.concat(incoming.stream(), outgoing.stream())
                .mapToInt(piece -> piece.capacity() + BYTES_PER_PIECE)
                .sum();
    }

    /** Returns why the stream has ended before its time, if it has. */
    public @Nullable StoqErrorCode failure() {
        return connection.lock().get(() -> failure == null ? null : failure.code());
    }

    @Override
    public int read(ByteBuffer target) throws StoqException {
        if (!target.hasRemaining()) {
            return 0;
        }
        return connection
                .lock()
                .step(() -> {
                    while (incoming.isEmpty() && !peerFinished && !readEnded && failure == null) {
                        connection.lock().await();
                    }
                    if (failure != null) {
                        throw EngineLock.copyOf(failure);
                    }
                    if (incoming.isEmpty()) {
                        readEnded = true;
                        overIfEnded();
                        return -1;
                    }
                    return moveInto(target, incoming);
                });
    }

    @Override
    public void write(ByteBuffer source) throws StoqException {
        send(source, false);
    }

    @Override
    public void finish(ByteBuffer last) throws StoqException {
        if (!last.hasRemaining()) {
            throw new IllegalArgumentException("FIN needs a byte to travel on");
        }
        send(last, true);
    }

    private void send(ByteBuffer source, boolean last) throws StoqException {
        connection
                .lock()
                .step(() -> {
                    while (failure == null
                            && !writeEnded
                            && outgoingBytes >= ScriptedConnection.WINDOW_BYTES) {
                        connection.lock().await();
                    }
                    if (failure != null || writeEnded) {
                        throw EngineLock.copyOf(failure);
                    }
                    if (!source.hasRemaining()) {
                        return 0;
                    }
                    byte[] bytes = new byte[source.remaining()];
                    source.get(bytes);
                    outgoing.add(ByteBuffer.wrap(bytes));
                    outgoingBytes += bytes.length;
                    writeEnded = last;
                    overIfEnded();
                    return 0;
                });
    }

    @Override
    public void abort(StoqErrorCode code) {
        connection.lock().change(() -> fail(new StoqException(code, "the stream was given up")));
    }

    /** Under the lock. */
    void fail(StoqException reason) {
        if (failure == null && !(readEnded && writeEnded)) {
            failure = reason;
        }
        incoming.clear();
        readEnded = true;
        writeEnded = true;
        overIfEnded();
    }

    private void overIfEnded() {
        if (readEnded && writeEnded && !over) {
            over = true;
            connection.over(this);
        }
    }
}
