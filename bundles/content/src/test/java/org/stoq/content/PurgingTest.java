package org.stoq.content;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.WritableByteChannel;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.stoq.sdk.Digest;
import org.stoq.sdk.StoqErrorCode;
import org.stoq.sdk.StoqException;
import org.stoq.sdk.call.Request;
import org.stoq.sdk.cbor.CborMap;
import org.stoq.sdk.chunk.EncodedChunk;
import org.stoq.testkit.ManualClock;
import org.stoq.testkit.MemoryChunkStore;
import org.stoq.testkit.SeededBytes;

/** Purges on one node. */
class PurgingTest {
    private final ManualClock clock = new ManualClock();
    private final MemoryChunkStore disk = new MemoryChunkStore();
    private final List<TestNode> nodes = new ArrayList<>();
    private final TestNode node = start(1, disk);
    private final TestNode.Identity stranger = new TestNode.Identity(99);

    private TestNode start(int seed, MemoryChunkStore store) {
        TestNode started = new TestNode(seed, store, clock, Map.of());
        nodes.add(started);
        return started;
    }

    @AfterEach
    void close() {
        nodes.forEach(TestNode::close);
    }

    private static CborMap by(Selector.Kind kind, String value) {
        return CborMap.builder().put(1, kind.ordinal()).put(2, value).build();
    }

    private void assertGone(String name) {
        assertGone(node, name);
    }

    private static void assertGone(TestNode at, String name) {
        ContentAdapterTest.assertCode(StoqErrorCode.NOT_FOUND, () -> at.get(name));
    }

    private List<String> listed() throws IOException {
        List<String> names = new ArrayList<>();
        for (Object item : node.call("ls", CborMap.EMPTY).results().list(1)) {
            names.add(((CborMap) item).text(1));
        }
        return names;
    }

    /** Every name that is bound, void or not. */
    private List<String> bound() throws IOException {
        List<String> names = new ArrayList<>();
        for (Object item : node.call("names", CborMap.EMPTY).results().list(1)) {
            names.add(((CborMap) item).text(1));
        }
        return names;
    }

    @Test
    void purgesOneName() throws Exception {
        node.put("a/1", new byte[] {1});
        node.put("a/2", new byte[] {2});
        Digest manifest = node.parts.catalog().bound("a/1").orElseThrow();
        CborMap results = node.call("purge", by(Selector.Kind.NAME, "a/1")).results();
        assertThat(results.bool(3)).isFalse();
        assertThat(results.integer(5)).isZero();
        assertGone("a/1");
        ContentAdapterTest.assertCode(
                StoqErrorCode.NOT_FOUND,
                () -> node.call("head", CborMap.builder().put(1, "a/1").build()));
        for (String method : List.of("get", "head", "manifest", "pull")) {
            ContentAdapterTest.assertCode(
                    StoqErrorCode.NOT_FOUND,
                    () -> node.call(method, CborMap.builder().put(2, manifest).build()));
        }
        ContentAdapterTest.assertCode(StoqErrorCode.NOT_FOUND, () -> node.remove("a/1"));
        assertThat(listed()).containsExactly("a/2");
        assertThat(bound()).containsExactly("a/2");
    }

    @Test
    void purgesByPrefixAndUnbindsInTheBackground() throws Exception {
        node.put("docs/a", new byte[] {1});
        node.put("docs/b/c", new byte[] {2});
        node.put("doc", new byte[] {3});
        node.purge(Selector.Kind.PREFIX, "docs/");
        assertGone("docs/a");
        assertGone("docs/b/c");
        assertThat(listed()).containsExactly("doc");
        Await.until("what is void is unbound", () -> bound().equals(List.of("doc")));
    }

    @Test
    void purgesByTag() throws Exception {
        node.put("a", new byte[] {1}, "red", "blue");
        node.put("b", new byte[] {2}, "blue");
        node.put("c", new byte[] {3});
        node.purge(Selector.Kind.TAG, "red");
        assertGone("a");
        assertThat(listed()).containsExactly("b", "c");
        node.purge(Selector.Kind.TAG, "blue");
        assertGone("b");
        assertThat(node.get("c")).containsExactly(3);
        Await.until("what is void is unbound", () -> bound().equals(List.of("c")));
    }

    @Test
    void purgesEverythingOfAnOrigin() throws Exception {
        node.put("mine", new byte[] {1});
        node.parts.catalog().merge(Manifests.signed("theirs", stranger, clock.millis()));
        node.call("purge", Selector.origin(stranger.id()).put(CborMap.builder(), 1).build());
        assertGone("theirs");
        assertThat(node.get("mine")).containsExactly(1);
    }

    @Test
    void tagsAreShownAndBounded() throws Exception {
        node.put("a", new byte[] {1}, "red", "blue", "red");
        CborMap head = node.call("head", CborMap.builder().put(1, "a").build()).results();
        assertThat(head.list(12)).isEqualTo(List.of("blue", "red"));
        assertThat(head.has(13)).isFalse();
        String[] many = new String[Tags.MAX + 1];
        for (int i = 0; i < many.length; i++) {
            many[i] = "t" + i;
        }
        ContentAdapterTest.assertCode(
                StoqErrorCode.TOO_LARGE, () -> node.put("b", new byte[] {1}, many));
    }

    @Test
    void whatIsPublishedAfterwardsLives() throws Exception {
        node.put("a", new byte[] {1}, "red");
        node.purge(Selector.Kind.TAG, "red");
        node.purge(Selector.Kind.NAME, "a");
        // In the very same millisecond.
        node.put("a", new byte[] {2}, "red");
        assertThat(node.get("a")).containsExactly(2);
        node.purge(Selector.Kind.PREFIX, "a");
        assertGone("a");
    }

    @Test
    void aManifestThatArrivesAfterThePurgeIsNotTaken() throws Exception {
        byte[] late = Manifests.signed("a", stranger, clock.millis());
        byte[] later = Manifests.signed("a", stranger, clock.millis() + 1);
        node.purge(Selector.Kind.NAME, "a");
        assertThat(node.parts.catalog().merge(late)).isEmpty();
        assertGone("a");
        assertThat(node.parts.catalog().merge(later)).isPresent();
        assertThat(node.get("a")).isEmpty();
    }

    @Test
    void aPurgeReachesAnObjectOfAClockThatIsAhead() throws Exception {
        byte[] ahead = Manifests.signed("a", stranger, clock.millis() + 1_000);
        node.parts.catalog().merge(ahead);
        node.purge(Selector.Kind.PREFIX, "a");
        assertGone("a");
    }

    @Test
    void survivesARestartAndACollection() throws Exception {
        node.put("a", new byte[] {1});
        Digest manifest = node.parts.catalog().bound("a").orElseThrow();
        byte[] signed = node.parts.local().plain(manifest).orElseThrow();
        node.purge(Selector.Kind.PREFIX, "a");
        node.put("b", new byte[] {2});
        node.gc();
        node.close();
        TestNode again = start(1, disk);
        assertThat(again.parts.catalog().merge(signed)).isEmpty();
        assertGone(again, "a");
        assertThat(again.get("b")).containsExactly(2);
        // Also when the node has not yet been asked for anything before the collection.
        again.close();
        TestNode third = start(1, disk);
        third.gc();
        assertThat(third.parts.catalog().merge(signed)).isEmpty();
    }

    /** The disk of a process that was killed between the purge and the end of its sweep. */
    @Test
    void whatWasNotYetUnboundWhenTheNodeWasKilledIsUnboundAfterwards() throws Exception {
        node.put("a", new byte[] {1});
        byte[] purge =
                new Purge(
                                new Selector(Selector.Kind.TAG, "t"),
                                false,
                                false,
                                stranger.id(),
                                clock.millis())
                        .sign(stranger);
        node.put("b", new byte[] {2}, "t");
        // Accepted, and no sweep begun.
        node.parts.purges().accept(purge);
        node.close();
        TestNode again = start(1, disk);
        assertGone(again, "b");
        again.parts.sweep().beginAll();
        Await.until("it is unbound", () -> again.parts.catalog().bound("b").isEmpty());
        assertThat(again.get("a")).containsExactly(1);
    }

    @Test
    void afterARestartAPurgeReachesAnObjectOfAClockThatIsAheadToo() throws Exception {
        node.parts.catalog().merge(Manifests.signed("a", stranger, clock.millis() + 1_000));
        node.close();
        TestNode again = start(1, disk);
        again.parts.cacheLimit().adoptStored();
        Await.until("what is stored was read", () -> again.parts.tasks().size() == 0);
        again.purge(Selector.Kind.PREFIX, "a");
        assertGone(again, "a");
    }

    /** A later purge was written, and the earlier one not yet unbound, when the process ended. */
    @Test
    void ofTwoPurgesOfTheSameOnTheDiskTheLaterHoldsAndTheOtherLeaves() throws Exception {
        long now = clock.millis();
        for (long millis : new long[] {now + 5, now}) {
            byte[] signed = purgeOf("a", millis);
            disk.write(Digest.of(signed), EncodedChunk.plain(signed));
            disk.bind("\0purge/" + Digest.of(signed).hex(), Digest.of(signed));
        }
        node.close();
        TestNode again = start(1, disk);
        assertThat(again.parts.purges().purges().size()).isEqualTo(1);
        assertThat(again.parts.purges().voidUntil("a", List.of(), stranger.id()))
                .isEqualTo(now + 5);
        assertThat(disk.list("\0purge/", "", 10)).hasSize(1);
    }

    @Test
    void namesOfPurgesAreSeenNowhere() throws Exception {
        node.put("a", new byte[] {1});
        node.purge(Selector.Kind.NAME, "x");
        assertThat(listed()).containsExactly("a");
        assertThat(bound()).containsExactly("a");
        assertThat(node.names()).isEqualTo(1);
        for (String prefix : List.of("\0", "\0purge/")) {
            CborMap page = node.call("ls", CborMap.builder().put(1, prefix).build()).results();
            assertThat(page.list(1)).isEmpty();
            CborMap names = node.call("names", CborMap.builder().put(1, prefix).build()).results();
            assertThat(names.list(1)).hasSize(1);
        }
    }

    @Test
    void aReadingThatIsUnderWayBreaksOff() throws Exception {
        byte[] content = SeededBytes.random(1, 5_000_000);
        node.put("video", content);
        ByteArrayOutputStream taken = new ByteArrayOutputStream();
        WritableByteChannel target =
                new WritableByteChannel() {
                    @Override
                    public int write(ByteBuffer source) throws IOException {
                        if (taken.size() == 0) {
                            // One that does not mean it, then one that does.
                            node.purge(Selector.Kind.NAME, "other");
                        } else {
                            node.purge(Selector.Kind.NAME, "video");
                        }
                        int length = source.remaining();
                        taken.write(new byte[length], 0, length);
                        source.position(source.limit());
                        return length;
                    }

                    @Override
                    public boolean isOpen() {
                        return true;
                    }

                    @Override
                    public void close() {}
                };
        Request get = Request.of("content", "get", CborMap.builder().put(1, "video").build());
        assertThatThrownBy(() ->
                        node.call(
                                get,
                                Channels.newChannel(new ByteArrayInputStream(new byte[0])),
                                taken,
                                target))
                .isInstanceOfSatisfying(
                        StoqException.class,
                        e -> assertThat(e.code()).isEqualTo(StoqErrorCode.NOT_FOUND))
                .hasMessageContaining("purged while it was read");
        // Two pieces of many.
        assertThat(taken.size()).isPositive().isLessThan(content.length / 2);
    }

    @Test
    void refusesATimeThatIsMoreThanADayAhead() throws Exception {
        long limit = clock.millis() + Catalog.MAX_AHEAD.toMillis();
        assertThat(node.parts.purges().accept(purgeOf("a", limit)).news()).isTrue();
        ContentAdapterTest.assertCode(
                StoqErrorCode.INVALID_REQUEST,
                () -> node.parts.purges().accept(purgeOf("b", limit + 1)));
    }

    @Test
    void anOldPurgeThatIsReplayedChangesNothing() throws Exception {
        byte[] old = purgeOf("a", clock.millis());
        clock.advance(Duration.ofMillis(1));
        byte[] newer = purgeOf("a", clock.millis());
        assertThat(node.parts.purges().accept(newer).news()).isTrue();
        node.put("a", new byte[] {1});
        PurgeLedger.Accepted replayed = node.parts.purges().accept(old);
        assertThat(replayed.news()).isFalse();
        assertThat(replayed.entry().orElseThrow().digest()).isEqualTo(Digest.of(newer));
        assertThat(node.parts.purges().accept(newer).news()).isFalse();
        assertThat(node.get("a")).containsExactly(1);
    }

    private byte[] purgeOf(String name, long millis) {
        return new Purge(
                        new Selector(Selector.Kind.NAME, name), false, false, stranger.id(), millis)
                .sign(stranger);
    }

    @Test
    void aPurgeIsForgottenAfterThirtyDaysAndNotTakenUpAgain() throws Exception {
        byte[] signed = purgeOf("a", clock.millis());
        node.parts.purges().accept(signed);
        clock.advance(PurgeLedger.LIFE);
        assertThat(node.parts.purges().outlived()).isEmpty();
        clock.advance(Duration.ofMillis(1));
        node.parts.sweep().beginAll();
        Await.until("it is forgotten", () -> node.parts.purges().purges().size() == 0);
        assertThat(node.parts.purges().floor())
                .isEqualTo(clock.millis() - PurgeLedger.LIFE.toMillis() - 1);
        assertThat(node.parts.purges().accept(signed).news()).isFalse();
        assertThat(node.parts.purges().purges().size()).isZero();
        node.close();
        TestNode again = start(1, disk);
        assertThat(again.parts.purges().floor()).isEqualTo(node.parts.purges().floor());
    }

    @Test
    void whatAPurgeVoidsIsUnboundBeforeThePurgeIsForgotten() throws Exception {
        node.put("a", new byte[] {1}, "t");
        byte[] purge =
                new Purge(
                                new Selector(Selector.Kind.TAG, "t"),
                                false,
                                false,
                                stranger.id(),
                                clock.millis())
                        .sign(stranger);
        node.parts.purges().accept(purge);
        clock.advance(PurgeLedger.LIFE.plusMillis(1));
        node.parts.sweep().beginAll();
        Await.until("it is forgotten", () -> node.parts.purges().purges().size() == 0);
        assertThat(node.parts.catalog().bound("a")).isEmpty();
    }

    @Test
    void aPurgeIsNotForgottenWhileAManifestCannotBeJudged() throws Exception {
        node.put("a", new byte[] {1}, "t");
        node.parts.purges().accept(purgeOf("x", clock.millis()));
        node.close();
        disk.damage(node.parts.catalog().bound("a").orElseThrow());
        TestNode again = start(1, disk);
        clock.advance(PurgeLedger.LIFE.plusMillis(1));
        again.parts.sweep().beginAll();
        Await.until("the sweep ends", () -> again.parts.tasks().size() == 0);
        assertThat(again.parts.purges().purges().size()).isEqualTo(1);
    }

    @Test
    void ofTooManyPurgesTheOldestAreForgotten() throws Exception {
        for (int i = 0; i < PurgeLedger.MAX_PURGES; i++) {
            node.parts.purges().accept(purgeOf("n" + i, clock.millis() + i));
        }
        assertThat(node.parts.purges().outlived()).isEmpty();
        long oldest = clock.millis();
        clock.advance(Duration.ofMinutes(1));
        node.purge(Selector.Kind.NAME, "one more");
        Await.until(
                "the oldest are forgotten",
                () -> node.parts.purges().purges().size() <= PurgeLedger.MAX_PURGES);
        assertThat(node.parts.purges().floor()).isGreaterThanOrEqualTo(oldest);
        assertThat(node.parts.purges().voidUntil("n0", List.of(), stranger.id()))
                .isEqualTo(PurgeIndex.NEVER);
        assertThat(node.parts.purges().voidUntil("one more", List.of(), stranger.id()))
                .isEqualTo(clock.millis());
    }

    @Test
    void aFullDiskDoesNotAcknowledgeAndYetDoesNotServe() throws Exception {
        MemoryChunkStore small = new MemoryChunkStore(450);
        TestNode full = start(2, small);
        full.put("a", new byte[] {1});
        ContentAdapterTest.assertCode(
                StoqErrorCode.STORAGE_FULL, () -> full.purge(Selector.Kind.NAME, "a"));
        assertGone(full, "a");
    }

    @Test
    void waitsForPeersAsLongAsItIsToldAndNotLonger() throws Exception {
        CborMap.Builder purge = CborMap.builder().put(1, 0).put(2, "a");
        node.call("purge", purge.put(4, 0).build());
        node.call("purge", purge.put(4, 20_000).build());
        for (long wrong : new long[] {-1, 20_001}) {
            ContentAdapterTest.assertCode(
                    StoqErrorCode.INVALID_REQUEST,
                    () -> node.call("purge", purge.put(4, wrong).build()));
        }
    }
}
