package org.stoq.cli.chunk;

import org.stoq.sdk.Digest;

/**
 * What becomes of a chunk that was not there before. This is where another way of storing is
 * plugged in. Belongs to one thread.
 */
@FunctionalInterface
public interface ChunkKeeping {
    /**
     * Returns how many bytes the chunk takes.
     *
     * @param digest of the chunk
     * @param bytes the content; borrowed until it returns
     */
    long keep(Digest digest, byte[] bytes, int from, int length);
}
