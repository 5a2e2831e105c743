package org.stoq.node;

import java.io.IOException;
import java.nio.channels.ReadableByteChannel;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.stoq.client.session.Session;
import org.stoq.client.session.SessionHandler;
import org.stoq.client.session.SessionOptions;
import org.stoq.sdk.NodeId;
import org.stoq.sdk.StoqErrorCode;
import org.stoq.sdk.StoqException;
import org.stoq.sdk.call.Call;
import org.stoq.sdk.call.PeerCertificate;
import org.stoq.sdk.call.Role;
import org.stoq.sdk.config.HostPort;
import org.stoq.sdk.frame.Frame;
import org.stoq.sdk.frame.PushPromise;
import org.stoq.sdk.guard.GuardRule;
import org.stoq.sdk.guard.Verdict;
import org.stoq.sdk.node.Peer;
import org.stoq.sdk.node.PeerListener;
import org.stoq.sdk.transport.QuicConnection;

/**
 * Every session of the node, dialled and accepted alike: calls go to adapters, what peers say goes
 * to the listeners of peers.
 */
final class NodeSessions implements SessionHandler {
    private static final System.Logger LOG = System.getLogger(NodeSessions.class.getName());

    private final Extensions extensions;
    private final PeerTable peers;
    private final NodeId self;
    private final BooleanSupplier anonymousReaders;
    private final Set<Session> open = ConcurrentHashMap.newKeySet();

    /** Set when the drain begins, read by whoever begins a session. */
    private volatile boolean leaving;

    NodeSessions(
            Extensions extensions, PeerTable peers, NodeId self, BooleanSupplier anonymousReaders) {
        this.extensions = extensions;
        this.peers = peers;
        this.self = self;
        this.anonymousReaders = anonymousReaders;
        extensions.greet(listener -> peers.connected().forEach(listener::connected));
    }

    /**
     * Begins a session on a connection.
     *
     * @throws StoqException UNAUTHENTICATED if the peer has shown no certificate and must, CONFLICT
     *     if it is this node itself, GOING_AWAY if the node is stopping; the connection is closed
     *     with that code
     */
    Session begin(QuicConnection connection, SessionOptions options) throws IOException {
        try {
            // Before the session opens: whoever is refused here makes no call.
            Optional<PeerCertificate> certificate =
                    PeerCertificate.of(connection.peerCertificates());
            requireWelcome(certificate);
            boolean node = certificate.filter(shown -> shown.role() == Role.NODE).isPresent();
            Session session = Session.open(connection, node ? options.forPeers() : options, this);
            open.add(session);
            session.closed().thenRun(() -> open.remove(session));
            return session;
        } catch (StoqException e) {
            connection.close(e.code(), String.valueOf(e.getMessage()));
            throw e;
        }
    }

    private void requireWelcome(Optional<PeerCertificate> certificate) throws StoqException {
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
    public void call(Session session, Call call) throws IOException {
        String service = call.request().service();
        try (AdapterTable.Use use =
                extensions
                        .adapters()
                        .use(service)
                        .orElseThrow(() ->
                                new StoqException(
                                        StoqErrorCode.NOT_FOUND,
                                        "no service '" + service + "' on this node"))) {
            requireRole(call, use.adapter().requiredRole(call.request().method()));
            askRules(call);
            use.adapter().handle(call);
        }
    }

    private static void requireRole(Call call, Role needed) throws StoqException {
        Role role = call.caller().role();
        if (!role.includes(needed)) {
            throw new StoqException(
                    role == Role.ANONYMOUS
                            ? StoqErrorCode.UNAUTHENTICATED
                            : StoqErrorCode.FORBIDDEN,
                    "%s.%s needs the role %s, not %s"
                            .formatted(
                                    call.request().service(),
                                    call.request().method(),
                                    needed,
                                    role));
        }
    }

    private void askRules(Call call) throws StoqException {
        long now = System.nanoTime();
        for (GuardRule rule : extensions.rules()) {
            Verdict verdict;
            try {
                verdict = rule.judge(call.request(), call.caller(), now);
            } catch (RuntimeException | LinkageError e) {
                String text = "the guard rule '" + rule.name() + "' failed";
                LOG.log(System.Logger.Level.ERROR, text, e);
                throw new StoqException(StoqErrorCode.INTERNAL, text, e);
            }
            if (verdict.refusal().isPresent()) {
                throw verdict.refusal().get();
            }
        }
    }

    @Override
    public void opened(Session session) {
        NodeId id = nodeAt(session);
        if (id != null) {
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
        for (PeerListener listener : extensions.listeners()) {
            listener.announced(peer, frame);
        }
    }

    @Override
    public boolean pushed(Session session, PushPromise promise, ReadableByteChannel body)
            throws IOException {
        Peer peer = peerAt(session, "pushes");
        for (PeerListener listener : extensions.listeners()) {
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

    private static @Nullable NodeId nodeAt(Session session) {
        return session.peer().role() == Role.NODE ? session.peer().id().orElse(null) : null;
    }

    private void tell(Consumer<PeerListener> event) {
        for (PeerListener listener : extensions.listeners()) {
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
