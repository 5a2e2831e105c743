package org.stoq.chunking;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.junit.jupiter.api.Test;
import org.stoq.sdk.StoqException;
import org.stoq.sdk.chunk.Compressor;
import org.stoq.testkit.CompressorContract;
import org.stoq.testkit.SeededBytes;

class ZstdCompressorTest extends CompressorContract {
    @Override
    protected Compressor compressor() {
        return new ZstdCompressor();
    }

    @Test
    void aHigherLevelStoresLessAndEveryLevelIsReadByEach() throws StoqException {
        byte[] plain = SeededBytes.words(1, 200_000);
        ZstdCompressor compressor = new ZstdCompressor(Map.of("zstd_level", 1L));
        byte[] fast = compressor.compress(plain, 0, plain.length);

        compressor.modified(Map.of("zstd_level", 19L));
        byte[] small = compressor.compress(plain, 0, plain.length);

        assertThat(small).hasSizeLessThan(fast.length);
        assertThat(compressor.decompress(fast, plain.length)).isEqualTo(plain);
        assertThat(new ZstdCompressor().decompress(small, plain.length)).isEqualTo(plain);
    }
}
