package org.stoq.content;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.nio.channels.Channels;
import java.nio.channels.ReadableByteChannel;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.FutureTask;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.stoq.sdk.Digest;
import org.stoq.sdk.StoqErrorCode;
import org.stoq.sdk.StoqException;
import org.stoq.sdk.call.Request;
import org.stoq.sdk.call.Response;
import org.stoq.sdk.cbor.CborMap;
import org.stoq.sdk.chunk.EncodedChunk;
import org.stoq.sdk.store.ChunkStore;
import org.stoq.sdk.store.NameBinding;
import org.stoq.sdk.store.StoreCheck;
import org.stoq.sdk.store.StoreCollection;
import org.stoq.sdk.store.StoreStats;
import org.stoq.testkit.ManualClock;
import org.stoq.testkit.MemoryChunkStore;
import org.stoq.testkit.SeededBytes;

class CollectorTest {
    /** More chunks than one list has. */
    private static final int LARGE = 90_000_000;

    private final TestNode node = new TestNode(1);

    @AfterEach
    void close() {
        node.close();
    }

    @Test
    void removesWhatNoNameLeadsToAndTellsHowMuch() throws Exception {
        byte[] kept = SeededBytes.random(1, 2_000_000);
        node.put("kept", kept);
        node.put("gone", SeededBytes.random(2, 1_000_000));
        node.put("replaced", SeededBytes.random(3, 1_000_000));
        node.put("replaced", new byte[] {1});
        node.remove("gone");
        long before = node.store().stats().chunks();
        CborMap results = node.gc();
        assertThat(results.integer(1)).isEqualTo(node.store().stats().chunks());
        assertThat(results.integer(1) + results.integer(2)).isEqualTo(before);
        assertThat(results.integer(3)).isGreaterThan(2_000_000);
        assertThat(node.get("kept")).isEqualTo(kept);
        assertThat(node.get("replaced")).containsExactly(1);
        assertThat(node.gc().integer(2)).isZero();
    }

    @Test
    void keepsObjectsWhoseListsAreChunksThemselves() throws Exception {
        byte[] content = SeededBytes.random(1, LARGE);
        node.put("large", content);
        Catalog.Entry entry = node.parts.catalog().find("large").orElseThrow();
        assertThat(entry.manifest().depth()).isEqualTo(1);
        node.gc();
        assertThat(node.get("large")).isEqualTo(content);
        // Somebody publishes the very bytes of a list: it is kept as content, and as a list.
        Digest list = entry.manifest().refs().getFirst().digest();
        byte[] bytes = node.parts.local().uncached(list).orElseThrow();
        node.put("a list", bytes);
        node.gc();
        assertThat(node.hasAll("large")).isTrue();
        node.remove("a list");
        node.gc();
        assertThat(node.hasAll("large")).isTrue();
        node.remove("large");
        node.gc();
        assertThat(node.store().stats().plainBytes()).isLessThan(10_000);
    }

    @Test
    void losesNothingWhenAListIsDamagedAndNobodyHasIt() throws Exception {
        byte[] content = SeededBytes.random(1, LARGE);
        node.put("large", content);
        Digest list =
                node.parts
                        .catalog()
                        .find("large")
                        .orElseThrow()
                        .manifest()
                        .refs()
                        .getFirst()
                        .digest();
        long chunks = node.store().stats().chunks();
        node.store().damage(list);
        ContentAdapterTest.assertCode(StoqErrorCode.UNAVAILABLE, node::gc);
        assertThat(node.store().stats().chunks()).isEqualTo(chunks - 1);
    }

    @Test
    void refusesASecondCollectionAtATime() throws Exception {
        StoreCollection first = node.store().beginCollection();
        // The call itself is refused, rather than a body that was begun broken off.
        Request request = Request.of("content", "gc", CborMap.EMPTY);
        List<Response> answers = new ArrayList<>();
        ContentAdapterTest.assertCode(StoqErrorCode.CONFLICT, () -> node.call(request, answers));
        assertThat(answers).isEmpty();
        first.close();
        node.gc();
    }

    @Test
    void keepsWhatAPutHasStoredBeforeTheCollectionBegan() throws Exception {
        byte[] content = SeededBytes.random(1, 6_000_000);
        CountDownLatch half = new CountDownLatch(1);
        CountDownLatch goOn = new CountDownLatch(1);
        PacedSource pausing =
                new PacedSource(
                        content,
                        100_000,
                        offset -> {
                            if (offset > 4_000_000 && half.getCount() > 0) {
                                half.countDown();
                                Await.latch(goOn);
                            }
                        });
        FutureTask<TestNode.Answer> put = new FutureTask<>(() -> node.putStream("object", pausing));
        Thread.ofVirtual().start(put);
        Await.latch(half);
        assertThat(node.gc().integer(1)).isGreaterThan(20);
        goOn.countDown();
        put.get();
        assertThat(node.get("object")).isEqualTo(content);
    }

    @Test
    void keepsWhatIsBeingReadThoughItsNameStandsForSomethingElseNow() throws Exception {
        byte[] old = SeededBytes.random(1, 1_000_000);
        node.put("object", old);
        Catalog.Entry entry = node.parts.catalog().find("object").orElseThrow();
        List<Digest> chunks = node.chunksOf("object");
        try (Collector.Pin _ = node.parts.collector().pin(entry)) {
            node.put("object", new byte[] {1});
            node.gc();
            assertThat(node.parts.local().missing(chunks)).isEmpty();
        }
        node.gc();
        assertThat(node.parts.local().missing(chunks)).isNotEmpty();
    }

    @Test
    void aCollectionBeginsBeforeAChunkIsStoredAndNotedOrAfterBoth() throws Exception {
        // The chunk and the manifest of a small object: a collection comes right behind each write.
        for (int write = 1; write <= 2; write++) {
            HookedStore store = new HookedStore();
            try (TestNode hooked = new TestNode(2, store, new ManualClock(), Map.of())) {
                AtomicInteger writes = new AtomicInteger();
                int at = write;
                FutureTask<CborMap> collection = new FutureTask<>(hooked::gc);
                store.afterWrite =
                        () -> {
                            if (writes.incrementAndGet() == at) {
                                Thread thread = Thread.ofVirtual().start(collection);
                                Await.until(
                                        "the collection waits, or is over",
                                        () ->
                                                collection.isDone()
                                                        || thread.getState()
                                                                == Thread.State.WAITING);
                            }
                        };
                hooked.put("object", new byte[] {1, 2, 3});
                collection.get();
                assertThat(writes.get()).isEqualTo(2);
            }
            // As after a restart, when nothing is remembered.
            try (TestNode restarted = new TestNode(2, store, new ManualClock(), Map.of())) {
                assertThat(restarted.get("object")).containsExactly(1, 2, 3);
            }
        }
    }

    @Test
    void keepsWhatIsReadFromAMomentAfterTheCollectionBegan() throws Exception {
        HookedStore store = new HookedStore();
        try (TestNode hooked = new TestNode(2, store, new ManualClock(), Map.of())) {
            hooked.put("object", SeededBytes.random(1, 200_000));
            Catalog.Entry old = hooked.parts.catalog().find("object").orElseThrow();
            List<Digest> chunks = hooked.chunksOf("object");
            hooked.put("object", new byte[] {1});
            List<Collector.Pin> pins = new ArrayList<>();
            store.beforeList = () -> pins.add(hooked.parts.collector().pin(old));
            hooked.gc();
            assertThat(pins).isNotEmpty();
            assertThat(hooked.parts.local().missing(chunks)).isEmpty();
        }
    }

    /** A store in memory that lets a test in behind each write. */
    private static final class HookedStore implements ChunkStore {
        private final MemoryChunkStore store = new MemoryChunkStore();
        volatile Hook afterWrite = () -> {};
        volatile Runnable beforeList = () -> {};

        /** What a test does there. */
        @FunctionalInterface
        interface Hook {
            void run() throws Exception;
        }

        @Override
        public String name() {
            return store.name();
        }

        @Override
        public boolean contains(Digest digest) {
            return store.contains(digest);
        }

        @Override
        public Optional<EncodedChunk> read(Digest digest) throws StoqException {
            return store.read(digest);
        }

        @Override
        public boolean write(Digest digest, EncodedChunk chunk) throws StoqException {
            boolean fresh = store.write(digest, chunk);
            try {
                afterWrite.run();
            } catch (Exception e) {
                throw new AssertionError(e);
            }
            return fresh;
        }

        @Override
        public void bind(String name, Digest manifest) throws StoqException {
            store.bind(name, manifest);
        }

        @Override
        public void unbind(String name) {
            store.unbind(name);
        }

        @Override
        public Optional<Digest> lookup(String name) {
            return store.lookup(name);
        }

        @Override
        public List<NameBinding> list(String prefix, String after, int limit) {
            beforeList.run();
            return store.list(prefix, after, limit);
        }

        @Override
        public void sync() {
            store.sync();
        }

        @Override
        public StoreCollection beginCollection() throws StoqException {
            return store.beginCollection();
        }

        @Override
        public StoreCheck verify(Progress progress) {
            return store.verify(progress);
        }

        @Override
        public StoreStats stats() {
            return store.stats();
        }
    }

    @Test
    void losesNoAcknowledgedObjectWhilePutsAndCollectionsRun() throws Exception {
        Map<String, byte[]> acknowledged = new ConcurrentHashMap<>();
        AtomicBoolean stop = new AtomicBoolean();
        AtomicInteger collections = new AtomicInteger();
        FutureTask<Boolean> collecting =
                new FutureTask<>(() -> {
                    while (!stop.get()) {
                        node.gc();
                        collections.incrementAndGet();
                    }
                    return true;
                });
        Thread.ofVirtual().start(collecting);
        List<FutureTask<Boolean>> writers = new ArrayList<>();
        for (int w = 0; w < 4; w++) {
            int writer = w;
            FutureTask<Boolean> task =
                    new FutureTask<>(() -> {
                        Random random = new Random(writer);
                        // Until the collector had its turn, too: nobody is made to let others run.
                        for (int i = 0;
                                i < 60 || (collections.get() <= 5 && !collecting.isDone());
                                i++) {
                            // Content repeats, so that puts find chunks of objects that
                            // are being removed.
                            byte[] content =
                                    SeededBytes.random(
                                            random.nextInt(12), 20_000 + 60_000 * (i % 5));
                            String name = "w" + writer + "/" + random.nextInt(10);
                            ReadableByteChannel source =
                                    Channels.newChannel(new ByteArrayInputStream(content));
                            node.putStream(name, source);
                            acknowledged.put(name, content);
                            if (random.nextInt(3) == 0) {
                                acknowledged.remove(name);
                                node.remove(name);
                            }
                        }
                        return true;
                    });
            writers.add(task);
            Thread.ofVirtual().start(task);
        }
        for (FutureTask<Boolean> writer : writers) {
            writer.get();
        }
        stop.set(true);
        collecting.get();
        node.gc();
        assertThat(collections.get()).isGreaterThan(5);
        assertThat(acknowledged).isNotEmpty();
        for (Map.Entry<String, byte[]> object : acknowledged.entrySet()) {
            assertThat(node.get(object.getKey())).isEqualTo(object.getValue());
        }
    }
}
