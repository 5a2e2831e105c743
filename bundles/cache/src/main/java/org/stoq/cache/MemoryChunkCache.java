package org.stoq.cache;

import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.LongAdder;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.ConfigurationPolicy;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Modified;
import org.osgi.service.component.annotations.Reference;
import org.stoq.sdk.Digest;
import org.stoq.sdk.cache.CachePolicy;
import org.stoq.sdk.cache.CacheStats;
import org.stoq.sdk.cache.ChunkCache;
import org.stoq.sdk.config.CdnConfig;
import org.stoq.sdk.config.PluginsConfig;
import org.stoq.sdk.strategy.Strategies;

/**
 * Chunks in memory, at most {@code cdn.memory_cache_size} of them, evicted as the active {@link
 * CachePolicy} says.
 *
 * <p>A chunk is readable as soon as it is offered. The policy hears of it, and of lookups, a little
 * later and on another thread: callers never wait for it. While it cannot keep up, lookups still
 * count but may not reach it, and chunks that find no room are declined. A sixteenth of the memory,
 * or more where that is below a chunk of 1 MiB, is kept for arrivals; larger chunks are declined.
 */
@Component(
        service = ChunkCache.class,
        configurationPid = {CdnConfig.PID, PluginsConfig.PID},
        configurationPolicy = ConfigurationPolicy.REQUIRE)
public final class MemoryChunkCache implements ChunkCache, AutoCloseable {
    private final CacheContents contents;
    private final PolicyKeeper keeper;
    private final LongAdder hits = new LongAdder();
    private final LongAdder misses = new LongAdder();

    /**
     * Creates an empty cache.
     *
     * @param properties both tables of the configuration
     */
    @Activate
    public MemoryChunkCache(@Reference Strategies strategies, Map<String, Object> properties) {
        contents = new CacheContents(memoryBytes(properties));
        keeper =
                new PolicyKeeper(
                        contents,
                        strategies.slot(CachePolicy.class),
                        System::nanoTime,
                        plugins(properties).stallTimeout());
    }

    /** Takes over another size and stall limit; contents stay as far as they fit. */
    @Modified
    public void configure(Map<String, Object> properties) {
        contents.resize(memoryBytes(properties));
        keeper.reconfigure(plugins(properties).stallTimeout());
    }

    @Override
    public Optional<byte[]> get(Digest digest) {
        CacheEntry entry = contents.find(digest);
        if (entry == null) {
            misses.increment();
            return Optional.empty();
        }
        hits.increment();
        if (contents.accessed(digest)) {
            keeper.signal();
        }
        return Optional.of(entry.plain());
    }

    @Override
    public void offer(Digest digest, byte[] plain) {
        if (contents.offer(digest, plain)) {
            keeper.signal();
        }
    }

    @Override
    public void remove(Digest digest) {
        if (contents.remove(digest)) {
            keeper.signal();
        }
    }

    @Override
    public CacheStats stats() {
        return contents.stats(hits.sum(), misses.sum());
    }

    /** Gives the policy back and ends the cache's threads. */
    @Override
    @Deactivate
    public void close() {
        keeper.close();
    }

    private static long memoryBytes(Map<String, Object> properties) {
        return CdnConfig.TABLE.readProperties(properties).memoryCacheSize().bytes();
    }

    private static PluginsConfig plugins(Map<String, Object> properties) {
        return PluginsConfig.TABLE.readProperties(properties);
    }
}
