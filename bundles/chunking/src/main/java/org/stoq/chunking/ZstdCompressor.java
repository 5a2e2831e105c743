package org.stoq.chunking;

import com.github.luben.zstd.Zstd;
import com.github.luben.zstd.ZstdException;
import java.util.Arrays;
import org.osgi.service.component.annotations.Component;
import org.stoq.sdk.StoqErrorCode;
import org.stoq.sdk.StoqException;
import org.stoq.sdk.chunk.Compressor;

/** Zstandard (RFC 8878) at level 3, one frame for each chunk, its length in the frame's header. */
@Component(service = Compressor.class, property = "service.ranking:Integer=100")
public final class ZstdCompressor implements Compressor {
    private static final int LEVEL = 3;

    @Override
    public String name() {
        return "zstd";
    }

    @Override
    public byte[] compress(byte[] plain, int from, int length) {
        byte[] target = new byte[Math.toIntExact(Zstd.compressBound(length))];
        long size = Zstd.compressByteArray(target, 0, target.length, plain, from, length, LEVEL);
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
