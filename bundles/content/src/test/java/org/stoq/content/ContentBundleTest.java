package org.stoq.content;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.FutureTask;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.stoq.sdk.StoqErrorCode;
import org.stoq.sdk.StoqException;
import org.stoq.sdk.chunk.DeltaCompressor;
import org.stoq.sdk.chunk.SimilarityIndex;
import org.stoq.sdk.config.CdnConfig;
import org.stoq.similarity.SketchIndex;
import org.stoq.similarity.ZstdDelta;
import org.stoq.testkit.SeededBytes;

class ContentBundleTest {
    private final TestNode node = new TestNode(1);
    private final TestNode other = new TestNode(2);
    private final ContentBundle bundle = bundle(Map.of());

    @AfterEach
    void close() {
        bundle.deactivate();
        node.close();
        other.close();
    }

    private static Map<String, Object> properties(Map<String, Object> settings) {
        return CdnConfig.TABLE.write(TestNode.config(settings));
    }

    private ContentBundle bundle(Map<String, Object> settings) {
        return new ContentBundle(
                node.strategies,
                node.identity,
                node.peers,
                new TestNode.NoRoutes(),
                new TestNode.NoCache(),
                properties(settings));
    }

    @Test
    void answersForTheServiceContent() {
        assertThat(bundle.service()).isEqualTo("content");
        assertThat(bundle.requiredRole("get")).isEqualTo(node.adapter.requiredRole("get"));
        assertThat(bundle.replaySafe("get")).isTrue();
        assertThat(bundle.replaySafe("put")).isFalse();
    }

    @Test
    void appliesEveryLiveSettingWithoutRestart() throws Exception {
        byte[] words = SeededBytes.words(1, 100_000);
        assertThat(bundle.parts.encoder().encode(words, 0, words.length).algorithm())
                .isEqualTo("zstd");
        node.strategies.offer(SimilarityIndex.class, new SketchIndex());
        node.strategies.offer(DeltaCompressor.class, new ZstdDelta());
        assertThat(bundle.parts.local().object()).isPresent();
        bundle.modified(
                properties(
                        Map.of(
                                "compression",
                                "lz4",
                                "similarity",
                                false,
                                "cache_size",
                                1_000L,
                                "replication_factor",
                                2L)));
        assertThat(bundle.parts.encoder().encode(words, 0, words.length).algorithm())
                .isEqualTo("lz4");
        assertThat(bundle.parts.local().object()).isEmpty();
        bundle.parts.cacheLimit().require(1_000);
        ContentAdapterTest.assertCode(
                StoqErrorCode.STORAGE_FULL, () -> bundle.parts.cacheLimit().require(1_001));
        bundle.parts.replicator().published(node.put("a", new byte[1]).results().digest(1));
        assertThat(bundle.parts.replicator().waiting()).isEqualTo(1);
    }

    @Test
    void leavesNoThreadBehindThoughAPeerDoesNotAnswer() throws Exception {
        other.put("video", SeededBytes.random(1, 5_000_000));
        node.connected.add(new TestPeer(node, other));
        bundle.connected(node.peer(other));
        Await.until("the name arrives", () -> node.knows("video"));
        CountDownLatch asked = new CountDownLatch(1);
        CountDownLatch never = new CountDownLatch(1);
        node.peer(other).gate =
                request -> {
                    asked.countDown();
                    try {
                        never.await();
                    } catch (InterruptedException e) {
                        Thread.currentThread().interrupt();
                        throw new StoqException(StoqErrorCode.CANCELLED, "interrupted", e);
                    }
                };
        Catalog.Entry entry = bundle.parts.catalog().find("video").orElseThrow();
        FutureTask<Boolean> pull =
                new FutureTask<>(() -> {
                    bundle.parts.reader().pull(entry);
                    return true;
                });
        Thread caller = Thread.ofVirtual().start(pull);
        Await.latch(asked);
        assertThat(bundle.parts.tasks().size()).isPositive();
        bundle.deactivate();
        assertThat(bundle.parts.tasks().size()).isZero();
        caller.join();
        ContentAdapterTest.assertCode(
                StoqErrorCode.UNAVAILABLE, () -> bundle.parts.tasks().start("late", () -> {}));
    }

    @Test
    void meetsThePeersThatWereConnectedBeforeIt() throws Exception {
        other.put("name", new byte[] {1});
        node.connected.add(new TestPeer(node, other));
        ContentBundle late = bundle(Map.of());
        Await.until("the name arrives", () -> node.knows("name"));
        late.deactivate();
    }
}
