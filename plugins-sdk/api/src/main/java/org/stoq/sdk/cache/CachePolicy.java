package org.stoq.sdk.cache;

import org.osgi.annotation.versioning.ConsumerType;
import org.stoq.sdk.strategy.Strategy;

/** Decides what leaves a full cache: LRU, LFU, or what you write. */
@ConsumerType
public interface CachePolicy extends Strategy {
    /**
     * Makes the state for one cache. Called when the policy becomes active, once per cache; the
     * entries that are already cached then follow by {@link EvictionOrder#admitted}, coldest first.
     *
     * @param capacityBytes how much the cache holds, at least 1
     */
    EvictionOrder start(long capacityBytes);
}
