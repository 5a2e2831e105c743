package org.stoq.similarity;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.stoq.sdk.Digest;
import org.stoq.sdk.chunk.SimilarityIndex;
import org.stoq.testkit.SeededBytes;
import org.stoq.testkit.SimilarityIndexContract;

class SketchIndexTest extends SimilarityIndexContract {
    private static final int CAPACITY = 1_024;

    @TempDir Path folder;

    @Override
    protected SimilarityIndex emptyIndex() {
        return new SketchIndex();
    }

    @Test
    void whatIsRememberedSurvivesARestart() {
        Path file = folder.resolve("new/sketches");
        try (SketchIndex index = new SketchIndex(CAPACITY, file)) {
            remember(index, 0, 300);
        }
        try (SketchIndex index = new SketchIndex(CAPACITY, file)) {
            assertThat(known(index, 0, 300)).isEqualTo(300);
            remember(index, 300, 310);
        }
        try (SketchIndex index = new SketchIndex(CAPACITY, file)) {
            assertThat(known(index, 0, 310)).isEqualTo(310);
        }
    }

    @Test
    void aKilledProcessLosesNoMoreThanTheLastFew() {
        Path file = folder.resolve("sketches");
        // Never closed.
        remember(new SketchIndex(CAPACITY, file), 0, 600);
        try (SketchIndex index = new SketchIndex(CAPACITY, file)) {
            assertThat(known(index, 0, 512)).isEqualTo(512);
        }
    }

    @Test
    void theFileIsWrittenAnewBeforeItHoldsTwiceWhatTheTableDoes() throws IOException {
        Path file = folder.resolve("sketches");
        for (int run = 0; run < 10; run++) {
            try (SketchIndex index = new SketchIndex(CAPACITY, file)) {
                remember(index, 500 * run, 500 * run + 500);
                assertThat(known(index, 500 * run, 500 * run + 500)).isEqualTo(500);
            }
            assertThat(Files.size(file)).isLessThanOrEqualTo(8 + 64 * 2 * CAPACITY);
        }
        assertThat(folder).isDirectoryContaining("glob:**/sketches");
        assertThat(folder.resolve("sketches.new")).doesNotExist();
        try (SketchIndex index = new SketchIndex(CAPACITY, file)) {
            assertThat(known(index, 5_000 - CAPACITY, 5_000)).isGreaterThan(CAPACITY - 20);
            assertThat(known(index, 0, 5_000 - CAPACITY)).isZero();
        }
    }

    @Test
    void aDamagedFileCostsWhatIsDamaged() throws IOException {
        Path file = folder.resolve("sketches");
        try (SketchIndex index = new SketchIndex(CAPACITY, file)) {
            remember(index, 0, 100);
        }
        byte[] good = Files.readAllBytes(file);
        Random random = new Random(1);
        for (int round = 0; round < 200; round++) {
            byte[] bad = Arrays.copyOf(good, random.nextInt(good.length + 200));
            for (int flip = 0; flip < 3 && bad.length > 8; flip++) {
                bad[8 + random.nextInt(bad.length - 8)] ^= (byte) (1 << random.nextInt(8));
            }
            Files.write(file, bad);
            int whole = Math.clamp((bad.length - 8) / 64, 0, 100);
            try (SketchIndex index = new SketchIndex(CAPACITY, file)) {
                assertThat(known(index, 0, whole)).isGreaterThanOrEqualTo(whole - 3);
                remember(index, 1_000, 1_001);
            }
            try (SketchIndex index = new SketchIndex(CAPACITY, file)) {
                assertThat(known(index, 1_000, 1_001)).isEqualTo(1);
            }
        }
        Files.writeString(file, "something else that happens to lie there");
        try (SketchIndex index = new SketchIndex(CAPACITY, file)) {
            remember(index, 0, 1);
        }
        try (SketchIndex index = new SketchIndex(CAPACITY, file)) {
            assertThat(known(index, 0, 1)).isEqualTo(1);
        }
    }

    @Test
    void itServesWithoutAFileThatCannotBeMade() throws IOException {
        Path blocked = Files.writeString(folder.resolve("a file"), "");
        try (SketchIndex index = new SketchIndex(CAPACITY, blocked.resolve("sketches"))) {
            remember(index, 0, 10);
            assertThat(known(index, 0, 10)).isEqualTo(10);
        }
    }

    private static void remember(SketchIndex index, int from, int to) {
        for (int i = from; i < to; i++) {
            index.remember(sketch(i), digest(i));
        }
    }

    private static int known(SketchIndex index, int from, int to) {
        int known = 0;
        for (int i = from; i < to; i++) {
            known += index.similar(sketch(i), 1).equals(List.of(digest(i))) ? 1 : 0;
        }
        return known;
    }

    private static int[] sketch(int seed) {
        Random random = new Random(seed);
        int[] sketch = new int[GearSketch.FEATURES];
        Arrays.setAll(sketch, _ -> random.nextInt() | 1);
        return sketch;
    }

    private static Digest digest(int seed) {
        return Digest.of(SeededBytes.random(seed, 16));
    }
}
