package org.stoq.chunking;

import org.osgi.service.component.annotations.Component;
import org.stoq.sdk.chunk.ChunkSizes;
import org.stoq.sdk.chunk.Chunker;

/**
 * Content-defined chunking by Rabin fingerprints (Rabin, "Fingerprinting by Random Polynomials",
 * 1981; Muthitacharoen et al., "A Low-bandwidth Network File System", SOSP 2001).
 *
 * <p>The fingerprint is the content of a window of 64 bytes, read as a polynomial over GF(2),
 * modulo an irreducible polynomial of degree 53. It rolls: what the byte that leaves had
 * contributed is subtracted by table. A boundary is where the low bits are all ones.
 */
@Component(service = Chunker.class, property = "service.ranking:Integer=50")
public final class RabinChunker implements Chunker {
    static final int WINDOW = 64;

    /** Irreducible, of degree 53. */
    static final long POLYNOMIAL = 0x3DA3358B4DC173L;

    private static final int DEGREE = 53;
    private static final long[] LEAVING = leaving();
    private static final long[] REDUCTION = reduction();

    @Override
    public String name() {
        return "rabin";
    }

    @Override
    public int cut(byte[] bytes, int from, int to, ChunkSizes sizes) {
        int available = to - from;
        if (available <= sizes.minimum()) {
            return available;
        }
        int end = from + Math.min(available, sizes.maximum());
        long mask = sizes.average() - 1L;
        long print = 0;
        int at = from + sizes.minimum() - WINDOW;
        for (int warm = from + sizes.minimum(); at < warm; at++) {
            print = append(print, bytes[at]);
        }
        while (at < end) {
            print = append(print ^ LEAVING[bytes[at - WINDOW] & 0xFF], bytes[at]);
            at++;
            if ((print & mask) == mask && !Periodicity.recurs(bytes, at, sizes.minimum())) {
                return at - from;
            }
        }
        return end - from;
    }

    /** Returns the fingerprint with one byte more behind it. */
    static long append(long print, byte next) {
        int high = (int) (print >>> (DEGREE - 8));
        return (((print << 8) | (next & 0xFF)) & ((1L << DEGREE) - 1)) ^ REDUCTION[high];
    }

    /** What each byte contributes to a fingerprint at the far end of the window. */
    private static long[] leaving() {
        long[] table = new long[256];
        for (int value = 0; value < 256; value++) {
            long contribution = value;
            for (int i = 0; i < 8 * (WINDOW - 1); i++) {
                contribution = timesX(contribution);
            }
            table[value] = contribution;
        }
        return table;
    }

    /** What the eight bits that leave the top become modulo the polynomial. */
    private static long[] reduction() {
        long[] table = new long[256];
        for (int high = 0; high < 256; high++) {
            long value = high;
            for (int i = 0; i < DEGREE; i++) {
                value = timesX(value);
            }
            table[high] = value;
        }
        return table;
    }

    private static long timesX(long value) {
        long doubled = value << 1;
        return (doubled >>> DEGREE & 1) == 1 ? doubled ^ POLYNOMIAL : doubled;
    }
}
