package org.stoq.content;

import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.stoq.sdk.NodeId;
import org.stoq.sdk.StoqErrorCode;
import org.stoq.sdk.StoqException;
import org.stoq.sdk.node.Peer;

/**
 * Holds up whoever asks for a name while this node is not in step with a peer that has just
 * connected. Thread-safe.
 *
 * <p>Every pause ends: whoever begins one ends it, after {@link PurgeSync#PATIENCE} at most, or
 * when a node that was away for long has gone through the peer's names. A peer with which an
 * exchange has failed causes none until one has worked.
 */
final class PauseForPurges {
    /** Peers that are remembered for having failed; when there are more all are forgiven. */
    private static final int MAX_FAILED = 4_096;

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();

    // Guarded by the lock.
    private final Map<NodeId, Peer> pausing = new HashMap<>();
    private final Set<NodeId> failed = new HashSet<>();

    /** A peer has connected. */
    void begin(Peer peer) {
        lock.lock();
        try {
            if (!failed.contains(peer.id())) {
                pausing.put(peer.id(), peer);
            }
        } finally {
            lock.unlock();
        }
    }

    /** A peer has gone; that is no fault of its. */
    void gone(Peer peer) {
        lock.lock();
        try {
            pausing.remove(peer.id(), peer);
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /**
     * The exchange with a peer has ended.
     *
     * @param worked whether the two are in step
     */
    void end(Peer peer, boolean worked) {
        lock.lock();
        try {
            if (worked) {
                failed.remove(peer.id());
            } else if (peer.isConnected()) {
                if (failed.size() >= MAX_FAILED) {
                    failed.clear();
                }
                failed.add(peer.id());
            }
            pausing.remove(peer.id(), peer);
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /**
     * Waits until no exchange is under way.
     *
     * @throws StoqException CANCELLED if interrupted
     */
    void await() throws StoqException {
        lock.lock();
        try {
            while (!pausing.isEmpty()) {
                changed.await();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new StoqException(StoqErrorCode.CANCELLED, "interrupted", e);
        } finally {
            lock.unlock();
        }
    }
}
