package org.stoq.chunking;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.stoq.testkit.SeededBytes;

class PeriodicityTest {
    private static final int FURTHEST = 4_096;
    private static final int LENGTH = FURTHEST + Periodicity.WINDOW;

    @Test
    void everyPeriodIsSeenUpToTheFurthest() {
        for (int period = 1; period <= FURTHEST; period++) {
            byte[] bytes = SeededBytes.periodic(period, period, LENGTH);
            assertThat(Periodicity.recurs(bytes, 0, LENGTH, FURTHEST))
                    .as("period %d", period)
                    .isTrue();
        }
        byte[] bytes = SeededBytes.periodic(1, FURTHEST + 1, LENGTH + 1);
        assertThat(Periodicity.recurs(bytes, 0, LENGTH + 1, FURTHEST)).isFalse();
        assertThat(Periodicity.recurs(bytes, 0, LENGTH + 1, FURTHEST + 1)).isTrue();
    }

    @Test
    void aSingleByteThatDiffersInTheWindowMakesItNew() {
        for (int changed = 1; changed <= Periodicity.WINDOW; changed++) {
            byte[] bytes = SeededBytes.periodic(1, 2_000, LENGTH);
            bytes[LENGTH - changed]++;
            assertThat(Periodicity.recurs(bytes, 0, LENGTH, FURTHEST))
                    .as("changed %d bytes before the boundary", changed)
                    .isFalse();
        }
    }

    @Test
    void bytesBeforeTheChunkAreNotLookedAt() {
        byte[] bytes = SeededBytes.periodic(1, 1_000, LENGTH);
        int last = LENGTH - 1_000 - Periodicity.WINDOW;

        assertThat(Periodicity.recurs(bytes, last, LENGTH, FURTHEST)).isTrue();
        assertThat(Periodicity.recurs(bytes, last + 1, LENGTH, FURTHEST)).isFalse();
        assertThat(Periodicity.recurs(new byte[129], 0, 129, FURTHEST)).isTrue();
        assertThat(Periodicity.recurs(new byte[128], 0, 128, FURTHEST)).isFalse();
    }

    @Test
    void agreesWithTheDefinitionOnContentOfFewPatterns() {
        Random random = new Random(3);
        int recurring = 0;
        for (int round = 0; round < 4_000; round++) {
            byte[] bytes = patchwork(random);
            int boundary = random.nextInt(800, bytes.length + 1);
            int from = boundary - random.nextInt(Periodicity.WINDOW, 801);
            int furthest = random.nextInt(1, 800);
            boolean defined = defined(bytes, from, boundary, furthest);
            assertThat(Periodicity.recurs(bytes, from, boundary, furthest))
                    .as("round %d", round)
                    .isEqualTo(defined);
            recurring += defined ? 1 : 0;
        }
        assertThat(recurring).isBetween(400, 3_600);
    }

    /** Long runs of a few bytes, and copies of what came before, so that much nearly recurs. */
    private static byte[] patchwork(Random random) {
        byte[] bytes = new byte[2_000];
        int at = 0;
        while (at < bytes.length) {
            int end = Math.min(bytes.length, at + 1 + random.nextInt(300));
            int back = random.nextInt(1, 400);
            if (at >= back && random.nextInt(4) > 0) {
                for (; at < end; at++) {
                    bytes[at] = bytes[at - back];
                }
            } else {
                Arrays.fill(bytes, at, end, (byte) random.nextInt(2));
                at = end;
            }
        }
        return bytes;
    }

    private static boolean defined(byte[] bytes, int from, int boundary, int furthest) {
        int window = boundary - Periodicity.WINDOW;
        for (int distance = 1; distance <= furthest && window - distance >= from; distance++) {
            int copy = window - distance;
            if (Arrays.equals(bytes, copy, copy + Periodicity.WINDOW, bytes, window, boundary)) {
                return true;
            }
        }
        return false;
    }
}
