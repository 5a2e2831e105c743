package org.stoq.congestion;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class WindowedMinimumTest {
    private static final long WHILE_NANOS = 1_000;
    private static final int PARTS = 10;

    @Test
    void thereIsNoneBeforeTheFirstValue() {
        assertThat(new WindowedMinimum(PARTS, 0).value()).isEqualTo(WindowedMinimum.NONE);
    }

    @Test
    void aValueCountsForTheWholeWhileAndIsThenForgotten() {
        WindowedMinimum minimum = new WindowedMinimum(PARTS, 0);
        minimum.add(0, 5, WHILE_NANOS);
        minimum.add(WHILE_NANOS - 1, 9, WHILE_NANOS);
        assertThat(minimum.value()).isEqualTo(5);
        minimum.add(WHILE_NANOS, 9, WHILE_NANOS);
        assertThat(minimum.value()).isEqualTo(9);
    }

    /** Against a list of all values, with times that wrap around. */
    @Test
    void itIsTheLeastOfTheLastWhileToWithinAPart() {
        Random random = new Random(1);
        long now = Long.MAX_VALUE - 5_000;
        WindowedMinimum minimum = new WindowedMinimum(PARTS, now);
        List<long[]> all = new ArrayList<>();
        for (int step = 0; step < 2_000; step++) {
            now += random.nextInt(step % 100 == 0 ? 3_000 : 60);
            long value = random.nextInt(1_000);
            minimum.add(now, value, WHILE_NANOS);
            all.add(new long[] {now, value});
            assertThat(minimum.value())
                    .isBetween(
                            leastSince(all, now, WHILE_NANOS),
                            leastSince(all, now, WHILE_NANOS - WHILE_NANOS / PARTS));
        }
    }

    private static long leastSince(List<long[]> all, long now, long ageNanos) {
        return all.stream()
                .filter(sample -> now - sample[0] <= ageNanos)
                .mapToLong(sample -> sample[1])
                .min()
                .orElseThrow();
    }
}
