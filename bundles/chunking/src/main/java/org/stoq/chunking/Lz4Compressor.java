package org.stoq.chunking;

import net.jpountz.lz4.LZ4Compressor;
import net.jpountz.lz4.LZ4Exception;
import net.jpountz.lz4.LZ4Factory;
import net.jpountz.lz4.LZ4SafeDecompressor;
import org.osgi.service.component.annotations.Component;
import org.stoq.sdk.StoqErrorCode;
import org.stoq.sdk.StoqException;
import org.stoq.sdk.chunk.Compressor;

/** LZ4 blocks, decompressed with every bound checked. */
@Component(service = Compressor.class, property = "service.ranking:Integer=50")
public final class Lz4Compressor implements Compressor {
    private final LZ4Compressor compressor = LZ4Factory.fastestInstance().fastCompressor();
    private final LZ4SafeDecompressor decompressor =
            LZ4Factory.fastestInstance().safeDecompressor();

    @Override
    public String name() {
        return "lz4";
    }

    @Override
    public byte[] compress(byte[] plain, int from, int length) {
        return compressor.compress(plain, from, length);
    }

    @Override
    public byte[] decompress(byte[] compressed, int plainLength) throws StoqException {
        byte[] plain = new byte[plainLength];
        int size;
        try {
            size = decompressor.decompress(compressed, 0, compressed.length, plain, 0);
        } catch (LZ4Exception e) {
            throw new StoqException(StoqErrorCode.INTEGRITY, "lz4: " + e.getMessage(), e);
        }
        if (size != plainLength) {
            throw new StoqException(
                    StoqErrorCode.INTEGRITY,
                    "lz4: %d bytes where %d were promised".formatted(size, plainLength));
        }
        return plain;
    }
}
