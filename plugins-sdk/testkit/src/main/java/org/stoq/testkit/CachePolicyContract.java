package org.stoq.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.stoq.sdk.Digest;
import org.stoq.sdk.cache.CachePolicy;
import org.stoq.sdk.cache.EvictionOrder;

/** What every {@link CachePolicy} must do. Which entry is the best victim is its own affair. */
public abstract class CachePolicyContract {
    private static final int WEIGHT_BYTES = 1_000;
    private static final long CAPACITY_BYTES = 64 * WEIGHT_BYTES;

    /** Returns the policy to test. */
    protected abstract CachePolicy policy();

    /**
     * Returns whether entries of one size that are handed over, coldest first, and not asked for
     * yet are evicted in that order. False for a policy that has other reasons: chance, or the key.
     */
    protected boolean keepsTheOrderThatItIsGiven() {
        return true;
    }

    @Test
    protected void theNameIsOneThatAConfigurationCanHold() {
        assertThat(policy().name()).matches("[a-z0-9._-]{1,64}").isEqualTo(policy().name());
    }

    @Test
    protected void anEmptyCacheHasNoVictim() {
        EvictionOrder order = start();
        assertThat(order.victim()).isEmpty();
        assertThat(order.coldestFirst()).isEmpty();
        order.admitted(key(1), WEIGHT_BYTES, 1);
        order.removed(key(1));
        assertThat(order.victim()).isEmpty();
        assertThat(order.coldestFirst()).isEmpty();
    }

    @Test
    protected void theOnlyEntryIsTheVictimHoweverOftenItWasHit() {
        EvictionOrder order = start();
        order.admitted(key(1), WEIGHT_BYTES, 1);
        for (int hit = 0; hit < 1_000; hit++) {
            order.hit(key(1), hit);
        }
        assertThat(order.victim()).contains(key(1));
        assertThat(order.coldestFirst()).containsExactly(key(1));
    }

    @Test
    protected void aVictimStaysUntilItIsRemoved() {
        EvictionOrder order = start();
        Set<Digest> entries = fill(order, 20);
        Digest victim = order.victim().orElseThrow();
        assertThat(order.coldestFirst()).containsExactlyInAnyOrderElementsOf(entries);
        order.removed(victim);
        entries.remove(victim);
        assertThat(order.coldestFirst()).containsExactlyInAnyOrderElementsOf(entries);
    }

    @Test
    protected void victimsAreAlwaysEntriesWhateverHappens() {
        for (long seed = 0; seed < 20; seed++) {
            replay(start(), new Random(seed), new LinkedHashSet<>());
        }
    }

    @Test
    protected void victimsEmptyTheCacheEachOnce() {
        EvictionOrder order = start();
        Set<Digest> entries = fill(order, 64);
        Random random = new Random(1);
        for (int hit = 0; hit < 200; hit++) {
            order.hit(key(random.nextInt(64)), 100 + hit);
        }
        while (!entries.isEmpty()) {
            Digest victim = order.victim().orElseThrow();
            assertThat(entries.remove(victim)).as("%s is an entry", victim).isTrue();
            order.removed(victim);
        }
        assertThat(order.victim()).isEmpty();
    }

    @Test
    protected void entriesThatLeaveForAnotherReasonAreForgotten() {
        EvictionOrder order = start();
        Set<Digest> entries = fill(order, 40);
        for (int i = 0; i < 40; i += 2) {
            order.removed(key(i));
            entries.remove(key(i));
        }
        assertThat(order.coldestFirst()).containsExactlyInAnyOrderElementsOf(entries);
        victimsEmpty(order, entries);
    }

    @Test
    protected void anEntryMayComeBack() {
        EvictionOrder order = start();
        Set<Digest> entries = fill(order, 10);
        for (int round = 0; round < 100; round++) {
            Digest victim = order.victim().orElseThrow();
            order.removed(victim);
            order.admitted(victim, WEIGHT_BYTES, 100 + round);
        }
        assertThat(order.coldestFirst()).containsExactlyInAnyOrderElementsOf(entries);
    }

    @Test
    protected void askingWhetherAnEntryIsWorthItsPlaceAdmitsNothing() {
        EvictionOrder order = start();
        Set<Digest> entries = fill(order, 64);
        for (int i = 1_000; i < 1_100; i++) {
            order.worthAdmitting(key(i), WEIGHT_BYTES, i);
        }
        assertThat(order.coldestFirst()).containsExactlyInAnyOrderElementsOf(entries);
        victimsEmpty(order, entries);
    }

    @Test
    protected void theOrderThatIsHandedOverIsACopy() {
        EvictionOrder order = start();
        Set<Digest> entries = fill(order, 30);
        List<Digest> copy = order.coldestFirst();
        List<Digest> before = List.copyOf(copy);
        order.removed(order.victim().orElseThrow());
        order.admitted(key(1_000), WEIGHT_BYTES, 1_000);
        assertThat(copy).isEqualTo(before).containsExactlyInAnyOrderElementsOf(entries);
    }

    @Test
    protected void aNewOrderTakesOverWhatAnOldOneHandsOver() {
        EvictionOrder old = start();
        Set<Digest> entries = fill(old, 50);
        EvictionOrder order = start();
        old.coldestFirst().forEach(key -> order.admitted(key, WEIGHT_BYTES, 50));
        assertThat(order.coldestFirst()).containsExactlyInAnyOrderElementsOf(entries);
        victimsEmpty(order, entries);
    }

    @Test
    protected void theOrderThatIsHandedOverIsKept() {
        EvictionOrder old = start();
        fill(old, 60);
        for (int hit = 0; hit < 30; hit++) {
            old.hit(key(hit * 7 % 60), 60 + hit);
        }
        List<Digest> handedOver = old.coldestFirst();
        EvictionOrder order = start();
        handedOver.forEach(key -> order.admitted(key, WEIGHT_BYTES, 100));
        if (keepsTheOrderThatItIsGiven()) {
            assertThat(order.coldestFirst()).containsExactlyElementsOf(handedOver);
            assertThat(victims(order, 10)).containsExactlyElementsOf(handedOver.subList(0, 10));
        } else {
            assertThat(order.coldestFirst()).containsExactlyInAnyOrderElementsOf(handedOver);
        }
    }

    @Test
    protected void aVictimIsTheSameUntilSomethingHappens() {
        EvictionOrder order = start();
        fill(order, 64);
        for (int round = 0; round < 64; round++) {
            order.hit(key(round * 5 % 64), 64 + round);
            Digest victim = order.victim().orElseThrow();
            assertThat(order.victim()).contains(victim);
            order.coldestFirst();
            assertThat(order.victim()).contains(victim);
        }
    }

    @Test
    protected void theSameCallsHaveTheSameAnswers() {
        for (long seed = 0; seed < 5; seed++) {
            assertThat(playMixedSizes(start(), new Random(seed)))
                    .isEqualTo(playMixedSizes(start(), new Random(seed)));
        }
    }

    @Test
    protected void candidatesThatAreDeclinedAreNotCached() {
        for (long seed = 10; seed < 20; seed++) {
            playMixedSizes(start(), new Random(seed));
        }
    }

    @Test
    @Timeout(30)
    protected void aStreamOfStrangersPassesInReasonableTime() {
        EvictionOrder order = start();
        Set<Digest> entries = fill(order, 64);
        for (int i = 64; i < 300_000; i++) {
            Digest victim = order.victim().orElseThrow();
            if (order.worthAdmitting(key(i), WEIGHT_BYTES, i)) {
                order.removed(victim);
                entries.remove(victim);
                order.admitted(key(i), WEIGHT_BYTES, i);
                entries.add(key(i));
            }
        }
        assertThat(order.coldestFirst()).containsExactlyInAnyOrderElementsOf(entries);
    }

    @Test
    protected void cachesDoNotShareState() {
        CachePolicy policy = policy();
        EvictionOrder first = policy.start(CAPACITY_BYTES);
        EvictionOrder second = policy.start(CAPACITY_BYTES);
        Set<Digest> entries = fill(first, 10);
        assertThat(second.victim()).isEmpty();
        second.admitted(key(500), WEIGHT_BYTES, 1);
        assertThat(second.coldestFirst()).containsExactly(key(500));
        assertThat(first.coldestFirst()).containsExactlyInAnyOrderElementsOf(entries);
    }

    @Test
    protected void sizesAndCapacitiesOfEveryKindAreTaken() {
        for (long capacity : new long[] {1, 4_096, Long.MAX_VALUE}) {
            EvictionOrder order = policy().start(capacity);
            order.admitted(key(1), 1, Long.MIN_VALUE);
            order.admitted(key(2), Integer.MAX_VALUE, 0);
            order.hit(key(1), Long.MAX_VALUE);
            victimsEmpty(order, new HashSet<>(Set.of(key(1), key(2))));
        }
    }

    @Test
    @Timeout(30)
    protected void aLargeCacheIsEmptiedInReasonableTime() {
        EvictionOrder order = policy().start(Long.MAX_VALUE);
        int entries = 100_000;
        for (int i = 0; i < entries; i++) {
            order.admitted(key(i), WEIGHT_BYTES, i);
        }
        for (int i = 0; i < entries; i++) {
            order.hit(key(i / 2), entries + i);
        }
        for (int i = 0; i < entries; i++) {
            order.removed(order.victim().orElseThrow());
        }
        assertThat(order.victim()).isEmpty();
    }

    /** Plays a cache that is full most of the time, and checks each victim. */
    private static void replay(EvictionOrder order, Random random, Set<Digest> entries) {
        for (int now = 0; now < 2_000; now++) {
            Digest key = key(random.nextInt(100));
            if (random.nextInt(20) == 0) {
                if (entries.remove(key)) {
                    order.removed(key);
                }
            } else if (entries.contains(key)) {
                order.hit(key, now);
            } else {
                while (entries.size() >= 64) {
                    order.worthAdmitting(key, WEIGHT_BYTES, now);
                    Digest victim = order.victim().orElseThrow();
                    assertThat(entries.remove(victim)).as("%s is an entry", victim).isTrue();
                    order.removed(victim);
                }
                entries.add(key);
                order.admitted(key, WEIGHT_BYTES, now);
            }
        }
        assertThat(order.coldestFirst()).containsExactlyInAnyOrderElementsOf(entries);
    }

    /**
     * Plays a cache with entries of all sizes that does as the policy says, and checks that each
     * victim is cached. Returns the victims, and the candidates that were declined.
     */
    private static List<Digest> playMixedSizes(EvictionOrder order, Random random) {
        List<Digest> left = new ArrayList<>();
        Map<Digest, Integer> entries = new HashMap<>();
        long bytes = 0;
        for (int now = 0; now < 3_000; now++) {
            int number = (int) (400 * Math.pow(random.nextDouble(), 2));
            Digest key = key(number);
            int weight = 1 + number * 37 % (8 * WEIGHT_BYTES);
            if (entries.containsKey(key)) {
                order.hit(key, now);
                continue;
            }
            boolean judged = false;
            boolean worth = true;
            while (worth && bytes + weight > CAPACITY_BYTES) {
                Digest victim = order.victim().orElseThrow();
                worth = judged || order.worthAdmitting(key, weight, now);
                judged = true;
                if (worth) {
                    assertThat(entries).as("%s is an entry", victim).containsKey(victim);
                    bytes -= entries.getOrDefault(victim, 0);
                    entries.remove(victim);
                    order.removed(victim);
                    left.add(victim);
                }
            }
            if (worth) {
                entries.put(key, weight);
                bytes += weight;
                order.admitted(key, weight, now);
            } else {
                left.add(key);
            }
        }
        assertThat(order.coldestFirst()).containsExactlyInAnyOrderElementsOf(entries.keySet());
        return left;
    }

    private static List<Digest> victims(EvictionOrder order, int count) {
        List<Digest> victims = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            Digest victim = order.victim().orElseThrow();
            order.removed(victim);
            victims.add(victim);
        }
        return victims;
    }

    private static void victimsEmpty(EvictionOrder order, Set<Digest> entries) {
        List<Digest> victims = victims(order, entries.size());
        assertThat(victims).containsExactlyInAnyOrderElementsOf(entries);
        assertThat(order.victim()).isEmpty();
    }

    private EvictionOrder start() {
        return policy().start(CAPACITY_BYTES);
    }

    private static Set<Digest> fill(EvictionOrder order, int entries) {
        Set<Digest> keys = new LinkedHashSet<>();
        for (int i = 0; i < entries; i++) {
            keys.add(key(i));
            order.admitted(key(i), WEIGHT_BYTES, i);
        }
        return keys;
    }

    private static Digest key(int number) {
        return Digest.of(new byte[] {(byte) (number >> 16), (byte) (number >> 8), (byte) number});
    }
}
