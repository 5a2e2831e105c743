package org.stoq.sdk.chunk;

import org.osgi.annotation.versioning.ConsumerType;
import org.stoq.sdk.strategy.Strategy;

/**
 * Content-defined chunking: finds boundaries that depend on the bytes around them, so that a local
 * edit moves only the boundaries next to it.
 *
 * <p>A pure function of the bytes: no state between calls, so a chunker can be swapped between any
 * two chunks.
 */
@ConsumerType
public interface Chunker extends Strategy {
    /**
     * Returns the length of the chunk that begins at {@code from}. Never blocks; many threads at
     * once.
     *
     * @param bytes the content; borrowed, not changed
     * @param from where the chunk begins
     * @param to where the bytes that are there end: at least {@code sizes.maximum()} behind {@code
     *     from}, or at the end of the object or of one of its parts ({@link ArchiveParts}); always
     *     behind {@code from}
     * @param sizes the sizes to keep
     * @return 1 to {@code min(sizes.maximum(), to - from)}; at least {@code sizes.minimum()} where
     *     so many bytes are there
     */
    int cut(byte[] bytes, int from, int to, ChunkSizes sizes);
}
