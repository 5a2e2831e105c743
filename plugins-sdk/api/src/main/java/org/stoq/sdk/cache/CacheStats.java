package org.stoq.sdk.cache;

/**
 * Counts and sizes of a cache since it was made.
 *
 * @param hits lookups that found something
 * @param misses lookups that did not
 * @param evictions entries removed to make room
 * @param entries entries now
 * @param bytes bytes now
 * @param capacityBytes bytes at most
 */
public record CacheStats(
        long hits, long misses, long evictions, long entries, long bytes, long capacityBytes) {}
