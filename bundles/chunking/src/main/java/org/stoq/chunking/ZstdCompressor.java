package org.stoq.chunking;

import com.github.luben.zstd.Zstd;
import com.github.luben.zstd.ZstdException;
import java.util.Arrays;
import java.util.Map;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.ConfigurationPolicy;
import org.osgi.service.component.annotations.Modified;
import org.stoq.sdk.StoqErrorCode;
import org.stoq.sdk.StoqException;
import org.stoq.sdk.chunk.Compressor;
import org.stoq.sdk.config.CdnConfig;

/**
 * Zstandard (RFC 8878), one frame for each chunk, its length in the frame's header. The level is
 * {@code zstd_level}.
 */
@Component(
        service = Compressor.class,
        property = "service.ranking:Integer=100",
        configurationPid = CdnConfig.PID,
        configurationPolicy = ConfigurationPolicy.REQUIRE)
public final class ZstdCompressor implements Compressor {
    /** Each chunk reads it once. */
    private volatile int level;

    /** Compresses at the level that is the default. */
    public ZstdCompressor() {
        this(Map.of());
    }

    /** Compresses as configured; OSGi does. */
    @Activate
    public ZstdCompressor(Map<String, Object> properties) {
        level = CdnConfig.TABLE.readProperties(properties).zstdLevel();
    }

    /** Takes another level, for the chunks that come. */
    @Modified
    void modified(Map<String, Object> properties) {
        level = CdnConfig.TABLE.readProperties(properties).zstdLevel();
    }

    @Override
    public String name() {
        return "zstd";
    }

    @Override
    public byte[] compress(byte[] plain, int from, int length) {
        byte[] target = new byte[Math.toIntExact(Zstd.compressBound(length))];
        long size = Zstd.compressByteArray(target, 0, target.length, plain, from, length, level);
        return Arrays.copyOf(target, (int) size);
    }

    @Override
    public byte[] decompress(byte[] compressed, int plainLength) throws StoqException {
        byte[] plain = new byte[plainLength];
        long size;
        try {
            size =
                    Zstd.decompressByteArray(
                            plain, 0, plain.length, compressed, 0, compressed.length);
        } catch (ZstdException e) {
            throw new StoqException(StoqErrorCode.INTEGRITY, "zstd: " + e.getMessage(), e);
        }
        if (size != plainLength) {
            throw new StoqException(
                    StoqErrorCode.INTEGRITY,
                    "zstd: %d bytes where %d were promised".formatted(size, plainLength));
        }
        return plain;
    }
}
