package org.stoq.similarity;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.stoq.sdk.Digest;

class SketchTableTest {
    private final Random random = new Random(1);

    @Test
    void aFullTableForgetsTheOldestFirst() {
        SketchTable table = new SketchTable(2_048);
        List<int[]> sketches = new ArrayList<>();
        for (int i = 0; i < 5_000; i++) {
            sketches.add(sketch());
            assertThat(table.add(sketches.getLast(), digest(i))).isTrue();
            assertThat(table.size()).isEqualTo(Math.min(i + 1, 2_048));
        }
        for (int i = 0; i < 5_000 - 2_048; i++) {
            assertThat(table.similar(sketches.get(i), 64)).isEmpty();
        }
        assertThat(missing(table, sketches, 5_000 - 2_048)).isLessThan(20);
        List<Digest> all = new ArrayList<>();
        table.forEach((_, digest) -> all.add(digest));
        assertThat(all).hasSize(2_048).startsWith(digest(2_952)).endsWith(digest(4_999));
    }

    @Test
    void hardlyAnythingIsForgottenWhileTheTableGrows() {
        SketchTable table = new SketchTable(1 << 14);
        List<int[]> sketches = new ArrayList<>();
        for (int i = 0; i < 1 << 14; i++) {
            sketches.add(sketch());
            table.add(sketches.getLast(), digest(i));
        }
        // Those whose eight buckets were all filled up by newer ones.
        assertThat(missing(table, sketches, 0)).isLessThan((1 << 14) / 100);
    }

    @Test
    void theMostFeaturesInCommonWinAndOfEqualsTheOldest() {
        SketchTable table = new SketchTable(1_024);
        int[] sketch = sketch();
        table.add(with(sketch, 3), digest(1));
        table.add(with(sketch, 5), digest(2));
        table.add(with(sketch, 5), digest(3));
        table.add(with(sketch, 4), digest(4));
        assertThat(table.similar(sketch, 64))
                .containsExactly(digest(2), digest(3), digest(4), digest(1));
        assertThat(table.similar(sketch, 1)).containsExactly(digest(2));
        // So it stays when numbers of entries begin anew.
        for (int i = 0; i < 1_020; i++) {
            int[] other = new int[GearSketch.FEATURES];
            other[7] = random.nextInt() | 1;
            table.add(other, digest(100 + i));
        }
        table.add(with(sketch, 5), digest(5));
        assertThat(table.similar(sketch, 64))
                .containsExactly(digest(2), digest(3), digest(5), digest(4));
    }

    @Test
    void manyChunksWithTheSameFeatureLeaveRoomForOthers() {
        SketchTable table = new SketchTable(1 << 14);
        int[] license = sketch();
        for (int i = 0; i < 10_000; i++) {
            int[] sketch = sketch();
            sketch[0] = license[0];
            table.add(sketch, digest(i));
        }
        assertThat(table.similar(license, 64)).hasSize(8).contains(digest(9_999));
        int[] other = sketch();
        table.add(other, digest(20_000));
        assertThat(table.similar(other, 64)).containsExactly(digest(20_000));
    }

    @Test
    void aSketchWithoutFeaturesIsNotTaken() {
        SketchTable table = new SketchTable(1_024);
        assertThat(table.add(new int[GearSketch.FEATURES], digest(1))).isFalse();
        assertThat(table.add(new int[] {1, 2, 3}, digest(1))).isFalse();
        assertThat(table.size()).isZero();
    }

    @Test
    void theSizeIsAPowerOfTwo() {
        for (int wrong : new int[] {Integer.MIN_VALUE, 0, 512, 1_023, 1_025, 3_000}) {
            assertThatThrownBy(() -> new SketchTable(wrong))
                    .isInstanceOf(IllegalArgumentException.class);
        }
    }

    /** Counts the entries from a number on that are not found by their own sketch. */
    private static int missing(SketchTable table, List<int[]> sketches, int from) {
        int missing = 0;
        for (int i = from; i < sketches.size(); i++) {
            missing += table.similar(sketches.get(i), 1).equals(List.of(digest(i))) ? 0 : 1;
        }
        return missing;
    }

    private int[] sketch() {
        int[] sketch = new int[GearSketch.FEATURES];
        for (int i = 0; i < sketch.length; i++) {
            sketch[i] = random.nextInt() | 1;
        }
        return sketch;
    }

    /** Returns another sketch that has so many features in common. */
    private int[] with(int[] sketch, int common) {
        int[] other = Arrays.copyOf(sketch, sketch.length);
        for (int i = common; i < other.length; i++) {
            other[i] = random.nextInt() | 1;
        }
        return other;
    }

    private static Digest digest(int number) {
        return Digest.of(ByteBuffer.allocate(4).putInt(0, number));
    }
}
