package org.stoq.content;

import java.io.IOException;
import java.nio.channels.ReadableByteChannel;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReentrantLock;
import org.stoq.sdk.Digest;
import org.stoq.sdk.NodeId;
import org.stoq.sdk.StoqErrorCode;
import org.stoq.sdk.StoqException;
import org.stoq.sdk.call.Reply;
import org.stoq.sdk.call.Request;
import org.stoq.sdk.cbor.CborMap;
import org.stoq.sdk.chunk.EncodedChunk;
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
 * while it was away is caught up. Who fetches an object whole says so with CHUNK_ANNOUNCE; that the
 * publisher holds it goes without saying.
 *
 * <p>Threads: one for each peer that is told something, one for each peer that is caught up with.
 */
final class NameGossip implements PeerListener {
    private static final System.Logger LOG = System.getLogger(NameGossip.class.getName());

    /** How long an announced object is believed to be held, in seconds. */
    private static final int HOLD_SECONDS = 3_600;

    /** Most names that one catching up takes from a peer, whatever it claims to have. */
    private static final int MAX_NAMES = 1_000_000;

    /** Objects of which it is remembered that they were announced. */
    private static final int MAX_ANNOUNCED = 10_000;

    /** Bad manifests after which a peer is left alone. */
    private static final int MAX_REFUSED = 1_000;

    /** Most names in a page that is believed. */
    private static final int MAX_PAGE = 1_024;

    private static final Duration PAGE_DEADLINE = Duration.ofSeconds(30);

    private final Catalog catalog;
    private final LocalChunks local;
    private final Peers peers;
    private final HolderMap holders;
    private final Signer self;
    private final InstantSource clock;
    private final TaskGroup tasks;
    private final Map<NodeId, PeerLink> links = new ConcurrentHashMap<>();
    private final ReentrantLock announcedLock = new ReentrantLock();

    /** When an object was announced last, milliseconds since 1970. Guarded by its lock. */
    private final Map<Digest, Long> announced = new Recent<>(MAX_ANNOUNCED);

    NameGossip(
            Catalog catalog,
            LocalChunks local,
            Peers peers,
            HolderMap holders,
            Signer self,
            InstantSource clock,
            TaskGroup tasks) {
        this.catalog = catalog;
        this.local = local;
        this.peers = peers;
        this.holders = holders;
        this.self = self;
        this.clock = clock;
        this.tasks = tasks;
    }

    /** Tells every peer but one of a new version. Does not wait for them. */
    void spread(Catalog.Entry entry, Optional<NodeId> except) {
        PushPromise promise =
                new PushPromise(
                        entry.digest(),
                        entry.signedBytes(),
                        PushPromise.Kind.MANIFEST,
                        entry.manifest().name());
        for (Peer peer : peers.connected()) {
            if (!except.equals(Optional.of(peer.id()))) {
                link(peer).push(promise, this::signed);
            }
        }
    }

    /** Tells every peer that this node holds an object whole. Does not wait for them. */
    void announce(Digest manifest, long size) {
        List<Peer> connected = peers.connected();
        if (connected.isEmpty() || !isDue(manifest)) {
            return;
        }
        byte[] list =
                new HaveList(List.of(new HaveList.Entry(manifest, size, HOLD_SECONDS))).sign(self);
        connected.forEach(peer -> link(peer).announce(list));
    }

    /** A peer says that it could not tell everything: it is asked for its names. */
    void behind(NodeId peer) {
        peers.find(peer).ifPresent(this::beginCatchUp);
    }

    /**
     * Takes over a manifest from a peer that has it.
     *
     * @throws StoqException INTEGRITY if it sends something else
     */
    void obtain(Peer peer, Digest manifest) throws IOException {
        take(peer, List.of(manifest));
    }

    @Override
    public void connected(Peer peer) {
        beginCatchUp(peer);
    }

    @Override
    public void disconnected(Peer peer) {
        PeerLink link = links.get(peer.id());
        if (link != null && link.peer().equals(peer) && links.remove(peer.id(), link)) {
            link.close();
        }
    }

    @Override
    public void announced(Peer peer, Frame frame) throws StoqException {
        if (!(frame instanceof ChunkAnnounceFrame announce)) {
            return;
        }
        long now = clock.millis();
        if (!link(peer).takes(announce.signed().length, now)) {
            // Hints only: without them everybody is asked.
            return;
        }
        HaveList.Signed list = HaveList.verify(announce.signed());
        for (HaveList.Entry entry : list.entries()) {
            long seconds = Math.min(entry.ttlSeconds(), HOLD_SECONDS);
            holders.announce(entry.digest(), list.holder(), now, now + seconds * 1_000);
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
        PeerLink link = link(peer);
        if (!link.takes(promise.size(), clock.millis()) || !link.beginPush()) {
            beginCatchUp(peer);
            return false;
        }
        try {
            merge(peer, promise.digest(), ChunkTransfer.readAll(body, promise.size()));
        } catch (StoqException e) {
            throw e;
        } catch (IOException e) {
            throw new StoqException(StoqErrorCode.CONNECTION_LOST, "a push broke off", e);
        } finally {
            link.endPush();
        }
        return true;
    }

    private void merge(Peer peer, Digest digest, byte[] signed) throws StoqException {
        if (!Digest.of(signed).equals(digest)) {
            throw new StoqException(
                    StoqErrorCode.INTEGRITY, "a manifest that is not " + digest + " as promised");
        }
        Optional<Catalog.Entry> news = catalog.merge(signed);
        if (news.isPresent()) {
            spread(news.get(), Optional.of(peer.id()));
        }
    }

    /** Returns whether an object was not announced lately, and notes that it is now. */
    private boolean isDue(Digest manifest) {
        long now = clock.millis();
        announcedLock.lock();
        try {
            Long last = announced.get(manifest);
            if (last != null && now - last < HOLD_SECONDS * 500L) {
                return false;
            }
            announced.put(manifest, now);
            return true;
        } finally {
            announcedLock.unlock();
        }
    }

    private byte[] signed(Digest manifest) throws StoqException {
        return local.plain(manifest)
                .orElseThrow(() ->
                        new StoqException(
                                StoqErrorCode.NOT_FOUND, manifest + " was replaced since"));
    }

    /** Returns the link to a peer; a peer that has connected anew gets a new one. */
    private PeerLink link(Peer peer) {
        return links.compute(
                peer.id(),
                (id, link) ->
                        link != null && link.peer().equals(peer)
                                ? link
                                : new PeerLink(peer, tasks, clock.millis()));
    }

    private void beginCatchUp(Peer peer) {
        PeerLink link = link(peer);
        if (link.beginCatchUp() && !tasks.tryStart("stoq-catch-up", () -> catchUp(link))) {
            link.endCatchUp();
        }
    }

    private void catchUp(PeerLink link) {
        Peer peer = link.peer();
        boolean again = true;
        while (again) {
            try {
                catchUp(peer);
            } catch (IOException e) {
                LOG.log(
                        System.Logger.Level.DEBUG,
                        "catching up with {0} ended: {1}",
                        peer.id().shortName(),
                        e);
            }
            again = link.endCatchUp() && peer.isConnected() && !Thread.interrupted();
        }
    }

    private void catchUp(Peer peer) throws IOException {
        String after = "";
        int names = 0;
        int refused = 0;
        boolean more = true;
        while (more && names < MAX_NAMES) {
            CborMap page = page(peer, after);
            List<?> items = page.list(1);
            if (items.size() > MAX_PAGE) {
                throw new StoqException(
                        StoqErrorCode.TOO_LARGE, "a page of " + items.size() + " names");
            }
            List<Digest> unknown = new ArrayList<>();
            String last = after;
            for (Object item : items) {
                if (!(item instanceof CborMap binding)) {
                    throw new StoqException(
                            StoqErrorCode.INVALID_REQUEST, "a list of names holds maps");
                }
                last = next(last, binding.text(1));
                if (catalog.byDigest(binding.digest(2)).isEmpty()) {
                    unknown.add(binding.digest(2));
                }
            }
            for (int from = 0; from < unknown.size(); from += ChunkTransfer.MAX_CHUNKS) {
                int to = Math.min(unknown.size(), from + ChunkTransfer.MAX_CHUNKS);
                refused += take(peer, unknown.subList(from, to));
                if (refused > MAX_REFUSED) {
                    throw new StoqException(
                            StoqErrorCode.INTEGRITY, refused + " manifests that are not valid");
                }
            }
            names += items.size();
            more = page.bool(2);
            if (more && items.isEmpty()) {
                throw new StoqException(StoqErrorCode.INVALID_REQUEST, "a page without a name");
            }
            if (more) {
                after = next(after, page.text(3));
            }
        }
    }

    private static CborMap page(Peer peer, String after) throws IOException {
        CborMap arguments = CborMap.builder().put(1, after).build();
        Request request =
                Request.of(ContentAdapter.SERVICE, "names", arguments).within(PAGE_DEADLINE);
        try (Reply reply = peer.call(request)) {
            return reply.response().results();
        }
    }

    /** Requires names to ascend: a peer cannot keep this node busy with the same ones. */
    private static String next(String after, String name) throws StoqException {
        byte[] former = after.getBytes(StandardCharsets.UTF_8);
        if (Arrays.compareUnsigned(former, name.getBytes(StandardCharsets.UTF_8)) >= 0) {
            throw new StoqException(
                    StoqErrorCode.INVALID_REQUEST, "a list of names that does not ascend");
        }
        return name;
    }

    /**
     * Fetches manifests from a peer, all in one call. One that it has no more is left out.
     *
     * @return how many were not valid
     */
    private int take(Peer peer, List<Digest> digests) throws IOException {
        Request request =
                Request.of(
                                ContentAdapter.SERVICE,
                                ChunkTransfer.METHOD,
                                ChunkTransfer.arguments(digests))
                        .within(PAGE_DEADLINE);
        int refused = 0;
        try (Reply reply = peer.call(request)) {
            for (Digest digest : digests) {
                Optional<EncodedChunk> chunk = ChunkTransfer.read(reply.body());
                if (chunk.isEmpty()) {
                    continue;
                }
                refused += tryMerge(peer, digest, local.verify(digest, chunk.get())) ? 0 : 1;
            }
        }
        return refused;
    }

    /** Returns whether a manifest was valid; one bad manifest does not hide those behind it. */
    private boolean tryMerge(Peer peer, Digest digest, byte[] signed) throws StoqException {
        try {
            merge(peer, digest, signed);
            return true;
        } catch (StoqException e) {
            return switch (e.code()) {
                case UNSUPPORTED, INVALID_REQUEST, INTEGRITY, TOO_LARGE -> {
                    LOG.log(
                            System.Logger.Level.DEBUG,
                            "manifest {0} from {1} is refused: {2}",
                            digest,
                            peer.id().shortName(),
                            e.getMessage());
                    yield false;
                }
                default -> throw e;
            };
        }
    }
}
