package org.stoq.chunking;

import org.stoq.sdk.chunk.Compressor;
import org.stoq.testkit.CompressorContract;

class ZstdCompressorTest extends CompressorContract {
    @Override
    protected Compressor compressor() {
        return new ZstdCompressor();
    }
}
