package org.stoq.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.stoq.sdk.Digest;
import org.stoq.sdk.StoqErrorCode;
import org.stoq.sdk.StoqException;
import org.stoq.sdk.chunk.EncodedChunk;
import org.stoq.sdk.store.ChunkStore;
import org.stoq.sdk.store.NameBinding;
import org.stoq.sdk.store.StoreCheck;
import org.stoq.sdk.store.StoreCollection;
import org.stoq.sdk.store.StoreStats;

/** What every {@link ChunkStore} must do. */
public abstract class ChunkStoreContract {
    private static final int MAXIMUM_BYTES = 16 << 20;

    private ChunkStore store;

    /** Makes the contract; each test gets a store of its own. */
    @SuppressWarnings("NullAway.Init") // begin() runs before every test
    protected ChunkStoreContract() {}

    /** Returns an empty store; called once for each test, which may close it afterwards itself. */
    protected abstract ChunkStore emptyStore() throws Exception;

    @BeforeEach
    void begin() throws Exception {
        store = emptyStore();
    }

    @Test
    protected void anEmptyStoreHoldsNothing() throws StoqException {
        Digest digest = Digest.of(new byte[1]);
        assertThat(store.contains(digest)).isFalse();
        assertThat(store.read(digest)).isEmpty();
        assertThat(store.lookup("a")).isEmpty();
        assertThat(store.list("", "", 10)).isEmpty();
        assertThat(store.stats().chunks()).isZero();
        assertThat(store.stats().names()).isZero();
        assertThat(store.stats().full()).isFalse();
        assertThat(store.verify((done, total) -> {}))
                .isEqualTo(new StoreCheck(0, 0, List.of(), true));
    }

    @Test
    protected void whatIsWrittenIsRead() throws StoqException {
        for (int length : new int[] {0, 1, 15, 16, 4_096, 65_536, MAXIMUM_BYTES}) {
            byte[] bytes = SeededBytes.random(length, length);
            Digest digest = Digest.of(bytes);
            assertThat(store.contains(digest)).isFalse();
            assertThat(store.write(digest, EncodedChunk.plain(bytes.clone()))).isTrue();
            assertThat(store.contains(digest)).isTrue();
            EncodedChunk read = store.read(digest).orElseThrow();
            assertThat(read.algorithm()).isEqualTo(EncodedChunk.PLAIN);
            assertThat(read.plainLength()).isEqualTo(length);
            assertThat(read.bytes()).isEqualTo(bytes);
        }
    }

    @Test
    protected void theAlgorithmAndThePlainLengthComeBack() throws StoqException {
        String longest = "z".repeat(64);
        Digest digest = Digest.of(new byte[] {1});
        store.write(digest, new EncodedChunk(longest, MAXIMUM_BYTES, new byte[] {7, 8, 9}));
        EncodedChunk read = store.read(digest).orElseThrow();
        assertThat(read.algorithm()).isEqualTo(longest);
        assertThat(read.plainLength()).isEqualTo(MAXIMUM_BYTES);
        assertThat(read.bytes()).containsExactly(7, 8, 9);
    }

    @Test
    protected void aChunkThatIsHereIsLeftAsItIs() throws StoqException {
        Digest digest = put(1);
        byte[] before = store.read(digest).orElseThrow().bytes();
        assertThat(store.write(digest, EncodedChunk.plain(new byte[5]))).isFalse();
        assertThat(store.read(digest).orElseThrow().bytes()).isEqualTo(before);
        assertThat(store.stats().chunks()).isEqualTo(1);
    }

    @Test
    protected void manyThreadsThatWriteTheSameChunkStoreItOnce() throws Exception {
        byte[] bytes = SeededBytes.random(1, 100_000);
        Digest digest = Digest.of(bytes);
        CountDownLatch start = new CountDownLatch(1);
        List<Future<Boolean>> results = new ArrayList<>();
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            for (int i = 0; i < 16; i++) {
                results.add(
                        threads.submit(() -> {
                            start.await();
                            return store.write(digest, EncodedChunk.plain(bytes));
                        }));
            }
            start.countDown();
        }
        int news = 0;
        for (Future<Boolean> result : results) {
            news += result.get() ? 1 : 0;
        }
        assertThat(news).isEqualTo(1);
        assertThat(store.stats().chunks()).isEqualTo(1);
    }

    @Test
    protected void aNameLeadsToWhatItWasBoundToLast() throws StoqException {
        store.bind("a", Digest.of(new byte[] {1}));
        store.bind("a", Digest.of(new byte[] {2}));
        assertThat(store.lookup("a")).contains(Digest.of(new byte[] {2}));
        assertThat(store.lookup("A")).isEmpty();
        assertThat(store.stats().names()).isEqualTo(1);
        store.unbind("a");
        store.unbind("never bound");
        assertThat(store.lookup("a")).isEmpty();
        assertThat(store.stats().names()).isZero();
        store.bind("a", Digest.of(new byte[] {3}));
        assertThat(store.lookup("a")).contains(Digest.of(new byte[] {3}));
    }

    @Test
    protected void namesHaveOneTo1024Bytes() throws StoqException {
        Digest digest = Digest.of(new byte[0]);
        String longest = "\u20ac".repeat(341) + "x";
        store.bind(longest, digest);
        assertThat(store.lookup(longest)).contains(digest);
        assertThat(store.list("\u20ac", "", 10)).hasSize(1);
        for (String wrong : List.of("", longest + "y", "half \ud83d")) {
            assertThatThrownBy(() -> store.bind(wrong, digest))
                    .isInstanceOf(IllegalArgumentException.class);
            assertThatThrownBy(() -> store.unbind(wrong))
                    .isInstanceOf(IllegalArgumentException.class);
            assertThatThrownBy(() -> store.lookup(wrong))
                    .isInstanceOf(IllegalArgumentException.class);
        }
    }

    @Test
    protected void namesAreListedInTheOrderOfTheirBytes() throws StoqException {
        // U+FF5E is before U+1F600 as UTF-8 and as a code point, but behind it as UTF-16.
        List<String> ordered =
                List.of("a", "a/", "a/b", "ab", "b", "\u00e9", "\uff5e", "\ud83d\ude00");
        for (String name : ordered.reversed()) {
            store.bind(name, Digest.of(name.getBytes(java.nio.charset.StandardCharsets.UTF_8)));
        }
        assertThat(names("", "", 100)).isEqualTo(ordered);
        assertThat(names("", "", 3)).isEqualTo(ordered.subList(0, 3));
        assertThat(names("", "a/b", 3)).isEqualTo(ordered.subList(3, 6));
        assertThat(names("", "a/a", 1)).containsExactly("a/b");
        assertThat(names("a", "", 100)).isEqualTo(ordered.subList(0, 4));
        assertThat(names("a/", "a/", 100)).containsExactly("a/b");
        assertThat(names("a", "b", 100)).isEmpty();
        assertThat(names("b", "a", 100)).containsExactly("b");
        assertThat(names("nothing", "", 100)).isEmpty();
        assertThat(store.list("b", "", 1))
                .containsExactly(new NameBinding("b", Digest.of(new byte[] {'b'})));
    }

    @Test
    protected void listsHaveALimit() throws StoqException {
        for (int i = 0; i < 10_001; i++) {
            store.bind("%05d".formatted(i), Digest.of(new byte[0]));
        }
        assertThat(store.list("", "", 10_000)).hasSize(10_000);
        assertThat(names("", "09999", 10_000)).containsExactly("10000");
        for (int wrong : new int[] {Integer.MIN_VALUE, 0, 10_001}) {
            assertThatThrownBy(() -> store.list("", "", wrong))
                    .isInstanceOf(IllegalArgumentException.class);
        }
    }

    @Test
    protected void statsCountChunksAndTheirBytes() throws StoqException {
        store.write(Digest.of(new byte[] {1}), new EncodedChunk("zstd", 1_000, new byte[10]));
        store.write(Digest.of(new byte[] {2}), new EncodedChunk("lz4", 500, new byte[20]));
        store.bind("a", Digest.of(new byte[] {1}));
        StoreStats stats = store.stats();
        assertThat(stats.chunks()).isEqualTo(2);
        assertThat(stats.names()).isEqualTo(1);
        assertThat(stats.plainBytes()).isEqualTo(1_500);
        assertThat(stats.storedBytes()).isEqualTo(30);
        assertThat(stats.diskBytes()).isGreaterThanOrEqualTo(30);
        assertThat(stats.freeBytes()).isPositive();
    }

    @Test
    protected void verifyReadsEverythingAndSaysHowFarItIs() throws StoqException {
        for (int i = 0; i < 20; i++) {
            put(i);
        }
        store.sync();
        List<Long> seen = new ArrayList<>();
        StoreCheck check =
                store.verify((done, total) -> {
                    assertThat(done).isBetween(0L, total);
                    seen.add(done);
                });
        assertThat(check.damaged()).isEmpty();
        assertThat(check.complete()).isTrue();
        assertThat(check.records()).isGreaterThanOrEqualTo(20);
        assertThat(check.bytes()).isGreaterThanOrEqualTo(store.stats().storedBytes());
        assertThat(seen).isNotEmpty().isSorted();
    }

    @Test
    protected void aCollectionRemovesWhatNobodyKeeps() throws StoqException {
        List<Digest> digests = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
            digests.add(put(i));
        }
        store.bind("stays", digests.getFirst());
        store.sync();
        try (StoreCollection collection = store.beginCollection()) {
            for (int i = 0; i < 100; i += 3) {
                assertThat(collection.keep(digests.get(i))).isTrue();
                assertThat(collection.keep(digests.get(i))).isFalse();
            }
            StoreCollection.SweepResult result = collection.sweep((done, total) -> {});
            assertThat(result.chunksKept()).isEqualTo(34);
            assertThat(result.chunksRemoved()).isEqualTo(66);
            assertThat(result.bytesFreed()).isPositive();
        }
        for (int i = 0; i < 100; i++) {
            assertThat(store.contains(digests.get(i))).isEqualTo(i % 3 == 0);
            assertThat(store.read(digests.get(i)).isPresent()).isEqualTo(i % 3 == 0);
        }
        assertThat(store.stats().chunks()).isEqualTo(34);
        assertThat(store.lookup("stays")).contains(digests.getFirst());
        assertThat(put(1)).isEqualTo(digests.get(1));
        assertThat(store.read(digests.get(1))).isPresent();
    }

    @Test
    protected void aCollectionWithoutASweepRemovesNothing() throws StoqException {
        Digest digest = put(1);
        store.beginCollection().close();
        assertThat(store.contains(digest)).isTrue();
        try (StoreCollection second = store.beginCollection()) {
            assertThat(second.keep(digest)).isTrue();
        }
    }

    @Test
    protected void oneCollectionAtATime() throws StoqException {
        try (StoreCollection first = store.beginCollection()) {
            StoqException refusal =
                    catchThrowableOfType(StoqException.class, () -> store.beginCollection());
            assertThat(refusal.code()).isEqualTo(StoqErrorCode.CONFLICT);
            first.sweep((done, total) -> {});
        }
        store.beginCollection().close();
    }

    @Test
    protected void whatAWriterAsksForDuringACollectionSurvivesIt() throws StoqException {
        Digest reported = put(1);
        Digest writtenAgain = put(2);
        Digest garbage = put(3);
        try (StoreCollection collection = store.beginCollection()) {
            assertThat(store.contains(reported)).isTrue();
            Digest fresh = put(4);
            assertThat(put(2)).isEqualTo(writtenAgain);
            collection.sweep((done, total) -> {});
            assertThat(store.contains(reported)).isTrue();
            assertThat(store.contains(writtenAgain)).isTrue();
            assertThat(store.contains(fresh)).isTrue();
            assertThat(store.contains(garbage)).isFalse();
        }
    }

    @Test
    protected void aChunkComesBackWithTheNameOfItsBase() throws StoqException {
        assumeTrue(store.keepsBases());
        Digest base = put(1);
        Digest delta = putDelta(2, base);
        assertThat(store.contains(delta)).isTrue();
        EncodedChunk read = store.read(delta).orElseThrow();
        assertThat(read.base()).contains(base);
        assertThat(read.algorithm()).isEqualTo("delta");
        assertThat(read.plainLength()).isEqualTo(7_000);
        assertThat(read.bytes()).containsExactly(2, 2);
        assertThat(store.read(base).orElseThrow().base()).isEmpty();
        StoreStats stats = store.stats();
        assertThat(stats.chunks()).isEqualTo(2);
        assertThat(stats.deltaChunks()).isEqualTo(1);
        assertThat(stats.deltaPlainBytes()).isEqualTo(7_000);
        assertThat(stats.deltaStoredBytes()).isEqualTo(2);
        assertThat(stats.storedBytes()).isEqualTo(2_002);
    }

    @Test
    protected void aChunkIsRefusedWhoseBaseIsNotHere() throws StoqException {
        assumeTrue(store.keepsBases());
        Digest nowhere = Digest.of(new byte[] {99});
        StoqException refusal =
                catchThrowableOfType(StoqException.class, () -> putDelta(1, nowhere));
        assertThat(refusal.code()).isEqualTo(StoqErrorCode.PRECONDITION_FAILED);
        assertThat(store.contains(delta(1))).isFalse();
        assertThat(store.stats().chunks()).isZero();
        StoqException itself =
                catchThrowableOfType(StoqException.class, () -> putDelta(1, delta(1)));
        assertThat(itself.code()).isEqualTo(StoqErrorCode.PRECONDITION_FAILED);
    }

    @Test
    protected void aChainOfBasesHasALimit() throws StoqException {
        assumeTrue(store.keepsBases());
        Digest last = put(1);
        for (int i = 1; i <= ChunkStore.MAX_BASES; i++) {
            last = putDelta(i, last);
        }
        assertThat(store.read(last)).isPresent();
        Digest longest = last;
        StoqException refusal =
                catchThrowableOfType(StoqException.class, () -> putDelta(100, longest));
        assertThat(refusal.code()).isEqualTo(StoqErrorCode.PRECONDITION_FAILED);
        assertThat(store.stats().deltaChunks()).isEqualTo(ChunkStore.MAX_BASES);
    }

    @Test
    protected void aBaseIsKeptAsLongAsItIsNeeded() throws StoqException {
        assumeTrue(store.keepsBases());
        Digest base = put(1);
        Digest middle = putDelta(1, base);
        Digest last = putDelta(2, middle);
        Digest other = putDelta(3, base);
        store.sync();
        try (StoreCollection collection = store.beginCollection()) {
            assertThat(collection.keep(last)).isTrue();
            assertThat(collection.keep(base)).isTrue();
            StoreCollection.SweepResult result = collection.sweep((done, total) -> {});
            assertThat(result.chunksKept()).isEqualTo(3);
            assertThat(result.chunksRemoved()).isEqualTo(1);
        }
        assertThat(store.contains(other)).isFalse();
        try (StoreCollection collection = store.beginCollection()) {
            collection.keep(last);
            assertThat(collection.sweep((done, total) -> {}).chunksRemoved()).isZero();
        }
        assertThat(store.read(last)).isPresent();
        assertThat(store.read(middle)).isPresent();
        assertThat(store.read(base)).isPresent();
        try (StoreCollection collection = store.beginCollection()) {
            collection.keep(middle);
            assertThat(collection.sweep((done, total) -> {}).chunksRemoved()).isEqualTo(1);
        }
        assertThat(store.contains(middle)).isTrue();
        try (StoreCollection collection = store.beginCollection()) {
            assertThat(collection.sweep((done, total) -> {}).chunksRemoved()).isEqualTo(2);
        }
        assertThat(store.stats().chunks()).isZero();
        assertThat(store.stats().deltaChunks()).isZero();
        assertThat(store.stats().storedBytes()).isZero();
    }

    @Test
    protected void theBasesOfWhatAWriterAsksForSurviveACollection() throws StoqException {
        assumeTrue(store.keepsBases());
        Digest base = put(1);
        Digest reported = putDelta(1, base);
        Digest otherBase = put(2);
        Digest garbage = put(3);
        try (StoreCollection collection = store.beginCollection()) {
            assertThat(store.contains(reported)).isTrue();
            Digest fresh = putDelta(2, otherBase);
            collection.sweep((done, total) -> {});
            assertThat(store.read(reported)).isPresent();
            assertThat(store.read(base)).isPresent();
            assertThat(store.read(fresh)).isPresent();
            assertThat(store.read(otherBase)).isPresent();
            assertThat(store.contains(garbage)).isFalse();
        }
    }

    @Test
    protected void whatAWriterAsksForIsStillNewToTheCollector() throws StoqException {
        Digest manifest = put(1);
        try (StoreCollection collection = store.beginCollection()) {
            store.contains(manifest);
            put(1);
            // If it were not, the collector would not walk the manifest and lose its chunks.
            assertThat(collection.keep(manifest)).isTrue();
        }
    }

    @Test
    protected void collectionsAndWritersDoNotDisturbEachOther() throws Exception {
        List<Digest> kept = new ArrayList<>();
        for (int i = 0; i < 50; i++) {
            kept.add(put(i));
        }
        AtomicBoolean stop = new AtomicBoolean();
        AtomicLong seeds = new AtomicLong(1_000);
        Callable<List<Digest>> writer =
                () -> {
                    List<Digest> mine = new ArrayList<>();
                    while (!stop.get()) {
                        long seed = seeds.incrementAndGet();
                        Digest digest = Digest.of(content(seed));
                        // The name first: either the collection under way sees it, or the chunk is
                        // written after it has begun.
                        store.bind("held/" + digest.hex(), digest);
                        mine.add(put(seed));
                        store.sync();
                        assertThat(store.read(mine.getFirst())).isPresent();
                        assertThat(store.read(mine.getLast())).isPresent();
                    }
                    return mine;
                };
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<List<Digest>>> writers = new ArrayList<>();
            try {
                for (int i = 0; i < 4; i++) {
                    writers.add(threads.submit(writer));
                }
                for (int round = 0; round < 20; round++) {
                    // Below zero, where no writer ever comes, however far it counts.
                    Digest garbage = put(-1 - round);
                    collect(kept);
                    assertThat(store.contains(garbage)).isFalse();
                }
            } finally {
                stop.set(true);
            }
            for (Future<List<Digest>> one : writers) {
                kept.addAll(one.get());
            }
        }
        for (Digest digest : kept) {
            assertThat(store.contains(digest)).isTrue();
            assertThat(Digest.of(store.read(digest).orElseThrow().bytes())).isEqualTo(digest);
        }
        assertThat(store.verify((done, total) -> {}).damaged()).isEmpty();
        assertThat(store.stats().chunks()).isEqualTo(kept.size());
    }

    private void collect(List<Digest> kept) throws StoqException {
        try (StoreCollection collection = store.beginCollection()) {
            kept.forEach(collection::keep);
            String after = "";
            while (true) {
                List<NameBinding> page = store.list("held/", after, 100);
                if (page.isEmpty()) {
                    break;
                }
                page.forEach(binding -> collection.keep(binding.manifest()));
                after = page.getLast().name();
            }
            collection.sweep((done, total) -> {});
        }
    }

    private List<String> names(String prefix, String after, int limit) {
        return store.list(prefix, after, limit).stream().map(NameBinding::name).toList();
    }

    private Digest put(long seed) throws StoqException {
        byte[] bytes = content(seed);
        Digest digest = Digest.of(bytes);
        store.write(digest, EncodedChunk.plain(bytes));
        return digest;
    }

    private Digest putDelta(int seed, Digest base) throws StoqException {
        byte mark = (byte) seed;
        store.write(
                delta(seed),
                new EncodedChunk("delta", 7_000, new byte[] {mark, mark}, Optional.of(base)));
        return delta(seed);
    }

    private static Digest delta(int seed) {
        return Digest.of(new byte[] {'d', (byte) seed});
    }

    private static byte[] content(long seed) {
        return SeededBytes.random(seed, 2_000);
    }
}
