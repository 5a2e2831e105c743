package org.stoq.content;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.concurrent.Semaphore;
import java.util.concurrent.locks.ReentrantLock;
import org.stoq.sdk.Digest;
import org.stoq.sdk.StoqException;
import org.stoq.sdk.call.Reply;
import org.stoq.sdk.call.Request;
import org.stoq.sdk.cbor.CborMap;
import org.stoq.sdk.frame.ChunkAnnounceFrame;
import org.stoq.sdk.frame.PushPromise;
import org.stoq.sdk.node.Peer;

/**
 * What is between this node and one peer for as long as it is connected: what is still to be told,
 * and how much is taken from it. Thread-safe, never blocks.
 *
 * <p>A peer that does not keep up is told, once, that it is behind; it asks for the names then, in
 * pages of its own measure. So memory is bounded and nothing is lost.
 */
final class PeerLink {
    private static final System.Logger LOG = System.getLogger(PeerLink.class.getName());

    /** Messages that wait for a slow peer. */
    static final int OUTBOX = 1_024;

    /** Manifests that are taken from a peer each second; a manifest of 32 KiB counts as three. */
    static final double MANIFESTS_PER_SECOND = 2_000;

    /** Manifests that are taken at once after a pause. */
    static final double BURST = 4_000;

    private static final int UNIT_BYTES = 16 << 10;

    /** Pushes of one peer that are read at a time. */
    private static final int PUSHES_AT_ONCE = 16;

    static final String BEHIND = "behind";

    /** Purges that wait for a slow peer. */
    private static final int PURGES = 1_024;

    /** Purges that are on the way to the peer at a time. */
    private static final int PURGES_AT_ONCE = 4;

    /** Purges that are taken from a peer each second. */
    static final double PURGES_PER_SECOND = 100;

    /** Purges that are taken at once after a pause. */
    static final double PURGE_BURST = 1_000;

    private static final Duration PURGE_DEADLINE = Duration.ofSeconds(10);

    private final Peer peer;
    private final WorkQueue<Message> outbox;
    private final WorkQueue<Delivery> purges;
    private final TokenBucket bucket;
    private final TokenBucket purgeBucket;
    private final Semaphore pushes = new Semaphore(PUSHES_AT_ONCE);
    private final ReentrantLock lock = new ReentrantLock();

    // Guarded by the lock.
    private boolean met;
    private boolean inStep;
    private boolean peerBehind;
    private boolean catchingUp;
    private boolean catchUpAgain;

    /** Something to tell the peer. */
    @FunctionalInterface
    private interface Message {
        void send(Peer peer) throws IOException;
    }

    /**
     * A purge on its way.
     *
     * @param confirmations hears how it went
     */
    private record Delivery(PassedOn purge, Confirmations confirmations) {}

    PeerLink(Peer peer, TaskGroup tasks, long nowMillis) {
        this.peer = peer;
        this.outbox = new WorkQueue<>("stoq-gossip", tasks, OUTBOX, 1, this::send);
        this.purges = new WorkQueue<>("stoq-purge", tasks, PURGES, PURGES_AT_ONCE, this::deliver);
        this.bucket = new TokenBucket(MANIFESTS_PER_SECOND, BURST, nowMillis);
        this.purgeBucket = new TokenBucket(PURGES_PER_SECOND, PURGE_BURST, nowMillis);
    }

    Peer peer() {
        return peer;
    }

    /** Tells the peer of a new manifest. */
    void push(PushPromise promise, ManifestSource source) {
        tell(to -> to.push(promise, ByteBuffer.wrap(source.signed(promise.digest()))));
    }

    /**
     * Has the peer confirm a purge. What does not reach it, it fetches itself: it is told that it
     * is behind.
     */
    void purge(PassedOn purge, Confirmations confirmations) {
        if (!purges.offer(new Delivery(purge, confirmations))) {
            confirmations.failed();
            missed();
        }
    }

    /** Tells the peer of a purge that it has been told by another; behind everything that waits. */
    void purgeLater(PassedOn purge) {
        tell(to -> {
            try {
                send(purge);
            } catch (IOException e) {
                if (!PurgeSync.isNoContentNode(e) && to.isConnected()) {
                    missed();
                }
                throw e;
            }
        });
    }

    private void send(PassedOn purge) throws IOException {
        Request request =
                Request.of(ContentAdapter.SERVICE, PurgeCalls.PURGED, purge.toCbor())
                        .within(PURGE_DEADLINE);
        try (Reply reply = peer.call(request)) {
            reply.response();
        }
    }

    private void deliver(Delivery delivery) {
        try {
            send(delivery.purge());
            delivery.confirmations().confirmed();
        } catch (IOException e) {
            if (PurgeSync.isNoContentNode(e)) {
                delivery.confirmations().excused();
                return;
            }
            delivery.confirmations().failed();
            LOG.log(
                    System.Logger.Level.DEBUG,
                    "a purge has not reached {0}: {1}",
                    peer.id().shortName(),
                    e);
            if (peer.isConnected()) {
                missed();
            }
        }
    }

    /** Returns whether a purge is taken from the peer now. */
    boolean takesPurge(long nowMillis) {
        return purgeBucket.take(1, nowMillis);
    }

    /** Tells the peer what this node holds. */
    void announce(byte[] signedList) {
        tell(to -> to.send(new ChunkAnnounceFrame(signedList)));
    }

    /** Reads the signed form of a manifest. */
    @FunctionalInterface
    interface ManifestSource {
        byte[] signed(Digest manifest) throws StoqException;
    }

    /** Returns whether something of that size is taken from the peer now. */
    boolean takes(long bytes, long nowMillis) {
        return bucket.take(1 + (double) bytes / UNIT_BYTES, nowMillis);
    }

    /**
     * Begins to read a push. Returns false if too many are under way; else {@link #endPush} ends
     * it.
     */
    boolean beginPush() {
        return pushes.tryAcquire();
    }

    void endPush() {
        pushes.release();
    }

    /** The peer has connected. Returns whether that is news. */
    boolean beginMeeting() {
        lock.lock();
        try {
            boolean news = !met;
            met = true;
            return news;
        } finally {
            lock.unlock();
        }
    }

    /** This node has caught up with the peer. */
    void caughtUp() {
        lock.lock();
        try {
            inStep = true;
        } finally {
            lock.unlock();
        }
    }

    /** Returns whether this node has caught up with the peer, and hears what is new since. */
    boolean isInStep() {
        lock.lock();
        try {
            return inStep;
        } finally {
            lock.unlock();
        }
    }

    /**
     * Asks to catch up with the peer.
     *
     * @return whether the caller is to do it; if not, whoever does begins anew when it is done
     */
    boolean beginCatchUp() {
        lock.lock();
        try {
            catchUpAgain = catchingUp;
            if (catchingUp) {
                return false;
            }
            catchingUp = true;
            return true;
        } finally {
            lock.unlock();
        }
    }

    /** Ends catching up, unless it was asked for again. Returns whether it is to begin anew. */
    boolean endCatchUp() {
        lock.lock();
        try {
            boolean again = catchUpAgain;
            catchUpAgain = false;
            catchingUp = again;
            return again;
        } finally {
            lock.unlock();
        }
    }

    /** Forgets what was to be told: the peer has gone. */
    void close() {
        // Purges that wait fail by themselves, so that whoever waits for them hears of it.
        outbox.clear();
    }

    private void tell(Message message) {
        if (!outbox.offer(message)) {
            missed();
        }
    }

    /** Tells the peer that it has missed something. */
    void missed() {
        lock.lock();
        try {
            if (peerBehind) {
                return;
            }
            peerBehind = true;
        } finally {
            lock.unlock();
        }
        // One hint is worth more than what waited; it will be asked for all of that.
        outbox.clear();
        outbox.offer(this::tellBehind);
    }

    private void tellBehind(Peer to) throws IOException {
        lock.lock();
        try {
            peerBehind = false;
        } finally {
            lock.unlock();
        }
        try (Reply reply = to.call(Request.of(ContentAdapter.SERVICE, BEHIND, CborMap.EMPTY))) {
            reply.response();
        }
    }

    private void send(Message message) {
        try {
            message.send(peer);
        } catch (IOException e) {
            // A peer that is leaving catches up when it connects again.
            LOG.log(
                    System.Logger.Level.DEBUG,
                    "telling {0} something failed: {1}",
                    peer.id().shortName(),
                    e);
        }
    }
}
