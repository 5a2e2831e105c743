package org.stoq.cache;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.stoq.sdk.Digest;
import org.stoq.sdk.cache.CachePolicy;
import org.stoq.sdk.cache.CacheStats;
import org.stoq.sdk.cache.EvictionOrder;
import org.stoq.sdk.config.CdnConfig;
import org.stoq.sdk.config.PluginsConfig;
import org.stoq.sdk.strategy.Strategies;
import org.stoq.sdk.strategy.Strategy;
import org.stoq.sdk.strategy.StrategySlot;
import org.stoq.sdk.strategy.StrategyStatus;

/** The service as others see it, with its threads. */
@Timeout(60)
class MemoryChunkCacheTest {
    private static final int CHUNK_BYTES = 1_000;

    /** Half of it is for arrivals, so a hundred chunks stay. */
    private static final String SMALL = "200000";

    private static final Duration PATIENCE = Duration.ofSeconds(20);

    private final StrategySlot<CachePolicy> slot =
            new StrategySlot<>(CachePolicy.class, System::nanoTime);
    private final CountDownLatch release = new CountDownLatch(1);
    private final List<MemoryChunkCache> open = new ArrayList<>();

    @AfterEach
    void closeAll() {
        release.countDown();
        open.forEach(MemoryChunkCache::close);
    }

    @Test
    void whatIsOfferedIsFoundAndCounted() {
        MemoryChunkCache cache = cache();
        byte[] chunk = new byte[CHUNK_BYTES];
        assertThat(cache.get(key(1))).isEmpty();
        cache.offer(key(1), chunk);
        assertThat(cache.get(key(1)).orElseThrow()).isSameAs(chunk);
        cache.remove(key(1));
        assertThat(cache.get(key(1))).isEmpty();
        assertThat(cache.stats()).isEqualTo(new CacheStats(1, 2, 0, 0, 0, 200_000));
    }

    @Test
    void evictsWithoutAnyPolicyInstalled() {
        MemoryChunkCache cache = cache();
        fill(cache, 300);
        assertThat(cache.get(key(299))).isPresent();
        assertThat(cache.get(key(0))).isEmpty();
    }

    @Test
    void contentsOutliveAChangeOfPolicyAndTheOldOneIsGivenBack() {
        CachePolicy lru = new LruPolicy();
        offer(lru, 100);
        MemoryChunkCache cache = cache();
        fill(cache, 100);
        Spy spy = new Spy("spy", order -> order);
        offer(spy, 200);
        await(() -> spy.admitted.get() == 100);
        assertThat(cache.stats().entries()).isEqualTo(100);
        assertThat(slot.withdraw(lru, PATIENCE)).isTrue();
        assertThat(leases("lru")).isZero();
        cache.offer(key(500), new byte[CHUNK_BYTES]);
        await(() -> cache.stats().evictions() == 1);
        assertThat(cache.get(key(0))).isEmpty();
    }

    @Test
    void theConfiguredNameDecidesAlsoWhileRunning() {
        offer(new LruPolicy(), 100);
        Spy spy = new Spy("spy", order -> order);
        offer(spy, 0);
        MemoryChunkCache cache = cache();
        fill(cache, 50);
        slot.prefer("spy");
        await(() -> spy.admitted.get() == 50);
        slot.prefer("lru");
        await(() -> leases("spy") == 0 && leases("lru") == 1);
        assertThat(cache.stats().entries()).isEqualTo(50);
    }

    @Test
    void aPolicyThatThrowsIsIsolatedAndThePreviousOneGoesOn() {
        offer(new LruPolicy(), 100);
        MemoryChunkCache cache = cache();
        fill(cache, 100);
        offer(
                new Spy(
                        "broken",
                        order ->
                                new TestPolicies.Forwarding(order) {
                                    @Override
                                    public Optional<Digest> victim() {
                                        throw new IllegalStateException("broken");
                                    }
                                }),
                200);
        await(() -> leases("broken") == 1);
        cache.offer(key(500), new byte[CHUNK_BYTES]);
        await(() -> state("broken") == StrategyStatus.State.QUARANTINED);
        await(() -> cache.stats().evictions() == 1);
        assertThat(cache.stats().entries()).isEqualTo(100);
        assertThat(cache.get(key(500))).isPresent();
        assertThat(leases("broken")).isZero();
    }

    @Test
    void aPolicyThatCannotEvenStartIsIsolated() {
        offer(new LruPolicy(), 100);
        MemoryChunkCache cache = cache();
        fill(cache, 100);
        offer(
                new Spy(
                        "broken",
                        order -> {
                            throw new NoClassDefFoundError("gone");
                        }),
                200);
        await(() -> state("broken") == StrategyStatus.State.QUARANTINED);
        cache.offer(key(500), new byte[CHUNK_BYTES]);
        await(() -> cache.stats().evictions() == 1);
        assertThat(cache.stats().entries()).isEqualTo(100);
    }

    @Test
    void aPolicyThatLiesIsIsolated() {
        offer(new LruPolicy(), 100);
        MemoryChunkCache cache = cache();
        fill(cache, 100);
        offer(
                new Spy(
                        "liar",
                        order ->
                                new TestPolicies.Forwarding(order) {
                                    @Override
                                    public Optional<Digest> victim() {
                                        return Optional.of(key(12_345));
                                    }
                                }),
                200);
        await(() -> leases("liar") == 1);
        cache.offer(key(500), new byte[CHUNK_BYTES]);
        await(() -> cache.stats().evictions() == 1);
        assertThat(state("liar")).isEqualTo(StrategyStatus.State.QUARANTINED);
        assertThat(cache.stats().entries()).isEqualTo(100);
    }

    @Test
    void aPolicyThatStallsMakesNobodyWaitAndIsIsolated() {
        offer(new LruPolicy(), 100);
        MemoryChunkCache cache = cache();
        fill(cache, 100);
        CountDownLatch stalled = new CountDownLatch(1);
        AtomicBoolean armed = new AtomicBoolean();
        Spy sleepy =
                new Spy(
                        "sleepy",
                        order ->
                                new TestPolicies.Forwarding(order) {
                                    @Override
                                    public void admitted(Digest key, int weightBytes, long now) {
                                        if (armed.get()) {
                                            stalled.countDown();
                                            awaitUninterruptibly(release);
                                        }
                                        super.admitted(key, weightBytes, now);
                                    }
                                });
        offer(sleepy, 200);
        await(() -> sleepy.admitted.get() == 100);
        armed.set(true);
        cache.offer(key(500), new byte[CHUNK_BYTES]);
        awaitUninterruptibly(stalled);
        // The policy hangs now; nobody else does.
        for (int i = 0; i < 10_000; i++) {
            cache.get(key(i % 100));
        }
        cache.offer(key(501), new byte[CHUNK_BYTES]);
        assertThat(cache.get(key(501))).isPresent();
        assertThat(state("sleepy")).isEqualTo(StrategyStatus.State.ACTIVE);
        cache.configure(properties(SMALL, "20ms"));
        cache.offer(key(502), new byte[CHUNK_BYTES]);
        await(() -> state("sleepy") == StrategyStatus.State.QUARANTINED);
        await(() -> cache.stats().entries() == 100);
        assertThat(cache.get(key(502))).isPresent();
        // It wakes up too late, and nothing comes of it.
        release.countDown();
        fill(cache, 1_000);
        assertThat(cache.stats().bytes()).isEqualTo(100 * CHUNK_BYTES);
    }

    @Test
    void theLastPolicyMayFailAndTheCacheGoesOnByItself() {
        offer(
                new Spy(
                        "broken",
                        order ->
                                new TestPolicies.Forwarding(order) {
                                    @Override
                                    public void hit(Digest key, long now) {
                                        throw new IllegalStateException("broken");
                                    }
                                }),
                1);
        MemoryChunkCache cache = cache();
        fill(cache, 100);
        cache.get(key(0));
        fill(cache, 300);
        assertThat(failures("broken")).isEqualTo(1);
        assertThat(cache.stats().entries()).isEqualTo(100);
        cache.configure(properties("100000", "10s"));
        await(() -> cache.stats().entries() == 50);
        assertThat(failures("broken")).isEqualTo(1);
        Spy good = new Spy("good", order -> order);
        offer(good, 2);
        await(() -> good.admitted.get() == 50);
    }

    @Test
    void anotherSizeAppliesWhileRunning() {
        Spy spy = new Spy("spy", order -> order);
        offer(spy, 1);
        MemoryChunkCache cache = cache();
        fill(cache, 100);
        cache.configure(properties("20000", "10s"));
        await(() -> cache.stats().entries() == 10);
        assertThat(cache.stats().capacityBytes()).isEqualTo(20_000);
        await(() -> spy.capacityBytes.get() == 10_000);
        assertThat(cache.get(key(99))).isPresent();
        cache.configure(properties("0", "10s"));
        await(() -> cache.stats().entries() == 0);
        cache.configure(properties(SMALL, "10s"));
        await(() -> spy.capacityBytes.get() == 100_000);
        cache.offer(key(1), new byte[CHUNK_BYTES]);
        assertThat(cache.get(key(1))).isPresent();
    }

    @Test
    void manyThreadsNeverExceedTheMemoryAndLoseNoCount() throws Exception {
        offer(new LruPolicy(), 100);
        MemoryChunkCache cache = cache();
        int threads = 8;
        int rounds = 20_000;
        AtomicBoolean done = new AtomicBoolean();
        AtomicLong most = new AtomicLong();
        AtomicLong lookups = new AtomicLong();
        AtomicLong found = new AtomicLong();
        try (ExecutorService executor = Executors.newCachedThreadPool()) {
            Future<?> watcher =
                    executor.submit(() -> {
                        while (!done.get()) {
                            most.accumulateAndGet(cache.stats().bytes(), Math::max);
                        }
                    });
            List<Future<?>> workers = new ArrayList<>();
            for (int seed = 0; seed < threads; seed++) {
                Random random = new Random(seed);
                workers.add(
                        executor.submit(() -> {
                            for (int round = 0; round < rounds; round++) {
                                Digest key = key(random.nextInt(400));
                                switch (random.nextInt(10)) {
                                    case 0 -> cache.remove(key);
                                    case 1, 2, 3, 4 ->
                                            cache.offer(key, new byte[1 + random.nextInt(3_000)]);
                                    default -> {
                                        lookups.incrementAndGet();
                                        if (cache.get(key).isPresent()) {
                                            found.incrementAndGet();
                                        }
                                    }
                                }
                            }
                        }));
            }
            slot.prefer("lfu");
            offer(new LfuPolicy(), 50);
            for (Future<?> worker : workers) {
                worker.get();
            }
            done.set(true);
            watcher.get();
        }
        assertThat(most.get()).isPositive().isLessThanOrEqualTo(200_000);
        CacheStats stats = cache.stats();
        assertThat(stats.hits()).isEqualTo(found.get());
        assertThat(stats.hits() + stats.misses()).isEqualTo(lookups.get());
        await(() -> cache.stats().bytes() <= 100_000);
        assertThat(cache.stats().evictions()).isPositive();
        long bytes = 0;
        long entries = 0;
        for (int number = 0; number < 400; number++) {
            Optional<byte[]> chunk = cache.get(key(number));
            bytes += chunk.map(plain -> plain.length).orElse(0);
            entries += chunk.isPresent() ? 1 : 0;
        }
        assertThat(cache.stats().bytes()).isEqualTo(bytes);
        assertThat(cache.stats().entries()).isEqualTo(entries);
    }

    @Test
    void closingGivesThePolicyBackAndEndsTheThreads() {
        Set<Thread> before = policyThreads();
        offer(new LruPolicy(), 100);
        MemoryChunkCache cache = cache();
        fill(cache, 100);
        await(() -> leases("lru") == 1 && !before.containsAll(policyThreads()));
        cache.close();
        assertThat(leases("lru")).isZero();
        await(() -> before.containsAll(policyThreads()));
        offer(new LfuPolicy(), 500);
        assertThat(leases("lfu")).isZero();
    }

    @Test
    void closingDuringAChangeOfPolicyGivesBothBack() {
        CountDownLatch asked = new CountDownLatch(1);
        CachePolicy slow =
                new Spy(
                        "slow",
                        order ->
                                new TestPolicies.Forwarding(order) {
                                    @Override
                                    public List<Digest> coldestFirst() {
                                        asked.countDown();
                                        awaitOrFail(release);
                                        return super.coldestFirst();
                                    }
                                });
        offer(slow, 100);
        MemoryChunkCache cache = cache();
        await(() -> leases("slow") == 1);
        offer(new LruPolicy(), 200);
        awaitUninterruptibly(asked);
        cache.close();
        assertThat(leases("slow")).isZero();
        assertThat(leases("lru")).isZero();
    }

    private static void awaitOrFail(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            throw new IllegalStateException("interrupted", e);
        }
    }

    private static Set<Thread> policyThreads() {
        return Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> thread.getName().equals("stoq-cache-policy"))
                .collect(Collectors.toSet());
    }

    private MemoryChunkCache cache() {
        Strategies strategies =
                new Strategies() {
                    @Override
                    @SuppressWarnings("unchecked") // the one slot of this test
                    public <S extends Strategy> StrategySlot<S> slot(Class<S> spi) {
                        assertThat(spi).isEqualTo(CachePolicy.class);
                        return (StrategySlot<S>) slot;
                    }
                };
        MemoryChunkCache cache = new MemoryChunkCache(strategies, properties(SMALL, "10s"));
        open.add(cache);
        return cache;
    }

    private static Map<String, Object> properties(String memory, String stall) {
        Map<String, Object> all = new HashMap<>();
        all.putAll(
                CdnConfig.TABLE.write(
                        CdnConfig.TABLE.with(
                                CdnConfig.TABLE.defaults(), Map.of("memory_cache_size", memory))));
        all.putAll(
                PluginsConfig.TABLE.write(
                        PluginsConfig.TABLE.with(
                                PluginsConfig.TABLE.defaults(), Map.of("stall_timeout", stall))));
        all.put("service.pid", new String[] {CdnConfig.PID, PluginsConfig.PID});
        return all;
    }

    /** Offers chunks, and waits until the policy has heard of all. */
    private static void fill(MemoryChunkCache cache, int chunks) {
        for (int i = 0; i < chunks; i++) {
            await(() -> cache.stats().bytes() <= 150 * CHUNK_BYTES);
            cache.offer(key(i), new byte[CHUNK_BYTES]);
        }
        await(() -> cache.stats().bytes() <= 100 * CHUNK_BYTES);
    }

    private void offer(CachePolicy policy, int ranking) {
        slot.offer(policy, new StrategyStatus.Origin("test", "1.0.0", ranking));
    }

    private StrategyStatus status(String name) {
        return slot.status().stream()
                .filter(status -> status.name().equals(name))
                .findFirst()
                .orElseThrow();
    }

    private StrategyStatus.State state(String name) {
        return status(name).state();
    }

    private long failures(String name) {
        return status(name).failures();
    }

    private int leases(String name) {
        return slot.status().stream()
                .filter(status -> status.name().equals(name))
                .mapToInt(StrategyStatus::leases)
                .sum();
    }

    private static void await(BooleanSupplier condition) {
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        while (!condition.getAsBoolean()) {
            assertThat(System.nanoTime()).as("in time").isLessThan(deadline);
            LockSupport.parkNanos(100_000);
        }
    }

    /** Waits as a policy does that does not care for interrupts. */
    private static void awaitUninterruptibly(CountDownLatch latch) {
        boolean interrupted = false;
        while (true) {
            try {
                latch.await();
                break;
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private static Digest key(int number) {
        return TestPolicies.key(number);
    }

    /** LRU that counts, with something else around it. */
    private static final class Spy implements CachePolicy {
        private final String name;
        private final UnaryOperator<EvictionOrder> around;
        private final AtomicLong admitted = new AtomicLong();
        private final AtomicLong capacityBytes = new AtomicLong();

        Spy(String name, UnaryOperator<EvictionOrder> around) {
            this.name = name;
            this.around = around;
        }

        @Override
        public String name() {
            return name;
        }

        @Override
        public EvictionOrder start(long capacity) {
            capacityBytes.set(capacity);
            return around.apply(
                    new TestPolicies.Forwarding(new LruOrder()) {
                        @Override
                        public void admitted(Digest key, int weightBytes, long nowNanos) {
                            super.admitted(key, weightBytes, nowNanos);
                            admitted.incrementAndGet();
                        }
                    });
        }
    }
}
