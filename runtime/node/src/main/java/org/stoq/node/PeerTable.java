package org.stoq.node;

import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
import org.osgi.service.component.annotations.Component;
import org.stoq.client.session.Session;
import org.stoq.sdk.NodeId;
import org.stoq.sdk.node.Peer;
import org.stoq.sdk.node.Peers;

/**
 * The nodes that are connected. Two nodes that have dialled each other are joined by two sessions;
 * the older one counts, and the other takes over when it ends. Any thread; never blocks.
 */
@Component(service = {Peers.class, PeerTable.class})
public final class PeerTable implements Peers {
    private final ReentrantLock lock = new ReentrantLock();

    /** Guarded by the lock; each list is oldest first and never empty. */
    private final Map<NodeId, Map<Session, ConnectedPeer>> peers = new LinkedHashMap<>();

    /** Adds a session. Returns the peer if it is the first one with that node. */
    Optional<Peer> add(NodeId id, Session session) {
        ConnectedPeer peer = new ConnectedPeer(id, session);
        lock.lock();
        try {
            Map<Session, ConnectedPeer> sessions =
                    peers.computeIfAbsent(id, key -> new LinkedHashMap<>());
            sessions.put(session, peer);
            return sessions.size() == 1 ? Optional.of(peer) : Optional.empty();
        } finally {
            lock.unlock();
        }
    }

    /** Removes a session. Returns the peer if it was the last one with that node. */
    Optional<Peer> remove(NodeId id, Session session) {
        lock.lock();
        try {
            Map<Session, ConnectedPeer> sessions = peers.getOrDefault(id, Map.of());
            ConnectedPeer gone = sessions.containsKey(session) ? sessions.remove(session) : null;
            if (gone == null || !sessions.isEmpty()) {
                return Optional.empty();
            }
            peers.remove(id);
            return Optional.of(gone);
        } finally {
            lock.unlock();
        }
    }

    /** Returns the peer that a session leads to, whether or not it is the one that counts. */
    Optional<Peer> at(NodeId id, Session session) {
        lock.lock();
        try {
            return Optional.ofNullable(peers.getOrDefault(id, Map.of()).get(session));
        } finally {
            lock.unlock();
        }
    }

    @Override
    public List<Peer> connected() {
        lock.lock();
        try {
            return peers.values().stream()
                    .map(Map::values)
                    .flatMap(sessions -> usable(sessions).stream())
                    .toList();
        } finally {
            lock.unlock();
        }
    }

    private static Optional<Peer> usable(Collection<ConnectedPeer> sessions) {
        return sessions.stream()
                .filter(ConnectedPeer::isConnected)
                .map(Peer.class::cast)
                .findFirst();
    }
}
