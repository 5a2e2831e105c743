package org.stoq.sdk.chunk;

import java.util.Optional;
import org.osgi.annotation.versioning.ConsumerType;
import org.stoq.sdk.StoqException;
import org.stoq.sdk.strategy.Strategy;

/**
 * Expresses a chunk as its difference from a similar one. Its name is stored with every chunk that
 * it has encoded, so it must never change its format.
 *
 * <p>Methods never block and are called by many threads at once.
 */
@ConsumerType
public interface DeltaCompressor extends Strategy {
    /**
     * Encodes a chunk with the help of another.
     *
     * @param plain the chunk; borrowed, not changed
     * @param from index of its first byte
     * @param length its length in bytes, 1 to 16 MiB
     * @param base the plain bytes of the other chunk; borrowed, not changed
     * @return the difference, as a new array; nothing if this base is of no use to the algorithm
     */
    Optional<byte[]> compress(byte[] plain, int from, int length, byte[] base);

    /**
     * Decodes a chunk. Never writes or allocates more than {@code plainLength} bytes for the
     * result, whatever the input claims. With another base than the chunk was encoded with the
     * result is an error or other bytes: whoever calls this checks the digest.
     *
     * @param compressed what {@link #compress} returned, or what somebody made up; borrowed
     * @param plainLength the length that the result must have
     * @param base the plain bytes of the base; borrowed, not changed
     * @return a new array of exactly that length
     * @throws StoqException INTEGRITY if the input is damaged or its result has another length
     */
    byte[] decompress(byte[] compressed, int plainLength, byte[] base) throws StoqException;
}
