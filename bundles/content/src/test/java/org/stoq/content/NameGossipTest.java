package org.stoq.content;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.ReadableByteChannel;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.stoq.sdk.Digest;
import org.stoq.sdk.NodeId;
import org.stoq.sdk.StoqErrorCode;
import org.stoq.sdk.StoqException;
import org.stoq.sdk.call.Reply;
import org.stoq.sdk.call.Request;
import org.stoq.sdk.call.Response;
import org.stoq.sdk.cbor.CborMap;
import org.stoq.sdk.chunk.EncodedChunk;
import org.stoq.sdk.frame.ChunkAnnounceFrame;
import org.stoq.sdk.frame.Frame;
import org.stoq.sdk.frame.HaveList;
import org.stoq.sdk.frame.PushPromise;
import org.stoq.sdk.node.Peer;
import org.stoq.testkit.ManualClock;
import org.stoq.testkit.MemoryChunkStore;

class NameGossipTest {
    private final ManualClock clock = new ManualClock();
    private final List<TestNode> nodes = new ArrayList<>();
    private final TestNode node = add(1);
    private final TestNode.Identity stranger = new TestNode.Identity(99);

    private TestNode add(int seed) {
        TestNode added = new TestNode(seed, new MemoryChunkStore(), clock, Map.of());
        nodes.add(added);
        return added;
    }

    @AfterEach
    void close() {
        nodes.forEach(TestNode::close);
    }

    @Test
    void namesAndRemovalsReachNodesThatAreNotNeighbours() throws Exception {
        TestNode b = add(2);
        TestNode c = add(3);
        TestNode.connect(node, b);
        TestNode.connect(b, c);
        node.put("name", new byte[] {1});
        Await.until("the name spreads", () -> c.knows("name"));
        c.remove("name");
        Await.until("the removal spreads", () -> !node.knows("name"));
        ContentAdapterTest.assertCode(StoqErrorCode.NOT_FOUND, () -> node.get("name"));
    }

    @Test
    void aNodeThatWasAwayCatchesUpWithEveryName() throws Exception {
        for (int i = 0; i < 1_500; i++) {
            node.put("n/%04d/x%s".formatted(i, "x".repeat(i % 50)), new byte[] {(byte) i});
        }
        node.remove("n/0000/x");
        TestNode b = add(2);
        TestNode.connect(node, b);
        Await.until("all names are there", () -> b.names() == 1_500);
        assertThat(b.knows("n/0000/x")).isFalse();
        assertThat(b.knows("n/1499/x" + "x".repeat(1_499 % 50))).isTrue();
        // Pages and batches, not a call for each name.
        assertThat(b.peer(node).methods.size()).isLessThan(60);
    }

    @Test
    void nodesThatWereApartAgreeOnEveryName() throws Exception {
        TestNode b = add(2);
        for (int i = 0; i < 20; i++) {
            node.put("n" + i, new byte[] {1});
            b.put("n" + i, new byte[] {2});
            if (i % 2 == 0) {
                clock.advance(Duration.ofMillis(1));
                b.remove("n" + i);
            }
        }
        TestNode.connect(node, b);
        Await.until(
                "they agree",
                () -> {
                    for (int i = 0; i < 20; i++) {
                        String name = "n" + i;
                        if (!node.parts
                                .catalog()
                                .bound(name)
                                .equals(b.parts.catalog().bound(name))) {
                            return false;
                        }
                    }
                    return true;
                });
        assertThat(node.knows("n0")).isFalse();
        assertThat(node.knows("n1")).isTrue();
    }

    @Test
    void aPeerThatDoesNotKeepUpIsToldOnceAndCatchesUp() throws Exception {
        TestNode b = add(2);
        TestNode.connect(node, b);
        Await.until("catching up ends", () -> node.parts.tasks().size() == 0);
        CountDownLatch goOn = new CountDownLatch(1);
        node.peer(b).beforePush = () -> Await.latch(goOn);
        int names = 2 * PeerLink.OUTBOX;
        for (int i = 0; i < names; i++) {
            node.put("n/%05d".formatted(i), new byte[0]);
        }
        goOn.countDown();
        Await.until("all names are there", () -> b.names() == names);
        assertThat(node.peer(b).methods).contains("behind");
    }

    @Test
    void takesSoManyPushesAtOnceAndCatchesUpWithTheRest() throws Exception {
        Scripted peer = new Scripted(stranger.id());
        int taken = 0;
        int pushes = (int) PeerLink.BURST + 100;
        for (int i = 0; i < pushes; i++) {
            byte[] signed = Manifests.signed("n/%05d".formatted(i), stranger, clock.millis());
            taken += push(peer, signed) ? 1 : 0;
        }
        // Each costs one, and its share of the bytes.
        assertThat(taken).isBetween((int) (PeerLink.BURST * 0.9), (int) PeerLink.BURST);
        Await.until("the rest is asked for", () -> peer.calls.get() > 0);
        clock.advance(Duration.ofSeconds(1));
        assertThat(push(peer, Manifests.signed("later", stranger, clock.millis()))).isTrue();
    }

    @Test
    void refusesPushesThatAreNotWhatTheyPromise() throws Exception {
        Scripted peer = new Scripted(stranger.id());
        byte[] signed = Manifests.signed("name", stranger, clock.millis());
        byte[] other = Manifests.signed("other", stranger, clock.millis());
        PushPromise promise =
                new PushPromise(Digest.of(other), signed.length, PushPromise.Kind.MANIFEST, "name");
        ContentAdapterTest.assertCode(
                StoqErrorCode.INTEGRITY,
                () -> node.parts.gossip().pushed(peer, promise, channel(signed)));
        assertThat(node.knows("name")).isFalse();
        PushPromise chunk =
                new PushPromise(Digest.of(signed), signed.length, PushPromise.Kind.CHUNK, "");
        assertThat(node.parts.gossip().pushed(peer, chunk, channel(signed))).isFalse();
        PushPromise large =
                new PushPromise(
                        Digest.of(signed),
                        Manifest.MAX_ENCODED_BYTES + 1,
                        PushPromise.Kind.MANIFEST,
                        "");
        assertThat(node.parts.gossip().pushed(peer, large, channel(signed))).isFalse();
        PushPromise longer =
                new PushPromise(
                        Digest.of(signed), signed.length + 1, PushPromise.Kind.MANIFEST, "");
        ContentAdapterTest.assertCode(
                StoqErrorCode.CONNECTION_LOST,
                () -> node.parts.gossip().pushed(peer, longer, channel(signed)));
        assertThat(push(peer, signed)).isTrue();
        assertThat(push(peer, signed)).isFalse();
    }

    @Test
    void believesAnnouncementsThatTheHolderHasSignedForAnHourAtMost() throws Exception {
        Scripted peer = new Scripted(stranger.id());
        Digest manifest = Digest.of(new byte[] {1});
        byte[] signed =
                new HaveList(List.of(new HaveList.Entry(manifest, 1, 1_000_000))).sign(stranger);
        node.parts.gossip().announced(peer, new ChunkAnnounceFrame(signed));
        HolderMap holders = node.parts.holders();
        assertThat(holders.holders(manifest, clock.millis() + 3_599_999))
                .containsExactly(stranger.id());
        assertThat(holders.holders(manifest, clock.millis() + 3_600_000)).isEmpty();
        byte[] forged = signed.clone();
        forged[forged.length - 1] ^= 1;
        ContentAdapterTest.assertCode(
                StoqErrorCode.INTEGRITY,
                () -> node.parts.gossip().announced(peer, new ChunkAnnounceFrame(forged)));
    }

    @Test
    void leavesAPeerWhoseNamesDoNotAscend() throws Exception {
        Scripted peer = new Scripted(stranger.id());
        peer.names = after -> page(true, "b", binding("b", new byte[] {1}));
        catchUp(peer);
        assertThat(peer.pages.get()).isEqualTo(2);
    }

    @Test
    void leavesAPeerThatSendsEmptyPagesForEver() throws Exception {
        Scripted peer = new Scripted(stranger.id());
        peer.names = after -> page(true, after + "a");
        catchUp(peer);
        assertThat(peer.pages.get()).isEqualTo(1);
    }

    @Test
    void leavesAPeerWithPagesOfImpossibleLength() throws Exception {
        Scripted peer = new Scripted(stranger.id());
        List<CborMap> items = new ArrayList<>();
        for (int i = 0; i <= 1_024; i++) {
            items.add(binding("%05d".formatted(i), new byte[] {1}));
        }
        peer.names = after -> page(false, "z", items.toArray(CborMap[]::new));
        catchUp(peer);
        assertThat(peer.calls.get()).isEqualTo(1);
        peer.names = after -> page(false, "z", items.subList(0, 1_024).toArray(CborMap[]::new));
        catchUp(peer);
        assertThat(peer.calls.get()).isGreaterThan(2);
    }

    @Test
    void oneBadManifestDoesNotHideTheNamesBehindIt() throws Exception {
        Scripted peer = new Scripted(stranger.id());
        byte[] ahead =
                Manifests.signed("a", stranger, clock.millis() + Catalog.MAX_AHEAD.toMillis() + 1);
        byte[] good = Manifests.signed("c", stranger, clock.millis());
        peer.manifests.put(Digest.of(ahead), ahead);
        peer.manifests.put(Digest.of(good), good);
        peer.names =
                after ->
                        page(
                                false,
                                "c",
                                binding("a", ahead),
                                binding("b", new byte[] {1}),
                                binding("c", good));
        catchUp(peer);
        assertThat(node.parts.catalog().bound("a")).isEmpty();
        assertThat(node.parts.catalog().bound("c")).isPresent();
    }

    @Test
    void aManifestThatIsNotTheOnePromisedEndsTheCatchingUp() throws Exception {
        Scripted peer = new Scripted(stranger.id());
        byte[] good = Manifests.signed("c", stranger, clock.millis());
        byte[] other = Manifests.signed("d", stranger, clock.millis());
        peer.manifests.put(Digest.of(good), other);
        peer.names = after -> page(false, "c", binding("c", good));
        catchUp(peer);
        assertThat(node.names()).isZero();
    }

    private void catchUp(Scripted peer) throws Exception {
        node.parts.gossip().again(peer);
        Await.until("catching up ends", () -> node.parts.tasks().size() == 0);
    }

    private boolean push(Peer peer, byte[] signed) throws IOException {
        PushPromise promise =
                new PushPromise(Digest.of(signed), signed.length, PushPromise.Kind.MANIFEST, "");
        return node.parts.gossip().pushed(peer, promise, channel(signed));
    }

    private static ReadableByteChannel channel(byte[] bytes) {
        return Channels.newChannel(new ByteArrayInputStream(bytes));
    }

    private static CborMap binding(String name, byte[] manifest) {
        return CborMap.builder().put(1, name).put(2, Digest.of(manifest)).build();
    }

    private static CborMap page(boolean more, String last, CborMap... items) {
        return CborMap.builder().put(1, List.of(items)).put(2, more).put(3, last).build();
    }

    /** A peer that answers as a test says. */
    private static final class Scripted implements Peer {
        private final NodeId id;
        final AtomicInteger calls = new AtomicInteger();
        final AtomicInteger pages = new AtomicInteger();
        final Map<Digest, byte[]> manifests = new HashMap<>();
        volatile Function<String, CborMap> names = after -> page(false, "");

        Scripted(NodeId id) {
            this.id = id;
        }

        @Override
        public NodeId id() {
            return id;
        }

        @Override
        public InetSocketAddress address() {
            return new InetSocketAddress(InetAddress.ofLiteral("::1"), 4433);
        }

        @Override
        public Duration roundTrip() {
            return Duration.ZERO;
        }

        @Override
        public boolean isConnected() {
            return true;
        }

        @Override
        public Reply call(Request request) throws IOException {
            ByteArrayOutputStream body = new ByteArrayOutputStream();
            CborMap results = CborMap.EMPTY;
            if (!request.method().equals("purges")) {
                calls.incrementAndGet();
            }
            switch (request.method()) {
                case "purges" -> results = CborMap.builder().put(1, true).put(2, 0).build();
                case "names" -> {
                    pages.incrementAndGet();
                    results = names.apply(request.arguments().text(1));
                }
                case "chunks" -> {
                    for (Digest digest : ChunkTransfer.digests(request.arguments())) {
                        ChunkTransfer.write(
                                Channels.newChannel(body),
                                Optional.ofNullable(manifests.get(digest))
                                        .map(EncodedChunk::plain));
                    }
                }
                default -> throw new StoqException(StoqErrorCode.NOT_FOUND, request.method());
            }
            Response response = Response.ok(results);
            ReadableByteChannel answer = channel(body.toByteArray());
            return new Reply() {
                @Override
                public Response response() {
                    return response;
                }

                @Override
                public ReadableByteChannel body() {
                    return answer;
                }

                @Override
                public void close() {}
            };
        }

        @Override
        public void send(Frame frame) {}

        @Override
        public boolean push(PushPromise promise, ByteBuffer body) {
            return true;
        }
    }
}
