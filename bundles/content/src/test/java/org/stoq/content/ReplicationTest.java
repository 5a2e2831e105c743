package org.stoq.content;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.stoq.sdk.Digest;
import org.stoq.sdk.StoqErrorCode;
import org.stoq.sdk.StoqException;
import org.stoq.sdk.cbor.CborMap;
import org.stoq.sdk.chunk.EncodedChunk;
import org.stoq.testkit.ManualClock;
import org.stoq.testkit.MemoryChunkStore;
import org.stoq.testkit.SeededBytes;

/** {@code cdn.replication_factor}: how many nodes hold what one has published. */
class ReplicationTest {
    private final ManualClock clock = new ManualClock();
    private final List<TestNode> nodes = new ArrayList<>();

    private TestNode node(MemoryChunkStore store, Map<String, Object> settings) {
        TestNode node = new TestNode(nodes.size() + 1, store, clock, settings);
        nodes.add(node);
        return node;
    }

    private TestNode node(int factor) {
        return node(new MemoryChunkStore(), Map.of("replication_factor", (long) factor));
    }

    @AfterEach
    void close() {
        nodes.forEach(TestNode::close);
    }

    private long holders(String name) {
        return nodes.stream().filter(node -> node.hasAll(name)).count();
    }

    private static void settle(TestNode publisher) throws Exception {
        Await.until("replicas are made", () -> publisher.parts.replicator().waiting() == 0);
        Await.until("threads end", () -> publisher.parts.tasks().size() == 0);
    }

    @Test
    void asManyNodesHoldAnObjectAsTheFactorSays() throws Exception {
        for (int factor : new int[] {1, 2, 3}) {
            TestNode publisher = node(factor);
            for (int i = 0; i < 3; i++) {
                TestNode.connect(publisher, node(1));
            }
            String name = "object-" + factor;
            publisher.put(name, SeededBytes.random(factor, 3_000_000));
            settle(publisher);
            assertThat(holders(name)).isEqualTo(factor);
        }
    }

    @Test
    void asksTheNearestPeersFirst() throws Exception {
        TestNode publisher = node(2);
        TestNode far = node(1);
        TestNode near = node(1);
        TestNode.connect(publisher, far);
        TestNode.connect(publisher, near);
        publisher.peer(far).roundTrip = Duration.ofMillis(80);
        publisher.peer(near).roundTrip = Duration.ofMillis(5);
        publisher.put("object", SeededBytes.random(1, 500_000));
        settle(publisher);
        assertThat(near.hasAll("object")).isTrue();
        assertThat(publisher.peer(far).methods).doesNotContain("pull");
    }

    @Test
    void waitsForPeersThatConnectLater() throws Exception {
        TestNode publisher = node(3);
        publisher.put("object", SeededBytes.random(1, 500_000));
        TestNode first = node(1);
        TestNode.connect(publisher, first);
        Await.until("the first holds it", () -> first.hasAll("object"));
        assertThat(publisher.parts.replicator().waiting()).isEqualTo(1);
        TestNode second = node(1);
        TestNode.connect(publisher, second);
        settle(publisher);
        assertThat(holders("object")).isEqualTo(3);
    }

    @Test
    void followsAFactorThatIsRaisedLater() throws Exception {
        TestNode publisher = node(2);
        publisher.put("object", SeededBytes.random(1, 500_000));
        publisher.parts.apply(TestNode.config(Map.of("replication_factor", 3L)));
        TestNode.connect(publisher, node(1));
        TestNode.connect(publisher, node(1));
        settle(publisher);
        assertThat(holders("object")).isEqualTo(3);
    }

    @Test
    void goesToAnotherPeerWhenOneIsFullOrTakesNoneSoLarge() throws Exception {
        TestNode publisher = node(2);
        TestNode full = node(new MemoryChunkStore(1), Map.of());
        full.parts
                .local()
                .withStore(store ->
                        store.write(Digest.of(new byte[] {1}), EncodedChunk.plain(new byte[] {1})));
        TestNode small = node(new MemoryChunkStore(), Map.of("cache_size", 400_000L));
        TestNode roomy = node(1);
        TestNode.connect(publisher, full);
        TestNode.connect(publisher, small);
        publisher.put("object", SeededBytes.random(1, 500_000));
        Await.until(
                "both were asked",
                () ->
                        publisher.peer(full).methods.contains("pull")
                                && publisher.peer(small).methods.contains("pull"));
        assertThat(publisher.parts.replicator().waiting()).isEqualTo(1);
        TestNode.connect(publisher, roomy);
        settle(publisher);
        assertThat(roomy.hasAll("object")).isTrue();
        assertThat(small.hasAll("object")).isFalse();
    }

    @Test
    void refusesToPullWhatIsOverTheCacheSizeByAByte() throws Exception {
        TestNode publisher = node(1);
        TestNode small = node(new MemoryChunkStore(), Map.of("cache_size", 400_000L));
        TestNode.connect(publisher, small);
        Digest fits = publisher.put("fits", SeededBytes.random(1, 400_000)).results().digest(1);
        Digest over = publisher.put("over", SeededBytes.random(2, 400_001)).results().digest(1);
        small.call("pull", CborMap.builder().put(2, fits).build());
        assertThat(small.hasAll("fits")).isTrue();
        Await.until("the name is there", () -> small.knows("over"));
        ContentAdapterTest.assertCode(
                StoqErrorCode.STORAGE_FULL,
                () -> small.call("pull", CborMap.builder().put(2, over).build()));
    }

    @Test
    void pullsAManifestThatWasNotHeardOfFromWhoAsks() throws Exception {
        TestNode publisher = node(2);
        TestNode other = node(1);
        publisher.connected.add(new TestPeer(publisher, other));
        other.connected.add(new TestPeer(other, publisher));
        // Gossip does not reach it; the manifest comes with the pull.
        publisher.put("object", SeededBytes.random(1, 300_000));
        settle(publisher);
        assertThat(other.hasAll("object")).isTrue();
    }

    @Test
    void doesNotReplicateWhatWasOverwrittenWhileItWaited() throws Exception {
        TestNode publisher = node(2);
        Digest old = publisher.put("object", SeededBytes.random(1, 300_000)).results().digest(1);
        publisher.put("object", SeededBytes.random(2, 300_000));
        TestNode other = node(1);
        TestNode.connect(publisher, other);
        settle(publisher);
        assertThat(other.hasAll("object")).isTrue();
        assertThat(other.parts.local().has(old)).isFalse();
    }

    @Test
    void triesAgainWhenAPeerBreaksOff() throws Exception {
        TestNode publisher = node(2);
        TestNode other = node(1);
        TestNode.connect(publisher, other);
        publisher.peer(other).gate =
                request -> {
                    if (request.method().equals("pull")) {
                        throw new StoqException(StoqErrorCode.CONNECTION_LOST, "gone");
                    }
                };
        publisher.put("object", SeededBytes.random(1, 300_000));
        Await.until("it was tried", () -> publisher.parts.tasks().size() == 0);
        assertThat(other.hasAll("object")).isFalse();
        assertThat(publisher.parts.replicator().waiting()).isEqualTo(1);
        TestNode.disconnect(publisher, other);
        TestNode.connect(publisher, other);
        settle(publisher);
        assertThat(other.hasAll("object")).isTrue();
    }
}
