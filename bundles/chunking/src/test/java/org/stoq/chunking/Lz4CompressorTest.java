package org.stoq.chunking;

import org.stoq.sdk.chunk.Compressor;
import org.stoq.testkit.CompressorContract;

class Lz4CompressorTest extends CompressorContract {
    @Override
    protected Compressor compressor() {
        return new Lz4Compressor();
    }
}
