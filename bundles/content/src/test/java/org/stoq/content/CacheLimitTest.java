package org.stoq.content;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.FutureTask;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.stoq.sdk.cbor.CborMap;
import org.stoq.testkit.ManualClock;
import org.stoq.testkit.MemoryChunkStore;
import org.stoq.testkit.SeededBytes;

/** {@code cdn.cache_size}: how much content of other nodes stays on the disk. */
class CacheLimitTest {
    private static final int MEGABYTE = 1_000_000;

    private final ManualClock clock = new ManualClock();
    private final List<TestNode> nodes = new ArrayList<>();
    private final TestNode origin = add(1, new MemoryChunkStore(), Map.of());

    private TestNode add(int seed, MemoryChunkStore store, Map<String, Object> settings) {
        TestNode node = new TestNode(seed, store, clock, settings);
        nodes.add(node);
        return node;
    }

    private TestNode edge(long cacheSize) {
        TestNode edge = add(2, new MemoryChunkStore(), Map.of("cache_size", cacheSize));
        TestNode.connect(origin, edge);
        return edge;
    }

    @AfterEach
    void close() {
        nodes.forEach(TestNode::close);
    }

    private void publish(TestNode edge, String... names) throws Exception {
        for (String name : names) {
            origin.put(name, SeededBytes.random(name.hashCode(), MEGABYTE));
            Await.until("the name arrives", () -> edge.knows(name));
        }
    }

    private static void settle(TestNode node) throws Exception {
        Await.until("room is made", () -> node.parts.tasks().size() == 0);
    }

    @Test
    void theLeastRecentlyUsedObjectsLoseTheirChunksAndKeepTheirNames() throws Exception {
        TestNode edge = edge(3 * MEGABYTE);
        publish(edge, "a", "b", "c", "d");
        edge.get("a");
        edge.get("b");
        edge.get("c");
        settle(edge);
        assertThat(List.of("a", "b", "c")).allMatch(edge::hasAll);
        edge.get("a");
        edge.get("d");
        settle(edge);
        assertThat(edge.hasAll("b")).isFalse();
        assertThat(List.of("a", "d")).allMatch(edge::hasAll);
        assertThat(edge.store().stats().plainBytes()).isLessThan(3_100_000);
        assertThat(edge.knows("b")).isTrue();
        assertThat(edge.get("b")).isEqualTo(SeededBytes.random("b".hashCode(), MEGABYTE));
    }

    @Test
    void keepsExactlyTheLimitAndNotAByteMore() throws Exception {
        TestNode edge = edge(2 * MEGABYTE);
        publish(edge, "a", "b");
        edge.get("a");
        edge.get("b");
        settle(edge);
        assertThat(List.of("a", "b")).allMatch(edge::hasAll);
        edge.parts.apply(TestNode.config(Map.of("cache_size", 2L * MEGABYTE - 1)));
        settle(edge);
        assertThat(edge.hasAll("a")).isFalse();
        assertThat(edge.hasAll("b")).isTrue();
    }

    @Test
    void neverTouchesOwnObjectsNorChunksThatTheyShare() throws Exception {
        TestNode edge = edge(MEGABYTE);
        byte[] shared = SeededBytes.random("a".hashCode(), MEGABYTE);
        publish(edge, "a", "b", "c");
        edge.get("a");
        settle(edge);
        edge.put("own", shared);
        edge.get("b");
        edge.get("c");
        settle(edge);
        assertThat(edge.hasAll("own")).isTrue();
        assertThat(edge.hasAll("b")).isFalse();
        TestNode.disconnect(origin, edge);
        assertThat(edge.get("own")).isEqualTo(shared);
    }

    @Test
    void countsWhatAnEarlierRunHasLeft() throws Exception {
        TestNode edge = edge(10 * MEGABYTE);
        publish(edge, "a", "b", "c");
        edge.get("a");
        edge.get("b");
        edge.get("c");
        settle(edge);
        TestNode restarted = add(2, edge.store(), Map.of("cache_size", 2L * MEGABYTE));
        restarted.parts.cacheLimit().adoptStored();
        settle(restarted);
        assertThat(restarted.store().stats().plainBytes()).isLessThan(2_100_000);
        assertThat(List.of("a", "b", "c")).allMatch(restarted::knows);
    }

    @Test
    void leavesAloneWhatIsBeingReadHoweverLarge() throws Exception {
        TestNode edge = edge(MEGABYTE);
        byte[] large = SeededBytes.random(1, 9 * MEGABYTE);
        origin.put("large", large);
        publish(edge, "a");
        Await.until("the name arrives", () -> edge.knows("large"));
        CountDownLatch fetching = new CountDownLatch(1);
        CountDownLatch goOn = new CountDownLatch(1);
        TestPeer peer = edge.peer(origin);
        peer.gate =
                request -> {
                    if (request.method().equals("chunks") && peer.asked.size() > 80) {
                        fetching.countDown();
                        Await.latch(goOn);
                    }
                };
        FutureTask<byte[]> reading = new FutureTask<>(() -> edge.get("large"));
        Thread.ofVirtual().start(reading);
        Await.latch(fetching);
        peer.gate = request -> {};
        edge.gc();
        int before = peer.asked.size();
        assertThat(before).isGreaterThan(60);
        goOn.countDown();
        assertThat(reading.get()).isEqualTo(large);
        assertThat(peer.asked).doesNotHaveDuplicates();
        settle(edge);
        assertThat(edge.store().stats().plainBytes()).isLessThan(MEGABYTE);
    }

    @Test
    void forgetsTheBytesOfWhatWasOverwritten() throws Exception {
        TestNode edge = edge(10 * MEGABYTE);
        publish(edge, "a");
        edge.get("a");
        origin.put("a", new byte[] {1});
        Await.until(
                "the new version arrives",
                () -> edge.parts.catalog().bound("a").equals(origin.parts.catalog().bound("a")));
        CborMap results = edge.gc();
        assertThat(results.integer(3)).isGreaterThan(900_000);
        assertThat(edge.parts.foreign().totalBytes()).isZero();
    }
}
