package org.stoq.chunking;

import org.osgi.service.component.annotations.Component;
import org.stoq.sdk.chunk.ChunkSizes;
import org.stoq.sdk.chunk.Chunker;

/**
 * Content-defined chunking by Rabin fingerprints (Rabin, "Fingerprinting by Random Polynomials",
 * 1981; Muthitacharoen et al., "A Low-bandwidth Network File System", SOSP 2001).
 *
 * <p>A boundary is where the low bits of the fingerprint of the 64 bytes before it are all ones.
 * The polynomial is in docs/spec/chunking.md.
 */
@Component(service = Chunker.class, property = "service.ranking:Integer=50")
public final class RabinChunker implements Chunker {
    /** Irreducible. */
    static final long POLYNOMIAL = 0x3DA3358B4DC173L;

    private static final RabinFingerprint PRINT = new RabinFingerprint(POLYNOMIAL);

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
        int at = from + sizes.minimum();
        while (at < end) {
            int place = PRINT.find(bytes, at, end, sizes.average() - 1L);
            if (place < 0) {
                return end - from;
            }
            if (!Periodicity.recurs(bytes, from, place, sizes.minimum())) {
                return place - from;
            }
            at = place + sizes.minimum();
        }
        return end - from;
    }
}
