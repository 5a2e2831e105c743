package org.stoq.sdk.store;

/**
 * Sizes and counts of a store.
 *
 * @param chunks chunks stored
 * @param names names bound
 * @param plainBytes bytes of those chunks before compression
 * @param storedBytes bytes of those chunks as stored, without headers
 * @param diskBytes bytes on the disk, garbage included
 * @param freeBytes bytes that the disk has left
 * @param full whether writes are refused at the moment
 */
public record StoreStats(
        long chunks,
        long names,
        long plainBytes,
        long storedBytes,
        long diskBytes,
        long freeBytes,
        boolean full) {}
