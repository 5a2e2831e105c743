package org.stoq.content;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ReadableByteChannel;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
import org.stoq.sdk.Digest;
import org.stoq.sdk.StoqErrorCode;
import org.stoq.sdk.StoqException;
import org.stoq.sdk.call.Reply;
import org.stoq.sdk.call.Request;
import org.stoq.sdk.cbor.CborMap;
import org.stoq.sdk.node.Peer;
import org.stoq.sdk.node.Peers;

/**
 * What soft purges do: a copy of another node's object is stale until its publisher has said, after
 * the purge, that it is the current one. Any thread; blocks for the publisher.
 *
 * <p>That the publisher has said so is remembered in memory: after a restart it is asked again.
 */
final class Staleness {
    private static final System.Logger LOG = System.getLogger(Staleness.class.getName());

    /** Objects of which it is remembered that they were confirmed. */
    private static final int MAX_CONFIRMED = 16_384;

    private static final Duration PATIENCE = Duration.ofSeconds(2);

    private final PurgeLedger ledger;
    private final Catalog catalog;
    private final NameGossip gossip;
    private final Peers peers;
    private final ReentrantLock lock = new ReentrantLock();

    /** The time of the soft purge after which a manifest was confirmed. Guarded by the lock. */
    private final Map<Digest, Long> confirmed = new Recent<>(MAX_CONFIRMED);

    Staleness(PurgeLedger ledger, Catalog catalog, NameGossip gossip, Peers peers) {
        this.ledger = ledger;
        this.catalog = catalog;
        this.gossip = gossip;
        this.peers = peers;
    }

    /** Returns whether a copy is stale. */
    boolean isStale(Catalog.Entry entry) throws StoqException {
        Manifest manifest = entry.manifest();
        if (catalog.isOwn(manifest)) {
            return false;
        }
        long until = ledger.staleUntil(manifest);
        if (until < manifest.createdMillis()) {
            return false;
        }
        lock.lock();
        try {
            return confirmed.getOrDefault(entry.digest(), PurgeIndex.NEVER) < until;
        } finally {
            lock.unlock();
        }
    }

    /**
     * Asks the publisher of a stale copy, if it is connected.
     *
     * @return what its name stands for: something newer, or the same, which stays stale if nobody
     *     could be asked
     */
    Catalog.Entry fresh(Catalog.Entry entry) throws StoqException {
        if (!isStale(entry)) {
            return entry;
        }
        Optional<Peer> publisher = peers.find(entry.manifest().publisher());
        if (publisher.isEmpty()) {
            return entry;
        }
        try {
            return ask(publisher.get(), entry);
        } catch (IOException e) {
            LOG.log(
                    System.Logger.Level.DEBUG,
                    "{0} does not say whether {1} is current: {2}",
                    publisher.get().id().shortName(),
                    entry.manifest().name(),
                    e.getMessage());
            return entry;
        }
    }

    private Catalog.Entry ask(Peer publisher, Catalog.Entry entry) throws IOException {
        String name = entry.manifest().name();
        long until = ledger.staleUntil(entry.manifest());
        Request request =
                Request.of(
                                ContentAdapter.SERVICE,
                                "manifest",
                                CborMap.builder().put(1, name).build())
                        .within(PATIENCE);
        byte[] signed;
        try (Reply reply = publisher.call(request)) {
            signed = readAll(reply.body());
        }
        Digest current = Digest.of(signed);
        if (current.equals(entry.digest())) {
            lock.lock();
            try {
                confirmed.merge(current, until, Math::max);
            } finally {
                lock.unlock();
            }
            return entry;
        }
        gossip.take(publisher, signed);
        return catalog.find(name)
                .filter(found -> !found.manifest().isTombstone())
                .orElseThrow(
                        () -> new StoqException(StoqErrorCode.NOT_FOUND, name + " was removed"));
    }

    private static byte[] readAll(ReadableByteChannel body) throws IOException {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        ByteBuffer buffer = ByteBuffer.allocate(16 << 10);
        while (body.read(buffer) >= 0) {
            all.write(buffer.array(), 0, buffer.position());
            buffer.clear();
            if (all.size() > Manifest.MAX_ENCODED_BYTES) {
                throw new StoqException(
                        StoqErrorCode.TOO_LARGE, "a manifest of more than " + all.size());
            }
        }
        return all.toByteArray();
    }
}
