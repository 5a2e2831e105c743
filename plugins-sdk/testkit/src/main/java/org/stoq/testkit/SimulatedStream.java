package org.stoq.testkit;

import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.Queue;
import org.jspecify.annotations.Nullable;
import org.stoq.sdk.StoqErrorCode;
import org.stoq.sdk.StoqException;
import org.stoq.sdk.transport.QuicStream;

/**
 * One end of a stream of {@link SimulatedNetwork}; everything is guarded by the connection's lock.
 */
final class SimulatedStream implements QuicStream {
    private static final int MAX_WAITING_BYTES = 1 << 20;
    private static final int PIECE_BYTES = 1 << 16;

    /** Bytes under way; the last ones carry the end. */
    private record Piece(ByteBuffer bytes, long arrivesAtNanos, boolean last) {}

    private final SimulatedConnection connection;
    private final long id;
    private final SimulatedStream twin;
    private final Queue<Piece> incoming = new ArrayDeque<>();
    private int waitingBytes;
    private long lastArrival = Long.MIN_VALUE;
    private boolean readEnded;
    private boolean writeEnded;
    private boolean announced;
    private boolean over;
    private boolean early;
    private @Nullable StoqException failure;

    /** Makes both ends: this one for who opens it. */
    SimulatedStream(SimulatedConnection opener, SimulatedConnection acceptor, long id) {
        this.connection = opener;
        this.id = id;
        this.readEnded = !bidirectional();
        this.twin = new SimulatedStream(acceptor, this);
    }

    private SimulatedStream(SimulatedConnection acceptor, SimulatedStream opened) {
        this.connection = acceptor;
        this.id = opened.id;
        this.writeEnded = !bidirectional();
        this.twin = opened;
        this.announced = true;
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

    /** The peer sees the stream, before the handshake or after it. */
    void arrives(boolean beforeHandshake) {
        early = beforeHandshake;
    }

    @Override
    public int read(ByteBuffer target) throws StoqException {
        if (!target.hasRemaining()) {
            return 0;
        }
        return connection
                .lock()
                .step(() -> {
                    Piece head = null;
                    while (head == null && !readEnded && failure == null) {
                        head = incoming.peek();
                        if (head == null || !connection.arrived(head.arrivesAtNanos)) {
                            connection.await(head == null ? Long.MAX_VALUE : head.arrivesAtNanos);
                            head = null;
                        }
                    }
                    return head == null ? endOrFailure() : take(head, target);
                });
    }

    private int endOrFailure() throws StoqException {
        if (readEnded) {
            return -1;
        }
        throw EngineLock.copyOf(failure);
    }

    private int take(Piece head, ByteBuffer target) {
        int length = Math.min(target.remaining(), head.bytes.remaining());
        target.put(head.bytes.slice(head.bytes.position(), length));
        head.bytes.position(head.bytes.position() + length);
        waitingBytes -= length;
        if (!head.bytes.hasRemaining()) {
            incoming.remove();
            readEnded = head.last;
            overIfBothEnded();
        }
        connection.received(length);
        return length;
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
        while (source.hasRemaining()) {
            byte[] bytes = new byte[Math.min(PIECE_BYTES, source.remaining())];
            source.get(bytes);
            boolean end = last && !source.hasRemaining();
            connection.lock().step(() -> sendPiece(ByteBuffer.wrap(bytes), end));
        }
    }

    private int sendPiece(ByteBuffer bytes, boolean last) throws StoqException {
        while (failure == null && !writeEnded && twin.waitingBytes >= MAX_WAITING_BYTES) {
            connection.await(Long.MAX_VALUE);
        }
        if (failure != null || writeEnded) {
            throw EngineLock.copyOf(failure);
        }
        twin.lastArrival = Math.max(twin.lastArrival, connection.arrivalNanos());
        twin.waitingBytes += bytes.remaining();
        connection.sent(bytes.remaining());
        twin.incoming.add(new Piece(bytes, twin.lastArrival, last));
        if (!announced) {
            announced = true;
            twin.connection.announce(twin);
        }
        writeEnded = last;
        overIfBothEnded();
        return 0;
    }

    @Override
    public void abort(StoqErrorCode code) {
        connection
                .lock()
                .change(() -> {
                    fail(new StoqException(code, "the stream was given up"));
                    twin.fail(new StoqException(code, "the peer reset the stream"));
                });
    }

    /** Ends both directions as far as they are open. */
    void fail(StoqException reason) {
        if (failure == null && !(readEnded && writeEnded)) {
            failure = reason;
        }
        incoming.clear();
        waitingBytes = 0;
        setOver();
    }

    private void overIfBothEnded() {
        if (readEnded && writeEnded) {
            setOver();
        }
    }

    private void setOver() {
        if (!over) {
            over = true;
            connection.over(this);
        }
    }
}
