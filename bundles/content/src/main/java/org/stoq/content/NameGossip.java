package org.stoq.content;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ReadableByteChannel;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import org.stoq.sdk.Digest;
import org.stoq.sdk.NodeId;
import org.stoq.sdk.StoqErrorCode;
import org.stoq.sdk.StoqException;
import org.stoq.sdk.call.Reply;
import org.stoq.sdk.call.Request;
import org.stoq.sdk.cbor.CborMap;
import org.stoq.sdk.cose.Signer;
import org.stoq.sdk.frame.ChunkAnnounceFrame;
import org.stoq.sdk.frame.Frame;
import org.stoq.sdk.frame.HaveList;
import org.stoq.sdk.frame.PushPromise;
import org.stoq.sdk.node.Peer;
import org.stoq.sdk.node.PeerListener;
import org.stoq.sdk.node.Peers;

/**
 * Spreads manifests to every node, so that each can answer for every name.
 *
 * <p>A new version is pushed to all peers, who pass it on if it was news to them. A peer that
 * connects is asked for its list of names, and for each manifest that is not here: what was written
 * while it was away is caught up. Who holds an object whole says so with CHUNK_ANNOUNCE.
 */
final class NameGossip implements PeerListener {
    private static final System.Logger LOG = System.getLogger(NameGossip.class.getName());

    /** How long an announced object is believed to be held, in seconds. */
    private static final int HOLD_SECONDS = 3_600;

    private static final int PAGE = 1_000;

    private final Catalog catalog;
    private final Peers peers;
    private final HolderMap holders;
    private final Signer self;
    private final InstantSource clock;

    NameGossip(
            Catalog catalog, Peers peers, HolderMap holders, Signer self, InstantSource clock) {
        this.catalog = catalog;
        this.peers = peers;
        this.holders = holders;
        this.self = self;
        this.clock = clock;
    }

    /** Tells every peer of a new version. Does not wait for them. */
    void spread(Catalog.Entry entry, byte[] signed, Optional<NodeId> except) {
        PushPromise promise =
                new PushPromise(
                        entry.digest(),
                        signed.length,
                        PushPromise.Kind.MANIFEST,
                        entry.manifest().name());
        for (Peer peer : peers.connected()) {
            if (!except.equals(Optional.of(peer.id()))) {
                Thread.ofVirtual()
                        .name("stoq-gossip")
                        .start(() -> push(peer, promise, ByteBuffer.wrap(signed)));
            }
        }
    }

    /** Tells every peer that this node holds an object whole. */
    void announce(Digest manifest, long size) {
        byte[] signed =
                new HaveList(List.of(new HaveList.Entry(manifest, size, HOLD_SECONDS))).sign(self);
        for (Peer peer : peers.connected()) {
            try {
                peer.send(new ChunkAnnounceFrame(signed));
            } catch (IOException e) {
                LOG.log(System.Logger.Level.DEBUG, "announcing to a peer that is leaving", e);
            }
        }
    }

    @Override
    public void connected(Peer peer) {
        Thread.ofVirtual().name("stoq-catch-up").start(() -> catchUp(peer));
    }

    @Override
    public void announced(Peer peer, Frame frame) throws StoqException {
        if (frame instanceof ChunkAnnounceFrame announce) {
            HaveList.Signed list = HaveList.verify(announce.signed());
            long now = clock.millis();
            for (HaveList.Entry entry : list.entries()) {
                long seconds = Math.min(entry.ttlSeconds(), HOLD_SECONDS);
                holders.announce(entry.digest(), list.holder(), now + seconds * 1_000);
            }
        }
    }

    @Override
    public boolean pushed(Peer peer, PushPromise promise, ReadableByteChannel body)
            throws StoqException {
        if (promise.kind() != PushPromise.Kind.MANIFEST
                || promise.size() > Manifest.MAX_ENCODED_BYTES
                || catalog.byDigest(promise.digest()).isPresent()) {
            return false;
        }
        try {
            byte[] signed =
                    ChunkTransfer.readAll(body, Math.toIntExact(promise.size())).array();
            take(peer, signed);
        } catch (StoqException e) {
            throw e;
        } catch (IOException e) {
            throw new StoqException(StoqErrorCode.CONNECTION_LOST, "a push broke off", e);
        }
        return true;
    }

    private void take(Peer peer, byte[] signed) throws StoqException {
        Optional<Catalog.Entry> news = catalog.merge(signed);
        if (news.isPresent()) {
            spread(news.get(), signed, Optional.of(peer.id()));
        }
    }

    private void push(Peer peer, PushPromise promise, ByteBuffer body) {
        try {
            peer.push(promise, body);
        } catch (IOException e) {
            // The peer catches up when it connects again.
            LOG.log(System.Logger.Level.DEBUG, "a push to a peer that is leaving", e);
        }
    }

    private void catchUp(Peer peer) {
        try {
            String after = "";
            boolean more = true;
            while (more) {
                CborMap arguments = CborMap.builder().put(1, after).put(2, (long) PAGE).build();
                try (Reply reply =
                        peer.call(Request.of(ContentAdapter.SERVICE, "names", arguments))) {
                    CborMap page = reply.response().results();
                    for (Object item : page.list(1)) {
                        after = catchUp(peer, item);
                    }
                    more = page.bool(2);
                }
            }
        } catch (IOException e) {
            LOG.log(
                    System.Logger.Level.DEBUG,
                    "catching up with {0} ended: {1}",
                    peer.id().shortName(),
                    e);
        }
    }

    private String catchUp(Peer peer, Object item) throws IOException {
        if (!(item instanceof CborMap binding)) {
            throw new StoqException(StoqErrorCode.INVALID_REQUEST, "a list of names holds maps");
        }
        Digest digest = binding.digest(2);
        if (catalog.byDigest(digest).isEmpty()) {
            CborMap arguments = CborMap.builder().put(2, digest).build();
            try (Reply reply =
                    peer.call(Request.of(ContentAdapter.SERVICE, "manifest", arguments))) {
                int length = (int) reply.response().bodyLength().orElse(0);
                if (length < 1 || length > Manifest.MAX_ENCODED_BYTES) {
                    throw new StoqException(
                            StoqErrorCode.TOO_LARGE, "a manifest of " + length + " bytes");
                }
                take(peer, ChunkTransfer.readAll(reply.body(), length).array());
            }
        }
        return binding.text(1);
    }
}
