package org.stoq.cache;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.SequencedMap;
import org.junit.jupiter.api.Test;
import org.stoq.sdk.Digest;
import org.stoq.sdk.cache.CachePolicy;
import org.stoq.sdk.cache.CacheStats;
import org.stoq.sdk.cache.EvictionOrder;

/** The cache's core, driven by hand: no thread, no clock. */
class PolicySessionTest {
    private static final int CHUNK_BYTES = 100;

    /** Half for arrivals, so ten chunks stay. */
    private static final long CAPACITY_BYTES = 20 * CHUNK_BYTES;

    private final CacheContents contents = new CacheContents(CAPACITY_BYTES);

    @Test
    void aSixteenthIsKeptForArrivalsButRoomForALargeChunkIfItCanBe() {
        assertThat(CacheContents.arrivalShare(0)).isZero();
        assertThat(CacheContents.arrivalShare(10)).isEqualTo(5);
        assertThat(CacheContents.arrivalShare(2 << 20)).isEqualTo(1 << 20);
        assertThat(CacheContents.arrivalShare(16 << 20)).isEqualTo(1 << 20);
        assertThat(CacheContents.arrivalShare(64 << 20)).isEqualTo(4 << 20);
    }

    @Test
    void chunksAreReadableBeforeAnyPolicyHearsOfThem() {
        offer(1);
        assertThat(contents.find(key(1))).isNotNull();
        assertThat(contents.stats(0, 0).bytes()).isEqualTo(CHUNK_BYTES);
    }

    @Test
    void arrivalsFillTheBoundAndNotAByteMore() {
        for (int i = 0; i < 20; i++) {
            assertThat(offer(i)).isTrue();
        }
        assertThat(contents.offer(key(20), new byte[1])).isFalse();
        assertThat(contents.stats(0, 0).bytes()).isEqualTo(CAPACITY_BYTES);
        contents.remove(key(0));
        assertThat(contents.offer(key(20), new byte[CHUNK_BYTES + 1])).isFalse();
        assertThat(contents.offer(key(20), new byte[CHUNK_BYTES])).isTrue();
    }

    @Test
    void aChunkLargerThanTheShareOfArrivalsIsDeclined() {
        int share = (int) CacheContents.arrivalShare(CAPACITY_BYTES);
        assertThat(contents.offer(key(1), new byte[share + 1])).isFalse();
        assertThat(contents.offer(key(1), new byte[share])).isTrue();
        assertThat(contents.offer(key(2), new byte[0])).isFalse();
    }

    @Test
    void arrivalsThatWaitAreBounded() {
        CacheContents large = new CacheContents(1L << 30);
        for (int i = 0; i < CacheContents.ARRIVALS; i++) {
            assertThat(large.offer(key(i), new byte[1])).isTrue();
        }
        assertThat(large.offer(key(CacheContents.ARRIVALS), new byte[1])).isFalse();
    }

    @Test
    void aChunkThatIsThereIsNotTakenTwice() {
        assertThat(offer(1)).isTrue();
        assertThat(offer(1)).isFalse();
        PolicySession session = begin(new LruPolicy());
        settle(session);
        assertThat(offer(1)).isFalse();
        assertThat(contents.stats(0, 0).entries()).isEqualTo(1);
    }

    @Test
    void residentsKeepTheirShare() {
        PolicySession session = begin(new LruPolicy());
        for (int i = 0; i < 15; i++) {
            offer(i);
        }
        settle(session);
        CacheStats stats = contents.stats(0, 0);
        assertThat(stats.entries()).isEqualTo(10);
        assertThat(stats.bytes()).isEqualTo(10 * CHUNK_BYTES);
        assertThat(stats.evictions()).isEqualTo(5);
        assertThat(contents.find(key(4))).isNull();
        assertThat(contents.find(key(5))).isNotNull();
    }

    @Test
    void evictsExactlyAsLruDoes() {
        for (long seed = 0; seed < 30; seed++) {
            agreesWithLru(new CacheContents(CAPACITY_BYTES), new Random(seed));
        }
    }

    @Test
    void accessesReachThePolicyInTheirPlaceAmongArrivals() {
        PolicySession session = begin(new LruPolicy());
        for (int i = 0; i < 10; i++) {
            offer(i);
        }
        settle(session);
        contents.accessed(key(0));
        offer(10);
        contents.accessed(key(2));
        settle(session);
        assertThat(session.coldestFirst()).startsWith(key(3)).endsWith(key(0), key(10), key(2));
        assertThat(contents.find(key(1))).isNull();
    }

    @Test
    void whatLeftIsTakenFromThePolicyOnce() {
        Recorder recorder = new Recorder();
        PolicySession session = begin(recorder);
        offer(1);
        offer(2);
        settle(session);
        contents.remove(key(1));
        offer(1);
        contents.remove(key(2));
        offer(3);
        contents.remove(key(3));
        settle(session);
        assertThat(recorder.log).containsExactly("+1", "+2", "-1", "-2", "+1");
        assertThat(contents.stats(0, 0).entries()).isEqualTo(1);
        assertThat(contents.stats(0, 0).evictions()).isZero();
    }

    @Test
    void accessesToWhatIsNotThereDoNotReachThePolicy() {
        Recorder recorder = new Recorder();
        PolicySession session = begin(recorder);
        offer(1);
        settle(session);
        contents.remove(key(1));
        contents.accessed(key(1));
        contents.accessed(key(9));
        settle(session);
        assertThat(recorder.log).containsExactly("+1", "-1");
    }

    @Test
    void accessesBeyondTheRingAreForgotten() {
        Recorder recorder = new Recorder();
        PolicySession session = begin(recorder);
        offer(1);
        settle(session);
        for (int i = 0; i < CacheContents.ACCESSES + 1; i++) {
            boolean soon = contents.accessed(key(1));
            assertThat(soon).isEqualTo(i >= (CacheContents.ACCESSES - 1) / 2);
        }
        settle(session);
        assertThat(recorder.log).hasSize(1 + CacheContents.ACCESSES);
    }

    @Test
    void aChunkThatIsNotWorthItsPlaceIsDeclined() {
        PolicySession session = begin(new Conservative());
        for (int i = 0; i < 12; i++) {
            offer(i);
            settle(session);
        }
        assertThat(session.coldestFirst()).hasSize(10).contains(key(9)).doesNotContain(key(10));
        assertThat(contents.find(key(10))).isNull();
        assertThat(contents.stats(0, 0).evictions()).isZero();
        assertThat(contents.stats(0, 0).bytes()).isEqualTo(10 * CHUNK_BYTES);
    }

    @Test
    void aPolicyThatNamesAStrangerIsFoundOut() {
        PolicySession session = fullOf(new Lying(Optional.of(key(999))));
        assertThatIllegalStateException()
                .isThrownBy(() -> session.work(100))
                .withMessageContaining("not in the cache");
    }

    @Test
    void aPolicyThatNamesNobodyWhileFullIsFoundOut() {
        PolicySession session = fullOf(new Lying(Optional.empty()));
        assertThatIllegalStateException()
                .isThrownBy(() -> session.work(100))
                .withMessageContaining("no victim among 10");
    }

    @Test
    @SuppressWarnings({"NullAway", "NullOptional", "OptionalAssignedToNull"})
    void aPolicyThatReturnsNullIsFoundOut() {
        PolicySession session = fullOf(new Lying(null));
        assertThatNullPointerException().isThrownBy(() -> session.work(100));
    }

    @Test
    void aPolicyThatNamesTheSameVictimForEverIsFoundOut() {
        PolicySession session = fullOf(new Lying(Optional.of(key(3))));
        offer(11);
        assertThatIllegalStateException().isThrownBy(() -> session.work(100));
        assertThat(contents.stats(0, 0).evictions()).isEqualTo(1);
    }

    @Test
    void theNextPolicyInheritsAllEntriesInTheirOrder() {
        PolicySession first = begin(new LruPolicy());
        for (int i = 0; i < 10; i++) {
            offer(i);
        }
        contents.accessed(key(0));
        settle(first);
        PolicySession second = begin(new LruPolicy(), first.coldestFirst());
        assertThat(second.coldestFirst()).isEqualTo(first.coldestFirst()).startsWith(key(1));
    }

    @Test
    void anOrderWithGapsAndStrangersStillHandsOverEverything() {
        PolicySession first = begin(new LruPolicy());
        for (int i = 0; i < 4; i++) {
            offer(i);
        }
        settle(first);
        PolicySession second = begin(new LruPolicy(), List.of(key(3), key(77), key(1), key(3)));
        assertThat(second.coldestFirst()).containsExactly(key(0), key(2), key(3), key(1));
    }

    @Test
    void withoutAnOrderTheLeastRecentlyUsedComeFirst() {
        PolicySession first = begin(new Recorder());
        for (int i = 0; i < 3; i++) {
            offer(i);
        }
        contents.accessed(key(0));
        settle(first);
        PolicySession second = begin(new LruPolicy());
        assertThat(second.coldestFirst()).containsExactly(key(1), key(2), key(0));
    }

    @Test
    void whatArrivedDuringATakeoverIsHeardOfByTheNextPolicy() {
        PolicySession first = begin(new LruPolicy());
        offer(1);
        settle(first);
        offer(2);
        contents.remove(key(1));
        PolicySession second = begin(new LruPolicy());
        settle(second);
        assertThat(second.coldestFirst()).containsExactly(key(2));
    }

    @Test
    void aPolicyThatWakesUpTooLateChangesNothing() {
        PolicySession late = begin(new LruPolicy());
        PolicySession now = begin(new LruPolicy());
        offer(1);
        assertThatIllegalStateException().isThrownBy(() -> late.work(1));
        settle(now);
        assertThat(now.coldestFirst()).containsExactly(key(1));
    }

    @Test
    void lessMemoryEvictsAndMoreTakesMore() {
        PolicySession session = begin(new LruPolicy());
        for (int i = 0; i < 10; i++) {
            offer(i);
        }
        settle(session);
        contents.resize(CAPACITY_BYTES / 2);
        assertThat(offer(11)).isFalse();
        settle(session);
        assertThat(contents.stats(0, 0).bytes()).isEqualTo(CAPACITY_BYTES / 4);
        contents.resize(CAPACITY_BYTES);
        for (int i = 20; i < 40; i++) {
            offer(i);
            settle(session);
        }
        assertThat(contents.stats(0, 0).bytes()).isEqualTo(CAPACITY_BYTES / 2);
    }

    @Test
    void anArrivalThatNoLongerFitsAtAllIsDeclined() {
        PolicySession session = begin(new LruPolicy());
        contents.offer(key(1), new byte[900]);
        contents.resize(1_000);
        settle(session);
        assertThat(contents.stats(0, 0).entries()).isZero();
        assertThat(contents.stats(0, 0).bytes()).isZero();
    }

    @Test
    void noMemoryTakesNothing() {
        contents.resize(0);
        PolicySession session = begin(new LruPolicy());
        assertThat(contents.offer(key(1), new byte[1])).isFalse();
        settle(session);
        assertThat(contents.stats(0, 0).capacityBytes()).isZero();
    }

    /** Compares with an ordered map on random offers, lookups and removals. */
    private static void agreesWithLru(CacheContents contents, Random random) {
        PolicySession session = new PolicySession(contents, new LruPolicy(), () -> 0);
        contents.takeOver(session);
        session.start();
        SequencedMap<Digest, Integer> model = new LinkedHashMap<>(16, 0.75f, true);
        long evictions = 0;
        for (int round = 0; round < 2_000; round++) {
            Digest key = key(random.nextInt(30));
            int roll = random.nextInt(10);
            if (roll == 0) {
                contents.remove(key);
                model.remove(key);
            } else if (roll < 6) {
                boolean hit = contents.find(key) != null;
                assertThat(hit).isEqualTo(model.get(key) != null);
                if (hit) {
                    contents.accessed(key);
                }
            } else if (!model.containsKey(key)) {
                int weight = 1 + random.nextInt(300);
                assertThat(contents.offer(key, new byte[weight])).isTrue();
                while (total(model) + weight > CAPACITY_BYTES / 2) {
                    model.pollFirstEntry();
                    evictions++;
                }
                model.put(key, weight);
            }
            settle(session);
            CacheStats stats = contents.stats(0, 0);
            assertThat(stats.bytes()).isEqualTo(total(model));
            assertThat(stats.entries()).isEqualTo(model.size());
            assertThat(stats.evictions()).isEqualTo(evictions);
        }
        assertThat(session.coldestFirst()).containsExactlyElementsOf(model.keySet());
    }

    private static int total(Map<Digest, Integer> model) {
        return model.values().stream().mapToInt(Integer::intValue).sum();
    }

    private PolicySession fullOf(CachePolicy policy) {
        PolicySession session = begin(policy);
        for (int i = 0; i < 11; i++) {
            offer(i);
        }
        return session;
    }

    private PolicySession begin(CachePolicy policy) {
        return begin(policy, List.of());
    }

    private PolicySession begin(CachePolicy policy, List<Digest> order) {
        PolicySession session = new PolicySession(contents, policy, () -> 0);
        List<CacheEntry> entries = PolicySession.arrange(contents.takeOver(session), order);
        session.start();
        session.inherit(entries);
        return session;
    }

    private static void settle(PolicySession session) {
        assertThat(session.work(100_000)).isFalse();
    }

    private boolean offer(int number) {
        return contents.offer(key(number), new byte[CHUNK_BYTES]);
    }

    private static Digest key(int number) {
        return TestPolicies.key(number);
    }

    /** Never gives a place away. */
    private static final class Conservative implements CachePolicy {
        @Override
        public String name() {
            return "conservative";
        }

        @Override
        public EvictionOrder start(long capacityBytes) {
            return new TestPolicies.Forwarding(new LruOrder()) {
                @Override
                public boolean worthAdmitting(Digest candidate, int weightBytes, long nowNanos) {
                    return false;
                }
            };
        }
    }

    /** Always names the same victim. */
    private record Lying(Optional<Digest> victim) implements CachePolicy {
        @Override
        public String name() {
            return "lying";
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
    }

    /** Writes down what it is told. */
    private static final class Recorder implements CachePolicy {
        private final List<String> log = new ArrayList<>();

        @Override
        public String name() {
            return "recorder";
        }

        @Override
        public EvictionOrder start(long capacityBytes) {
            return new TestPolicies.Forwarding(new LruOrder()) {
                @Override
                public void admitted(Digest key, int weightBytes, long nowNanos) {
                    log.add("+" + TestPolicies.number(key));
                    super.admitted(key, weightBytes, nowNanos);
                }

                @Override
                public void hit(Digest key, long nowNanos) {
                    log.add("!" + TestPolicies.number(key));
                    super.hit(key, nowNanos);
                }

                @Override
                public void removed(Digest key) {
                    log.add("-" + TestPolicies.number(key));
                    super.removed(key);
                }
            };
        }
    }
}
