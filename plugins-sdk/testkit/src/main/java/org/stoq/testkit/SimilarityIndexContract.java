package org.stoq.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.stoq.sdk.Digest;
import org.stoq.sdk.chunk.SimilarityIndex;

/** What every {@link SimilarityIndex} must do. */
public abstract class SimilarityIndexContract {
    private static final int LENGTH = 64 << 10;

    private SimilarityIndex index;

    /** Makes the contract; each test gets an index of its own. */
    @SuppressWarnings("NullAway.Init") // begin() runs before every test
    protected SimilarityIndexContract() {}

    /** Returns an empty index; called once for each test. */
    protected abstract SimilarityIndex emptyIndex() throws Exception;

    @BeforeEach
    void begin() throws Exception {
        index = emptyIndex();
    }

    @Test
    protected void anEmptyIndexFindsNothing() {
        assertThat(index.similar(sketch(SeededBytes.words(1, LENGTH)), 64)).isEmpty();
    }

    @Test
    protected void aSketchDependsOnTheRangeOnlyAndChangesNothing() {
        byte[] bytes = SeededBytes.random(1, LENGTH);
        byte[] before = bytes.clone();
        int[] sketch = index.sketch(bytes, 1_000, 30_000);
        assertThat(bytes).isEqualTo(before);
        assertThat(index.sketch(Arrays.copyOfRange(bytes, 1_000, 31_000), 0, 30_000))
                .isEqualTo(sketch);
        assertThat(index.sketch(bytes, 1_000, 30_000)).isEqualTo(sketch);
    }

    @Test
    protected void aChunkIsFoundAfterAFewEdits() {
        List<Digest> digests = new ArrayList<>();
        for (int i = 0; i < 200; i++) {
            byte[] bytes = SeededBytes.random(i, LENGTH);
            digests.add(Digest.of(bytes));
            index.remember(sketch(bytes), digests.getLast());
        }
        Random random = new Random(1);
        int found = 0;
        for (int i = 0; i < 200; i++) {
            byte[] edited = SeededBytes.random(i, LENGTH);
            for (int edit = 0; edit < 5; edit++) {
                byte[] inserted = new byte[1 + random.nextInt(40)];
                random.nextBytes(inserted);
                edited = SeededBytes.insert(edited, random.nextInt(edited.length), inserted);
            }
            List<Digest> similar = index.similar(sketch(edited), 1);
            found += similar.equals(List.of(digests.get(i))) ? 1 : 0;
        }
        // An edit spoils what is sampled around it: of five in 64 KiB hardly anything.
        assertThat(found).isGreaterThan(190);
    }

    @Test
    protected void unlikeChunksAreHardlyEverNamed() {
        for (int i = 0; i < 200; i++) {
            index.remember(sketch(SeededBytes.random(i, LENGTH)), Digest.of(new byte[] {(byte) i}));
        }
        int named = 0;
        for (int i = 0; i < 200; i++) {
            named += index.similar(sketch(SeededBytes.random(1_000 + i, LENGTH)), 1).size();
        }
        assertThat(named).isLessThan(5);
    }

    @Test
    protected void eachChunkIsNamedOnceAndNoMoreThanAskedFor() {
        byte[] bytes = SeededBytes.words(1, LENGTH);
        Digest digest = Digest.of(bytes);
        index.remember(sketch(bytes), digest);
        index.remember(sketch(bytes), digest);
        assertThat(index.similar(sketch(bytes), 64)).containsExactly(digest);
        Digest other = Digest.of(new byte[1]);
        index.remember(sketch(bytes), other);
        assertThat(index.similar(sketch(bytes), 64)).containsExactlyInAnyOrder(digest, other);
        assertThat(index.similar(sketch(bytes), 1)).hasSize(1);
    }

    @Test
    protected void degenerateContentHasASketchToo() {
        for (int length : new int[] {0, 1, 63, 64, 65, 1_000, 1 << 20}) {
            for (byte[] bytes :
                    List.of(
                            new byte[length],
                            SeededBytes.periodic(1, 1, length),
                            SeededBytes.periodic(2, 7, length),
                            SeededBytes.random(3, length))) {
                int[] sketch = sketch(bytes);
                index.remember(sketch, Digest.of(bytes));
                assertThat(index.similar(sketch, 64)).hasSizeLessThanOrEqualTo(64);
            }
        }
    }

    @Test
    protected void aSketchOfAnotherIndexFindsNothing() {
        index.remember(sketch(SeededBytes.words(1, LENGTH)), Digest.of(new byte[1]));
        for (int length : new int[] {0, 1, 7, 1_000}) {
            int[] foreign = new int[length];
            Arrays.fill(foreign, 0x1234_5678);
            assertThat(index.similar(foreign, 64)).isEmpty();
            index.remember(foreign, Digest.of(new byte[2]));
        }
    }

    @Test
    protected void manyThreadsUseItAtOnce() throws Exception {
        List<Future<Integer>> results = new ArrayList<>();
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            for (int thread = 0; thread < 8; thread++) {
                int seed = thread;
                results.add(
                        threads.submit(() -> {
                            int found = 0;
                            for (int i = 0; i < 100; i++) {
                                byte[] bytes = SeededBytes.random(100L * seed + i, 8_192);
                                Digest digest = Digest.of(bytes);
                                index.remember(sketch(bytes), digest);
                                found += index.similar(sketch(bytes), 64).contains(digest) ? 1 : 0;
                            }
                            return found;
                        }));
            }
        }
        for (Future<Integer> result : results) {
            assertThat(result.get()).isEqualTo(100);
        }
    }

    private int[] sketch(byte[] bytes) {
        return index.sketch(bytes, 0, bytes.length);
    }
}
