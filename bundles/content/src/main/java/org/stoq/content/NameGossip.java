package org.stoq.content;

import java.io.IOException;
import java.nio.channels.ReadableByteChannel;
import java.time.InstantSource;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReentrantLock;
import org.stoq.sdk.Digest;
import org.stoq.sdk.NodeId;
import org.stoq.sdk.StoqErrorCode;
import org.stoq.sdk.StoqException;
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

    /** Objects of which it is remembered that they were announced. */
    private static final int MAX_ANNOUNCED = 10_000;

    private final Catalog catalog;
    private final LocalChunks local;
    private final Peers peers;
    private final HolderMap holders;
    private final Signer self;
    private final InstantSource clock;
    private final TaskGroup tasks;
    private final PurgeLedger ledger;
    private final PurgeSweep sweep;
    private final PurgeSync sync;
    private final NameCatchUp names;
    private final PauseForPurges pause = new PauseForPurges();
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
            PurgeLedger ledger,
            PurgeSweep sweep,
            TaskGroup tasks) {
        this.catalog = catalog;
        this.local = local;
        this.peers = peers;
        this.holders = holders;
        this.self = self;
        this.clock = clock;
        this.tasks = tasks;
        this.ledger = ledger;
        this.sweep = sweep;
        this.sync =
                new PurgeSync(
                        ledger,
                        local,
                        clock,
                        (entry, signed, from) -> spread(entry, signed, Set.of(from.id())));
        this.names = new NameCatchUp(catalog, local, this::merge);
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

    /**
     * Has peers confirm a purge that holds here, and begins to sweep. Does not wait.
     *
     * @param except who knows it, or hears of it from others
     * @return hears how long each of the others takes
     */
    Confirmations spread(PurgeSet.Entry entry, byte[] signed, Set<NodeId> except)
            throws StoqException {
        List<Peer> others =
                peers.connected().stream().filter(peer -> !except.contains(peer.id())).toList();
        Set<NodeId> told = new HashSet<>(except);
        others.forEach(peer -> told.add(peer.id()));
        told.add(self.id());
        PassedOn purge = new PassedOn(signed, told);
        Confirmations confirmations = new Confirmations(others.size(), System::nanoTime);
        others.forEach(peer -> link(peer).purge(purge, confirmations));
        sweep.begin(entry.purge());
        return confirmations;
    }

    /**
     * Takes over a purge that a peer has sent; durable when this returns.
     *
     * @return whether it was news, and {@link #passOnLater} is to be called
     * @throws StoqException RATE_LIMITED if too many come; what {@link PurgeLedger#accept} refuses
     *     with
     */
    boolean purged(Peer peer, PassedOn purge) throws StoqException {
        boolean known = ledger.purges().find(Digest.of(purge.signed())).isPresent();
        if (!known && !link(peer).takesPurge(clock.millis())) {
            throw new StoqException(
                    StoqErrorCode.RATE_LIMITED, "more purges than are taken from one node");
        }
        heard(link(peer));
        PurgeLedger.Accepted accepted = ledger.accept(purge.signed());
        if (accepted.entry().isEmpty()) {
            return false;
        }
        if (accepted.news()) {
            Set<NodeId> except = new HashSet<>(purge.told());
            except.add(peer.id());
            spread(accepted.entry().get(), purge.signed(), except);
        }
        ledger.sync(accepted.entry().get());
        return accepted.news();
    }

    /**
     * Passes a purge on to those whom its sender tells too: the sender may end before it does. For
     * when it was acknowledged; in a mesh where everybody knows everybody it is news to nobody.
     */
    void passOnLater(Peer from, PassedOn purge) {
        PassedOn again = new PassedOn(purge.signed(), Set.of());
        for (Peer peer : peers.connected()) {
            if (purge.told().contains(peer.id()) && !peer.id().equals(from.id())) {
                link(peer).purgeLater(again);
            }
        }
    }

    /**
     * Waits while this node is not in step with a peer that has just connected: it might answer for
     * names that were purged.
     *
     * @throws StoqException CANCELLED if interrupted
     */
    void awaitPurges() throws StoqException {
        // One may be connected whose event has not come yet.
        peers.connected().forEach(this::connected);
        pause.await();
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
        names.take(peer, List.of(manifest));
    }

    /** Takes over a manifest that a peer was asked for. */
    void take(Peer peer, byte[] signed) throws StoqException {
        merge(peer, Digest.of(signed), signed);
    }

    @Override
    public void connected(Peer peer) {
        if (link(peer).beginMeeting()) {
            again(peer);
        }
    }

    /** Catches up with a peer, also if it was connected before: there is another store here. */
    void again(Peer peer) {
        pause.begin(peer);
        beginCatchUp(peer);
    }

    @Override
    public void disconnected(Peer peer) {
        pause.gone(peer);
        PeerLink link = links.get(peer.id());
        if (link != null && link.peer().equals(peer) && links.remove(peer.id(), link)) {
            heard(link);
            link.close();
        }
    }

    @Override
    public void announced(Peer peer, Frame frame) throws StoqException {
        if (!(frame instanceof ChunkAnnounceFrame announce)) {
            return;
        }
        long now = clock.millis();
        PeerLink link = link(peer);
        if (!link.takes(announce.signed().length, now)) {
            // Hints only: without them everybody is asked.
            return;
        }
        heard(link);
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
        heard(link);
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
            pause.gone(peer);
        }
    }

    private void catchUp(PeerLink link) {
        Peer peer = link.peer();
        boolean again = true;
        while (again) {
            try {
                catchUpOnce(link);
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

    /** Purges first: what they void is not to be taken, nor to be answered for any longer. */
    private void catchUpOnce(PeerLink link) throws IOException {
        Peer peer = link.peer();
        boolean inStep = false;
        PurgeSync.Step step;
        try {
            step = sync.with(peer);
            inStep = step.awaySince().isEmpty();
            if (!inStep) {
                names.with(peer, !step.peerAway(), step.awaySince());
                inStep = true;
            }
        } catch (StoqException e) {
            inStep = PurgeSync.isNoContentNode(e);
            throw e;
        } finally {
            pause.end(peer, inStep);
        }
        if (step.awaySince().isEmpty() && !step.peerAway()) {
            names.with(peer, true, OptionalLong.empty());
        }
        link.caughtUp();
        heard(link);
        if (step.awaySince().isPresent()) {
            // It waits for this before it takes names from here.
            link.missed();
        }
    }

    /** The two nodes are in step, if they ever were: nothing that the peer tells gets lost. */
    private void heard(PeerLink link) {
        if (!link.isInStep()) {
            return;
        }
        try {
            ledger.meet(link.peer().id());
        } catch (StoqException e) {
            // It is thought to have been earlier then, which costs a walk through names once.
            LOG.log(System.Logger.Level.DEBUG, "a meeting is not noted: {0}", e.getMessage());
        }
    }
}
