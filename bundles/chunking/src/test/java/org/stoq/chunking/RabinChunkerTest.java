package org.stoq.chunking;

import org.stoq.sdk.chunk.Chunker;
import org.stoq.testkit.ChunkerContract;

class RabinChunkerTest extends ChunkerContract {
    @Override
    protected Chunker chunker() {
        return new RabinChunker();
    }
}
