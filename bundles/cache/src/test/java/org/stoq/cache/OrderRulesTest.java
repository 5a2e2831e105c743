package org.stoq.cache;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.BiConsumer;
import java.util.function.LongFunction;
import org.junit.jupiter.api.Test;
import org.stoq.sdk.Digest;
import org.stoq.sdk.cache.EvictionOrder;

/** The orders name the victims that the rules of their papers name. */
class OrderRulesTest {
    @Test
    void sieveKeepsItsRule() {
        agree(
                capacity -> new SieveOrder(),
                capacity -> new OrderRules.Sieve(),
                (rule, key) -> rule.removed(key));
    }

    @Test
    void s3FifoKeepsItsRule() {
        agree(
                S3FifoOrder::new,
                OrderRules.S3Fifo::new,
                (rule, key) -> ((OrderRules.S3Fifo) rule).evicted(key));
    }

    @Test
    void gdsfKeepsItsRule() {
        agree(
                capacity -> new GdsfOrder(),
                capacity -> new OrderRules.Gdsf(),
                (rule, key) -> ((OrderRules.Gdsf) rule).evicted(key));
    }

    @Test
    void theColdestOfGdsfIsWhatIsUsedLeastForItsSize() {
        GdsfOrder order = new GdsfOrder();
        order.admitted(key(1), 100, 0);
        order.admitted(key(2), 10, 0);
        order.admitted(key(3), 100, 0);
        for (int use = 0; use < 20; use++) {
            order.hit(key(3), 0);
        }
        assertThat(order.coldestFirst()).containsExactly(key(1), key(2), key(3));
    }

    @Test
    void whatComesBackWhileItsGhostIsThereSkipsTheSmallQueue() {
        S3FifoOrder order = new S3FifoOrder(100);
        admit(order, 1, 2, 3);
        assertThat(order.victim()).contains(key(1));
        order.removed(key(1));
        admit(order, 1, 4);
        assertThat(order.coldestFirst()).containsExactly(key(2), key(3), key(4), key(1));
    }

    @Test
    void whatWasRemovedByNameLeavesNoGhost() {
        S3FifoOrder order = new S3FifoOrder(100);
        admit(order, 1, 2, 3);
        order.removed(key(1));
        assertThat(order.ghosts()).isZero();
        order.victim();
        order.removed(key(3));
        assertThat(order.ghosts()).isZero();
    }

    @Test
    void aMillionStrangersLeaveNoMoreGhostsThanThereAreEntries() {
        S3FifoOrder order = new S3FifoOrder(Long.MAX_VALUE);
        for (int i = 0; i < 100; i++) {
            admit(order, i);
        }
        for (int i = 100; i < 1_000_000; i++) {
            order.removed(order.victim().orElseThrow());
            admit(order, i);
        }
        assertThat(order.ghosts()).isEqualTo(100);
    }

    @Test
    void ghostsHaveHadNineTenthsOfTheBytesAtMost() {
        GhostList ghosts = new GhostList(100);
        ghosts.add(key(1), 50, 10);
        ghosts.add(key(2), 50, 10);
        assertThat(ghosts.size()).isEqualTo(2);
        ghosts.add(key(3), 1, 10);
        assertThat(ghosts.size()).isEqualTo(2);
        assertThat(ghosts.bytes()).isEqualTo(51);
        assertThat(ghosts.remove(key(1))).isFalse();
        assertThat(ghosts.remove(key(2))).isTrue();
        ghosts.add(key(4), 101, 10);
        assertThat(ghosts.size()).isZero();
        assertThat(ghosts.bytes()).isZero();
    }

    /**
     * Plays the same to both.
     *
     * @param evict tells the rule that a victim leaves
     */
    private static void agree(
            LongFunction<EvictionOrder> orders,
            LongFunction<EvictionOrder> rules,
            BiConsumer<EvictionOrder, Digest> evict) {
        for (long seed = 0; seed < 60; seed++) {
            Random random = new Random(seed);
            int universe = 20 + random.nextInt(150);
            long capacity = 100L + random.nextInt(8 * universe);
            boolean equalSizes = random.nextBoolean();
            EvictionOrder order = orders.apply(capacity);
            EvictionOrder rule = rules.apply(capacity);
            Map<Digest, Integer> cached = new HashMap<>();
            long bytes = 0;
            List<Digest> victims = new ArrayList<>();
            for (int now = 0; now < 2_500; now++) {
                Digest key = key((int) (universe * Math.pow(random.nextDouble(), 2)));
                int weight = equalSizes ? 20 : 1 + random.nextInt(90);
                if (random.nextInt(40) == 0) {
                    Integer gone = cached.remove(key);
                    if (gone != null) {
                        bytes -= gone;
                        order.removed(key);
                        rule.removed(key);
                    }
                } else if (cached.containsKey(key)) {
                    order.hit(key, now);
                    rule.hit(key, now);
                } else {
                    while (bytes + weight > capacity) {
                        Digest victim = rule.victim().orElseThrow();
                        assertThat(order.victim()).as("seed %d", seed).contains(victim);
                        victims.add(victim);
                        order.removed(victim);
                        evict.accept(rule, victim);
                        bytes -= cached.getOrDefault(victim, 0);
                        cached.remove(victim);
                    }
                    order.admitted(key, weight, now);
                    rule.admitted(key, weight, now);
                    cached.put(key, weight);
                    bytes += weight;
                }
            }
            assertThat(order.coldestFirst()).containsExactlyInAnyOrderElementsOf(cached.keySet());
            assertThat(victims).isNotEmpty();
        }
    }

    private static void admit(EvictionOrder order, int... numbers) {
        for (int number : numbers) {
            order.admitted(key(number), 1, 0);
        }
    }

    private static Digest key(int number) {
        return TestPolicies.key(number);
    }
}
