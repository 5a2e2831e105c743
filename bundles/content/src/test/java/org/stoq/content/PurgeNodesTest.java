package org.stoq.content;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.channels.Channels;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.FutureTask;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.stoq.sdk.Digest;
import org.stoq.sdk.NodeId;
import org.stoq.sdk.StoqErrorCode;
import org.stoq.sdk.StoqException;
import org.stoq.sdk.call.Reply;
import org.stoq.sdk.call.Request;
import org.stoq.sdk.cbor.CborMap;
import org.stoq.testkit.ManualClock;
import org.stoq.testkit.MemoryChunkStore;

/** Purges among several nodes: spreading, partitions, long absence, soft ones, hostile peers. */
class PurgeNodesTest {
    private final ManualClock clock = new ManualClock();
    private final List<TestNode> nodes = new ArrayList<>();

    private TestNode node() {
        return node(nodes.size() + 1, new MemoryChunkStore());
    }

    private TestNode node(int seed, MemoryChunkStore disk) {
        TestNode node = new TestNode(seed, disk, clock, Map.of());
        nodes.add(node);
        return node;
    }

    @AfterEach
    void close() {
        nodes.forEach(TestNode::close);
    }

    private static void connect(TestNode one, TestNode other) throws Exception {
        TestNode.connect(one, other);
        settle(one, other);
    }

    private static void settle(TestNode... all) throws Exception {
        for (TestNode each : all) {
            Await.until("nothing is under way", () -> each.parts.tasks().size() == 0);
        }
    }

    private static void assertGone(TestNode at, String name) {
        ContentAdapterTest.assertCode(StoqErrorCode.NOT_FOUND, () -> at.get(name));
    }

    private static boolean isVoid(TestNode at, String name, TestNode publisher) {
        try {
            return at.parts.purges().voidUntil(name, List.of(), publisher.id()) >= 0;
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void tenNodesConfirmAndNoneServesAfterwards() throws Exception {
        for (int i = 0; i < 10; i++) {
            TestNode added = node();
            for (TestNode other : nodes.subList(0, i)) {
                TestNode.connect(added, other);
            }
        }
        TestNode first = nodes.getFirst();
        first.put("a", new byte[] {1}, "t");
        for (TestNode each : nodes) {
            Await.until("the name is everywhere", () -> each.knows("a"));
            assertThat(each.get("a")).containsExactly(1);
        }
        CborMap results = nodes.getLast().purge(Selector.Kind.TAG, "t");
        assertThat(results.integer(5)).isEqualTo(9);
        assertThat(results.integer(6)).isEqualTo(9);
        assertThat(results.integer(7)).isLessThanOrEqualTo(results.integer(8));
        assertThat(results.integer(8)).isLessThanOrEqualTo(results.integer(9));
        // All have confirmed, so all of them, at once.
        nodes.forEach(each -> assertGone(each, "a"));
    }

    @Test
    void reachesNodesThatAreNotNeighbours() throws Exception {
        TestNode a = node();
        TestNode b = node();
        TestNode c = node();
        connect(a, b);
        connect(b, c);
        a.put("x", new byte[] {1});
        Await.until("the name is there", () -> c.knows("x"));
        assertThat(a.purge(Selector.Kind.NAME, "x").integer(6)).isEqualTo(1);
        Await.until("the purge is there", () -> isVoid(c, "x", a));
        assertGone(c, "x");
    }

    @Test
    void aCallerWhoIsNoOperatorPurgesOnlyWhatTheNodeHasPublished() throws Exception {
        TestNode a = node();
        TestNode b = node();
        connect(a, b);
        a.put("x/a", new byte[] {1});
        b.put("x/b", new byte[] {2});
        Await.until("the names spread", () -> a.knows("x/b") && b.knows("x/a"));
        CborMap arguments =
                new Selector(Selector.Kind.PREFIX, "x/").put(CborMap.builder(), 1).build();
        try (Reply reply = b.peer(a).call(Request.of("content", "purge", arguments))) {
            assertThat(reply.response().results().bool(3)).isTrue();
        }
        for (TestNode each : List.of(a, b)) {
            assertGone(each, "x/a");
            assertThat(each.get("x/b")).containsExactly(2);
        }
    }

    @Test
    void aNodeThatWasCutOffPurgesBeforeItServesAgain() throws Exception {
        MemoryChunkStore disk = new MemoryChunkStore();
        TestNode a = node();
        TestNode b = node(2, disk);
        connect(a, b);
        a.put("x", new byte[] {1});
        Await.until("the name is there", () -> b.knows("x"));
        assertThat(b.get("x")).containsExactly(1);
        TestNode.disconnect(a, b);
        settle(a, b);
        a.purge(Selector.Kind.NAME, "x");
        // Nobody can have told it.
        assertThat(b.get("x")).containsExactly(1);
        b.close();
        TestNode back = node(2, disk);
        heal(a, back, () -> assertGone(back, "x"));
    }

    /**
     * Connects two nodes while the first exchange is held up, and asks in that very time.
     *
     * @param asking must end well though it begins before the exchange is over
     */
    private static void heal(TestNode a, TestNode back, ThrowingRunnable asking) throws Exception {
        CountDownLatch begun = new CountDownLatch(1);
        CountDownLatch goOn = new CountDownLatch(1);
        TestPeer toA = new TestPeer(back, a);
        toA.gate =
                request -> {
                    if (request.method().equals("purges")) {
                        begun.countDown();
                        Await.latch(goOn);
                    }
                };
        back.connected.add(toA);
        a.connected.add(new TestPeer(a, back));
        back.parts.gossip().connected(toA);
        a.parts.gossip().connected(a.peer(back));
        Await.latch(begun);
        FutureTask<Boolean> asked =
                new FutureTask<>(() -> {
                    asking.run();
                    return true;
                });
        Thread asker = Thread.ofVirtual().start(asked);
        Await.until(
                "it waits, or has its answer",
                () -> asked.isDone() || asker.getState() == Thread.State.WAITING);
        goOn.countDown();
        assertThat(asked.get()).isTrue();
    }

    @FunctionalInterface
    private interface ThrowingRunnable {
        void run() throws Exception;
    }

    @Test
    void listingsAndHeadsWaitTooAndOthersAreServedAfterwards() throws Exception {
        TestNode a = node();
        TestNode b = node();
        connect(a, b);
        a.put("x", new byte[] {1});
        a.put("y", new byte[] {2});
        Await.until("the names are there", () -> b.knows("y") && b.knows("x"));
        assertThat(b.get("y")).containsExactly(2);
        TestNode.disconnect(a, b);
        settle(a, b);
        a.purge(Selector.Kind.NAME, "x");
        heal(
                a,
                b,
                () -> {
                    assertThat(b.call("ls", CborMap.EMPTY).results().list(1)).hasSize(1);
                    ContentAdapterTest.assertCode(
                            StoqErrorCode.NOT_FOUND,
                            () -> b.call("head", CborMap.builder().put(1, "x").build()));
                    assertThat(b.get("y")).containsExactly(2);
                });
    }

    @Test
    void aPeerThatStallsIsWaitedForOnceAndThenNotUntilItHasAnswered() throws Exception {
        TestNode a = node();
        TestNode b = node();
        b.put("x", new byte[] {1});
        AtomicInteger asked = new AtomicInteger();
        TestPeer stalling = new TestPeer(b, a);
        stalling.gate =
                request -> {
                    asked.incrementAndGet();
                    throw new StoqException(StoqErrorCode.DEADLINE_EXCEEDED, "no answer");
                };
        b.connected.add(stalling);
        b.parts.gossip().connected(stalling);
        settle(b);
        assertThat(b.get("x")).containsExactly(1);
        // It is not asked for names either.
        assertThat(asked.get()).isEqualTo(1);

        TestPeer anew = reconnected(b, a);
        CountDownLatch begun = new CountDownLatch(1);
        CountDownLatch goOn = new CountDownLatch(1);
        anew.gate =
                request -> {
                    begun.countDown();
                    Await.latch(goOn);
                };
        b.parts.gossip().connected(anew);
        Await.latch(begun);
        // Held up again, but nobody waits.
        assertThat(b.get("x")).containsExactly(1);
        goOn.countDown();
        settle(b);
        // It has worked: from now on it is waited for.
        b.parts.gossip().disconnected(anew);
        b.connected.clear();
        a.purge(Selector.Kind.NAME, "x");
        heal(a, b, () -> assertGone(b, "x"));
    }

    /** Returns the peer as it connects for the second time; nobody has heard of it yet. */
    private static TestPeer reconnected(TestNode at, TestNode peer) {
        at.parts.gossip().disconnected(at.peer(peer));
        at.connected.clear();
        TestPeer anew = new TestPeer(at, peer);
        at.connected.add(anew);
        return anew;
    }

    @Test
    void aPeerOfWhichNobodyHasHeardYetHoldsUpToo() throws Exception {
        TestNode a = node();
        TestNode b = node();
        byte[] old = Manifests.signed("x", a.identity, clock.millis());
        b.parts.catalog().merge(old);
        a.purge(Selector.Kind.NAME, "x");
        // Connected, and its event is still to come.
        b.connected.add(new TestPeer(b, a));
        assertGone(b, "x");
    }

    @Test
    void aPeerThatLeavesHoldsNothingUp() throws Exception {
        TestNode a = node();
        TestNode b = node();
        b.put("x", new byte[] {1});
        CountDownLatch begun = new CountDownLatch(1);
        CountDownLatch goOn = new CountDownLatch(1);
        TestPeer toA = new TestPeer(b, a);
        toA.gate =
                request -> {
                    begun.countDown();
                    Await.latch(goOn);
                };
        b.connected.add(toA);
        b.parts.gossip().connected(toA);
        Await.latch(begun);
        toA.dead = true;
        b.parts.gossip().disconnected(toA);
        assertThat(b.get("x")).containsExactly(1);
        goOn.countDown();
        settle(b);
    }

    @Test
    void aPeerThatKeepsNoContentHoldsNothingUpAndHasNothingToConfirm() throws Exception {
        TestNode a = node();
        TestNode b = node();
        TestPeer client = new TestPeer(b, a);
        client.gate =
                request -> {
                    throw new StoqException(StoqErrorCode.UNSUPPORTED, "no calls here");
                };
        b.connected.add(client);
        b.parts.gossip().connected(client);
        CborMap results = b.purge(Selector.Kind.NAME, "x");
        assertThat(results.integer(5)).isZero();
        assertThat(results.integer(6)).isZero();
    }

    @Test
    void whatDoesNotReachAPeerItFetches() throws Exception {
        TestNode a = node();
        TestNode b = node();
        connect(a, b);
        a.peer(b).gate =
                request -> {
                    if (request.method().equals("purged")) {
                        throw new StoqException(StoqErrorCode.DEADLINE_EXCEEDED, "lost");
                    }
                };
        CborMap results = a.purge(Selector.Kind.NAME, "x");
        assertThat(results.integer(5)).isEqualTo(1);
        assertThat(results.integer(6)).isZero();
        Await.until("it is fetched", () -> isVoid(b, "x", a));
        assertThat(a.peer(b).methods).contains("behind");
    }

    @Test
    void manyPurgesAreFetchedInBatchesAndPassedOn() throws Exception {
        TestNode a = node();
        TestNode b = node();
        TestNode c = node();
        int many = 3 * ChunkTransfer.MAX_CHUNKS + 1;
        for (int i = 0; i < many; i++) {
            a.purge(Selector.Kind.NAME, "n" + i);
        }
        connect(b, c);
        connect(a, b);
        assertThat(b.parts.purges().purges().size()).isEqualTo(many);
        assertThat(b.peer(a).methods).hasSizeLessThan(10);
        Await.until(
                "they are passed on",
                () ->
                        c.parts
                                .purges()
                                .purges()
                                .fingerprint()
                                .equals(a.parts.purges().purges().fingerprint()));
        // Two that have the same say so with one digest.
        TestNode.disconnect(a, b);
        settle(a, b, c);
        connect(a, b);
        assertThat(b.peer(a).methods).containsExactlyInAnyOrder("purges", "names");
    }

    @Test
    void soManyPurgesAreTakenFromAPeerAtOnceAndTheRestIsFetched() throws Exception {
        TestNode a = node();
        TestNode b = node();
        connect(a, b);
        int burst = (int) PeerLink.PURGE_BURST;
        for (int i = 0; i < burst; i++) {
            send(a, b, "n" + i);
        }
        ContentAdapterTest.assertCode(StoqErrorCode.RATE_LIMITED, () -> send(a, b, "one more"));
        // What is known already costs nothing.
        send(a, b, "n0");
        clock.advance(Duration.ofMillis(10));
        send(a, b, "later");
        assertThat(b.parts.purges().purges().size()).isEqualTo(burst + 1);
        // One of the node's own is past the limit too, and yet it arrives.
        a.purge(Selector.Kind.NAME, "own");
        Await.until("it is fetched", () -> isVoid(b, "own", a));
    }

    private static void send(TestNode from, TestNode to, String name) throws IOException {
        // The time is in the name's stead: the statement is the same each time it is sent.
        Purge purge =
                new Purge(
                        new Selector(Selector.Kind.NAME, name),
                        false,
                        false,
                        from.id(),
                        from.clock.millis() - (from.clock.millis() % 1_000));
        CborMap arguments = CborMap.builder().put(1, purge.sign(from.identity)).build();
        from.peer(to).call(Request.of("content", "purged", arguments)).close();
    }

    @Test
    void whoeverTheIssuerCouldNotTellHearsOfItFromOthers() throws Exception {
        TestNode a = node();
        TestNode b = node();
        TestNode c = node();
        connect(a, b);
        connect(a, c);
        connect(b, c);
        // The issuer says that it tells c, and ends before it does.
        a.peer(c).gate =
                request -> {
                    throw new StoqException(StoqErrorCode.CONNECTION_LOST, "gone");
                };
        CborMap results = a.purge(Selector.Kind.NAME, "x");
        assertThat(results.integer(5)).isEqualTo(2);
        assertThat(results.integer(6)).isEqualTo(1);
        Await.until("c hears of it", () -> isVoid(c, "x", a));
        assertThat(b.peer(c).methods).contains("purged");
    }

    @Test
    void theNodesThatAreNamedAsToldAreBounded() throws Exception {
        List<Object> ids = new ArrayList<>();
        for (int i = 0; i < PassedOn.MAX_TOLD; i++) {
            ids.add(Digest.of(new byte[] {(byte) i}).toBytes());
        }
        CborMap.Builder arguments = CborMap.builder().put(1, new byte[1]);
        PassedOn most = PassedOn.of(arguments.put(2, ids).build());
        assertThat(most.told()).hasSize(PassedOn.MAX_TOLD);
        assertThat(PassedOn.of(most.toCbor()).told()).isEqualTo(most.told());
        ids.add(new byte[Digest.BYTES]);
        ContentAdapterTest.assertCode(
                StoqErrorCode.TOO_LARGE, () -> PassedOn.of(arguments.put(2, ids).build()));
        ContentAdapterTest.assertCode(
                StoqErrorCode.INVALID_REQUEST,
                () -> PassedOn.of(arguments.put(2, List.of(new byte[1])).build()));
        Set<NodeId> many = new HashSet<>(most.told());
        many.add(new NodeId(Digest.of(new byte[2])));
        assertThat(new PassedOn(new byte[1], many).told()).isEmpty();
    }

    @Test
    void onlyConnectedNodesPassPurgesOn() {
        TestNode a = node();
        TestNode b = node();
        ContentAdapterTest.assertCode(StoqErrorCode.FORBIDDEN, () -> send(a, b, "x"));
    }

    @Test
    void aPeerThatListsWhatCannotBeIsNotInStepAndGivesNoNames() throws Exception {
        for (byte[] list :
                List.of(
                        new byte[Digest.BYTES + 1],
                        new byte[Digest.BYTES * (2 * PurgeLedger.MAX_PURGES + 1_024)])) {
            TestNode a = node();
            TestNode b = node();
            a.purge(Selector.Kind.NAME, "p");
            a.put("x", new byte[] {1});
            TestPeer lying = new TestPeer(b, a);
            lying.meddling =
                    (request, body) ->
                            request.method().equals("purges")
                                    ? Channels.newChannel(new ByteArrayInputStream(list))
                                    : body;
            b.connected.add(lying);
            b.parts.gossip().connected(lying);
            settle(b);
            assertThat(b.knows("x")).isFalse();
            assertThat(lying.methods).containsExactly("purges");
        }
    }

    @Test
    void aNodeThatWasAwayForLongerThanPurgesAreKeptDropsWhatNobodyHasAnyMore() throws Exception {
        MemoryChunkStore diskA = new MemoryChunkStore();
        MemoryChunkStore diskB = new MemoryChunkStore();
        TestNode a = node(1, diskA);
        TestNode b = node(2, diskB);
        connect(a, b);
        a.put("purged", new byte[] {1});
        a.put("kept", new byte[] {2});
        b.put("purged too", new byte[] {3});
        Await.until("names", () -> b.knows("kept") && b.knows("purged") && a.knows("purged too"));
        TestNode.disconnect(a, b);
        settle(a, b);
        clock.advance(Duration.ofDays(1));
        a.purge(Selector.Kind.NAME, "purged");
        a.purge(Selector.Kind.NAME, "purged too");
        b.put("written alone", new byte[] {4});
        clock.advance(PurgeLedger.LIFE.plusMillis(1));
        a.parts.sweep().beginAll();
        Await.until("they are forgotten", () -> a.parts.purges().purges().size() == 0);
        b.close();
        TestNode back = node(2, diskB);
        // It has no peer, and serves what it has.
        assertThat(back.knows("purged")).isTrue();
        heal(a, back, () -> assertGone(back, "purged"));
        assertGone(back, "purged too");
        assertThat(back.knows("kept")).isTrue();
        assertThat(back.get("written alone")).containsExactly(4);
        Await.until("what it wrote alone is taken", () -> a.knows("written alone"));
        assertThat(a.knows("purged")).isFalse();
        assertThat(a.knows("purged too")).isFalse();
    }

    @Test
    void whatWasLearnedAndPublishedDuringALongLinkIsNotYoungerThanIt() throws Exception {
        TestNode a = node();
        TestNode b = node();
        connect(a, b);
        clock.advance(Duration.ofDays(10));
        a.put("learned", new byte[] {1});
        b.put("published", new byte[] {2});
        Await.until("names", () -> b.knows("learned") && a.knows("published"));
        TestNode.disconnect(a, b);
        settle(a, b);
        clock.advance(Duration.ofDays(1));
        a.purge(Selector.Kind.NAME, "learned");
        a.purge(Selector.Kind.NAME, "published");
        clock.advance(PurgeLedger.LIFE.plusMillis(1));
        a.parts.sweep().beginAll();
        Await.until("they are forgotten", () -> a.parts.purges().purges().size() == 0);
        heal(a, b, () -> assertGone(b, "learned"));
        assertGone(b, "published");
        settle(a, b);
        assertThat(a.knows("learned") || a.knows("published")).isFalse();
    }

    @Test
    void nodesThatWereAllOffForLongLoseNothing() throws Exception {
        MemoryChunkStore diskA = new MemoryChunkStore();
        MemoryChunkStore diskB = new MemoryChunkStore();
        TestNode a = node(1, diskA);
        TestNode b = node(2, diskB);
        connect(a, b);
        a.put("a", new byte[] {1});
        b.put("b", new byte[] {2});
        a.purge(Selector.Kind.NAME, "c");
        Await.until("names", () -> b.knows("a") && a.knows("b"));
        a.close();
        b.close();
        clock.advance(PurgeLedger.LIFE.multipliedBy(3));
        TestNode laterA = node(1, diskA);
        TestNode laterB = node(2, diskB);
        for (TestNode each : List.of(laterA, laterB)) {
            each.parts.sweep().beginAll();
            Await.until("the purge is forgotten", () -> each.parts.purges().purges().size() == 0);
        }
        connect(laterA, laterB);
        for (TestNode each : List.of(laterA, laterB)) {
            assertThat(each.knows("a")).isTrue();
            assertThat(each.knows("b")).isTrue();
        }
    }

    @Test
    void aNewNodeNeedsNothingOfWhatWasForgotten() throws Exception {
        TestNode a = node();
        TestNode b = node();
        a.put("a", new byte[] {1});
        a.purge(Selector.Kind.NAME, "x");
        clock.advance(PurgeLedger.LIFE.plusMillis(1));
        a.parts.sweep().beginAll();
        Await.until("it is forgotten", () -> a.parts.purges().purges().size() == 0);
        b.put("b", new byte[] {2});
        connect(a, b);
        Await.until("they have each other's", () -> a.knows("b") && b.knows("a"));
        // Who asks it can no longer be told what a has forgotten.
        assertThat(b.parts.purges().floor()).isEqualTo(a.parts.purges().floor());
    }

    private static boolean isStale(TestNode at, String name) throws IOException {
        return at.call("head", CborMap.builder().put(1, name).build()).results().has(13);
    }

    @Test
    void aSoftPurgeHasThePublisherAskedOnce() throws Exception {
        TestNode a = node();
        TestNode b = node();
        connect(a, b);
        a.put("x", new byte[] {1}, "t");
        Await.until("the name is there", () -> b.knows("x"));
        assertThat(b.get("x")).containsExactly(1);
        b.peer(a).methods.clear();
        assertThat(a.purge(Selector.Kind.TAG, "t", true).integer(6)).isEqualTo(1);
        assertThat(b.get("x")).containsExactly(1);
        assertThat(isStale(b, "x")).isFalse();
        assertThat(b.peer(a).methods).containsExactly("manifest");
        clock.advance(Duration.ofMillis(1));
        a.purge(Selector.Kind.TAG, "t", true);
        assertThat(isStale(b, "x")).isFalse();
        assertThat(b.peer(a).methods).containsExactly("manifest", "manifest");
    }

    @Test
    void aCopyIsServedAndMarkedWhileItsPublisherIsAway() throws Exception {
        TestNode a = node();
        TestNode b = node();
        TestNode c = node();
        connect(a, b);
        connect(b, c);
        a.put("x", new byte[] {1});
        Await.until("the name is there", () -> b.knows("x") && c.knows("x"));
        assertThat(b.get("x")).containsExactly(1);
        TestNode.disconnect(a, b);
        settle(a, b);
        c.purge(Selector.Kind.NAME, "x", true);
        assertThat(isStale(b, "x")).isTrue();
        assertThat(b.get("x")).containsExactly(1);
        assertThat(isStale(a, "x")).isFalse();
        // A later version is fresh wherever it comes from.
        clock.advance(Duration.ofMillis(1));
        b.put("x", new byte[] {2});
        Await.until("the new one is there", () -> c.get("x")[0] == 2);
        assertThat(isStale(c, "x")).isFalse();
    }

    @Test
    void thePublishersNewerVersionIsServedAtOnce() throws Exception {
        TestNode a = node();
        TestNode b = node();
        connect(a, b);
        a.put("x", new byte[] {1});
        Await.until("the name is there", () -> b.knows("x"));
        a.peer(b).gate = PurgeNodesTest::onlyPurges;
        CountDownLatch never = new CountDownLatch(1);
        a.peer(b).beforePush = () -> awaitQuietly(never);
        b.purge(Selector.Kind.NAME, "x", true);
        a.put("x", new byte[] {2});
        assertThat(b.get("x")).containsExactly(2);
        never.countDown();
    }

    private static void awaitQuietly(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static void onlyPurges(Request request) throws IOException {
        if (!request.method().startsWith("purge")) {
            throw new StoqException(StoqErrorCode.CONNECTION_LOST, "cut");
        }
    }

    @Test
    void aHardPurgeOutweighsASoftOne() throws Exception {
        TestNode a = node();
        a.put("x", new byte[] {1});
        a.purge(Selector.Kind.NAME, "x", true);
        assertThat(a.get("x")).containsExactly(1);
        a.purge(Selector.Kind.NAME, "x");
        a.purge(Selector.Kind.NAME, "x", true);
        assertGone(a, "x");
    }
}
