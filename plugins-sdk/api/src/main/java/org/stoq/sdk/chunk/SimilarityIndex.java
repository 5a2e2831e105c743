package org.stoq.sdk.chunk;

import java.util.List;
import org.osgi.annotation.versioning.ConsumerType;
import org.stoq.sdk.Digest;
import org.stoq.sdk.strategy.Strategy;

/**
 * Remembers what chunks look like, and finds those that resemble a new one.
 *
 * <p>What it says is a hint: a chunk that it names may have left the store, or turn out to have
 * little in common. Memory is bounded; what was remembered first is forgotten first. Methods are
 * called by many threads at once and never block for long.
 */
@ConsumerType
public interface SimilarityIndex extends Strategy {
    /**
     * Returns a sketch of a chunk: a few numbers, of which similar chunks have some in common. A
     * pure function of the bytes; what the numbers mean is known to this index only.
     *
     * @param plain the chunk; borrowed, not changed
     * @param from index of its first byte
     * @param length its length in bytes
     */
    int[] sketch(byte[] plain, int from, int length);

    /**
     * Returns chunks that resemble a sketch, the most similar first, each once.
     *
     * @param sketch what {@link #sketch} returned; any array is answered, one of another index with
     *     nothing of use
     * @param limit at most so many, 1 to 64
     */
    List<Digest> similar(int[] sketch, int limit);

    /**
     * Remembers under what sketch to find a chunk.
     *
     * @param sketch what {@link #sketch} returned
     * @param digest the chunk to name to whoever asks with a similar sketch
     */
    void remember(int[] sketch, Digest digest);
}
