package org.stoq.client.pattern;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * Bytes of which each place of each stream has its own: what is lost, doubled, reordered, or has
 * come from another stream differs from what belongs there.
 *
 * <p>A block of {@value #BLOCK_BYTES} random bytes is read round and round, each lap and each
 * stream from another place on, so that what is sent and what is compared are slices of the block
 * and nothing is computed for each byte. A loss of whole laps is noticed too, unless it is one of
 * 2^20 laps, a tebibyte. Immutable; any thread.
 */
public final class Pattern {
    /** Length of the block, and of a lap. */
    public static final int BLOCK_BYTES = 1 << 20;

    /** The seed where nobody names another. */
    public static final long DEFAULT_SEED = 0x53_54_4F_51;

    // Odd, so that laps and streams meet a place again only after a round of all 2^20.
    private static final long LAP_STEP = 4_099;
    private static final long STREAM_STEP = 65_537;

    private static final long MASK = BLOCK_BYTES - 1L;
    private static final int LAP_SHIFT = 20;

    private final ByteBuffer block;

    /**
     * Computes the block.
     *
     * @param seed what the bytes depend on
     * @param direct whether the bytes lie outside the heap
     */
    public Pattern(long seed, boolean direct) {
        this.block =
                direct ? ByteBuffer.allocateDirect(BLOCK_BYTES) : ByteBuffer.allocate(BLOCK_BYTES);
        block.order(ByteOrder.LITTLE_ENDIAN);
        long state = seed;
        while (block.hasRemaining()) {
            state += 0x9E3779B97F4A7C15L;
            block.putLong(mix(state));
        }
        block.clear();
    }

    /** The output function of SplitMix64 (Steele, Lea, Flood: Fast Splittable PRNGs, 2014). */
    private static long mix(long state) {
        long mixed = (state ^ (state >>> 30)) * 0xBF58476D1CE4E5B9L;
        mixed = (mixed ^ (mixed >>> 27)) * 0x94D049BB133111EBL;
        return mixed ^ (mixed >>> 31);
    }

    /**
     * Returns bytes of a stream from a place on: as many as lie together in the block, up to a
     * limit.
     *
     * @param stream number of the stream
     * @param position place in the stream, 0 or more
     * @param maxBytes the limit, at least 1
     * @return a view of at least one byte, whose position is its caller's; the bytes are for
     *     reading only
     */
    public ByteBuffer at(long stream, long position, int maxBytes) {
        long within = position & MASK;
        long lap = position >>> LAP_SHIFT;
        long place = (stream * STREAM_STEP + lap * LAP_STEP + within) & MASK;
        long together = Math.min(BLOCK_BYTES - within, BLOCK_BYTES - place);
        return block.slice((int) place, (int) Math.min(maxBytes, together));
    }
}
