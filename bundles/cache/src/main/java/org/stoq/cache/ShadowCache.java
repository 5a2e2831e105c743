package org.stoq.cache;

import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;
import org.stoq.sdk.Digest;
import org.stoq.sdk.cache.CachePolicy;
import org.stoq.sdk.cache.EvictionOrder;

/**
 * A cache without contents: what a policy would have kept, had it been in charge.
 *
 * <p>The policy is told what {@link MemoryChunkCache} tells it, call by call in the same order, but
 * at once and by the caller: a hit, or that an entry has come and what left before to make room for
 * it. An entry that is larger than the cache is passed over. Nothing is random.
 *
 * <p>Belongs to one thread. Whatever the policy throws comes out, and so does an
 * IllegalStateException if it names a victim that is not there, or none of many.
 */
public final class ShadowCache {
    private final CachePolicy policy;
    private final EvictionOrder order;
    private final Map<Digest, Integer> weights = new HashMap<>();
    private final long capacityBytes;
    private long bytes;
    private long evictions;

    /**
     * Creates an empty cache.
     *
     * @param capacityBytes what its entries may weigh together, at least 1
     */
    public ShadowCache(CachePolicy policy, long capacityBytes) {
        if (capacityBytes < 1) {
            throw new IllegalArgumentException("a cache of " + capacityBytes + " bytes");
        }
        this.policy = policy;
        this.capacityBytes = capacityBytes;
        this.order = policy.start(capacityBytes);
    }

    /**
     * Asks for an entry, and lets it in if it is not there.
     *
     * @param weightBytes its size, at least 1; that of an entry which is there does not matter
     * @param nowNanos time, never going backwards
     * @return whether it was there
     */
    public boolean request(Digest key, int weightBytes, long nowNanos) {
        if (weights.containsKey(key)) {
            order.hit(key, nowNanos);
            return true;
        }
        if (weightBytes <= capacityBytes && makeRoom(key, weightBytes, nowNanos)) {
            weights.put(key, weightBytes);
            bytes += weightBytes;
            order.admitted(key, weightBytes, nowNanos);
        }
        return false;
    }

    /** Drops an entry if it is there. */
    public void remove(Digest key) {
        Integer weight = weights.remove(key);
        if (weight != null) {
            bytes -= weight;
            order.removed(key);
        }
    }

    /**
     * Returns a smaller cache of the same policy, with those of the entries that are wanted and
     * fit, in the order that the policy hands over.
     */
    ShadowCache shrunk(long newCapacityBytes, Predicate<Digest> wanted, long nowNanos) {
        ShadowCache smaller = new ShadowCache(policy, newCapacityBytes);
        for (Digest key : order.coldestFirst()) {
            Integer weight = weights.get(key);
            if (weight != null && wanted.test(key)) {
                smaller.request(key, weight, nowNanos);
            }
        }
        return smaller;
    }

    /** Returns how many entries there are. */
    public int entries() {
        return weights.size();
    }

    /** Returns what they weigh together, at most the capacity. */
    public long bytes() {
        return bytes;
    }

    /** Returns how many entries had to leave. */
    public long evictions() {
        return evictions;
    }

    /** Evicts until the newcomer fits. Returns false if it is not worth its place. */
    private boolean makeRoom(Digest key, int weightBytes, long nowNanos) {
        boolean judged = false;
        while (bytes + weightBytes > capacityBytes) {
            Digest victim = victim();
            if (!judged && !order.worthAdmitting(key, weightBytes, nowNanos)) {
                return false;
            }
            judged = true;
            remove(victim);
            evictions++;
        }
        return true;
    }

    private Digest victim() {
        Optional<Digest> victim = order.victim();
        if (victim.isEmpty()) {
            throw new IllegalStateException(
                    "cache policy '%s' names no victim among %d entries"
                            .formatted(policy.name(), weights.size()));
        }
        if (!weights.containsKey(victim.get())) {
            throw new IllegalStateException(
                    "cache policy '%s' names a victim that is not in the cache: %s"
                            .formatted(policy.name(), victim.get()));
        }
        return victim.get();
    }
}
