package org.stoq.cli.chunk;

import java.io.IOException;
import org.stoq.sdk.Digest;

/** What becomes of a chunk that was not there before. Belongs to one thread. */
@FunctionalInterface
public interface ChunkKeeping {
    /** The chunks that follow are those of another object. */
    default void objectBegins() {}

    /**
     * Returns how many bytes the chunk takes.
     *
     * @param digest of the chunk
     * @param bytes the content; borrowed until it returns
     * @throws IOException if it needs room that is not there
     */
    long keep(Digest digest, byte[] bytes, int from, int length) throws IOException;
}
