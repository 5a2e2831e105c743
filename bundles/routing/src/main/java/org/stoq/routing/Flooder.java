package org.stoq.routing;

import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.SequencedMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.stoq.sdk.NodeId;
import org.stoq.sdk.frame.RouteUpdateFrame;
import org.stoq.sdk.node.Peer;

/**
 * Sends adverts to peers without waiting for any: each has an outbox, which a virtual thread
 * empties and then ends.
 *
 * <p>An outbox holds the newest advert of each origin, so a slow peer skips what has become old
 * meanwhile, and what waits for it is bounded by the number of origins. Any thread.
 */
final class Flooder implements AdvertSender, AutoCloseable {
    private static final System.Logger LOG = System.getLogger(Flooder.class.getName());

    private final Map<Peer, Outbox> outboxes = new ConcurrentHashMap<>();
    private volatile boolean closed;

    @Override
    public void send(Peer peer, NodeId origin, RouteUpdateFrame frame) {
        Outbox outbox = outboxes.computeIfAbsent(peer, key -> new Outbox(key));
        outbox.put(origin, frame);
        if (closed) {
            // Closing may have missed an outbox that is this new.
            outbox.close();
        }
    }

    /** Drops what waits for a peer that has gone. */
    void forget(Peer peer) {
        Outbox outbox = outboxes.remove(peer);
        if (outbox != null) {
            outbox.close();
        }
    }

    /** Drops everything and ends the threads. */
    @Override
    public void close() {
        closed = true;
        outboxes.keySet().forEach(this::forget);
    }

    /** What waits for one peer. */
    private final class Outbox {
        private final Peer peer;
        private final ReentrantLock lock = new ReentrantLock();

        // Guarded by the lock.
        private final SequencedMap<NodeId, RouteUpdateFrame> waiting = new LinkedHashMap<>();
        private @Nullable Thread sender;
        private boolean closed;

        Outbox(Peer peer) {
            this.peer = peer;
        }

        void put(NodeId origin, RouteUpdateFrame frame) {
            lock.lock();
            try {
                if (closed) {
                    return;
                }
                waiting.put(origin, frame);
                if (sender == null) {
                    sender = Thread.ofVirtual().name("stoq-adverts").start(this::drain);
                }
            } finally {
                lock.unlock();
            }
        }

        /** Drops everything and interrupts the sender, which ends then. */
        void close() {
            lock.lock();
            try {
                closed = true;
                waiting.clear();
                if (sender != null) {
                    sender.interrupt();
                }
            } finally {
                lock.unlock();
            }
        }

        private void drain() {
            try {
                RouteUpdateFrame frame = next();
                while (frame != null) {
                    peer.send(frame);
                    frame = next();
                }
            } catch (IOException | RuntimeException e) {
                // The connection is ending; whoever comes back is told everything anew.
                LOG.log(
                        System.Logger.Level.DEBUG,
                        "no adverts to " + peer.id().shortName() + " any more",
                        e);
                giveUp();
            }
        }

        private @Nullable RouteUpdateFrame next() {
            lock.lock();
            try {
                Map.Entry<NodeId, RouteUpdateFrame> first = waiting.pollFirstEntry();
                if (first == null) {
                    sender = null;
                    return null;
                }
                return first.getValue();
            } finally {
                lock.unlock();
            }
        }

        private void giveUp() {
            outboxes.remove(peer, this);
            lock.lock();
            try {
                waiting.clear();
                sender = null;
            } finally {
                lock.unlock();
            }
        }
    }
}
