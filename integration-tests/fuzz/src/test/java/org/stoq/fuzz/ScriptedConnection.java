package org.stoq.fuzz;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.stoq.sdk.StoqErrorCode;
import org.stoq.sdk.StoqException;
import org.stoq.sdk.transport.PathStats;
import org.stoq.sdk.transport.QuicConnection;
import org.stoq.testkit.EngineLock;

/**
 * The server's end of a connection whose client is a script: no sockets, no timers, no threads. The
 * clients of the testkit's network in memory are honest, and their time is real.
 *
 * <p>It keeps the promises of an engine, which are what a hostile client cannot break: no more
 * streams than allowed, bytes in order, a window for what the server sends. What the client does is
 * said by methods whose names begin with {@code peer}; none of them blocks.
 */
public final class ScriptedConnection implements QuicConnection {
    /** How much may wait on one stream for the client to read it. */
    public static final int WINDOW_BYTES = 1 << 16;

    private static final InetSocketAddress HERE =
            new InetSocketAddress(InetAddress.ofLiteral("::1"), 4_433);

    private final List<X509Certificate> chain;
    private final int maxStreams;
    private final EngineLock lock = new EngineLock();
    private final CompletableFuture<StoqException> end = new CompletableFuture<>();
    private final CompletableFuture<Void> handshake = new CompletableFuture<>();

    // Guarded by the lock.
    private final Queue<ScriptedStream> waiting = new ArrayDeque<>();
    private final Set<ScriptedStream> open = new LinkedHashSet<>();
    private final Queue<ScriptedStream> ofServer = new ArrayDeque<>();
    private final int[] opened = new int[2];
    private final long[] nextOfPeer = {0, 2};
    private final long[] nextOwn = {1, 3};

    /**
     * Makes one whose handshake goes on.
     *
     * @param chain what the client shows when it has finished
     * @param maxStreams how many streams of each kind the client may have open
     */
    public ScriptedConnection(List<X509Certificate> chain, int maxStreams) {
        this.chain = List.copyOf(chain);
        this.maxStreams = maxStreams;
    }

    /** The handshake finishes. */
    public void peerFinishesHandshake() {
        handshake.complete(null);
    }

    /** The client opens a stream, if it may open one more. */
    public Optional<ScriptedStream> peerOpens(boolean bidirectional) {
        int kind = bidirectional ? 0 : 1;
        return lock.get(() -> {
            if (opened[kind] >= maxStreams || end.isDone()) {
                return Optional.<ScriptedStream>empty();
            }
            opened[kind]++;
            ScriptedStream stream = new ScriptedStream(this, nextOfPeer[kind], !handshake.isDone());
            nextOfPeer[kind] += 4;
            open.add(stream);
            waiting.add(stream);
            return Optional.of(stream);
        });
    }

    /** Returns the next stream that the server has opened. */
    public Optional<ScriptedStream> peerAccepts() {
        return lock.get(() -> Optional.ofNullable(ofServer.poll()));
    }

    /** The client closes the connection, or it breaks off. */
    public void peerCloses(StoqErrorCode code) {
        end(new StoqException(code, "the peer closed the connection"));
    }

    /** Returns how many streams have not ended. */
    public int openStreams() {
        return lock.get(open::size);
    }

    /** Returns what an engine would hold within its windows, because nobody has read it. */
    public long unreadBytes() {
        return lock.get(() -> open.stream().mapToLong(ScriptedStream::unreadBytes).sum());
    }

    EngineLock lock() {
        return lock;
    }

    void over(ScriptedStream stream) {
        if (open.remove(stream) && (stream.id() & 1) == 0) {
            opened[stream.bidirectional() ? 0 : 1]--;
        }
    }

    @Override
    public ScriptedStream openStream(boolean bidirectional) throws StoqException {
        int kind = bidirectional ? 0 : 1;
        return lock.step(() -> {
            if (end.isDone()) {
                throw EngineLock.copyOf(end.join());
            }
            ScriptedStream stream = new ScriptedStream(this, nextOwn[kind], false);
            nextOwn[kind] += 4;
            open.add(stream);
            ofServer.add(stream);
            return stream;
        });
    }

    @Override
    public ScriptedStream acceptStream() throws StoqException {
        return lock.step(() -> {
            while (waiting.isEmpty() && !end.isDone()) {
                lock.await();
            }
            if (end.isDone()) {
                throw EngineLock.copyOf(end.join());
            }
            return waiting.remove();
        });
    }

    @Override
    public void close(StoqErrorCode code, String reason) {
        end(new StoqException(code, reason.isEmpty() ? "closed here" : reason));
    }

    private void end(StoqException reason) {
        lock.change(() -> {
            if (!end.isDone()) {
                List.copyOf(open).forEach(stream -> stream.fail(reason));
                end.complete(reason);
            }
        });
    }

    @Override
    public CompletionStage<Void> handshake() {
        return handshake.minimalCompletionStage();
    }

    @Override
    public List<X509Certificate> peerCertificates() {
        return handshake.isDone() ? chain : List.of();
    }

    @Override
    public InetSocketAddress localAddress() {
        return HERE;
    }

    @Override
    public InetSocketAddress remoteAddress() {
        return HERE;
    }

    @Override
    public void congestionAlgorithm(String name) {}

    @Override
    public PathStats stats() {
        return new PathStats(Duration.ofMillis(1), 0, 0, 0, WINDOW_BYTES);
    }

    @Override
    public boolean isOpen() {
        return !end.isDone();
    }

    @Override
    public CompletionStage<StoqException> closed() {
        return end.minimalCompletionStage();
    }

    /** Returns how the connection has ended, if it has. */
    public Optional<StoqErrorCode> endCode() {
        return end.isDone() ? Optional.of(end.join().code()) : Optional.empty();
    }
}
