package org.stoq.sdk.store;

import org.osgi.annotation.versioning.ConsumerType;
import org.stoq.sdk.Digest;
import org.stoq.sdk.StoqException;

/**
 * One garbage collection: keep everything that is needed, then sweep the rest.
 *
 * <p>Chunks that are written, or that {@link ChunkStore#contains} reports, after the collection has
 * begun are kept without being named.
 */
@ConsumerType
public interface StoreCollection extends AutoCloseable {
    /**
     * Keeps a chunk, and with it the bases that it needs. Returns whether it was not yet marked, so
     * that shared trees are walked once.
     */
    boolean keep(Digest digest);

    /**
     * Removes every chunk that is not kept and gives its space back. Blocks for long.
     *
     * @param progress called now and then
     */
    SweepResult sweep(ChunkStore.Progress progress) throws StoqException;

    /** Ends the collection; without a sweep nothing was removed. */
    @Override
    void close();

    /**
     * What a sweep did.
     *
     * @param chunksKept chunks that stay
     * @param chunksRemoved chunks that are gone
     * @param bytesFreed bytes on the disk given back
     */
    record SweepResult(long chunksKept, long chunksRemoved, long bytesFreed) {}
}
