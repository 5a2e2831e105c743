package org.stoq.sdk.cache;

import java.util.Optional;
import org.osgi.annotation.versioning.ProviderType;
import org.stoq.sdk.Digest;

/**
 * Plain, verified chunks in memory. An OSGi service; any thread, never blocks.
 *
 * <p>Arrays are shared, not copied: nobody changes them.
 */
@ProviderType
public interface ChunkCache {
    /** Returns a chunk and counts a hit, or returns nothing and counts a miss. */
    Optional<byte[]> get(Digest digest);

    /** Offers a chunk whose digest was verified; the cache may decline it. */
    void offer(Digest digest, byte[] plain);

    /** Drops a chunk if it is there. */
    void remove(Digest digest);

    /** Returns counts and sizes. */
    CacheStats stats();
}
