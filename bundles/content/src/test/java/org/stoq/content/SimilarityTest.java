package org.stoq.content;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.FutureTask;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.stoq.sdk.Digest;
import org.stoq.sdk.StoqErrorCode;
import org.stoq.sdk.StoqException;
import org.stoq.sdk.cbor.CborMap;
import org.stoq.sdk.chunk.DeltaCompressor;
import org.stoq.sdk.chunk.EncodedChunk;
import org.stoq.sdk.chunk.SimilarityIndex;
import org.stoq.sdk.store.ChunkStore;
import org.stoq.similarity.SketchIndex;
import org.stoq.similarity.ZstdDelta;
import org.stoq.testkit.ManualClock;
import org.stoq.testkit.MemoryChunkStore;
import org.stoq.testkit.SeededBytes;

/** Objects whose chunks are stored as their difference from similar ones. */
class SimilarityTest {
    private static final int LENGTH = 2_000_000;

    private final TestNode node = new TestNode(1);
    private final TestNode other = new TestNode(2);
    private final ZstdDelta deltas = new ZstdDelta();

    SimilarityTest() {
        install(node);
    }

    @AfterEach
    void close() {
        node.close();
        other.close();
    }

    @Test
    void aNewVersionIsStoredAsItsDifference() throws Exception {
        byte[] first = SeededBytes.words(1, LENGTH);
        byte[] second = edited(first, 1);
        byte[] third = edited(second, 2);
        node.put("1", first);
        long one = node.store().stats().storedBytes();
        node.put("2", second);
        node.put("3", third);
        long all = node.store().stats().storedBytes();
        assertThat(all - one).isLessThan(one / 5);
        assertThat(node.get("1")).isEqualTo(first);
        assertThat(node.get("2")).isEqualTo(second);
        assertThat(node.get("3")).isEqualTo(third);
        assertThat(node.get("3", 1_000_000, 10))
                .isEqualTo(Arrays.copyOfRange(third, 1_000_000, 1_000_010));
        var stats = node.call("stats", CborMap.EMPTY).results();
        assertThat(stats.integer(20)).isPositive().isEqualTo(deltasOf(node));
        assertThat(stats.integer(21)).isGreaterThan(LENGTH / 2);
        assertThat(stats.integer(22)).isLessThan(stats.integer(21) / 20);
    }

    @Test
    void theSettingAppliesToTheNextObject() throws Exception {
        byte[] first = SeededBytes.words(1, LENGTH);
        node.put("1", first);
        node.parts.apply(TestNode.config(Map.of("similarity", false)));
        byte[] second = edited(first, 1);
        node.put("2", second);
        assertThat(deltasOf(node)).isZero();
        node.parts.apply(TestNode.config(Map.of("similarity", true)));
        byte[] third = edited(second, 2);
        node.put("3", third);
        assertThat(deltasOf(node)).isPositive();
        node.parts.apply(TestNode.config(Map.of("similarity", false)));
        // What is stored so stays readable.
        assertThat(node.get("3")).isEqualTo(third);
    }

    @Test
    void withoutTheStrategiesChunksStandAlone() throws Exception {
        byte[] first = SeededBytes.words(1, LENGTH);
        other.put("1", first);
        other.put("2", edited(first, 1));
        assertThat(deltasOf(other)).isZero();
    }

    @Test
    void withoutItsCompressorADifferenceIsUnreadableAndSaysSo() throws Exception {
        byte[] first = SeededBytes.words(1, LENGTH);
        node.put("1", first);
        node.put("2", edited(first, 1));
        node.strategies.slot(DeltaCompressor.class).withdraw(deltas, Duration.ofSeconds(10));
        ContentAdapterTest.assertCode(StoqErrorCode.UNAVAILABLE, () -> node.get("2"));
        assertThat(node.get("1")).isEqualTo(first);
        byte[] third = edited(first, 3);
        node.put("3", third);
        assertThat(node.get("3")).isEqualTo(third);
    }

    @Test
    void aBaseThatCannotBeReadIsNoHindrance() throws Exception {
        byte[] first = SeededBytes.words(1, LENGTH);
        // So much that the third is more like the second, which cannot be read, than the first.
        byte[] second = first.clone();
        byte[] fresh = SeededBytes.words(2, LENGTH);
        for (int at = 0; at + 10_000 < LENGTH; at += 50_000) {
            System.arraycopy(fresh, at, second, at, 10_000);
        }
        byte[] third = edited(second, 2);
        node.put("1", first);
        node.put("2", second);
        ZstdDelta actual = new ZstdDelta();
        DeltaCompressor another =
                new DeltaCompressor() {
                    @Override
                    public String name() {
                        return "another";
                    }

                    @Override
                    public Optional<byte[]> compress(
                            byte[] plain, int from, int length, byte[] base) {
                        return actual.compress(plain, from, length, base);
                    }

                    @Override
                    public byte[] decompress(byte[] compressed, int plainLength, byte[] base)
                            throws StoqException {
                        return actual.decompress(compressed, plainLength, base);
                    }
                };
        node.strategies.offer(DeltaCompressor.class, another);
        node.strategies.slot(DeltaCompressor.class).withdraw(deltas, Duration.ofSeconds(10));
        ContentAdapterTest.assertCode(StoqErrorCode.UNAVAILABLE, () -> node.get("2"));
        List<Digest> unreadable = node.chunksOf("2");
        node.put("3", third);
        assertThat(node.chunksOf("3"))
                .filteredOn(digest -> !unreadable.contains(digest))
                .allSatisfy(digest -> assertThat(node.parts.local().plain(digest)).isPresent());
    }

    @Test
    void aStoreThatKeepsNoBasesGetsNoDifferences() throws Exception {
        MemoryChunkStore plain = new MemoryChunkStore();
        ChunkStore store =
                (ChunkStore)
                        Proxy.newProxyInstance(
                                ChunkStore.class.getClassLoader(),
                                new Class<?>[] {ChunkStore.class},
                                (_, method, arguments) -> {
                                    if (method.getName().equals("keepsBases")) {
                                        return false;
                                    }
                                    try {
                                        return method.invoke(plain, arguments);
                                    } catch (InvocationTargetException e) {
                                        throw e.getCause();
                                    }
                                });
        try (TestNode simple = new TestNode(3, store, new ManualClock(), Map.of())) {
            install(simple);
            byte[] first = SeededBytes.words(1, LENGTH);
            byte[] second = edited(first, 1);
            simple.put("1", first);
            simple.put("2", second);
            assertThat(plain.stats().deltaChunks()).isZero();
            assertThat(simple.get("2")).isEqualTo(second);
        }
    }

    @Test
    void otherNodesGetChunksThatStandAlone() throws Exception {
        byte[] first = SeededBytes.words(1, LENGTH);
        byte[] second = edited(first, 1);
        node.put("1", first);
        node.put("2", second);
        for (Digest digest : node.chunksOf("2")) {
            EncodedChunk chunk = node.parts.local().encoded(digest).orElseThrow();
            assertThat(chunk.base()).isEmpty();
            assertThat(node.parts.local().verify(digest, chunk)).hasSize(chunk.plainLength());
        }
        TestNode.connect(node, other);
        Await.until("the name arrives", () -> other.knows("2"));
        assertThat(other.get("2")).isEqualTo(second);
        assertThat(deltasOf(other)).isZero();
    }

    @Test
    void aBaseStaysUntilNobodyNeedsIt() throws Exception {
        byte[] first = SeededBytes.words(1, LENGTH);
        byte[] second = edited(first, 1);
        node.put("1", first);
        node.put("2", second);
        node.remove("1");
        node.gc();
        assertThat(node.get("2")).isEqualTo(second);
        assertThat(node.gc().integer(2)).isZero();
        node.remove("2");
        node.gc();
        assertThat(node.store().stats().plainBytes()).isLessThan(10_000);
        assertThat(deltasOf(node)).isZero();
        // The index still names what has left.
        byte[] third = edited(second, 2);
        node.put("3", third);
        assertThat(node.get("3")).isEqualTo(third);
        assertThat(deltasOf(node)).isZero();
    }

    @Test
    void aBaseStaysWhenContentOfOtherNodesMakesRoom() throws Exception {
        byte[] first = SeededBytes.words(1, LENGTH);
        byte[] second = edited(first, 1);
        node.put("1", first);
        node.put("2", second);
        node.remove("1");
        node.parts.apply(TestNode.config(Map.of("cache_size", 1_000_000L)));
        other.put("a", SeededBytes.random(1, 900_000));
        other.put("b", SeededBytes.random(2, 900_000));
        TestNode.connect(node, other);
        Await.until("the names arrive", () -> node.knows("a") && node.knows("b"));
        node.get("a");
        node.get("b");
        Await.until("room is made", () -> node.parts.tasks().size() == 0);
        assertThat(node.hasAll("a")).isFalse();
        TestNode.disconnect(node, other);
        assertThat(node.get("2")).isEqualTo(second);
    }

    @Test
    void aDamagedBaseIsFetchedAnewAndSoIsWhatNeedsIt() throws Exception {
        byte[] first = SeededBytes.words(1, LENGTH);
        byte[] second = edited(first, 1);
        node.put("1", first);
        node.put("2", second);
        TestNode.connect(node, other);
        Await.until("the names arrive", () -> other.knows("1") && other.knows("2"));
        assertThat(other.get("1")).isEqualTo(first);
        assertThat(other.get("2")).isEqualTo(second);
        Digest base =
                node.chunksOf("2").stream()
                        .map(this::baseOf)
                        .flatMap(Optional::stream)
                        .findFirst()
                        .orElseThrow();
        node.store().damage(base);
        assertThat(node.get("2")).isEqualTo(second);
        assertThat(node.get("1")).isEqualTo(first);
        assertThat(node.hasAll("1")).isTrue();
        assertThat(node.hasAll("2")).isTrue();
    }

    @Test
    void verifyTellsOfADamagedBase() throws Exception {
        byte[] first = SeededBytes.words(1, LENGTH);
        node.put("1", first);
        node.put("2", edited(first, 1));
        Digest base =
                node.chunksOf("2").stream()
                        .map(this::baseOf)
                        .flatMap(Optional::stream)
                        .findFirst()
                        .orElseThrow();
        node.store().damage(base);
        assertThat(node.verify().integer(3)).isPositive();
        assertThat(node.hasAll("1")).isFalse();
        assertThat(node.hasAll("2")).isFalse();
    }

    @Test
    void aDifferenceThatIsNotWhatItSaysIsRefused() throws Exception {
        byte[] base = SeededBytes.words(1, 50_000);
        byte[] wrong = SeededBytes.words(2, 50_000);
        byte[] plain = edited(base, 1);
        ChunkStore store = node.store();
        store.write(Digest.of(base), EncodedChunk.plain(wrong));
        store.write(
                Digest.of(plain),
                new EncodedChunk(
                        deltas.name(),
                        plain.length,
                        deltas.compress(plain, 0, plain.length, base).orElseThrow(),
                        Optional.of(Digest.of(base))));
        ContentAdapterTest.assertCode(
                StoqErrorCode.INTEGRITY, () -> node.parts.local().plain(Digest.of(plain)));
    }

    @Test
    void putsOfSimilarContentAndCollectionsDoNotDisturbEachOther() throws Exception {
        Map<String, byte[]> expected = new HashMap<>();
        Random random = new Random(1);
        byte[] content = SeededBytes.words(1, 300_000);
        AtomicBoolean stop = new AtomicBoolean();
        FutureTask<Boolean> collecting =
                new FutureTask<>(() -> {
                    while (!stop.get()) {
                        node.gc();
                    }
                    return true;
                });
        Thread.ofVirtual().start(collecting);
        for (int round = 0; round < 150; round++) {
            content = edited(content, round);
            String name = "name " + random.nextInt(6);
            node.put(name, content);
            expected.put(name, content);
            if (random.nextInt(3) == 0) {
                String gone = "name " + random.nextInt(6);
                if (expected.remove(gone) != null) {
                    node.remove(gone);
                }
            }
        }
        stop.set(true);
        collecting.get();
        node.gc();
        for (Map.Entry<String, byte[]> one : expected.entrySet()) {
            assertThat(node.get(one.getKey())).isEqualTo(one.getValue());
        }
        assertThat(deltasOf(node)).isPositive();
    }

    private void install(TestNode target) {
        target.strategies.offer(SimilarityIndex.class, new SketchIndex());
        target.strategies.offer(DeltaCompressor.class, deltas);
    }

    private Optional<Digest> baseOf(Digest digest) {
        try {
            return node.store().read(digest).orElseThrow().base();
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private static long deltasOf(TestNode node) throws IOException {
        return node.parts.local().withStore(ChunkStore::stats).deltaChunks();
    }

    /** Changes a few bytes in every 64 KiB or so. */
    private static byte[] edited(byte[] bytes, int seed) {
        Random random = new Random(seed);
        byte[] changed = bytes.clone();
        for (int at = random.nextInt(50_000); at < bytes.length; at += 64 << 10) {
            changed[at] = (byte) ('A' + random.nextInt(26));
        }
        return changed;
    }
}
