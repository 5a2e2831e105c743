package org.stoq.cache;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.function.IntSupplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.stoq.sdk.Digest;
import org.stoq.sdk.cache.CachePolicy;
import org.stoq.sdk.cache.EvictionOrder;
import org.stoq.testkit.CachePolicyContract;

class AdaptivePolicyTest extends CachePolicyContract {
    private static final int SIZE = 500;

    @Override
    protected CachePolicy policy() {
        return new AdaptivePolicy();
    }

    /** Requests of a kind that some policies like and others do not, always the same. */
    enum Load {
        ZIPF {
            @Override
            IntSupplier requests(Random random) {
                return () -> popular(random);
            }
        },
        LOOP {
            @Override
            IntSupplier requests(Random random) {
                int[] at = {0};
                return () -> at[0]++ % (SIZE + SIZE / 4);
            }
        },
        RECENT {
            @Override
            IntSupplier requests(Random random) {
                int[] newest = {0};
                return () -> {
                    newest[0] += random.nextInt(4) == 0 ? 1 : 0;
                    return newest[0] - (int) (40 * (1 / (random.nextDouble() + 0.02) - 1));
                };
            }
        },
        SCANS {
            @Override
            IntSupplier requests(Random random) {
                int[] at = {1_000_000};
                return () ->
                        at[0] % 3_000 < 1_500 || random.nextInt(2) == 0
                                ? nextOf(at, popular(random))
                                : at[0]++;
            }

            private static int nextOf(int[] at, int popular) {
                at[0]++;
                return popular;
            }
        },
        TURNS {
            @Override
            IntSupplier requests(Random random) {
                IntSupplier zipf = ZIPF.requests(random);
                IntSupplier loop = LOOP.requests(random);
                int[] at = {0};
                return () -> at[0]++ / 40_000 % 2 == 0 ? zipf.getAsInt() : 50_000 + loop.getAsInt();
            }
        };

        abstract IntSupplier requests(Random random);

        private static int popular(Random random) {
            return (int) Math.pow(10_000, random.nextDouble());
        }

        List<Digest> keys(int count) {
            IntSupplier requests = requests(new Random(17));
            List<Digest> keys = new ArrayList<>(count);
            for (int i = 0; i < count; i++) {
                keys.add(key(requests.getAsInt()));
            }
            return keys;
        }
    }

    @ParameterizedTest
    @EnumSource
    void missesAPointMoreThanTheBestOfThemAtMost(Load load) {
        List<Digest> keys = load.keys(160_000);
        double best = 1;
        for (CachePolicy expert : BuiltInPolicies.all()) {
            if (!expert.name().equals("adaptive")) {
                best = Math.min(best, miss(expert, keys));
            }
        }
        assertThat(miss(policy(), keys)).isLessThan(best + 0.01);
    }

    @Test
    void changesToWhatIsBetterAndKeepsTheEntries() {
        AdaptiveOrder order =
                new AdaptiveOrder(List.of(new LruPolicy(), new WTinyLfuPolicy()), 0, SIZE);
        Held cache = new Held(order, SIZE);
        Load.ZIPF.keys(3_000).forEach(cache::request);
        assertThat(order.expert()).isEqualTo("lru");
        List<Digest> loop = Load.LOOP.keys(100_000);
        for (Digest key : loop) {
            cache.request(key);
            assertThat(cache.keys).hasSizeLessThanOrEqualTo(SIZE);
        }
        assertThat(order.expert()).isEqualTo("wtinylfu");
        assertThat(order.coldestFirst()).containsExactlyInAnyOrderElementsOf(cache.keys);
        assertThat(cache.keys).hasSize(SIZE);
    }

    @Test
    void twoThatAreAsGoodAreNotChangedForEachOther() {
        AdaptiveOrder order =
                new AdaptiveOrder(List.of(new LruPolicy(), new TwinPolicy()), 0, SIZE);
        Held cache = new Held(order, SIZE);
        Load.TURNS.keys(100_000).forEach(cache::request);
        assertThat(order.expert()).isEqualTo("lru");
    }

    @Test
    void whereTwoTakeTurnsTheChangesAreFew() {
        List<CachePolicy> experts =
                List.of(new LruPolicy(), new S3FifoPolicy(), new WTinyLfuPolicy());
        AdaptiveOrder order = new AdaptiveOrder(experts, 0, 100);
        Held cache = new Held(order, 100);
        Random random = new Random(5);
        int changes = 0;
        String before = order.expert();
        for (int i = 0; i < 200_000; i++) {
            // A loop for as long as it takes to change over, then recency for as long.
            int phase = i / 1_000;
            cache.request(key(phase % 2 == 0 ? i % 130 : phase * 50 + random.nextInt(60)));
            changes += order.expert().equals(before) ? 0 : 1;
            before = order.expert();
        }
        assertThat(changes).isLessThan(40);
    }

    @Test
    void theNextPolicyKnowsWhatWasAskedForAgain() {
        AdaptiveOrder order = new AdaptiveOrder(List.of(new LruPolicy(), new LfuPolicy()), 0, 100);
        Held cache = new Held(order, 100);
        Random random = new Random(6);
        Set<Digest> strangers = new HashSet<>();
        for (int i = 0; i < 60_000 && order.expert().equals("lru"); i++) {
            Digest key = key(i % 10 == 0 ? i / 10 % 5 : 100 + random.nextInt(60));
            if (i % 2 == 1) {
                key = key(1_000 + i);
                strangers.add(key);
            }
            cache.request(key);
        }
        assertThat(order.expert()).isEqualTo("lfu");
        // Half of what came last are strangers: without their uses the entries would stand so.
        List<Digest> handedOver = order.coldestFirst();
        assertThat(handedOver.subList(handedOver.size() - 20, handedOver.size()))
                .doesNotContainAnyElementsOf(strangers);
    }

    @Test
    void shadowsStayBoundedHoweverLargeTheCache() {
        List<CachePolicy> experts = List.of(new LruPolicy(), new S3FifoPolicy());
        ExpertChoice choice = new ExpertChoice(experts, 0, Long.MAX_VALUE);
        for (int i = 0; i < 200_000; i++) {
            choice.requested(key(i), 1, false, 0);
            assertThat(choice.entries())
                    .isLessThanOrEqualTo(experts.size() * (ExpertChoice.MOST_ENTRIES + 1));
        }
        assertThat(choice.halvings()).isEqualTo(6);
        assertThat(choice.entries()).isGreaterThan(ExpertChoice.MOST_ENTRIES / 2);
    }

    @Test
    void aSampleSeesWhatAllWouldSee() {
        // 40,000 entries: a sixteenth of the keys is sampled.
        int size = 40_000;
        List<CachePolicy> experts = List.of(new LruPolicy(), new WTinyLfuPolicy());
        AdaptiveOrder order = new AdaptiveOrder(experts, 0, size);
        Held cache = new Held(order, size);
        for (int i = 0; i < 500_000; i++) {
            cache.request(key(i % 50_000));
        }
        assertThat(order.expert()).isEqualTo("wtinylfu");
    }

    @Test
    void whatIsRemovedByNameIsGoneFromTheShadowsToo() {
        ExpertChoice choice = new ExpertChoice(List.of(new LruPolicy()), 0, 100);
        choice.requested(key(1), 1, false, 0);
        assertThat(choice.entries()).isEqualTo(1);
        choice.removed(key(1));
        assertThat(choice.entries()).isZero();
    }

    private static double miss(CachePolicy policy, List<Digest> keys) {
        ShadowCache cache = new ShadowCache(policy, SIZE);
        double misses = 0;
        for (Digest key : keys) {
            misses += cache.request(key, 1, 0) ? 0 : 1;
        }
        return misses / keys.size();
    }

    private static Digest key(int number) {
        return Digest.of(
                new byte[] {
                    (byte) (number >> 24),
                    (byte) (number >> 16),
                    (byte) (number >> 8),
                    (byte) number
                });
    }

    /** A cache over one order, whose keys can be looked at. */
    private static final class Held {
        private final EvictionOrder order;
        private final int size;
        private final Set<Digest> keys = new HashSet<>();

        private Held(EvictionOrder order, int size) {
            this.order = order;
            this.size = size;
        }

        private void request(Digest key) {
            if (keys.contains(key)) {
                order.hit(key, 0);
                return;
            }
            if (keys.size() >= size) {
                Digest victim = order.victim().orElseThrow();
                if (!order.worthAdmitting(key, 1, 0)) {
                    return;
                }
                assertThat(keys.remove(victim)).isTrue();
                order.removed(victim);
            }
            keys.add(key);
            order.admitted(key, 1, 0);
        }
    }

    /** LRU by another name. */
    private static final class TwinPolicy implements CachePolicy {
        @Override
        public String name() {
            return "twin";
        }

        @Override
        public EvictionOrder start(long capacityBytes) {
            return new LruOrder();
        }
    }
}
