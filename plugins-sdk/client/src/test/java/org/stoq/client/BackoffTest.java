package org.stoq.client;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class BackoffTest {
    private static final Backoff BACKOFF =
            new Backoff(Duration.ofMillis(100), Duration.ofMillis(1_500));

    private static IntStream pausesMillis(int failures) {
        Random random = new Random(1);
        return IntStream.range(0, 1_000).map(i -> (int) BACKOFF.pause(failures, random).toMillis());
    }

    @Test
    void doublesUpToALimitAndTakesAtMostHalfOff() {
        int[] limits = {100, 200, 400, 800, 1_500, 1_500};
        for (int failures = 1; failures <= limits.length; failures++) {
            int limit = limits[failures - 1];
            assertThat(pausesMillis(failures)).allMatch(p -> p >= limit / 2 && p <= limit);
            assertThat(pausesMillis(failures).summaryStatistics().getMin())
                    .isLessThan(limit * 6 / 10);
            assertThat(pausesMillis(failures).summaryStatistics().getMax())
                    .isGreaterThan(limit * 9 / 10);
        }
        assertThat(pausesMillis(Integer.MAX_VALUE)).allMatch(p -> p <= 1_500);
    }
}
