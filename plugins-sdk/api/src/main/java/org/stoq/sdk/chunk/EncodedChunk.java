package org.stoq.sdk.chunk;

/**
 * A chunk as it lies in a store and crosses the wire: compressed or plain.
 *
 * @param algorithm name of the {@link Compressor}, or {@link #PLAIN}
 * @param plainLength length before compression in bytes
 * @param bytes the encoded bytes; not copied, whoever receives them leaves them as they are
 */
public record EncodedChunk(String algorithm, int plainLength, byte[] bytes) {
    /** The algorithm name of a chunk that is not compressed. */
    public static final String PLAIN = "none";

    /** Returns a chunk that is not compressed. */
    public static EncodedChunk plain(byte[] bytes) {
        return new EncodedChunk(PLAIN, bytes.length, bytes);
    }
}
