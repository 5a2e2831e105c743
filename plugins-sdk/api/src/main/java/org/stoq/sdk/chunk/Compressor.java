package org.stoq.sdk.chunk;

import org.osgi.annotation.versioning.ConsumerType;
import org.stoq.sdk.StoqException;
import org.stoq.sdk.strategy.Strategy;

/**
 * A compression algorithm for single chunks. Its name is stored with every chunk that it has
 * compressed, so it must never change its format.
 *
 * <p>Methods never block and are called by many threads at once.
 */
@ConsumerType
public interface Compressor extends Strategy {
    /**
     * Compresses a chunk.
     *
     * @param plain the chunk; borrowed, not changed
     * @param from index of its first byte
     * @param length its length in bytes, 1 to 16 MiB
     * @return the compressed bytes, as a new array
     */
    byte[] compress(byte[] plain, int from, int length);

    /**
     * Decompresses a chunk. Never writes or allocates more than {@code plainLength} bytes for the
     * result, whatever the input claims.
     *
     * @param compressed what {@link #compress} returned, or what a hostile peer made up; borrowed
     * @param plainLength the length that the result must have
     * @return a new array of exactly that length
     * @throws StoqException INTEGRITY if the input is damaged or its result has another length
     */
    byte[] decompress(byte[] compressed, int plainLength) throws StoqException;
}
