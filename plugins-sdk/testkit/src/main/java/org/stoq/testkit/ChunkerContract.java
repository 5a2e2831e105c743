package org.stoq.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.stoq.sdk.Digest;
import org.stoq.sdk.chunk.ChunkSizes;
import org.stoq.sdk.chunk.Chunker;

/** What every {@link Chunker} must do. */
public abstract class ChunkerContract {
    private static final ChunkSizes SMALL = new ChunkSizes(256, 1_024, 8_192);

    /** Returns the chunker to test. */
    protected abstract Chunker chunker();

    @Test
    protected void chunksHaveTheirSizesAndFillTheObject() {
        byte[] bytes = SeededBytes.random(1, 1 << 20);
        List<Integer> lengths = lengths(bytes, SMALL);
        assertThat(lengths.stream().mapToInt(Integer::intValue).sum()).isEqualTo(bytes.length);
        assertThat(lengths.subList(0, lengths.size() - 1))
                .allMatch(length -> length >= SMALL.minimum() && length <= SMALL.maximum());
        assertThat(lengths.getLast()).isBetween(1, SMALL.maximum());
    }

    @Test
    protected void randomContentComesToTheAverage() {
        byte[] bytes = SeededBytes.random(2, 64 << 20);
        double average = (double) bytes.length / lengths(bytes, ChunkSizes.STANDARD).size();
        assertThat(average / ChunkSizes.STANDARD.average()).isBetween(0.8, 1.25);
    }

    @Test
    protected void shortObjectsAreOneChunk() {
        byte[] bytes = SeededBytes.random(3, SMALL.minimum());
        for (int length = 1; length <= bytes.length; length++) {
            assertThat(chunker().cut(bytes, 0, length, SMALL)).isEqualTo(length);
        }
    }

    @Test
    protected void theCutDependsOnTheContentAlone() {
        byte[] bytes = SeededBytes.random(4, 4 * SMALL.maximum());
        int length = chunker().cut(bytes, 0, bytes.length, SMALL);
        for (int shift : new int[] {1, 7, 64, 1_000}) {
            byte[] shifted = SeededBytes.insert(bytes, 0, new byte[shift]);
            assertThat(chunker().cut(shifted, shift, shifted.length, SMALL)).isEqualTo(length);
        }
        assertThat(chunker().cut(bytes, 0, SMALL.maximum(), SMALL)).isEqualTo(length);
        byte[] otherTail = bytes.clone();
        Arrays.fill(otherTail, length, otherTail.length, (byte) 9);
        assertThat(chunker().cut(otherTail, 0, otherTail.length, SMALL)).isEqualTo(length);
    }

    @Test
    protected void theContentIsLeftAsItIs() {
        byte[] bytes = SeededBytes.words(5, SMALL.maximum());
        byte[] before = bytes.clone();
        chunker().cut(bytes, 0, bytes.length, SMALL);
        assertThat(bytes).isEqualTo(before);
    }

    @Test
    protected void oneInsertedByteLeavesNearlyEverythingShared() {
        byte[] bytes = SeededBytes.random(6, 6 << 20);
        byte[] edited = SeededBytes.insert(bytes, 3 << 20, (byte) 1);
        assertThat(sharedBytes(bytes, edited) / (double) edited.length).isGreaterThan(0.94);
    }

    @Test
    protected void aLocalEditChangesAtMostThreeChunksAsARule() {
        Random random = new Random(7);
        byte[] bytes = SeededBytes.random(8, 4 << 20);
        int within = 0;
        int rounds = 60;
        for (int round = 0; round < rounds; round++) {
            byte[] edited = edit(bytes, random);
            if (newChunks(bytes, edited) <= 3) {
                within++;
            }
        }
        // Where the maximum cuts, or two candidates lie close, an edit may reach one chunk further.
        assertThat(within).isGreaterThanOrEqualTo(rounds * 9 / 10);
    }

    @Test
    protected void contentThatRepeatsItselfIsNotCutAtEveryMinimum() {
        int length = 8 * ChunkSizes.STANDARD.maximum();
        for (int period : new int[] {1, 2, 3, 8, 63, 64, 100, 512, 1_000, 2_048, 3_000, 4_000}) {
            for (long seed = 0; seed < 8; seed++) {
                byte[] bytes =
                        period == 1 && seed == 0
                                ? new byte[length]
                                : SeededBytes.periodic(seed, period, length);
                double average = (double) length / lengths(bytes, ChunkSizes.STANDARD).size();
                assertThat(average)
                        .as("period %d, seed %d", period, seed)
                        .isGreaterThanOrEqualTo(ChunkSizes.STANDARD.average());
            }
        }
    }

    private static byte[] edit(byte[] bytes, Random random) {
        int at = random.nextInt(bytes.length - 64);
        byte[] some = new byte[1 + random.nextInt(32)];
        random.nextBytes(some);
        if (random.nextBoolean()) {
            return SeededBytes.insert(bytes, at, some);
        }
        byte[] edited = bytes.clone();
        System.arraycopy(some, 0, edited, at, some.length);
        return edited;
    }

    private long sharedBytes(byte[] before, byte[] after) {
        Map<Digest, Integer> known = chunks(before);
        return chunks(after).entrySet().stream()
                .filter(chunk -> known.containsKey(chunk.getKey()))
                .mapToLong(Map.Entry::getValue)
                .sum();
    }

    private long newChunks(byte[] before, byte[] after) {
        Map<Digest, Integer> known = chunks(before);
        return chunks(after).keySet().stream().filter(digest -> !known.containsKey(digest)).count();
    }

    private Map<Digest, Integer> chunks(byte[] bytes) {
        Map<Digest, Integer> chunks = new HashMap<>();
        int from = 0;
        for (int length : lengths(bytes, ChunkSizes.STANDARD)) {
            chunks.put(Digest.of(Arrays.copyOfRange(bytes, from, from + length)), length);
            from += length;
        }
        return chunks;
    }

    private List<Integer> lengths(byte[] bytes, ChunkSizes sizes) {
        List<Integer> lengths = new ArrayList<>();
        for (int from = 0; from < bytes.length; from += lengths.getLast()) {
            lengths.add(chunker().cut(bytes, from, bytes.length, sizes));
        }
        return lengths;
    }
}
