package org.stoq.chunking;

import org.osgi.service.component.annotations.Component;
import org.stoq.sdk.chunk.ChunkSizes;
import org.stoq.sdk.chunk.Chunker;

/**
 * FastCDC with normalised chunking (Xia et al., "FastCDC: a Fast and Efficient Content-Defined
 * Chunking Approach for Data Deduplication", USENIX ATC 2016).
 *
 * <p>A Gear hash rolls over the content; a boundary is where its top bits are zero. Before the
 * average size two bits more must be, after it two bits fewer, so the sizes gather around the
 * average. The boundary depends on the 64 bytes before it. The table and the masks are in
 * docs/spec/chunking.md.
 */
@Component(service = Chunker.class, property = "service.ranking:Integer=100")
public final class FastCdcChunker implements Chunker {
    private static final long[] GEAR = gear();

    /** By how many bits the masks differ from that of the average. */
    private static final int NORMALISATION = 2;

    @Override
    public String name() {
        return "fastcdc";
    }

    @Override
    public int cut(byte[] bytes, int from, int to, ChunkSizes sizes) {
        int available = to - from;
        if (available <= sizes.minimum()) {
            return available;
        }
        int end = from + Math.min(available, sizes.maximum());
        int normal = Math.min(end, from + sizes.average());
        int bits = Integer.numberOfTrailingZeros(sizes.average());
        int at = from + sizes.minimum() - Long.SIZE;
        long hash = 0;
        for (int warm = from + sizes.minimum(); at < warm; at++) {
            hash = (hash << 1) + GEAR[bytes[at] & 0xFF];
        }
        long mask = topBits(bits + NORMALISATION);
        while (at < end) {
            if (at == normal) {
                mask = topBits(bits - NORMALISATION);
            }
            int stop = at < normal ? normal : end;
            while (at < stop) {
                hash = (hash << 1) + GEAR[bytes[at++] & 0xFF];
                if ((hash & mask) == 0 && !Periodicity.recurs(bytes, at, sizes.minimum())) {
                    return at - from;
                }
            }
        }
        return end - from;
    }

    private static long topBits(int count) {
        return -1L << (Long.SIZE - count);
    }

    /** SplitMix64 (Steele et al., 2014) from the seed "STOQgear" in ASCII. */
    private static long[] gear() {
        long[] table = new long[256];
        long state = 0x53544F5167656172L;
        for (int i = 0; i < table.length; i++) {
            state += 0x9E3779B97F4A7C15L;
            long z = state;
            z = (z ^ z >>> 30) * 0xBF58476D1CE4E5B9L;
            z = (z ^ z >>> 27) * 0x94D049BB133111EBL;
            table[i] = z ^ z >>> 31;
        }
        return table;
    }
}
