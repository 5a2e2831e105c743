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
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.stoq.sdk.StoqErrorCode;
import org.stoq.sdk.StoqException;
import org.stoq.sdk.transport.PathStats;
import org.stoq.sdk.transport.QuicConnection;

/**
 * The server's end of a connection whose client is a script: no sockets, no timers, no threads.
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
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private final CompletableFuture<StoqException> end = new CompletableFuture<>();
    private final CompletableFuture<Void> handshake = new CompletableFuture<>();

    // Guarded by the lock.
    private final Queue<ScriptedStream> waiting = new ArrayDeque<>();
    private final Set<ScriptedStream> open = new LinkedHashSet<>();
    private final Queue<ScriptedStream> ofServer = new ArrayDeque<>();
    private final int[] opened = new int[2];
    private final long[] nextOfPeer = {0, 2};
    private final long[] nextOwn = {1, 3};

    /** Something done under the lock. */
    @FunctionalInterface
    interface Step {
        int run() throws StoqException;
    }

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
        return look(() -> {
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
        return look(() -> Optional.ofNullable(ofServer.poll()));
    }

    /** The client closes the connection, or it breaks off. */
    public void peerCloses(StoqErrorCode code) {
        end(new StoqException(code, "the peer closed the connection"));
    }

    /** Returns how many streams have not ended. */
    public int openStreams() {
        return look(open::size);
    }

    /** Returns what an engine would hold within its windows, because nobody has read it. */
    public long unreadBytes() {
        return look(() -> open.stream().mapToLong(ScriptedStream::unreadBytes).sum());
    }

    int locked(Step step) throws StoqException {
        lock.lock();
        try {
            return step.run();
        } finally {
            changed.signalAll();
            lock.unlock();
        }
    }

    void change(Runnable step) {
        lock.lock();
        try {
            step.run();
        } finally {
            changed.signalAll();
            lock.unlock();
        }
    }

    <T extends @Nullable Object> T look(Supplier<T> step) {
        lock.lock();
        try {
            return step.get();
        } finally {
            changed.signalAll();
            lock.unlock();
        }
    }

    /** Waits for a change; the callers loop. */
    @SuppressWarnings("WaitNotInLoop")
    void await() throws StoqException {
        try {
            changed.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new StoqException(StoqErrorCode.CANCELLED, "interrupted while waiting", e);
        }
    }

    static StoqException copyOf(@Nullable StoqException failure) {
        return failure == null
                ? new StoqException(StoqErrorCode.CANCELLED, "the stream is closed")
                : new StoqException(failure.code(), String.valueOf(failure.getMessage()), failure);
    }

    void over(ScriptedStream stream) {
        if (open.remove(stream) && (stream.id() & 1) == 0) {
            opened[stream.bidirectional() ? 0 : 1]--;
        }
    }

    @Override
    public ScriptedStream openStream(boolean bidirectional) throws StoqException {
        ScriptedStream[] made = new ScriptedStream[1];
        int kind = bidirectional ? 0 : 1;
        locked(() -> {
            if (end.isDone()) {
                throw copyOf(end.join());
            }
            made[0] = new ScriptedStream(this, nextOwn[kind], false);
            nextOwn[kind] += 4;
            open.add(made[0]);
            ofServer.add(made[0]);
            return 0;
        });
        return made[0];
    }

    @Override
    public ScriptedStream acceptStream() throws StoqException {
        ScriptedStream[] next = new ScriptedStream[1];
        locked(() -> {
            while (waiting.isEmpty() && !end.isDone()) {
                await();
            }
            if (end.isDone()) {
                throw copyOf(end.join());
            }
            next[0] = waiting.remove();
            return 0;
        });
        return next[0];
    }

    @Override
    public void close(StoqErrorCode code, String reason) {
        end(new StoqException(code, reason.isEmpty() ? "closed here" : reason));
    }

    private void end(StoqException reason) {
        lock.lock();
        try {
            if (!end.isDone()) {
                List.copyOf(open).forEach(stream -> stream.fail(reason));
                end.complete(reason);
            }
        } finally {
            changed.signalAll();
            lock.unlock();
        }
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
