package org.stoq.content;

import java.util.Optional;
import org.stoq.sdk.Digest;
import org.stoq.sdk.StoqErrorCode;
import org.stoq.sdk.StoqException;
import org.stoq.sdk.chunk.CompressionChoice;
import org.stoq.sdk.chunk.Compressor;
import org.stoq.sdk.chunk.EncodedChunk;
import org.stoq.sdk.strategy.StrategySlot;

/**
 * Compresses chunks where that pays, and undoes it with proof. Thread-safe: the mode is one field
 * that each chunk reads.
 */
final class ChunkEncoder {
    private static final System.Logger LOG = System.getLogger(ChunkEncoder.class.getName());

    private final StrategySlot<Compressor> compressors;
    private final CompressionChoice choice = new CompressionChoice(this::compress);
    private volatile String mode;

    ChunkEncoder(StrategySlot<Compressor> compressors, String mode) {
        this.compressors = compressors;
        this.mode = mode;
    }

    /**
     * Sets {@link CompressionChoice#AUTO}, {@link EncodedChunk#PLAIN} or the name of a compressor.
     */
    void mode(String mode) {
        this.mode = mode;
    }

    /** Returns the chunk as it is to be stored: plain where no compressor is there or pays. */
    EncodedChunk encode(byte[] bytes, int from, int length) {
        return choice.encode(mode, bytes, from, length);
    }

    /**
     * Returns the plain bytes.
     *
     * @throws StoqException INTEGRITY if they are not what the digest says; UNAVAILABLE if the
     *     compressor that made the chunk is not installed
     */
    byte[] decode(Digest digest, EncodedChunk chunk) throws StoqException {
        byte[] plain =
                chunk.algorithm().equals(EncodedChunk.PLAIN)
                        ? chunk.bytes()
                        : compressors.call(
                                chunk.algorithm(),
                                c -> c.decompress(chunk.bytes(), chunk.plainLength()));
        if (plain.length != chunk.plainLength() || !Digest.of(plain).equals(digest)) {
            throw new StoqException(
                    StoqErrorCode.INTEGRITY, "the bytes of chunk " + digest + " are not its own");
        }
        return plain;
    }

    /**
     * Compresses; nothing where the compressor is not installed or fails: content is kept anyway.
     */
    private Optional<byte[]> compress(String name, byte[] bytes, int from, int length) {
        try {
            return Optional.of(compressors.call(name, c -> c.compress(bytes, from, length)));
        } catch (StoqException e) {
            LOG.log(System.Logger.Level.DEBUG, "a chunk stays plain: {0}", e.getMessage());
            return Optional.empty();
        }
    }
}
