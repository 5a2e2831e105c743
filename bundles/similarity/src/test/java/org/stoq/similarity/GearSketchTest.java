package org.stoq.similarity;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.stoq.testkit.SeededBytes;

class GearSketchTest {
    @Test
    void aSketchNeverChangesFromOneVersionToTheNext() {
        // The sketches file of a node holds them: other numbers would make it useless.
        assertThat(GearSketch.of(SeededBytes.random(1, 65_536), 0, 65_536))
                .containsExactly(
                        39_031_931,
                        36_501_189,
                        63_075_999,
                        56_668_771,
                        48_473_145,
                        2_433_885,
                        69_589_841,
                        1_581_217);
    }

    @Test
    void everySampleCountsWhereverItLies() {
        // Sketches of overlapping pieces hold all samples but those of windows that are cut off.
        for (int length : new int[] {128, 129, 1_000, 4_097, 70_001}) {
            byte[] bytes = SeededBytes.random(length, length);
            for (int cut = 0; cut + 64 <= length; cut += 61 + length / 50) {
                int[] head = GearSketch.of(bytes, 0, cut + 64);
                int[] tail = GearSketch.of(bytes, cut, length - cut);
                int[] whole = GearSketch.of(bytes, 0, length);
                for (int i = 0; i < GearSketch.FEATURES; i++) {
                    // In its first 63 bytes the tail may have a lesser one of its own.
                    boolean inTail =
                            tail[i] != GearSketch.NONE
                                    && Integer.compareUnsigned(tail[i], whole[i]) <= 0;
                    assertThat(whole[i] == head[i] || inTail).isTrue();
                }
            }
        }
    }

    @Test
    void everyBinOfAnOrdinaryChunkHasAFeature() {
        for (int seed = 0; seed < 50; seed++) {
            assertThat(GearSketch.of(SeededBytes.words(seed, 32_768), 0, 32_768))
                    .doesNotContain(GearSketch.NONE);
        }
    }

    @Test
    void zerosHaveNoMoreThanOneFeature() {
        long features =
                Arrays.stream(GearSketch.of(new byte[1 << 20], 0, 1 << 20))
                        .filter(feature -> feature != GearSketch.NONE)
                        .count();
        assertThat(features).isLessThanOrEqualTo(1);
        assertThat(GearSketch.of(new byte[0], 0, 0)).containsOnly(GearSketch.NONE);
    }

    @Test
    void movedContentKeepsItsFeatures() {
        byte[] content = SeededBytes.random(1, 60_000);
        byte[] moved = SeededBytes.insert(content, 0, SeededBytes.random(2, 5_000));
        int[] before = GearSketch.of(content, 0, content.length);
        int[] after = GearSketch.of(moved, 0, moved.length);
        int common = 0;
        for (int i = 0; i < GearSketch.FEATURES; i++) {
            common += before[i] == after[i] ? 1 : 0;
        }
        assertThat(common).isGreaterThanOrEqualTo(GearSketch.FEATURES - 3);
    }
}
