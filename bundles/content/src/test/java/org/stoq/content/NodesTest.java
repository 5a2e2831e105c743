package org.stoq.content;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.ReadableByteChannel;
import java.nio.channels.WritableByteChannel;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.FutureTask;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.stoq.sdk.Digest;
import org.stoq.sdk.StoqErrorCode;
import org.stoq.sdk.StoqException;
import org.stoq.sdk.call.Request;
import org.stoq.sdk.cbor.CborMap;
import org.stoq.testkit.ManualClock;
import org.stoq.testkit.MemoryChunkStore;
import org.stoq.testkit.SeededBytes;

/** Several nodes in one process: what one publishes the others give. */
class NodesTest {
    private final ManualClock clock = new ManualClock();
    private final List<TestNode> nodes = new ArrayList<>();

    private TestNode node(Map<String, Object> settings) {
        TestNode node = new TestNode(nodes.size() + 1, new MemoryChunkStore(), clock, settings);
        nodes.add(node);
        return node;
    }

    private TestNode node() {
        return node(Map.of());
    }

    @AfterEach
    void close() {
        nodes.forEach(TestNode::close);
    }

    @Test
    void getsFromAnotherNodeAndServesItOnWhenThatIsGone() throws Exception {
        TestNode a = node();
        TestNode b = node();
        TestNode c = node();
        TestNode.connect(a, b);
        TestNode.connect(b, c);
        byte[] content = SeededBytes.random(1, 7_000_000);
        a.put("video", content);
        Await.until("the name reaches c", () -> c.knows("video"));

        assertThat(b.get("video")).isEqualTo(content);
        TestNode.disconnect(a, b);
        assertThat(c.get("video")).isEqualTo(content);
        TestNode.disconnect(b, c);
        assertThat(c.get("video")).isEqualTo(content);
        assertThat(b.call("stats", CborMap.EMPTY).results().integer(18)).isEqualTo(7_000_000);
    }

    @Test
    void getsEveryObjectOfManySmallOnesAlsoEmptyOnes() throws Exception {
        TestNode a = node();
        TestNode b = node();
        TestNode.connect(a, b);
        for (int i = 0; i < 200; i++) {
            a.put("small/" + i, SeededBytes.words(i, i * 3));
        }
        Await.until("the names reach b", () -> b.knows("small/199"));
        for (int i = 0; i < 200; i++) {
            int at = i;
            Await.until("name", () -> b.knows("small/" + at));
            assertThat(b.get("small/" + i)).isEqualTo(SeededBytes.words(i, i * 3));
        }
    }

    @Test
    void fetchesOnlyTheChunksThatARangeNeeds() throws Exception {
        TestNode a = node();
        TestNode b = node();
        TestNode.connect(a, b);
        byte[] content = SeededBytes.random(1, 20_000_000);
        a.put("video", content);
        Await.until("the name reaches b", () -> b.knows("video"));
        assertThat(b.get("video", 10_000_000, 10))
                .isEqualTo(Arrays.copyOfRange(content, 10_000_000, 10_000_010));
        assertThat(b.peer(a).asked).hasSizeLessThan(4);
    }

    @Test
    void resumesAfterAnInterruptionWithoutFetchingAChunkTwice() throws Exception {
        TestNode a = node();
        TestNode b = node();
        TestNode.connect(a, b);
        byte[] content = SeededBytes.random(1, 16_000_000);
        a.put("video", content);
        Await.until("the name reaches b", () -> b.knows("video"));
        // The first window comes whole, of the second one at most a batch.
        Set<Digest> given = Set.copyOf(b.chunksOf("video").subList(0, 80));
        b.peer(a).gate =
                request -> {
                    if (request.method().equals("chunks")
                            && !given.containsAll(ChunkTransfer.digests(request.arguments()))) {
                        throw new StoqException(StoqErrorCode.CONNECTION_LOST, "cut");
                    }
                };
        ContentAdapterTest.assertCode(StoqErrorCode.UNAVAILABLE, () -> b.get("video"));
        // What had been asked ahead is given up with the reading, and may still be arriving.
        Await.until("the reading ahead ends", () -> b.parts.tasks().size() == 0);
        assertThat(b.store().stats().chunks()).isGreaterThanOrEqualTo(64);
        TestPeer again = b.peer(a);
        again.gate = request -> {};
        List<Digest> missing = b.parts.local().missing(b.chunksOf("video"));
        again.asked.clear();
        assertThat(b.get("video")).isEqualTo(content);
        assertThat(again.asked).containsExactlyInAnyOrderElementsOf(missing);
    }

    @Test
    void fetchesFromSeveralHoldersAtOnce() throws Exception {
        TestNode a = node();
        TestNode b = node();
        TestNode c = node();
        TestNode.connect(a, b);
        TestNode.connect(a, c);
        TestNode.connect(b, c);
        byte[] content = SeededBytes.random(1, 16_000_000);
        a.put("video", content);
        Await.until("the name reaches b", () -> b.knows("video"));
        b.get("video");
        Await.until("the name reaches c", () -> c.knows("video"));
        Digest manifest = c.parts.catalog().bound("video").orElseThrow();
        Await.until(
                "c hears that b holds it",
                () -> c.parts.holders().holders(manifest, clock.millis()).contains(b.id()));
        // Both are asked before either answers.
        CountDownLatch both = new CountDownLatch(2);
        AtomicInteger first = new AtomicInteger();
        AtomicInteger second = new AtomicInteger();
        c.peer(a).gate =
                request -> {
                    if (request.method().equals("chunks") && first.getAndIncrement() == 0) {
                        both.countDown();
                        Await.latch(both);
                    }
                };
        c.peer(b).gate =
                request -> {
                    if (request.method().equals("chunks") && second.getAndIncrement() == 0) {
                        both.countDown();
                        Await.latch(both);
                    }
                };
        assertThat(c.get("video")).isEqualTo(content);
        assertThat(new HashSet<>(c.peer(a).asked)).doesNotContainAnyElementsOf(c.peer(b).asked);
        assertThat(c.peer(a).asked.size() + c.peer(b).asked.size())
                .isEqualTo(new HashSet<>(c.chunksOf("video")).size());
    }

    @Test
    void givesNothingOfALyingPeerAndGetsItElsewhere() throws Exception {
        TestNode a = node();
        TestNode liar = node();
        TestNode c = node();
        TestNode.connect(a, liar);
        byte[] content = SeededBytes.random(1, 3_000_000);
        a.put("video", content);
        Await.until("the name reaches the liar", () -> liar.knows("video"));
        liar.get("video");
        TestNode.connect(liar, c);
        Await.until("the name reaches c", () -> c.knows("video"));
        c.peer(liar).meddling =
                (request, body) ->
                        request.method().equals("chunks") ? new FlippedBytes(body) : body;
        ByteArrayOutputStream received = new ByteArrayOutputStream();
        Request get = Request.of("content", "get", CborMap.builder().put(1, "video").build());
        ContentAdapterTest.assertCode(
                StoqErrorCode.UNAVAILABLE,
                () ->
                        c.call(
                                get,
                                Channels.newChannel(new ByteArrayInputStream(new byte[0])),
                                received,
                                Channels.newChannel(received)));
        assertThat(received.size()).isZero();
        assertThat(c.parts.local().missing(c.chunksOf("video")))
                .hasSameSizeAs(new HashSet<>(c.chunksOf("video")));

        TestNode.connect(a, c);
        assertThat(c.get("video")).isEqualTo(content);
    }

    /** Bytes of which one in every ten thousand is another. */
    private static final class FlippedBytes implements ReadableByteChannel {
        private final ReadableByteChannel from;
        private int passed;

        FlippedBytes(ReadableByteChannel from) {
            this.from = from;
        }

        @Override
        public int read(ByteBuffer target) throws IOException {
            int begin = target.position();
            int read = from.read(target);
            for (int i = begin; i < target.position(); i++) {
                if (++passed % 10_000 == 0) {
                    target.put(i, (byte) ~target.get(i));
                }
            }
            return read;
        }

        @Override
        public boolean isOpen() {
            return true;
        }

        @Override
        public void close() {}
    }

    @Test
    void goesOnWithAnotherPeerWhenOneDiesWithinABatch() throws Exception {
        TestNode a = node();
        TestNode b = node();
        TestNode c = node();
        TestNode.connect(a, b);
        byte[] content = SeededBytes.random(1, 5_000_000);
        a.put("video", content);
        Await.until("the name reaches b", () -> b.knows("video"));
        b.get("video");
        TestNode.connect(b, c);
        TestNode.connect(a, c);
        Await.until("the name reaches c", () -> c.knows("video"));
        // The publisher is asked first, and breaks off in the middle of its first answer.
        c.peer(a).meddling =
                (request, body) ->
                        request.method().equals("chunks") ? new CutShort(body, 100_000) : body;
        assertThat(c.get("video")).isEqualTo(content);
        assertThat(c.peer(a).asked).isNotEmpty();
        assertThat(c.peer(b).asked).isNotEmpty();
    }

    /** A body that breaks off. */
    private static final class CutShort implements ReadableByteChannel {
        private final ReadableByteChannel from;
        private int left;

        CutShort(ReadableByteChannel from, int left) {
            this.from = from;
            this.left = left;
        }

        @Override
        public int read(ByteBuffer target) throws IOException {
            int read = from.read(target);
            left -= read;
            if (left < 0) {
                throw new StoqException(StoqErrorCode.CONNECTION_LOST, "died");
            }
            return read;
        }

        @Override
        public boolean isOpen() {
            return true;
        }

        @Override
        public void close() {}
    }

    @Test
    void fetchesAChunkOnceForTwoReaders() throws Exception {
        TestNode a = node();
        TestNode b = node();
        TestNode.connect(a, b);
        byte[] content = SeededBytes.random(1, 9_000_000);
        a.put("video", content);
        Await.until("the name reaches b", () -> b.knows("video"));
        CountDownLatch both = new CountDownLatch(2);
        Callable<byte[]> reader =
                () -> {
                    both.countDown();
                    Await.latch(both);
                    return b.get("video");
                };
        FutureTask<byte[]> one = new FutureTask<>(reader);
        FutureTask<byte[]> two = new FutureTask<>(reader);
        Thread.ofVirtual().start(one);
        Thread.ofVirtual().start(two);
        assertThat(one.get()).isEqualTo(content);
        assertThat(two.get()).isEqualTo(content);
        assertThat(b.peer(a).asked).doesNotHaveDuplicates();
    }

    @Test
    void fetchesAnObjectOnceForAThousandReaders() throws Exception {
        TestNode a = node();
        TestNode b = node();
        TestNode.connect(a, b);
        byte[] content = SeededBytes.random(1, 300_000);
        a.put("poster", content);
        Await.until("the name reaches b", () -> b.knows("poster"));
        List<Digest> chunks = b.chunksOf("poster");
        CountDownLatch all = new CountDownLatch(1_000);
        List<FutureTask<byte[]>> readers = new ArrayList<>();
        for (int i = 0; i < 1_000; i++) {
            FutureTask<byte[]> reader =
                    new FutureTask<>(() -> {
                        all.countDown();
                        Await.latch(all);
                        return b.get("poster");
                    });
            readers.add(reader);
            Thread.ofVirtual().start(reader);
        }
        for (FutureTask<byte[]> reader : readers) {
            assertThat(Arrays.equals(reader.get(), content)).isTrue();
        }
        assertThat(b.peer(a).asked).containsExactlyElementsOf(chunks);
    }

    @Test
    void aReaderGoesOnWhenTheOneThatFetchesGivesUp() throws Exception {
        TestNode a = node();
        TestNode b = node();
        TestNode.connect(a, b);
        byte[] content = SeededBytes.random(1, 2_000_000);
        a.put("video", content);
        Await.until("the name reaches b", () -> b.knows("video"));
        CountDownLatch fetching = new CountDownLatch(1);
        CountDownLatch never = new CountDownLatch(1);
        AtomicInteger calls = new AtomicInteger();
        b.peer(a).gate =
                request -> {
                    if (request.method().equals("chunks") && calls.incrementAndGet() <= 2) {
                        fetching.countDown();
                        try {
                            never.await();
                        } catch (InterruptedException e) {
                            Thread.currentThread().interrupt();
                            throw new StoqException(StoqErrorCode.CANCELLED, "interrupted", e);
                        }
                    }
                };
        FutureTask<byte[]> one = new FutureTask<>(() -> b.get("video"));
        Thread first = Thread.ofVirtual().start(one);
        Await.latch(fetching);
        FutureTask<byte[]> two = new FutureTask<>(() -> b.get("video"));
        Thread.ofVirtual().start(two);
        first.interrupt();
        assertThat(two.get()).isEqualTo(content);
        Await.until("threads end", () -> b.parts.tasks().size() == 0);
    }

    @Test
    void saysUnavailableWithoutPeersAndNotFoundWhenNoneHasIt() throws Exception {
        TestNode a = node();
        TestNode b = node();
        TestNode.connect(a, b);
        a.put("video", SeededBytes.random(1, 100_000));
        Await.until("the name reaches b", () -> b.knows("video"));
        TestNode.disconnect(a, b);
        ContentAdapterTest.assertCode(StoqErrorCode.UNAVAILABLE, () -> b.get("video"));
        TestNode c = node();
        TestNode.connect(b, c);
        ContentAdapterTest.assertCode(StoqErrorCode.NOT_FOUND, () -> b.get("video"));
    }

    @Test
    void endsWithStorageFullWhenWhatIsFetchedCannotBeKept() throws Exception {
        TestNode a = node();
        TestNode b = new TestNode(9, new MemoryChunkStore(300_000), clock, Map.of());
        nodes.add(b);
        TestNode.connect(a, b);
        a.put("video", SeededBytes.random(1, 2_000_000));
        Await.until("the name reaches b", () -> b.knows("video"));
        ContentAdapterTest.assertCode(StoqErrorCode.STORAGE_FULL, () -> b.get("video"));
    }

    @Test
    void fetchesAgainWhatTheDiskHasDamaged() throws Exception {
        TestNode a = node();
        TestNode b = node();
        TestNode.connect(a, b);
        byte[] content = SeededBytes.random(1, 1_000_000);
        a.put("video", content);
        Await.until("the name reaches b", () -> b.knows("video"));
        b.get("video");
        Digest bad = a.chunksOf("video").get(2);
        a.store().damage(bad);
        Digest manifest = a.parts.catalog().bound("video").orElseThrow();
        assertThat(a.get("video")).isEqualTo(content);
        assertThat(a.peer(b).asked).containsExactly(bad);
        // As after a restart: the manifest is read from the disk again.
        TestNode restarted = new TestNode(1, a.store(), clock, Map.of());
        nodes.add(restarted);
        restarted.connected.add(new TestPeer(restarted, b));
        a.store().damage(manifest);
        assertThat(restarted.get("video")).isEqualTo(content);
        // Perhaps twice: the node catches up with the names of its peers meanwhile.
        assertThat(restarted.peer(b).asked).isNotEmpty().containsOnly(manifest);
    }

    @Test
    void readsAheadWhileTheReaderIsSlow() throws Exception {
        TestNode a = node();
        TestNode b = node();
        TestNode.connect(a, b);
        byte[] content = SeededBytes.random(1, 20_000_000);
        a.put("video", content);
        Await.until("the name reaches b", () -> b.knows("video"));
        int all = b.chunksOf("video").size();
        CountDownLatch goOn = new CountDownLatch(1);
        ByteArrayOutputStream received = new ByteArrayOutputStream();
        WritableByteChannel slow =
                new WritableByteChannel() {
                    @Override
                    public int write(ByteBuffer source) {
                        Await.latch(goOn);
                        int length = source.remaining();
                        byte[] bytes = new byte[length];
                        source.get(bytes);
                        received.writeBytes(bytes);
                        return length;
                    }

                    @Override
                    public boolean isOpen() {
                        return true;
                    }

                    @Override
                    public void close() {}
                };
        FutureTask<TestNode.Answer> reading =
                new FutureTask<>(() ->
                        b.call(
                                Request.of(
                                        "content",
                                        "get",
                                        CborMap.builder().put(1, "video").build()),
                                Channels.newChannel(new ByteArrayInputStream(new byte[0])),
                                new ByteArrayOutputStream(),
                                slow));
        Thread.ofVirtual().start(reading);
        // Three windows: the one being written and two ahead; and no more, however slow.
        Await.until(
                "the windows ahead have come",
                () -> b.store().stats().plainBytes() > 12_000_000 && b.parts.tasks().size() == 0);
        assertThat(b.peer(a).asked).hasSizeLessThan(all);
        goOn.countDown();
        reading.get();
        assertThat(received.toByteArray()).isEqualTo(content);
    }
}
