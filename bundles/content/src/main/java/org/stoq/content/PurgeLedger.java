package org.stoq.content;

import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReentrantLock;
import org.stoq.sdk.Digest;
import org.stoq.sdk.NodeId;
import org.stoq.sdk.StoqErrorCode;
import org.stoq.sdk.StoqException;
import org.stoq.sdk.chunk.EncodedChunk;
import org.stoq.sdk.store.NameBinding;

/**
 * The purges of this node, in memory and on its disk. Any thread; blocks on the disk.
 *
 * <p>Each lies in the store as a chunk, bound to a name that no object can have. A purge holds as
 * soon as it is accepted, and is to be acknowledged after {@link #sync}. Until what lies on the
 * disk has been read nothing is known to be void, so every question reads it first.
 *
 * <p>Locks: the gate of the collector, then this one's.
 */
final class PurgeLedger {
    private static final System.Logger LOG = System.getLogger(PurgeLedger.class.getName());

    /** How long a purge is kept; as long as tombstones. */
    static final Duration LIFE = Catalog.TOMBSTONE_LIFE;

    /** Most purges that are kept; past it the oldest are forgotten. */
    static final int MAX_PURGES = 16_384;

    /** No object's name begins so. */
    static final String RESERVED = "\0";

    /** The names of all objects lie behind this one. */
    static final String BEFORE_NAMES = "\u0001";

    private static final String PURGES = RESERVED + "purge/";
    private static final int PAGE = 1_000;

    private final LocalChunks local;
    private final InstantSource clock;
    private final Lock gate;
    private final PurgeSet set = new PurgeSet();
    private final PurgeMemory memory;
    private final FutureManifests future = new FutureManifests();
    private final Set<Digest> durable = ConcurrentHashMap.newKeySet();
    private final ReentrantLock lock = new ReentrantLock();

    /** Guarded by the lock. Those whose chunk and name were handed to the store. */
    private final Set<Digest> written = new HashSet<>();

    /** Written under the lock; read by every lookup. */
    private volatile boolean loaded;

    /** Counts changes, so that a reading knows when to look again. */
    private final AtomicLong changes = new AtomicLong();

    /**
     * What came of a purge.
     *
     * @param entry the purge that holds now for that subject; empty if it is too old to count
     * @param news whether it was not known before
     */
    record Accepted(Optional<PurgeSet.Entry> entry, boolean news) {}

    PurgeLedger(LocalChunks local, InstantSource clock, Lock gate) {
        this.local = local;
        this.clock = clock;
        this.gate = gate;
        this.memory = new PurgeMemory(local, gate);
    }

    /** Has everything read again: another store is there. What is in memory stays. */
    void reload() {
        loaded = false;
    }

    /**
     * Accepts a signed purge: it holds when this returns. Durable after {@link #sync}.
     *
     * @throws StoqException INTEGRITY, INVALID_REQUEST, UNSUPPORTED or TOO_LARGE if it is not
     *     valid; RATE_LIMITED if too many are kept; STORAGE_FULL if it cannot be kept, though it
     *     holds until the node stops
     */
    Accepted accept(byte[] signed) throws StoqException {
        ensureLoaded();
        Digest digest = Digest.of(signed);
        Optional<PurgeSet.Entry> known = set.find(digest);
        if (known.isPresent()) {
            keep(known.get(), signed);
            return new Accepted(known, false);
        }
        Purge purge = Purge.verify(signed);
        long now = clock.millis();
        if (purge.millis() > now + Catalog.MAX_AHEAD.toMillis()) {
            throw new StoqException(
                    StoqErrorCode.INVALID_REQUEST,
                    "a purge from a clock that is more than a day ahead");
        }
        if (purge.millis() < now - LIFE.toMillis()) {
            return new Accepted(Optional.empty(), false);
        }
        if (set.size() >= 2 * MAX_PURGES) {
            throw new StoqException(
                    StoqErrorCode.RATE_LIMITED,
                    "%d purges are kept; purge by prefix or tag".formatted(set.size()));
        }
        PurgeSet.Entry entry = new PurgeSet.Entry(digest, purge, signed.length);
        PurgeSet.Added added = set.add(entry);
        changes.incrementAndGet();
        if (added.holding().digest().equals(digest)) {
            // Also if another thread was quicker: whoever acknowledges must know it written.
            keep(entry, signed);
        }
        if (!added.news()) {
            return new Accepted(Optional.of(added.holding()), false);
        }
        if (added.replaced().isPresent()) {
            drop(added.replaced().get());
        }
        return new Accepted(Optional.of(entry), true);
    }

    /** Returns a number that is another one after each change. */
    long changes() {
        return changes.get();
    }

    private void keep(PurgeSet.Entry entry, byte[] signed) throws StoqException {
        gate.lock();
        try {
            lock.lock();
            try {
                // One that was replaced meanwhile is not written any more.
                if (written.contains(entry.digest()) || set.find(entry.digest()).isEmpty()) {
                    return;
                }
                local.keepVerified(entry.digest(), EncodedChunk.plain(signed), signed);
                local.withStore(store -> {
                    store.bind(name(entry.digest()), entry.digest());
                    return true;
                });
                written.add(entry.digest());
            } finally {
                lock.unlock();
            }
        } finally {
            gate.unlock();
        }
    }

    private void drop(PurgeSet.Entry entry) throws StoqException {
        lock.lock();
        try {
            local.withStore(store -> {
                store.unbind(name(entry.digest()));
                return true;
            });
            written.remove(entry.digest());
            durable.remove(entry.digest());
        } finally {
            lock.unlock();
        }
    }

    /** Makes an accepted purge durable. Blocks until it is. */
    void sync(PurgeSet.Entry entry) throws StoqException {
        if (!durable.contains(entry.digest())) {
            local.sync();
            durable.add(entry.digest());
        }
    }

    /** Returns the signed form of a purge. */
    Optional<byte[]> signed(Digest digest) throws StoqException {
        return local.plain(digest);
    }

    /** Returns the purges that hold; read from the disk if they were not yet. */
    PurgeSet purges() throws StoqException {
        ensureLoaded();
        return set;
    }

    /** Returns the time up to which such an object is void, as {@link PurgeSet#voidUntil}. */
    long voidUntil(String name, List<String> tags, NodeId publisher) throws StoqException {
        ensureLoaded();
        return set.voidUntil(name, tags, publisher);
    }

    /** Returns whether a manifest is void. */
    boolean isVoid(Manifest manifest) throws StoqException {
        ensureLoaded();
        return manifest.createdMillis()
                <= set.voidUntil(manifest.name(), manifest.tags(), manifest.publisher());
    }

    /** Returns the time up to which such an object is stale, as {@link PurgeSet#staleUntil}. */
    long staleUntil(Manifest manifest) throws StoqException {
        ensureLoaded();
        return set.staleUntil(manifest.name(), manifest.tags(), manifest.publisher());
    }

    /** Returns the earliest time after every purge that means such an object. */
    long behindPurges(String name, List<String> tags, NodeId publisher) throws StoqException {
        ensureLoaded();
        return 1
                + Math.max(
                        set.voidUntil(name, tags, publisher),
                        set.staleUntil(name, tags, publisher));
    }

    /** A manifest is here; if its clock is ahead a purge of it needs to know. */
    void noteTime(Manifest manifest) {
        future.add(manifest, clock.millis());
    }

    /** Returns the time of a purge: now, or that of the latest object here that is meant. */
    long timeOf(Selector selector, Optional<NodeId> publisher) {
        return future.latest(selector, publisher, clock.millis());
    }

    /** Returns what a collection must keep. */
    List<List<ChunkRef>> needed() {
        try {
            ensureLoaded();
        } catch (StoqException e) {
            throw new IllegalStateException("purges that cannot be read would be lost", e);
        }
        List<ChunkRef> refs = new ArrayList<>();
        for (PurgeSet.Entry entry : set.oldestFirst()) {
            refs.add(new ChunkRef(entry.digest(), entry.signedBytes()));
        }
        memory.chunk().ifPresent(refs::add);
        return List.of(refs);
    }

    /** Returns how many names in the store are none of objects. */
    int reservedNames() {
        lock.lock();
        try {
            return written.size() + (memory.chunk().isPresent() ? 1 : 0);
        } finally {
            lock.unlock();
        }
    }

    /**
     * Returns when the two nodes were in step last, or this node with any if with that one never.
     */
    OptionalLong met(NodeId node) throws StoqException {
        ensureLoaded();
        return memory.met(node);
    }

    /** The two nodes are in step now. */
    void meet(NodeId node) throws StoqException {
        ensureLoaded();
        memory.meet(node, clock.millis());
    }

    /** Returns the time up to which purges were forgotten, here or where they came from. */
    long floor() throws StoqException {
        ensureLoaded();
        return memory.floor();
    }

    /** Takes over the floor of a node whose purges were taken over. */
    void raiseFloor(long millis) throws StoqException {
        ensureLoaded();
        memory.raiseFloor(Math.min(millis, clock.millis()));
    }

    /** Returns those that need not be kept, when what they void has been unbound. */
    List<PurgeSet.Entry> outlived() throws StoqException {
        ensureLoaded();
        long oldest = clock.millis() - LIFE.toMillis();
        List<PurgeSet.Entry> all = set.oldestFirst();
        int surplus = all.size() - MAX_PURGES;
        int count = 0;
        while (count < all.size()
                && (count < surplus || all.get(count).purge().millis() < oldest)) {
            count++;
        }
        // Room for a while, or every further purge would have all names walked through.
        int room = surplus > 0 ? surplus + MAX_PURGES / 8 : 0;
        return all.subList(0, Math.max(count, Math.min(room, all.size())));
    }

    /** Forgets purges. */
    void forget(List<PurgeSet.Entry> entries) throws StoqException {
        long floor = PurgeIndex.NEVER;
        for (PurgeSet.Entry entry : entries) {
            floor = Math.max(floor, entry.purge().millis());
        }
        // First that they are missed, then that they are missing.
        memory.raiseFloor(floor);
        local.sync();
        for (PurgeSet.Entry entry : entries) {
            set.remove(entry);
            drop(entry);
        }
    }

    private static String name(Digest digest) {
        return PURGES + digest.hex();
    }

    private void ensureLoaded() throws StoqException {
        if (loaded) {
            return;
        }
        lock.lock();
        try {
            if (!loaded) {
                load();
                loaded = true;
                changes.incrementAndGet();
            }
        } finally {
            lock.unlock();
        }
    }

    private void load() throws StoqException {
        memory.load();
        String after = "";
        List<NameBinding> page;
        do {
            String from = after;
            page = local.withStore(store -> store.list(PURGES, from, PAGE));
            for (NameBinding binding : page) {
                after = binding.name();
                Optional<byte[]> signed = local.plain(binding.manifest());
                if (signed.isEmpty()) {
                    // Peers have it; what they have and this node lacks it fetches.
                    LOG.log(System.Logger.Level.WARNING, "a purge was damaged on the disk");
                    continue;
                }
                Purge purge = Purge.ofSigned(signed.get());
                PurgeSet.Entry entry =
                        new PurgeSet.Entry(binding.manifest(), purge, signed.get().length);
                PurgeSet.Added added = set.add(entry);
                written.add(entry.digest());
                durable.add(entry.digest());
                // The process ended between the later one and the end of the earlier one.
                if (!added.holding().digest().equals(entry.digest())) {
                    drop(entry);
                }
                if (added.replaced().isPresent()) {
                    drop(added.replaced().get());
                }
            }
        } while (page.size() == PAGE);
    }
}
