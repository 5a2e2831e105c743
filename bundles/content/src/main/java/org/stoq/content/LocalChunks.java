package org.stoq.content;

import java.util.List;
import java.util.Optional;
import org.stoq.sdk.Digest;
import org.stoq.sdk.StoqErrorCode;
import org.stoq.sdk.StoqException;
import org.stoq.sdk.cache.CacheStats;
import org.stoq.sdk.cache.ChunkCache;
import org.stoq.sdk.chunk.EncodedChunk;
import org.stoq.sdk.chunk.SimilarChunks;
import org.stoq.sdk.store.ChunkStore;
import org.stoq.sdk.strategy.Lease;
import org.stoq.sdk.strategy.StrategySlot;

/**
 * The chunks of this node: memory over disk. Any thread; blocks on the disk.
 *
 * <p>The store is used by lease, not by watched calls: a disk may well be slow for seconds, and an
 * interrupt in the middle of its work would close its files.
 */
final class LocalChunks {
    private static final System.Logger LOG = System.getLogger(LocalChunks.class.getName());

    private final ChunkCache cache;
    private final StrategySlot<ChunkStore> stores;
    private final ChunkEncoder encoder;
    private final SimilarContent similar;
    private final ContentStats stats;

    /** Something done with the store. */
    @FunctionalInterface
    interface StoreUse<R> {
        R with(ChunkStore store) throws StoqException;
    }

    LocalChunks(
            ChunkCache cache,
            StrategySlot<ChunkStore> stores,
            ChunkEncoder encoder,
            SimilarContent similar,
            ContentStats stats) {
        this.cache = cache;
        this.stores = stores;
        this.encoder = encoder;
        this.similar = similar;
        this.stats = stats;
    }

    /** Uses the store once. */
    <R> R withStore(StoreUse<R> use) throws StoqException {
        try (Lease<ChunkStore> lease = acquire()) {
            return use.with(lease.strategy());
        }
    }

    /** Takes a lease on the store, for work that lasts. */
    Lease<ChunkStore> acquire() throws StoqException {
        return stores.acquire();
    }

    CacheStats cacheStats() {
        return cache.stats();
    }

    boolean has(Digest digest) throws StoqException {
        return withStore(store -> store.contains(digest));
    }

    /** Returns those that are not here, each once. */
    List<Digest> missing(List<Digest> digests) throws StoqException {
        return withStore(
                store -> digests.stream().distinct().filter(d -> !store.contains(d)).toList());
    }

    /** Returns the verified bytes of a chunk, or nothing if it is not here or was damaged. */
    Optional<byte[]> plain(Digest digest) throws StoqException {
        Optional<byte[]> cached = cache.get(digest);
        if (cached.isPresent()) {
            return cached;
        }
        Optional<byte[]> stored = uncached(digest);
        stored.ifPresent(plain -> cache.offer(digest, plain));
        return stored;
    }

    /** Returns the same, leaving the cache alone: for work that reads much and each chunk once. */
    Optional<byte[]> uncached(Digest digest) throws StoqException {
        return decoded(digest).map(SimilarChunks.Base::plain);
    }

    /**
     * Returns a chunk as it goes to others: as it is stored, unverified, or encoded anew if it
     * needs a base here. Nothing if it is not here or was damaged.
     */
    Optional<EncodedChunk> encoded(Digest digest) throws StoqException {
        Optional<EncodedChunk> stored = stored(digest);
        if (stored.isEmpty() || stored.get().base().isEmpty()) {
            return stored;
        }
        return uncached(digest).map(plain -> encoder.encode(plain, 0, plain.length));
    }

    /** Returns a chunk as it is stored, unverified, or nothing if it is not here or was damaged. */
    Optional<EncodedChunk> stored(Digest digest) throws StoqException {
        try {
            return withStore(store -> store.read(digest));
        } catch (StoqException e) {
            if (e.code() != StoqErrorCode.INTEGRITY) {
                throw e;
            }
            // The store has forgotten it by now, so whoever needs it fetches it from a peer.
            stats.damaged();
            LOG.log(
                    System.Logger.Level.WARNING,
                    "a damaged chunk was dropped: {0}",
                    e.getMessage());
            return Optional.empty();
        }
    }

    /** Has the store forget a chunk that a check has found to be damaged. */
    void dropDamaged(Digest digest) throws StoqException {
        stats.damaged();
        try {
            withStore(store -> store.read(digest));
        } catch (StoqException e) {
            if (e.code() != StoqErrorCode.INTEGRITY) {
                throw e;
            }
            LOG.log(System.Logger.Level.DEBUG, "dropped: {0}", e.getMessage());
        }
    }

    /**
     * Begins to keep an object whose chunks may resemble others; nothing where they stand alone.
     */
    Optional<SimilarChunks> object() {
        return similar.object(this::base);
    }

    /** Returns a chunk as a base for another; nothing if it cannot be read, for whatever reason. */
    private Optional<SimilarChunks.Base> base(Digest digest) {
        try {
            return decoded(digest);
        } catch (StoqException e) {
            LOG.log(System.Logger.Level.DEBUG, "not the base of anything: {0}", e.getMessage());
            return Optional.empty();
        }
    }

    /** Keeps a chunk that stands alone. Returns whether it was new. */
    boolean keep(Digest digest, byte[] bytes, int from, int length) throws StoqException {
        return keep(digest, bytes, from, length, Optional.empty());
    }

    /**
     * Keeps a chunk of content made here. Returns whether it was new.
     *
     * @param object what it is a chunk of
     */
    boolean keep(Digest digest, byte[] bytes, int from, int length, Optional<SimilarChunks> object)
            throws StoqException {
        return withStore(store -> {
            if (store.contains(digest)) {
                return false;
            }
            if (object.isEmpty() || !store.keepsBases()) {
                return store.write(digest, encoder.encode(bytes, from, length));
            }
            EncodedChunk chunk =
                    object.get()
                            .encode(
                                    digest,
                                    bytes,
                                    from,
                                    length,
                                    () -> encoder.encode(bytes, from, length));
            try {
                return store.write(digest, chunk);
            } catch (StoqException e) {
                if (e.code() != StoqErrorCode.PRECONDITION_FAILED || chunk.base().isEmpty()) {
                    throw e;
                }
                // The base has left in between.
                return store.write(digest, encoder.encode(bytes, from, length));
            }
        });
    }

    /** Returns a chunk's verified bytes, and how many others it needs. */
    private Optional<SimilarChunks.Base> decoded(Digest digest) throws StoqException {
        Optional<SimilarChunks.Base> found = unverified(digest, ChunkStore.MAX_BASES);
        if (found.isPresent()) {
            encoder.verified(digest, found.get().plain());
        }
        return found;
    }

    /** The proof of a chunk is the proof of its bases: with another one it would be another. */
    private Optional<SimilarChunks.Base> unverified(Digest digest, int mostBases)
            throws StoqException {
        Optional<EncodedChunk> stored = stored(digest);
        if (stored.isEmpty()) {
            return Optional.empty();
        }
        EncodedChunk chunk = stored.get();
        if (chunk.base().isEmpty()) {
            return Optional.of(
                    new SimilarChunks.Base(encoder.unverified(chunk), 0, chunk.bytes().length));
        }
        Optional<SimilarChunks.Base> base =
                mostBases == 0 ? Optional.empty() : unverified(chunk.base().get(), mostBases - 1);
        if (base.isEmpty()) {
            return Optional.empty();
        }
        return Optional.of(base.get().with(encoder.unverified(chunk, base.get().plain())));
    }

    /**
     * Checks a chunk that came from a peer, and returns its plain bytes.
     *
     * @throws StoqException INTEGRITY if it is not what its digest says
     */
    byte[] verify(Digest digest, EncodedChunk chunk) throws StoqException {
        return encoder.decode(digest, chunk);
    }

    /** Keeps a chunk that was verified. Returns whether it was new. */
    boolean keepVerified(Digest digest, EncodedChunk chunk, byte[] plain) throws StoqException {
        boolean fresh = withStore(store -> store.write(digest, chunk));
        cache.offer(digest, plain);
        return fresh;
    }

    void sync() throws StoqException {
        withStore(store -> {
            store.sync();
            return true;
        });
    }
}
