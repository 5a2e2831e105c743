package org.stoq.sdk.chunk;

import java.util.Arrays;
import java.util.Optional;

/**
 * How a chunk is compressed: as it was said, or by whatever pays.
 *
 * <p>In the mode {@link #AUTO} a sample of each chunk is compressed with lz4, which costs a tenth
 * of the whole: content that does not shrink is left plain, the rest goes to zstd, unless zstd
 * gains next to nothing over lz4 on the sample. Thread-safe.
 */
public final class CompressionChoice {
    /** The mode that chooses per chunk. */
    public static final String AUTO = "auto";

    private static final int SAMPLE_BYTES = 8 << 10;
    private static final String FAST = "lz4";
    private static final String STRONG = "zstd";

    /** What a compressed form may be at most, in hundredths of the plain one, to be worth it. */
    private static final int WORTHWHILE_PERCENT = 95;

    private final Compressing compressing;

    /** Compresses by the name of a {@link Compressor}. */
    @FunctionalInterface
    public interface Compressing {
        /**
         * Returns the compressed bytes; nothing where that compressor is not there or fails.
         *
         * @param name of the compressor
         * @param bytes the content; borrowed, not changed
         */
        Optional<byte[]> compress(String name, byte[] bytes, int from, int length);
    }

    /** Creates a choice among the compressors that are reached so. */
    public CompressionChoice(Compressing compressing) {
        this.compressing = compressing;
    }

    /**
     * Returns the chunk as it is to be stored: plain where no compressor is there or pays.
     *
     * @param mode {@link #AUTO}, {@link EncodedChunk#PLAIN} or the name of a compressor
     */
    public EncodedChunk encode(String mode, byte[] bytes, int from, int length) {
        String chosen = mode.equals(AUTO) ? choose(bytes, from, length) : mode;
        if (!chosen.equals(EncodedChunk.PLAIN)) {
            Optional<byte[]> compressed = compressing.compress(chosen, bytes, from, length);
            if (compressed.isPresent() && pays(compressed.get().length, length)) {
                return new EncodedChunk(chosen, length, compressed.get());
            }
        }
        return EncodedChunk.plain(Arrays.copyOfRange(bytes, from, from + length));
    }

    private String choose(byte[] bytes, int from, int length) {
        // From the middle: the first bytes of a file are often a header unlike the rest.
        int sample = Math.min(SAMPLE_BYTES, length);
        int at = from + (length - sample) / 2;
        Optional<byte[]> fast = compressing.compress(FAST, bytes, at, sample);
        if (fast.isPresent() && !pays(fast.get().length, sample)) {
            return EncodedChunk.PLAIN;
        }
        Optional<byte[]> strong = compressing.compress(STRONG, bytes, at, sample);
        if (strong.isEmpty()) {
            return fast.isPresent() ? FAST : EncodedChunk.PLAIN;
        }
        int rival = fast.map(compressed -> compressed.length).orElse(sample);
        return pays(strong.get().length, rival) ? STRONG : FAST;
    }

    private static boolean pays(int compressed, int plain) {
        return compressed * 100L <= (long) plain * WORTHWHILE_PERCENT;
    }
}
