package org.stoq.chunking;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.stoq.sdk.chunk.ChunkSizes;
import org.stoq.sdk.chunk.Chunker;
import org.stoq.testkit.ChunkerContract;
import org.stoq.testkit.SeededBytes;

class FastCdcChunkerTest extends ChunkerContract {
    @Override
    protected Chunker chunker() {
        return new FastCdcChunker();
    }

    @Test
    void contentThatRecursIsCutAtTheMaximumHoweverManyPlacesAsk() {
        byte[] bytes = AskingBytes.everywhere(2 << 20);
        assertThat(chunker().cut(bytes, 0, bytes.length, ChunkSizes.STANDARD))
                .isEqualTo(ChunkSizes.STANDARD.maximum());
    }

    @Test
    void thePatternAsksEverywhereAndIsCutAtOnceWhereItDoesNotRecur() {
        // Without this the test above would pass with content that asks nowhere.
        byte[] bytes = AskingBytes.pattern(8_000);
        assertThat(chunker().cut(bytes, 0, bytes.length, ChunkSizes.STANDARD))
                .isBetween(4_097, 4_200);
    }

    @Test
    void behindARefusedPlaceTheNextIsSoughtAgain() {
        byte[] asking = AskingBytes.everywhere(20_000);
        byte[] bytes = SeededBytes.insert(SeededBytes.random(1, 1 << 20), 0, asking);
        int length = chunker().cut(bytes, 0, bytes.length, ChunkSizes.STANDARD);
        assertThat(length).isGreaterThan(asking.length).isLessThan(ChunkSizes.STANDARD.maximum());
    }
}
