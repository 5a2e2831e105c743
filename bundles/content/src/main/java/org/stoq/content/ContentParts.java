package org.stoq.content;

import java.time.InstantSource;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import org.stoq.sdk.cache.ChunkCache;
import org.stoq.sdk.chunk.Compressor;
import org.stoq.sdk.chunk.DeltaCompressor;
import org.stoq.sdk.chunk.SimilarityIndex;
import org.stoq.sdk.config.CdnConfig;
import org.stoq.sdk.cose.Signer;
import org.stoq.sdk.node.Peers;
import org.stoq.sdk.routing.Routes;
import org.stoq.sdk.store.ChunkStore;
import org.stoq.sdk.strategy.Strategies;

/**
 * The parts of the content network of one node, each knowing those that it needs.
 *
 * @param local chunks on this node
 * @param catalog names on this node
 * @param fetcher gets chunks from peers
 * @param reader turns manifests into bytes
 * @param gossip spreads manifests
 * @param collector removes what nobody needs
 * @param cacheLimit removes what is over {@code cdn.cache_size}
 * @param replicator has others hold what is published here
 * @param purges what was purged
 * @param sweep unbinds what was purged
 * @param staleness asks publishers after soft purges
 * @param holders who has announced what
 * @param foreign what is here of other nodes' content
 * @param peers the connected nodes
 * @param encoder compresses
 * @param similar finds what new chunks can be expressed by
 * @param stats counts
 * @param tasks every thread that was started here
 */
record ContentParts(
        LocalChunks local,
        Catalog catalog,
        ChunkFetcher fetcher,
        ObjectReader reader,
        NameGossip gossip,
        Collector collector,
        CacheLimit cacheLimit,
        Replicator replicator,
        PurgeLedger purges,
        PurgeSweep sweep,
        Staleness staleness,
        HolderMap holders,
        ForeignObjects foreign,
        Peers peers,
        ChunkEncoder encoder,
        SimilarContent similar,
        ContentStats stats,
        TaskGroup tasks)
        implements AutoCloseable {
    /** Puts the parts together; no thread runs yet. */
    static ContentParts assemble(
            Strategies strategies,
            Signer self,
            Peers peers,
            Routes routes,
            ChunkCache cache,
            CdnConfig config,
            InstantSource clock) {
        TaskGroup tasks = new TaskGroup();
        ContentStats stats = new ContentStats();
        ReentrantReadWriteLock gate = new ReentrantReadWriteLock();
        ChunkEncoder encoder =
                new ChunkEncoder(
                        strategies.slot(Compressor.class),
                        strategies.slot(DeltaCompressor.class),
                        config.compression());
        SimilarContent similar =
                new SimilarContent(
                        strategies.slot(SimilarityIndex.class),
                        strategies.slot(DeltaCompressor.class),
                        config.similarity());
        LocalChunks local =
                new LocalChunks(cache, strategies.slot(ChunkStore.class), encoder, similar, stats);
        PurgeLedger purges = new PurgeLedger(local, clock, gate.readLock());
        Catalog catalog = new Catalog(local, purges, self, clock, gate.readLock());
        HolderMap holders = new HolderMap();
        HolderChoice choice = new HolderChoice(peers, routes, holders, catalog, clock);
        ForeignObjects foreign = new ForeignObjects();
        ChunkFetcher fetcher =
                new ChunkFetcher(
                        local,
                        choice,
                        (manifest, wireBytes, plainBytes) -> {
                            stats.fetched(wireBytes);
                            Optional<Catalog.Entry> entry = catalog.byDigest(manifest);
                            if (entry.isPresent() && !catalog.isOwn(entry.get().manifest())) {
                                foreign.arrived(manifest, plainBytes);
                            }
                        },
                        tasks);
        Collector collector = new Collector(local, catalog, fetcher, clock, gate);
        // For as long as the parts live: purges are no objects, and no name of one leads to them.
        collector.pin(purges::needed);
        PurgeSweep sweep = new PurgeSweep(catalog, purges, tasks);
        NameGossip gossip =
                new NameGossip(catalog, local, peers, holders, self, clock, purges, sweep, tasks);
        return new ContentParts(
                local,
                catalog,
                fetcher,
                new ObjectReader(local, fetcher, tasks),
                gossip,
                collector,
                new CacheLimit(
                        foreign, local, catalog, collector, tasks, config.cacheSize().bytes()),
                new Replicator(choice, catalog, tasks, config.replicationFactor()),
                purges,
                sweep,
                new Staleness(purges, catalog, gossip, peers),
                holders,
                foreign,
                peers,
                encoder,
                similar,
                stats,
                tasks);
    }

    /** Applies settings to what is running. */
    void apply(CdnConfig config) {
        encoder.mode(config.compression());
        similar.enable(config.similarity());
        cacheLimit.limit(config.cacheSize().bytes());
        replicator.factor(config.replicationFactor());
    }

    /** Ends every thread that was started here, and waits for them for some seconds. */
    @Override
    public void close() {
        tasks.close();
    }
}
