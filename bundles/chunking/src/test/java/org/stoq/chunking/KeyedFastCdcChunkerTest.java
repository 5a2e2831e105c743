package org.stoq.chunking;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;
import org.stoq.sdk.chunk.Chunker;
import org.stoq.testkit.ChunkerContract;
import org.stoq.testkit.SeededBytes;

class KeyedFastCdcChunkerTest extends ChunkerContract {
    @TempDir private Path folder;
    private Chunker chunker = new FastCdcChunker();

    @BeforeEach
    void begin() throws IOException {
        Path file = Files.write(folder.resolve("key"), SeededBytes.random(3, 40));
        chunker = new FastCdcChunker(Map.of("boundary_key", file.toString()));
    }

    @Override
    protected Chunker chunker() {
        return chunker;
    }
}
