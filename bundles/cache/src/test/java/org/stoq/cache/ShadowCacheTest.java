package org.stoq.cache;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.stoq.sdk.Digest;
import org.stoq.sdk.cache.CachePolicy;
import org.stoq.sdk.cache.EvictionOrder;
import org.stoq.testkit.CachePolicyContract;

class ShadowCacheTest {
    /** Belady, Nelson and Shedler, CACM 1969: with one frame more FIFO faults more often. */
    @ParameterizedTest
    @CsvSource({"3, 9, 10", "4, 10, 8"})
    void fifoAndLruFaultAsOftenAsInTheLiterature(int frames, int fifo, int lru) {
        int[] pages = {1, 2, 3, 4, 1, 2, 5, 1, 2, 3, 4, 5};
        assertThat(misses(OrderRules.Fifo.policy(), frames, pages)).isEqualTo(fifo);
        assertThat(misses(new LruPolicy(), frames, pages)).isEqualTo(lru);
    }

    /** The reference string of the textbooks on operating systems (Silberschatz et al.). */
    @Test
    void theTextbookStringFaultsFifteenAndTwelveTimes() {
        int[] pages = {7, 0, 1, 2, 0, 3, 0, 4, 2, 3, 0, 3, 2, 1, 2, 0, 1, 7, 0, 1};
        assertThat(misses(OrderRules.Fifo.policy(), 3, pages)).isEqualTo(15);
        assertThat(misses(new LruPolicy(), 3, pages)).isEqualTo(12);
    }

    /** Mattson et al., 1970: LRU misses exactly what lies deeper in the stack than its size. */
    @Test
    void lruMissesWhatTheStackDistanceSays() {
        Random random = new Random(11);
        int[] requests = random.doubles(6_000).mapToInt(x -> (int) (300 * x * x)).toArray();
        int[] stackDistances = new int[requests.length];
        List<String> stack = new ArrayList<>();
        for (int i = 0; i < requests.length; i++) {
            String page = Integer.toString(requests[i]);
            int at = stack.indexOf(page);
            stackDistances[i] = at < 0 ? Integer.MAX_VALUE : at;
            stack.remove(page);
            stack.addFirst(page);
        }
        for (int size = 1; size < 300; size += 13) {
            int most = size;
            long expected = java.util.Arrays.stream(stackDistances).filter(d -> d >= most).count();
            assertThat(misses(new LruPolicy(), size, requests)).isEqualTo(expected);
        }
    }

    @Test
    void aLoopIsNothingToLruAndWhatFitsToThoseThatKnowFrequency() {
        int[] loop = new int[20_000];
        for (int i = 0; i < loop.length; i++) {
            loop[i] = i % 100;
        }
        assertThat(misses(new LruPolicy(), 90, loop)).isEqualTo(20_000);
        assertThat(misses(new WTinyLfuPolicy(), 90, loop)).isLessThan(8_000);
    }

    @Test
    void entriesNeverWeighMoreThanTheCacheHolds() {
        for (CachePolicy policy : BuiltInPolicies.all()) {
            Random random = new Random(5);
            ShadowCache cache = new ShadowCache(policy, 1_000);
            Map<Digest, Integer> weights = new HashMap<>();
            for (int now = 0; now < 5_000; now++) {
                Digest key = TestPolicies.key(random.nextInt(200));
                int weight = weights.computeIfAbsent(key, any -> 1 + random.nextInt(1_100));
                boolean there = cache.request(key, weight, now);
                assertThat(there && weight > 1_000).isFalse();
                assertThat(cache.bytes()).isBetween(0L, 1_000L);
                if (random.nextInt(50) == 0) {
                    cache.remove(key);
                }
            }
            assertThat(cache.evictions()).isPositive();
        }
    }

    @Test
    void anEntryAsLargeAsTheCacheIsTakenAndALargerOnePassedOver() {
        ShadowCache cache = new ShadowCache(new LruPolicy(), 100);
        cache.request(TestPolicies.key(1), 100, 0);
        assertThat(cache.entries()).isEqualTo(1);
        cache.request(TestPolicies.key(2), 101, 0);
        assertThat(cache.request(TestPolicies.key(1), 100, 0)).isTrue();
        assertThat(cache.request(TestPolicies.key(2), 101, 0)).isFalse();
    }

    @Test
    void aCacheHoldsAByteAtLeast() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new ShadowCache(new LruPolicy(), 0))
                .withMessageContaining("0 bytes");
    }

    @Test
    void aPolicyThatLiesIsFoundOut() {
        CachePolicy stranger = victimAlways(Optional.of(TestPolicies.key(99)));
        assertThatIllegalStateException()
                .isThrownBy(() -> misses(stranger, 2, 1, 2, 3))
                .withMessageContaining("'liar' names a victim that is not in the cache");
        assertThatIllegalStateException()
                .isThrownBy(() -> misses(victimAlways(Optional.empty()), 2, 1, 2, 3))
                .withMessageContaining("'liar' names no victim among 2");
    }

    /** What it tells a policy is what the cache of a node tells it, call by call. */
    @Test
    void aPolicyHearsWhatItHearsInANode() {
        for (long seed = 0; seed < 20; seed++) {
            Random random = new Random(seed);
            Recorder inNode = new Recorder(random.nextBoolean());
            Recorder inShadow = new Recorder(inNode.picky);
            // Half of it is kept for arrivals, so residents have 1,000.
            CacheContents contents = new CacheContents(2_000);
            PolicySession session = new PolicySession(contents, inNode, () -> 0);
            contents.takeOver(session);
            session.start();
            ShadowCache shadow = new ShadowCache(inShadow, 1_000);
            for (int i = 0; i < 2_000; i++) {
                Digest key = TestPolicies.key((int) (60 * Math.pow(random.nextDouble(), 2)));
                int weight = 1 + TestPolicies.number(key) * 7 % 90;
                if (random.nextInt(30) == 0) {
                    contents.remove(key);
                    shadow.remove(key);
                } else {
                    if (contents.find(key) != null) {
                        contents.accessed(key);
                    } else {
                        contents.offer(key, new byte[weight]);
                    }
                    shadow.request(key, weight, 0);
                }
                session.work(100);
            }
            assertThat(inShadow.heard).isEqualTo(inNode.heard).hasSizeGreaterThan(1_000);
        }
    }

    @Test
    void theNamesOfThePoliciesDiffer() {
        Set<String> names = new HashSet<>();
        BuiltInPolicies.all().forEach(policy -> assertThat(names.add(policy.name())).isTrue());
        assertThat(names).contains("lru", "lfu", "s3fifo", "sieve", "gdsf", "wtinylfu", "adaptive");
    }

    /** The reference keeps the contract too. */
    static class FifoTest extends CachePolicyContract {
        @Override
        protected CachePolicy policy() {
            return OrderRules.Fifo.policy();
        }
    }

    private static long misses(CachePolicy policy, int size, int... requests) {
        ShadowCache cache = new ShadowCache(policy, size);
        long misses = 0;
        for (int request : requests) {
            misses += cache.request(TestPolicies.key(request), 1, 0) ? 0 : 1;
        }
        return misses;
    }

    private static CachePolicy victimAlways(Optional<Digest> victim) {
        return new CachePolicy() {
            @Override
            public String name() {
                return "liar";
            }

            @Override
            public EvictionOrder start(long capacityBytes) {
                return new TestPolicies.Forwarding(new LruOrder()) {
                    @Override
                    public Optional<Digest> victim() {
                        return victim;
                    }
                };
            }
        };
    }

    /** Writes down what it hears. */
    private static final class Recorder implements CachePolicy {
        private final List<String> heard = new ArrayList<>();
        private final boolean picky;

        private Recorder(boolean picky) {
            this.picky = picky;
        }

        @Override
        public String name() {
            return "recorder";
        }

        @Override
        public EvictionOrder start(long capacityBytes) {
            heard.add("start " + capacityBytes);
            return new TestPolicies.Forwarding(new LruOrder()) {
                @Override
                public void admitted(Digest key, int weightBytes, long nowNanos) {
                    heard.add("+" + TestPolicies.number(key) + " " + weightBytes);
                    super.admitted(key, weightBytes, nowNanos);
                }

                @Override
                public void hit(Digest key, long nowNanos) {
                    heard.add("hit " + TestPolicies.number(key));
                    super.hit(key, nowNanos);
                }

                @Override
                public void removed(Digest key) {
                    heard.add("-" + TestPolicies.number(key));
                    super.removed(key);
                }

                @Override
                public boolean worthAdmitting(Digest candidate, int weightBytes, long nowNanos) {
                    heard.add("worth " + TestPolicies.number(candidate) + " " + weightBytes);
                    return !picky || TestPolicies.number(candidate) % 3 != 0;
                }

                @Override
                public Optional<Digest> victim() {
                    heard.add("victim");
                    return super.victim();
                }
            };
        }
    }
}
