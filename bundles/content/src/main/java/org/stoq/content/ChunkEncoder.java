package org.stoq.content;

import java.util.Optional;
import org.stoq.sdk.Digest;
import org.stoq.sdk.StoqErrorCode;
import org.stoq.sdk.StoqException;
import org.stoq.sdk.chunk.CompressionChoice;
import org.stoq.sdk.chunk.Compressor;
import org.stoq.sdk.chunk.DeltaCompressor;
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
    private final StrategySlot<DeltaCompressor> deltas;
    private volatile String mode;

    ChunkEncoder(
            StrategySlot<Compressor> compressors,
            StrategySlot<DeltaCompressor> deltas,
            String mode) {
        this.compressors = compressors;
        this.deltas = deltas;
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
     * Returns the plain bytes of a chunk that stands alone.
     *
     * @throws StoqException INTEGRITY if they are not what the digest says; UNAVAILABLE if the
     *     compressor that made the chunk is not installed
     */
    byte[] decode(Digest digest, EncodedChunk chunk) throws StoqException {
        return verified(digest, unverified(chunk));
    }

    /** Returns the bytes if they are what the digest says. */
    byte[] verified(Digest digest, byte[] plain) throws StoqException {
        if (!Digest.of(plain).equals(digest)) {
            throw new StoqException(
                    StoqErrorCode.INTEGRITY, "the bytes of chunk " + digest + " are not its own");
        }
        return plain;
    }

    /** Decodes a chunk that stands alone, without a proof. */
    byte[] unverified(EncodedChunk chunk) throws StoqException {
        byte[] plain =
                chunk.algorithm().equals(EncodedChunk.PLAIN)
                        ? chunk.bytes()
                        : compressors.call(
                                chunk.algorithm(),
                                c -> c.decompress(chunk.bytes(), chunk.plainLength()));
        return requireLength(chunk, plain);
    }

    /** Decodes a chunk with the help of its base, without a proof. */
    byte[] unverified(EncodedChunk chunk, byte[] base) throws StoqException {
        return requireLength(
                chunk,
                deltas.call(
                        chunk.algorithm(),
                        d -> d.decompress(chunk.bytes(), chunk.plainLength(), base)));
    }

    private static byte[] requireLength(EncodedChunk chunk, byte[] plain) throws StoqException {
        if (plain.length != chunk.plainLength()) {
            throw new StoqException(
                    StoqErrorCode.INTEGRITY,
                    "a chunk of %d bytes where %d were promised"
                            .formatted(plain.length, chunk.plainLength()));
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
