package org.stoq.content;

import java.util.concurrent.atomic.LongAdder;
import org.stoq.sdk.StoqException;
import org.stoq.sdk.cache.CacheStats;
import org.stoq.sdk.cbor.CborMap;
import org.stoq.sdk.store.ChunkStore;
import org.stoq.sdk.store.StoreStats;

/** What this node has done with content since it was started. Thread-safe. */
final class ContentStats {
    private final LongAdder publishedObjects = new LongAdder();
    private final LongAdder publishedBytes = new LongAdder();
    private final LongAdder servedBytes = new LongAdder();
    private final LongAdder fetchedChunks = new LongAdder();
    private final LongAdder fetchedBytes = new LongAdder();
    private final LongAdder damagedChunks = new LongAdder();

    void published(long bytes) {
        publishedObjects.increment();
        publishedBytes.add(bytes);
    }

    void served(long bytes) {
        servedBytes.add(bytes);
    }

    /** Counts a chunk from a peer by its length on the wire. */
    void fetched(long bytes) {
        fetchedChunks.increment();
        fetchedBytes.add(bytes);
    }

    /** Counts a chunk that the store had to drop. */
    void damaged() {
        damagedChunks.increment();
    }

    /**
     * Returns the results of the method {@code stats} (docs/spec/content.md).
     *
     * @param reservedNames how many names in the store are none of objects
     */
    CborMap toCbor(LocalChunks local, int reservedNames) throws StoqException {
        StoreStats store = local.withStore(ChunkStore::stats);
        CacheStats cache = local.cacheStats();
        return CborMap.builder()
                .put(1, store.names() - reservedNames)
                .put(2, store.chunks())
                .put(3, store.plainBytes())
                .put(4, store.storedBytes())
                .put(5, store.diskBytes())
                .put(6, store.freeBytes())
                .put(7, store.full())
                .put(8, cache.hits())
                .put(9, cache.misses())
                .put(10, cache.evictions())
                .put(11, cache.entries())
                .put(12, cache.bytes())
                .put(13, cache.capacityBytes())
                .put(14, publishedObjects.sum())
                .put(15, publishedBytes.sum())
                .put(16, servedBytes.sum())
                .put(17, fetchedChunks.sum())
                .put(18, fetchedBytes.sum())
                .put(19, damagedChunks.sum())
                .put(20, store.deltaChunks())
                .put(21, store.deltaPlainBytes())
                .put(22, store.deltaStoredBytes())
                .build();
    }
}
