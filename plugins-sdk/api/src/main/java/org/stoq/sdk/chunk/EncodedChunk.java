package org.stoq.sdk.chunk;

import java.util.Optional;
import org.stoq.sdk.Digest;

/**
 * A chunk as it lies in a store and crosses the wire: compressed, plain, or as its difference from
 * another chunk.
 *
 * @param algorithm name of the {@link Compressor}, {@link #PLAIN}, or, if there is a base, name of
 *     the {@link DeltaCompressor}
 * @param plainLength length before compression in bytes
 * @param bytes the encoded bytes; not copied, whoever receives them leaves them as they are
 * @param base the chunk whose plain bytes are needed to decode this one; never on the wire
 */
public record EncodedChunk(String algorithm, int plainLength, byte[] bytes, Optional<Digest> base) {
    /** The algorithm name of a chunk that is not compressed. */
    public static final String PLAIN = "none";

    /** Makes a chunk that stands alone. */
    public EncodedChunk(String algorithm, int plainLength, byte[] bytes) {
        this(algorithm, plainLength, bytes, Optional.empty());
    }

    /** Returns a chunk that is not compressed. */
    public static EncodedChunk plain(byte[] bytes) {
        return new EncodedChunk(PLAIN, bytes.length, bytes);
    }
}
