package org.stoq.cache;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashMap;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.stoq.sdk.Digest;

class WTinyLfuOrderTest {
    @Test
    void whatWasSeenMoreOftenStays() {
        ShadowCache cache = new ShadowCache(new WTinyLfuPolicy(), 100);
        for (int i = 0; i < 100; i++) {
            cache.request(key(i), 1, 0);
            cache.request(key(i), 1, 0);
        }
        for (int i = 1_000; i < 1_500; i++) {
            cache.request(key(i), 1, 0);
        }
        long kept = 0;
        for (int i = 0; i < 100; i++) {
            kept += cache.request(key(i), 1, 0) ? 1 : 0;
        }
        assertThat(kept).isGreaterThan(90);
    }

    @Test
    void whatIsSeenOftenEnoughGetsIn() {
        ShadowCache cache = new ShadowCache(new WTinyLfuPolicy(), 100);
        for (int round = 0; round < 3; round++) {
            for (int i = 0; i < 100; i++) {
                cache.request(key(i), 1, 0);
            }
        }
        boolean in = false;
        for (int i = 0; i < 8 && !in; i++) {
            cache.request(key(1_000), 1, 0);
            cache.request(key(2_000 + i), 1, 0);
            cache.request(key(3_000 + i), 1, 0);
            in = cache.request(key(1_000), 1, 0);
        }
        assertThat(in).isTrue();
    }

    @Test
    void anEntryLargerThanTheWindowIsJudgedBeforeItComes() {
        WTinyLfuOrder order = new WTinyLfuOrder(1_000);
        for (int i = 0; i < 10; i++) {
            order.admitted(key(i), 100, 0);
            order.hit(key(i), 0);
        }
        order.victim();
        assertThat(order.worthAdmitting(key(50), 11, 0)).isFalse();
        assertThat(order.worthAdmitting(key(50), 10, 0)).isTrue();
        // Seen once by then, and twice after the next: as often as the victim, then more often.
        assertThat(order.worthAdmitting(key(50), 11, 0)).isFalse();
        assertThat(order.worthAdmitting(key(50), 11, 0)).isFalse();
        assertThat(order.worthAdmitting(key(50), 11, 0)).isTrue();
    }

    @Test
    void anEstimateIsNeverTooLowBetweenTwoHalvings() {
        FrequencySketch sketch = new FrequencySketch();
        sketch.hold(1 << 16);
        Random random = new Random(7);
        Map<Digest, Integer> counts = new HashMap<>();
        for (int i = 0; i < 100_000; i++) {
            Digest key = key((int) (20_000 * Math.pow(random.nextDouble(), 3)));
            sketch.add(key);
            counts.merge(key, 1, Integer::sum);
        }
        assertThat(counts)
                .allSatisfy((key, count) ->
                        assertThat(sketch.estimate(key))
                                .isBetween(Math.min(count, FrequencySketch.MOST), 15));
        assertThat(
                        counts.entrySet().stream()
                                .filter(seen -> sketch.estimate(seen.getKey()) == seen.getValue())
                                .count())
                .isGreaterThan(counts.size() / 2);
    }

    @Test
    void estimatesSurviveDoubling() {
        FrequencySketch sketch = new FrequencySketch();
        for (int i = 0; i < 50; i++) {
            for (int seen = 0; seen < i % 8; seen++) {
                sketch.add(key(i));
            }
        }
        int[] before = new int[50];
        for (int i = 0; i < 50; i++) {
            before[i] = sketch.estimate(key(i));
        }
        sketch.hold(100_000);
        for (int i = 0; i < 50; i++) {
            assertThat(sketch.estimate(key(i))).isEqualTo(before[i]);
        }
    }

    @Test
    void whatIsSeenNoMoreFades() {
        FrequencySketch sketch = new FrequencySketch();
        for (int i = 0; i < 20; i++) {
            sketch.add(key(1));
        }
        assertThat(sketch.estimate(key(1))).isEqualTo(FrequencySketch.MOST);
        for (int i = 0; i < 20_000; i++) {
            sketch.add(key(100 + i % 64));
        }
        assertThat(sketch.estimate(key(1))).isLessThan(8);
    }

    @Test
    void theWindowGrowsWhereThatBringsHitsAndShrinksWhereItCostsThem() {
        assertThat(climb(1)).isGreaterThan(0.5);
        assertThat(climb(-1)).isLessThan(0.05);
    }

    /** Returns the share in the end, if hits become more or fewer with a larger one. */
    private static double climb(int sign) {
        WindowClimber climber = new WindowClimber();
        double owed = 0;
        for (int i = 0; i < 200_000; i++) {
            owed += 0.5 + sign * 0.4 * (climber.share() - 0.5);
            boolean hit = owed >= 1;
            owed -= hit ? 1 : 0;
            climber.count(hit, 100);
        }
        return climber.share();
    }

    private static Digest key(int number) {
        return Digest.of(new byte[] {(byte) (number >> 16), (byte) (number >> 8), (byte) number});
    }
}
