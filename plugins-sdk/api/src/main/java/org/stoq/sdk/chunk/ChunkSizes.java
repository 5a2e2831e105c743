package org.stoq.sdk.chunk;

/**
 * The sizes between which a chunker cuts, in bytes.
 *
 * @param minimum no chunk but an object's last is shorter
 * @param average what the chunks of random content come to; a power of two
 * @param maximum no chunk is longer
 */
public record ChunkSizes(int minimum, int average, int maximum) {
    /** The sizes of decision 15: 4 KiB, 64 KiB, 1 MiB. */
    public static final ChunkSizes STANDARD = new ChunkSizes(4 << 10, 64 << 10, 1 << 20);

    /**
     * Checks that 64 <= minimum < average < maximum <= 16 MiB and that average is a power of two.
     */
    public ChunkSizes {
        if (minimum < 64
                || minimum >= average
                || average >= maximum
                || maximum > 16 << 20
                || Integer.bitCount(average) != 1) {
            throw new IllegalArgumentException(
                    "chunk sizes " + minimum + ", " + average + ", " + maximum);
        }
    }
}
