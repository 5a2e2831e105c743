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
 * FastCDC with normalised chunking (Xia et al., "FastCDC: a Fast and Efficient Content-Defined
 * Chunking Approach for Data Deduplication", USENIX ATC 2016).
 *
 * <p>A Gear hash rolls over the content; a boundary is where its top bits are zero. Before the
 * average size two bits more must be, after it two bits fewer, so the sizes gather around the
 * average. The boundary depends on the 64 bytes before it. The table and the masks are in
 * docs/spec/chunking.md.
 */
@Component(
        service = Chunker.class,
        property = "service.ranking:Integer=100",
        configurationPid = CdnConfig.PID,
        configurationPolicy = ConfigurationPolicy.REQUIRE)
public final class FastCdcChunker implements Chunker {
    /** "STOQgear" in ASCII. */
    static final long SEED = 0x53544F5167656172L;

    private static final Gear GEAR = Gear.ofSeed(SEED);

    /** By how many bits the masks differ from that of the average. */
    private static final int NORMALISATION = 2;

    /** Replaced as a whole when the key changes; each cut uses one. */
    private volatile Gear gear;

    /** Cuts as it is published. */
    public FastCdcChunker() {
        this(Map.of());
    }

    /**
     * Cuts as configured; OSGi does.
     *
     * @throws IllegalArgumentException if there is no usable secret in the file that is named
     */
    @Activate
    public FastCdcChunker(Map<String, Object> properties) {
        gear = of(properties);
    }

    /** Takes another key. */
    @Modified
    void modified(Map<String, Object> properties) {
        gear = of(properties);
    }

    private static Gear of(Map<String, Object> properties) {
        return BoundaryKey.configured(properties).map(Gear::ofKey).orElse(GEAR);
    }

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
        long strict = topBits(bits + NORMALISATION);
        long lenient = topBits(bits - NORMALISATION);
        Gear hash = gear;
        int at = from + sizes.minimum();
        while (at < end) {
            boolean early = at < normal;
            int place = hash.find(bytes, at, early ? normal : end, early ? strict : lenient);
            if (place < 0) {
                at = early ? normal : end;
            } else if (Periodicity.recurs(bytes, from, place, sizes.minimum())) {
                at = place + sizes.minimum();
            } else {
                return place - from;
            }
        }
        return end - from;
    }

    private static long topBits(int count) {
        return -1L << (Long.SIZE - count);
    }
}
