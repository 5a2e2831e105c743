package org.stoq.node;

import java.io.IOException;
import java.nio.channels.ReadableByteChannel;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.stoq.client.session.Session;
import org.stoq.client.session.SessionHandler;
import org.stoq.client.session.SessionOptions;
import org.stoq.sdk.NodeId;
import org.stoq.sdk.StoqErrorCode;
import org.stoq.sdk.StoqException;
import org.stoq.sdk.call.Call;
import org.stoq.sdk.call.Caller;
import org.stoq.sdk.call.PeerCertificate;
import org.stoq.sdk.call.Request;
import org.stoq.sdk.call.Role;
import org.stoq.sdk.config.HostPort;
import org.stoq.sdk.frame.Frame;
import org.stoq.sdk.frame.PushPromise;
import org.stoq.sdk.node.Peer;
import org.stoq.sdk.node.PeerListener;
import org.stoq.sdk.transport.QuicConnection;

/**
 * Every session of the node, dialled and accepted alike: calls go to adapters, what peers say goes
 * to the listeners of peers.
 */
final class NodeSessions implements SessionHandler {
    private static final System.Logger LOG = System.getLogger(NodeSessions.class.getName());

    private final Dispatch dispatch;
    private final Supplier<List<PeerListener>> listeners;
    private final PeerTable peers;
    private final NodeId self;
    private final BooleanSupplier anonymousReaders;
    private final Set<Session> open = ConcurrentHashMap.newKeySet();

    /** What the configuration wants; of a connection that begins and of those that run. */
    private volatile String congestion = "";

    /** Set when the drain begins, read by whoever begins a session. */
    private volatile boolean leaving;

    NodeSessions(
            Extensions extensions, PeerTable peers, NodeId self, BooleanSupplier anonymousReaders) {
        this(
                new Dispatch(extensions.adapters(), extensions::rules),
                extensions::listeners,
                peers,
                self,
                anonymousReaders);
        extensions.greet(listener -> peers.connected().forEach(listener::connected));
    }

    NodeSessions(
            Dispatch dispatch,
            Supplier<List<PeerListener>> listeners,
            PeerTable peers,
            NodeId self,
            BooleanSupplier anonymousReaders) {
        this.dispatch = dispatch;
        this.listeners = listeners;
        this.peers = peers;
        this.self = self;
        this.anonymousReaders = anonymousReaders;
    }

    /**
     * Begins a session on a connection. One that has brought early data has not shown yet whose it
     * is: where anonymous readers are welcome it gets what they get meanwhile, elsewhere nothing.
     *
     * @throws StoqException UNAUTHENTICATED if the peer has shown no certificate and must, CONFLICT
     *     if it is this node itself, GOING_AWAY if the node is stopping; the connection is closed
     *     with that code
     */
    Session begin(QuicConnection connection, SessionOptions options) throws IOException {
        try {
            // Before the session opens: whoever is refused here makes no call.
            CompletableFuture<Void> handshake = connection.handshake().toCompletableFuture();
            if (!anonymousReaders.getAsBoolean()) {
                awaitHandshake(connection, handshake, options.defaultDeadline());
            }
            boolean known = handshake.isDone();
            if (known) {
                requireWelcome(connection);
            }
            Session session = Session.open(connection, options, this);
            open.add(session);
            govern(session);
            session.closed().thenRun(() -> open.remove(session));
            if (!known) {
                handshake.thenRun(() -> closeIfUnwelcome(connection));
            }
            return session;
        } catch (StoqException e) {
            connection.close(e.code(), String.valueOf(e.getMessage()));
            throw e;
        }
    }

    /**
     * Begins a session on a connection that this node has opened. Waits for the handshake: with
     * early data an engine hands out connections on which nobody has answered yet.
     *
     * @throws StoqException as {@link #begin}; DEADLINE_EXCEEDED, or why the connection ended
     */
    Session dialled(QuicConnection connection, SessionOptions options, Duration limit)
            throws IOException {
        try {
            awaitHandshake(connection, connection.handshake().toCompletableFuture(), limit);
        } catch (StoqException e) {
            connection.close(e.code(), String.valueOf(e.getMessage()));
            throw e;
        }
        return begin(connection, options);
    }

    /** Lets another congestion controller govern every connection. */
    void congestion(String name) {
        congestion = name;
        open.forEach(this::govern);
    }

    private void govern(Session session) {
        try {
            session.connection().congestionAlgorithm(congestion);
        } catch (IOException e) {
            // It stays under the controller that its engine began with.
            LOG.log(System.Logger.Level.DEBUG, "{0}", e.getMessage());
        }
    }

    private static void awaitHandshake(
            QuicConnection connection, CompletableFuture<Void> handshake, Duration patience)
            throws StoqException {
        try {
            CompletableFuture.anyOf(handshake, connection.closed().toCompletableFuture())
                    .get(patience.toNanos(), TimeUnit.NANOSECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new StoqException(StoqErrorCode.CANCELLED, "interrupted while waiting", e);
        } catch (ExecutionException | TimeoutException e) {
            throw new StoqException(
                    StoqErrorCode.DEADLINE_EXCEEDED, "the handshake does not finish", e);
        }
    }

    private void closeIfUnwelcome(QuicConnection connection) {
        try {
            requireWelcome(connection);
        } catch (StoqException e) {
            connection.close(e.code(), String.valueOf(e.getMessage()));
        }
    }

    private void requireWelcome(QuicConnection connection) throws StoqException {
        Optional<PeerCertificate> certificate = PeerCertificate.of(connection.peerCertificates());
        if (leaving) {
            throw new StoqException(StoqErrorCode.GOING_AWAY, "the node is stopping");
        }
        if (certificate.isEmpty() && !anonymousReaders.getAsBoolean()) {
            throw new StoqException(
                    StoqErrorCode.UNAUTHENTICATED, "a client certificate is needed here");
        }
        if (certificate.isPresent() && certificate.get().id().equals(self)) {
            throw new StoqException(StoqErrorCode.CONFLICT, "the node has reached itself");
        }
    }

    /** Returns how many sessions are open. */
    int count() {
        return open.size();
    }

    @Override
    public boolean replaySafe(Session session, Request request) {
        return !leaving && anonymousReaders.getAsBoolean() && dispatch.replaySafe(request);
    }

    @Override
    public void call(Session session, Call call) throws IOException {
        dispatch.call(call);
    }

    @Override
    public void opened(Session session) {
        NodeId id = nodeAt(session);
        if (id != null) {
            session.needAlways();
            peers.add(id, session)
                    .ifPresent(peer -> {
                        LOG.log(
                                System.Logger.Level.INFO,
                                "peer {0} connected at {1}",
                                id.shortName(),
                                HostPort.of(peer.address()).toString());
                        tell(listener -> listener.connected(peer));
                    });
        }
    }

    @Override
    public void closed(Session session, StoqException reason) {
        NodeId id = nodeAt(session);
        if (id != null) {
            peers.remove(id, session)
                    .ifPresent(peer -> {
                        LOG.log(
                                System.Logger.Level.INFO,
                                "peer {0} left: {1}",
                                id.shortName(),
                                reason.getMessage());
                        tell(listener -> listener.disconnected(peer));
                    });
        }
    }

    @Override
    public void announced(Session session, Frame frame) throws StoqException {
        Peer peer = peerAt(session, "announces");
        for (PeerListener listener : listeners.get()) {
            listener.announced(peer, frame);
        }
    }

    @Override
    public boolean pushed(Session session, PushPromise promise, ReadableByteChannel body)
            throws IOException {
        Peer peer = peerAt(session, "pushes");
        for (PeerListener listener : listeners.get()) {
            if (listener.pushed(peer, promise, body)) {
                return true;
            }
        }
        return false;
    }

    /** Only nodes with a certificate push and announce (decision 2). */
    private Peer peerAt(Session session, String what) throws StoqException {
        NodeId id = nodeAt(session);
        if (id == null) {
            throw new StoqException(
                    StoqErrorCode.FORBIDDEN,
                    session.peer().describe() + " is no node, and " + what);
        }
        return peers.at(id, session).orElseGet(() -> new ConnectedPeer(id, session));
    }

    /** Returns which other node a session leads to, if it leads to one. */
    private @Nullable NodeId nodeAt(Session session) {
        Caller caller = session.peer();
        return caller.role() == Role.NODE
                ? caller.id().filter(id -> !id.equals(self)).orElse(null)
                : null;
    }

    private void tell(Consumer<PeerListener> event) {
        for (PeerListener listener : listeners.get()) {
            try {
                event.accept(listener);
            } catch (RuntimeException | LinkageError e) {
                LOG.log(System.Logger.Level.ERROR, "a listener of peers failed", e);
            }
        }
    }

    /**
     * Says GOAWAY everywhere, waits for calls in flight, and closes every session.
     *
     * @return whether all calls had ended in time
     */
    boolean drain(Duration patience) throws InterruptedException {
        leaving = true;
        long end = System.nanoTime() + patience.toNanos();
        List<Session> sessions = new ArrayList<>(open);
        for (Session session : sessions) {
            try {
                session.goAway();
            } catch (IOException e) {
                LOG.log(System.Logger.Level.DEBUG, "GOAWAY to a peer that has left", e);
            }
        }
        boolean drained = true;
        for (Session session : sessions) {
            long left = Math.max(0, end - System.nanoTime());
            drained &= session.drain(Duration.of(left, TimeUnit.NANOSECONDS.toChronoUnit()));
        }
        sessions.forEach(Session::close);
        return drained;
    }
}
