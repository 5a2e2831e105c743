package org.stoq.sdk.cache;

import java.util.List;
import java.util.Optional;
import org.osgi.annotation.versioning.ConsumerType;
import org.stoq.sdk.Digest;

/**
 * What a policy remembers about the entries of one cache.
 *
 * <p>Pure state: no threads, clocks or I/O. One thread at a time calls it, never one that serves a
 * request, so a slow policy makes no reader wait; one that throws or stalls is replaced.
 */
@ConsumerType
public interface EvictionOrder {
    /**
     * An entry has entered the cache.
     *
     * @param key the entry, which is not in the cache yet
     * @param weightBytes its size, at least 1
     * @param nowNanos time in nanoseconds, never going backwards, its zero arbitrary
     */
    void admitted(Digest key, int weightBytes, long nowNanos);

    /** An entry in the cache was asked for. */
    void hit(Digest key, long nowNanos);

    /** An entry has left the cache, because {@link #victim} named it or for another reason. */
    void removed(Digest key);

    /**
     * Names the entry to remove next; it stays until {@link #removed}. Empty only if there is none.
     */
    Optional<Digest> victim();

    /**
     * Returns whether a new entry is worth the place of the victim. Asked only when the cache is
     * full. By default every entry is.
     *
     * @param candidate an entry that is not in the cache
     */
    default boolean worthAdmitting(Digest candidate, int weightBytes, long nowNanos) {
        return true;
    }

    /**
     * Returns all entries, coldest first, for the policy that comes after this one.
     *
     * @return a copy, as long as the cache has entries
     */
    List<Digest> coldestFirst();
}
