package org.stoq.content;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.stoq.sdk.Digest;
import org.stoq.sdk.StoqException;
import org.stoq.sdk.chunk.EncodedChunk;
import org.stoq.sdk.cose.Signer;
import org.stoq.sdk.store.NameBinding;

/**
 * Which manifest each name stands for, on this node. Any thread; blocks on the disk.
 *
 * <p>Versions of a name are ordered by their version vectors. Of two that were written without
 * knowledge of each other the later one wins, of two of the same time the one with the larger digest:
 * every node decides alike, whatever the order in which they arrive.
 */
final class Catalog {
    private static final int REMEMBERED = 4_096;
    private static final int STRIPES = 64;

    private final LocalChunks local;
    private final Signer self;
    private final ReentrantLock[] stripes = new ReentrantLock[STRIPES];

    /** Verified manifests by digest: a signature costs more to check than a map lookup. */
    private final Map<Digest, Manifest> verified =
            new LinkedHashMap<>(256, 0.75f, true) {
                private static final long serialVersionUID = 1L;

                @Override
                protected boolean removeEldestEntry(Map.Entry<Digest, Manifest> eldest) {
                    return size() > REMEMBERED;
                }
            };

    private final ReentrantLock verifiedLock = new ReentrantLock();

    /**
     * A manifest and what it is known by.
     *
     * @param digest digest of the signed form
     * @param manifest what it says
     */
    record Entry(Digest digest, Manifest manifest) {}

    /** Makes a manifest for the version that comes after the given one. */
    @FunctionalInterface
    interface Draft {
        Manifest after(VersionVector current);
    }

    Catalog(LocalChunks local, Signer self) {
        this.local = local;
        this.self = self;
        for (int i = 0; i < STRIPES; i++) {
            stripes[i] = new ReentrantLock();
        }
    }

    /** Returns what a name stands for, tombstones included. */
    Optional<Entry> find(String name) throws StoqException {
        Optional<Digest> bound = local.withStore(store -> store.lookup(name));
        return bound.isEmpty() ? Optional.empty() : byDigest(bound.get());
    }

    /** Returns a manifest that is here, whether or not its name still stands for it. */
    Optional<Entry> byDigest(Digest digest) throws StoqException {
        Manifest known = remembered(digest);
        if (known != null) {
            return Optional.of(new Entry(digest, known));
        }
        Optional<byte[]> signed = local.plain(digest);
        if (signed.isEmpty()) {
            return Optional.empty();
        }
        Manifest manifest = Manifest.verify(signed.get());
        remember(digest, manifest);
        return Optional.of(new Entry(digest, manifest));
    }

    /** Returns a page of names in order. */
    List<NameBinding> list(String prefix, String after, int limit) throws StoqException {
        return local.withStore(store -> store.list(prefix, after, limit));
    }

    /** Signs the next version of a name and binds it; durable when it returns. */
    Entry publish(String name, Draft draft) throws StoqException {
        ReentrantLock lock = stripe(name);
        lock.lock();
        Entry entry;
        try {
            VersionVector current =
                    find(name).map(e -> e.manifest().version()).orElse(VersionVector.EMPTY);
            Manifest manifest = draft.after(current.next(self.id()));
            entry = bind(manifest, manifest.sign(self));
        } finally {
            lock.unlock();
        }
        // Outside the lock: concurrent publishers share one write to the disk.
        local.sync();
        return entry;
    }

    /**
     * Takes over a signed manifest of another node, if it is newer than what is here.
     *
     * @return the entry if it is the newest now and was not before; empty if it changes nothing
     * @throws StoqException INTEGRITY, INVALID_REQUEST or TOO_LARGE if the manifest is not valid
     */
    Optional<Entry> merge(byte[] signed) throws StoqException {
        Manifest offered = Manifest.verify(signed);
        Digest digest = Digest.of(signed);
        ReentrantLock lock = stripe(offered.name());
        lock.lock();
        try {
            Optional<Entry> current = find(offered.name());
            if (current.isPresent() && !replaces(digest, offered, current.get())) {
                return Optional.empty();
            }
            return Optional.of(bind(offered, signed));
        } finally {
            lock.unlock();
        }
    }

    private static boolean replaces(Digest digest, Manifest offered, Entry current) {
        return switch (offered.version().compare(current.manifest().version())) {
            case NEWER -> true;
            case SAME, OLDER -> false;
            case CONCURRENT -> {
                int later =
                        Long.compare(offered.createdMillis(), current.manifest().createdMillis());
                yield later != 0 ? later > 0 : digest.compareTo(current.digest()) > 0;
            }
        };
    }

    private Entry bind(Manifest manifest, byte[] signed) throws StoqException {
        Digest digest = Digest.of(signed);
        local.withStore(
                store -> {
                    store.write(digest, EncodedChunk.plain(signed));
                    store.bind(manifest.name(), digest);
                    return true;
                });
        remember(digest, manifest);
        return new Entry(digest, manifest);
    }

    private ReentrantLock stripe(String name) {
        return stripes[Math.floorMod(name.hashCode(), STRIPES)];
    }

    private @Nullable Manifest remembered(Digest digest) {
        verifiedLock.lock();
        try {
            return verified.get(digest);
        } finally {
            verifiedLock.unlock();
        }
    }

    private void remember(Digest digest, Manifest manifest) {
        verifiedLock.lock();
        try {
            verified.put(digest, manifest);
        } finally {
            verifiedLock.unlock();
        }
    }
}
