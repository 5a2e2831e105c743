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
 * @param deltaChunks those of the chunks that are stored as their difference from another
 * @param deltaPlainBytes bytes of those before compression
 * @param deltaStoredBytes bytes of those as stored, without headers
 */
public record StoreStats(
        long chunks,
        long names,
        long plainBytes,
        long storedBytes,
        long diskBytes,
        long freeBytes,
        boolean full,
        long deltaChunks,
        long deltaPlainBytes,
        long deltaStoredBytes) {
    /** Makes the stats of a store in which every chunk stands alone. */
    public StoreStats(
            long chunks,
            long names,
            long plainBytes,
            long storedBytes,
            long diskBytes,
            long freeBytes,
            boolean full) {
        this(chunks, names, plainBytes, storedBytes, diskBytes, freeBytes, full, 0, 0, 0);
    }
}
