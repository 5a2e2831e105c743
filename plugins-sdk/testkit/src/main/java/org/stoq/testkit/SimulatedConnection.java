package org.stoq.testkit;

import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
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
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.stoq.sdk.StoqErrorCode;
import org.stoq.sdk.StoqException;
import org.stoq.sdk.transport.PathStats;
import org.stoq.sdk.transport.QuicConnection;
import org.stoq.sdk.transport.QuicOptions;

/** One end of a connection of {@link SimulatedNetwork}; both ends share one lock. */
final class SimulatedConnection implements QuicConnection {
    private static final long WINDOW_BYTES = 1 << 20;

    /** What a packet holds beside the bytes of a DATAGRAM frame. */
    private static final int DATAGRAM_OVERHEAD_BYTES = 50;

    /** What one end shows and allows. */
    record Side(
            String node,
            InetSocketAddress address,
            List<X509Certificate> chain,
            QuicOptions options) {}

    private final SimulatedNetwork network;
    private final Side own;
    private final Side other;
    private final SimulatedConnection peer;
    private final EngineLock lock;
    private final CompletableFuture<StoqException> end = new CompletableFuture<>();

    // Guarded by the lock.
    private final Queue<SimulatedStream> waiting = new ArrayDeque<>();
    private final Set<SimulatedStream> open = new LinkedHashSet<>();
    private final long[] nextId;
    private final int[] opened = new int[2];
    private long bytesSent;
    private long bytesReceived;
    private boolean confirmed = true;
    private final Queue<SimulatedStream> heldBack = new ArrayDeque<>();
    private final SimulatedDatagrams datagrams = new SimulatedDatagrams();

    /** Completes with the handshake; completed already where there was no early data. */
    private CompletableFuture<Void> handshake = CompletableFuture.completedFuture(null);

    /** The handshake under way, on the client's end; set before anybody else sees this. */
    private @Nullable SimulatedHandshake early;

    /** Whether what the client has sent before the handshake arrives before it; as above. */
    private boolean earlyDataTaken;

    /** Written under the lock, read without it by the watch over silence. */
    private volatile long lastHeardNanos = System.nanoTime();

    /** Makes both ends: this one for the client. */
    SimulatedConnection(SimulatedNetwork network, Side client, Side server) {
        this.network = network;
        this.own = client;
        this.other = server;
        this.lock = new EngineLock();
        this.nextId = new long[] {0, 2};
        this.peer = new SimulatedConnection(this);
        watchSilence();
        peer.watchSilence();
    }

    private SimulatedConnection(SimulatedConnection client) {
        this.network = client.network;
        this.own = client.other;
        this.other = client.own;
        this.lock = client.lock;
        this.nextId = new long[] {1, 3};
        this.peer = client;
    }

    SimulatedConnection peer() {
        return peer;
    }

    EngineLock lock() {
        return lock;
    }

    /** Waits for a change, or for a moment; the callers loop. */
    void await(long untilNanos) throws StoqException {
        if (untilNanos == Long.MAX_VALUE || isCut()) {
            lock.await();
        } else {
            lock.awaitUntil(untilNanos);
        }
    }

    /** Returns whether what arrives at a moment is there: its time has come and nothing is cut. */
    boolean arrived(long atNanos) {
        return atNanos - System.nanoTime() <= 0 && !isCut();
    }

    long arrivalNanos() {
        return System.nanoTime() + network.nextDelayNanos();
    }

    void sent(int bytes) {
        bytesSent += bytes;
    }

    void received(int bytes) {
        bytesReceived += bytes;
        lastHeardNanos = System.nanoTime();
        peer.lastHeardNanos = lastHeardNanos;
    }

    void announce(SimulatedStream stream) {
        open.add(stream);
        if (!confirmed && !earlyDataTaken) {
            heldBack.add(stream);
        } else {
            stream.arrives(!confirmed);
            waiting.add(stream);
        }
    }

    /** Begins with early data, on the client's end. */
    void beginEarly(SimulatedHandshake.Server server, boolean taken) {
        SimulatedHandshake begun = new SimulatedHandshake(network, this, server);
        for (SimulatedConnection side : List.of(this, peer)) {
            side.confirmed = false;
            side.handshake = new CompletableFuture<>();
            side.earlyDataTaken = taken;
            side.early = begun;
        }
        begun.begin(taken);
    }

    /** Goes on with a handshake that something stood in the way of. */
    void proceed() {
        if (early != null) {
            early.proceed();
        }
    }

    /** The listener has handed this end out. */
    void accepted() {
        if (early != null && earlyDataTaken) {
            early.accepted();
        }
    }

    /** The handshake has ended well, on both ends. */
    void handshakeDone() {
        lock.change(() -> {
            confirmed = true;
            peer.confirmed = true;
            peer.waiting.addAll(peer.heldBack);
            peer.heldBack.clear();
        });
        peer.handshake.complete(null);
        handshake.complete(null);
    }

    boolean isCut() {
        return network.isCut(own.node, other.node);
    }

    void over(SimulatedStream stream) {
        boolean ownStream = (stream.id() & 1) == (nextId[0] & 1);
        if (open.remove(stream) && ownStream) {
            opened[stream.bidirectional() ? 0 : 1]--;
        }
    }

    @Override
    public SimulatedStream openStream(boolean bidirectional) throws StoqException {
        int kind = bidirectional ? 0 : 1;
        return lock.step(() -> {
            while (opened[kind] >= own.options.maxStreams() && !end.isDone()) {
                await(Long.MAX_VALUE);
            }
            if (end.isDone()) {
                throw EngineLock.copyOf(end.join());
            }
            opened[kind]++;
            SimulatedStream stream = new SimulatedStream(this, peer, nextId[kind]);
            nextId[kind] += 4;
            open.add(stream);
            return stream;
        });
    }

    @Override
    public SimulatedStream acceptStream() throws StoqException {
        return lock.step(() -> {
            while (waiting.isEmpty() && !end.isDone()) {
                await(Long.MAX_VALUE);
            }
            SimulatedStream stream = waiting.poll();
            if (stream == null) {
                throw EngineLock.copyOf(end.join());
            }
            return stream;
        });
    }

    @Override
    public void close(StoqErrorCode code, String reason) {
        String told = reason.isEmpty() ? "" : ": " + reason;
        boolean first = end(new StoqException(code, reason.isEmpty() ? "closed here" : reason));
        if (first && !isCut()) {
            peer.end(new StoqException(code, "the peer closed the connection" + told));
        }
    }

    /** Ends this end with a reason, once. Returns false if it had ended before. */
    boolean end(StoqException reason) {
        return lock.get(() -> {
            if (end.isDone()) {
                return false;
            }
            network.forget(this, own.address);
            List.copyOf(open).forEach(stream -> stream.fail(reason));
            end.complete(reason);
            return true;
        });
    }

    /** Notices a peer that is not heard for longer than the idle timeout, the lesser of both. */
    private void watchSilence() {
        Duration limit = own.options.idleTimeout();
        if (other.options.idleTimeout().compareTo(limit) < 0) {
            limit = other.options.idleTimeout();
        }
        long left = limit.toNanos() - (System.nanoTime() - lastHeardNanos);
        if (left <= 0) {
            end(new StoqException(StoqErrorCode.CONNECTION_LOST, "nothing was heard for " + limit));
        } else {
            end.copy()
                    .thenApply(reason -> true)
                    .completeOnTimeout(false, left, TimeUnit.NANOSECONDS)
                    .thenAccept(ended -> {
                        if (!ended) {
                            watchSilence();
                        }
                    });
        }
    }

    @Override
    public InetSocketAddress localAddress() {
        return own.address;
    }

    @Override
    public InetSocketAddress remoteAddress() {
        return other.address;
    }

    @Override
    public List<X509Certificate> peerCertificates() {
        return handshake.isDone() ? other.chain : List.of();
    }

    @Override
    public CompletionStage<Void> handshake() {
        return handshake.minimalCompletionStage();
    }

    @Override
    public int maxDatagramBytes() {
        return Math.min(own.options.maxDatagramBytes(), other.options.maxDatagramBytes())
                - DATAGRAM_OVERHEAD_BYTES;
    }

    @Override
    public void sendDatagram(ByteBuffer bytes) throws StoqException {
        if (bytes.remaining() > maxDatagramBytes()) {
            throw new StoqException(
                    StoqErrorCode.TOO_LARGE,
                    "a datagram of %d bytes, the limit is %d"
                            .formatted(bytes.remaining(), maxDatagramBytes()));
        }
        lock.step(() -> {
            if (end.isDone()) {
                throw EngineLock.copyOf(end.join());
            }
            // There is no early data in datagrams: what comes before the handshake is lost.
            if (confirmed && !isCut() && !network.losesDatagram()) {
                peer.datagrams.add(bytes, arrivalNanos());
            }
            return true;
        });
    }

    @Override
    public ByteBuffer receiveDatagram() throws StoqException {
        return lock.step(() -> {
            Optional<ByteBuffer> next = Optional.empty();
            while (next.isEmpty()) {
                if (end.isDone()) {
                    throw EngineLock.copyOf(end.join());
                }
                next = datagrams.poll(System.nanoTime());
                if (next.isEmpty()) {
                    await(datagrams.nextNanos());
                }
            }
            return next.get();
        });
    }

    @Override
    public PathStats stats() {
        return lock.get(() ->
                new PathStats(network.roundTrip(), bytesSent, bytesReceived, 0, WINDOW_BYTES));
    }

    @Override
    public boolean isOpen() {
        return !end.isDone();
    }

    @Override
    public CompletionStage<StoqException> closed() {
        return end.minimalCompletionStage();
    }
}
