package org.stoq.content;

import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.stoq.sdk.Digest;
import org.stoq.sdk.StoqErrorCode;
import org.stoq.sdk.StoqException;
import org.stoq.sdk.chunk.EncodedChunk;
import org.stoq.sdk.cose.Signer;
import org.stoq.sdk.store.NameBinding;

/**
 * Which manifest each name stands for, on this node. Any thread; blocks on the disk.
 *
 * <p>Of two versions of a name the one with the later time wins, of two of the same time the one
 * with the larger digest: every node decides alike, whatever the order in which they arrive.
 * Whoever writes a version gives it a later time than that of the version it knows, so what one
 * version vector says of two versions their times say too; vectors also tell versions that were
 * written without knowledge of each other, and the next version written here descends from both.
 */
final class Catalog {
    /** How far ahead of this node's clock a manifest's time may be; past it nobody could follow. */
    static final Duration MAX_AHEAD = Duration.ofDays(1);

    /** How long a removed name is remembered, so that nodes that were away learn of it. */
    static final Duration TOMBSTONE_LIFE = Duration.ofDays(30);

    private static final int REMEMBERED = 4_096;
    private static final int STRIPES = 64;

    private final LocalChunks local;
    private final PurgeLedger purges;
    private final Signer self;
    private final InstantSource clock;
    private final Lock gate;
    private final ReentrantLock[] stripes = new ReentrantLock[STRIPES];
    private final ReentrantLock rememberedLock = new ReentrantLock();

    /** Read manifests by digest: reading one costs more than a map lookup. */
    private final Map<Digest, Entry> remembered = new Recent<>(REMEMBERED);

    /** For names with concurrent versions: the least vector that is newer than all of them. */
    private final Map<String, VersionVector> conflicts = new Recent<>(REMEMBERED);

    /**
     * A manifest and what it is known by.
     *
     * @param digest digest of the signed form
     * @param manifest what it says
     * @param signedBytes length of the signed form
     */
    record Entry(Digest digest, Manifest manifest, int signedBytes) {}

    /** Makes a manifest with that version and time. */
    @FunctionalInterface
    interface Draft {
        Manifest with(VersionVector version, long createdMillis);
    }

    /**
     * Creates a catalog.
     *
     * @param gate held while a manifest is stored and bound, so that a collection begins either
     *     before both or after
     */
    Catalog(LocalChunks local, PurgeLedger purges, Signer self, InstantSource clock, Lock gate) {
        this.local = local;
        this.purges = purges;
        this.self = self;
        this.clock = clock;
        this.gate = gate;
        for (int i = 0; i < STRIPES; i++) {
            stripes[i] = new ReentrantLock();
        }
    }

    /** Returns the digest of the manifest that a name stands for. */
    Optional<Digest> bound(String name) throws StoqException {
        return local.withStore(store -> store.lookup(name));
    }

    /** Returns what a name stands for, tombstones included, but nothing that was purged. */
    Optional<Entry> find(String name) throws StoqException {
        Optional<Entry> any = findAny(name);
        return any.isPresent() && purges.isVoid(any.get().manifest()) ? Optional.empty() : any;
    }

    /** Returns what a name is bound to, purged or not. */
    Optional<Entry> findAny(String name) throws StoqException {
        Optional<Digest> bound = bound(name);
        return bound.isEmpty() ? Optional.empty() : boundTo(bound.get());
    }

    /** Returns the manifest of a binding, which was verified before it was bound. */
    Optional<Entry> boundTo(Digest digest) throws StoqException {
        return read(digest, Manifest::ofSigned);
    }

    /** Returns a manifest that is here, whether or not its name still stands for it. */
    Optional<Entry> byDigest(Digest digest) throws StoqException {
        return read(digest, Manifest::verify);
    }

    /** Returns whether a manifest was published by this node. */
    boolean isOwn(Manifest manifest) {
        return manifest.publisher().equals(self.id());
    }

    /** Returns a page of names in order, whatever they are bound to. */
    List<NameBinding> list(String prefix, String after, int limit) throws StoqException {
        // The names before are none of objects.
        String from =
                after.compareTo(PurgeLedger.BEFORE_NAMES) < 0 ? PurgeLedger.BEFORE_NAMES : after;
        return local.withStore(store -> store.list(prefix, from, limit));
    }

    /**
     * Signs the next version of a name and binds it; durable when it returns.
     *
     * @param tags those of the version
     */
    Entry publish(String name, List<String> tags, Draft draft) throws StoqException {
        Entry entry = bindNext(name, tags, draft);
        // Without the name's lock: concurrent publishers share one write to the disk.
        local.sync();
        return entry;
    }

    private Entry bindNext(String name, List<String> tags, Draft draft) throws StoqException {
        ReentrantLock lock = stripe(name);
        lock.lock();
        try {
            Optional<Entry> current = findAny(name);
            VersionVector known = conflict(name);
            long created = Math.max(clock.millis(), purges.behindPurges(name, tags, self.id()));
            if (current.isPresent()) {
                known = known.merge(current.get().manifest().version());
                created = Math.max(created, current.get().manifest().createdMillis() + 1);
            }
            Manifest manifest = draft.with(known.next(self.id()), created);
            return bind(manifest, manifest.sign(self));
        } finally {
            lock.unlock();
        }
    }

    /**
     * Takes over a signed manifest of another node, if it is newer than what is here.
     *
     * @return the entry if it is the newest now and was not before; empty if it changes nothing,
     *     also because it was purged
     * @throws StoqException INTEGRITY, INVALID_REQUEST or TOO_LARGE if the manifest is not valid
     */
    Optional<Entry> merge(byte[] signed) throws StoqException {
        Manifest offered = Manifest.verify(signed);
        long now = clock.millis();
        if (offered.createdMillis() > now + MAX_AHEAD.toMillis()) {
            throw new StoqException(
                    StoqErrorCode.INVALID_REQUEST,
                    "a manifest from a clock that is more than a day ahead");
        }
        if (purges.isVoid(offered)) {
            return Optional.empty();
        }
        ReentrantLock lock = stripe(offered.name());
        lock.lock();
        try {
            Optional<Entry> current = findAny(offered.name());
            boolean news =
                    current.isEmpty()
                            ? !isForgotten(offered, now)
                            : replaces(Digest.of(signed), offered, current.get());
            if (current.isPresent()) {
                noteConflict(offered, current.get().manifest());
            }
            return news ? Optional.of(bind(offered, signed)) : Optional.empty();
        } finally {
            lock.unlock();
        }
    }

    /** Returns whether the manifest is a tombstone that nobody has to remember any more. */
    static boolean isForgotten(Manifest manifest, long nowMillis) {
        return manifest.isTombstone()
                && manifest.createdMillis() < nowMillis - TOMBSTONE_LIFE.toMillis();
    }

    /** Forgets a name, if it still stands for that manifest. */
    void forget(String name, Digest manifest) throws StoqException {
        ReentrantLock lock = stripe(name);
        lock.lock();
        try {
            local.withStore(store -> {
                if (store.lookup(name).equals(Optional.of(manifest))) {
                    store.unbind(name);
                }
                return true;
            });
        } finally {
            lock.unlock();
        }
    }

    /**
     * Forgets a name if what it is bound to is void.
     *
     * @return false if nobody can tell: its manifest is damaged
     */
    boolean unbindVoid(NameBinding binding) throws StoqException {
        Optional<Entry> entry = boundTo(binding.manifest());
        if (entry.isEmpty()) {
            return false;
        }
        if (purges.isVoid(entry.get().manifest())) {
            forget(binding.name(), binding.manifest());
        }
        return true;
    }

    private static boolean replaces(Digest digest, Manifest offered, Entry current) {
        int later = Long.compare(offered.createdMillis(), current.manifest().createdMillis());
        return later != 0 ? later > 0 : digest.compareTo(current.digest()) > 0;
    }

    private void noteConflict(Manifest offered, Manifest current) {
        if (offered.version().compare(current.version()) != VersionVector.Order.CONCURRENT) {
            return;
        }
        VersionVector both = offered.version().merge(current.version());
        rememberedLock.lock();
        try {
            conflicts.merge(offered.name(), both, VersionVector::merge);
        } finally {
            rememberedLock.unlock();
        }
    }

    private VersionVector conflict(String name) {
        rememberedLock.lock();
        try {
            return conflicts.getOrDefault(name, VersionVector.EMPTY);
        } finally {
            rememberedLock.unlock();
        }
    }

    private Entry bind(Manifest manifest, byte[] signed) throws StoqException {
        Digest digest = Digest.of(signed);
        gate.lock();
        try {
            local.keepVerified(digest, EncodedChunk.plain(signed), signed);
            local.withStore(store -> {
                store.bind(manifest.name(), digest);
                return true;
            });
        } finally {
            gate.unlock();
        }
        purges.noteTime(manifest);
        return remember(new Entry(digest, manifest, signed.length));
    }

    /** Reads a signed manifest. */
    @FunctionalInterface
    private interface Reading {
        Manifest of(byte[] signed) throws StoqException;
    }

    private Optional<Entry> read(Digest digest, Reading reading) throws StoqException {
        Entry known = remembered(digest);
        if (known != null) {
            return Optional.of(known);
        }
        Optional<byte[]> signed = local.plain(digest);
        if (signed.isEmpty()) {
            return Optional.empty();
        }
        Manifest manifest = reading.of(signed.get());
        purges.noteTime(manifest);
        return Optional.of(remember(new Entry(digest, manifest, signed.get().length)));
    }

    private ReentrantLock stripe(String name) {
        return stripes[Math.floorMod(name.hashCode(), STRIPES)];
    }

    private @Nullable Entry remembered(Digest digest) {
        rememberedLock.lock();
        try {
            return remembered.get(digest);
        } finally {
            rememberedLock.unlock();
        }
    }

    private Entry remember(Entry entry) {
        rememberedLock.lock();
        try {
            remembered.put(entry.digest(), entry);
            return entry;
        } finally {
            rememberedLock.unlock();
        }
    }
}
