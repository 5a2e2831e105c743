package org.stoq.chunking;

import java.util.Map;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.ConfigurationPolicy;
import org.osgi.service.component.annotations.Modified;
import org.stoq.sdk.chunk.ChunkSizes;
import org.stoq.sdk.chunk.Chunker;
import org.stoq.sdk.config.CdnConfig;

/**
 * Content-defined chunking by Rabin fingerprints (Rabin, "Fingerprinting by Random Polynomials",
 * 1981; Muthitacharoen et al., "A Low-bandwidth Network File System", SOSP 2001).
 *
 * <p>A boundary is where the low bits of the fingerprint of the 64 bytes before it are all ones.
 * The polynomial is in docs/spec/chunking.md.
 */
@Component(
        service = Chunker.class,
        property = "service.ranking:Integer=50",
        configurationPid = CdnConfig.PID,
        configurationPolicy = ConfigurationPolicy.REQUIRE)
public final class RabinChunker implements Chunker {
    /** Irreducible. */
    static final long POLYNOMIAL = 0x3DA3358B4DC173L;

    private static final RabinFingerprint PRINT = new RabinFingerprint(POLYNOMIAL);

    /** Replaced as a whole when the key changes; each cut uses one. */
    private volatile RabinFingerprint fingerprint;

    /** Cuts as it is published. */
    public RabinChunker() {
        this(Map.of());
    }

    /**
     * Cuts as configured; OSGi does.
     *
     * @throws IllegalArgumentException if there is no usable secret in the file that is named
     */
    @Activate
    public RabinChunker(Map<String, Object> properties) {
        fingerprint = of(properties);
    }

    /** Takes another key. */
    @Modified
    void modified(Map<String, Object> properties) {
        fingerprint = of(properties);
    }

    private static RabinFingerprint of(Map<String, Object> properties) {
        return BoundaryKey.configured(properties).map(RabinFingerprint::ofKey).orElse(PRINT);
    }

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
        RabinFingerprint print = fingerprint;
        int at = from + sizes.minimum();
        while (at < end) {
            int place = print.find(bytes, at, end, sizes.average() - 1L);
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
