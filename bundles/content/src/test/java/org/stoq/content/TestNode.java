package org.stoq.content;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.ReadableByteChannel;
import java.nio.channels.WritableByteChannel;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;
import org.stoq.chunking.FastCdcChunker;
import org.stoq.chunking.Lz4Compressor;
import org.stoq.chunking.ZstdCompressor;
import org.stoq.sdk.Digest;
import org.stoq.sdk.NodeId;
import org.stoq.sdk.cache.CacheStats;
import org.stoq.sdk.cache.ChunkCache;
import org.stoq.sdk.call.Call;
import org.stoq.sdk.call.Caller;
import org.stoq.sdk.call.Request;
import org.stoq.sdk.call.Response;
import org.stoq.sdk.call.Role;
import org.stoq.sdk.cbor.CborMap;
import org.stoq.sdk.chunk.Chunker;
import org.stoq.sdk.chunk.Compressor;
import org.stoq.sdk.config.CdnConfig;
import org.stoq.sdk.cose.Ed25519Signer;
import org.stoq.sdk.node.NodeIdentity;
import org.stoq.sdk.node.Peer;
import org.stoq.sdk.node.Peers;
import org.stoq.sdk.routing.RouteTable;
import org.stoq.sdk.routing.Routes;
import org.stoq.sdk.routing.Topology;
import org.stoq.sdk.store.ChunkStore;
import org.stoq.sdk.strategy.Strategies;
import org.stoq.sdk.strategy.Strategy;
import org.stoq.sdk.strategy.StrategySlot;
import org.stoq.sdk.strategy.StrategyStatus;
import org.stoq.testkit.ManualClock;
import org.stoq.testkit.MemoryChunkStore;

/** A node without a network: the content parts over a store in memory. */
final class TestNode implements AutoCloseable {
    private static final InetSocketAddress HERE =
            new InetSocketAddress(InetAddress.ofLiteral("::1"), 4433);

    final Identity identity;
    final Slots strategies = new Slots();
    final List<TestPeer> connected = new CopyOnWriteArrayList<>();
    final Peers peers = () -> List.<Peer>copyOf(connected);
    final ManualClock clock;
    final ContentParts parts;
    final ContentAdapter adapter;

    /** A key that signs, as the node's own service. */
    static final class Identity implements NodeIdentity {
        private final Ed25519Signer signer;

        Identity(int seed) {
            byte[] secret = new byte[32];
            Arrays.fill(secret, (byte) seed);
            signer = new Ed25519Signer(secret);
        }

        @Override
        public NodeId id() {
            return signer.id();
        }

        @Override
        public byte[] publicKey() {
            return signer.publicKey();
        }

        @Override
        public byte[] sign(byte[] message) {
            return signer.sign(message);
        }
    }

    /** Slots that a test fills itself. */
    static final class Slots implements Strategies {
        private final Map<Class<?>, StrategySlot<?>> slots = new ConcurrentHashMap<>();

        @Override
        @SuppressWarnings("unchecked") // each slot is made for the class it lies under
        public <S extends Strategy> StrategySlot<S> slot(Class<S> spi) {
            return (StrategySlot<S>)
                    slots.computeIfAbsent(spi, key -> new StrategySlot<>(spi, System::nanoTime));
        }

        <S extends Strategy> void offer(Class<S> spi, S strategy) {
            slot(spi).offer(strategy, new StrategyStatus.Origin("test", "1", 0));
        }
    }

    /** Routes of a node that knows no way but to its neighbours. */
    static final class NoRoutes implements Routes {
        @Override
        public RouteTable table() {
            return RouteTable.EMPTY;
        }

        @Override
        public Topology topology() {
            throw new UnsupportedOperationException("nobody here asks for the topology");
        }
    }

    /** A cache that keeps nothing, so that every read goes to the store. */
    static final class NoCache implements ChunkCache {
        @Override
        public Optional<byte[]> get(Digest digest) {
            return Optional.empty();
        }

        @Override
        public void offer(Digest digest, byte[] plain) {}

        @Override
        public void remove(Digest digest) {}

        @Override
        public CacheStats stats() {
            return new CacheStats(1, 2, 3, 4, 5, 6);
        }
    }

    /**
     * An answer.
     *
     * @param results what stands in its head
     * @param body its body
     */
    record Answer(CborMap results, byte[] body) {}

    TestNode(int seed) {
        this(seed, new MemoryChunkStore(), new ManualClock(), Map.of());
    }

    TestNode(int seed, ChunkStore store, ManualClock clock, Map<String, Object> settings) {
        this.identity = new Identity(seed);
        this.clock = clock;
        strategies.offer(ChunkStore.class, store);
        strategies.offer(Chunker.class, new FastCdcChunker());
        strategies.offer(Compressor.class, new ZstdCompressor());
        strategies.offer(Compressor.class, new Lz4Compressor());
        parts =
                ContentParts.assemble(
                        strategies,
                        identity,
                        peers,
                        new NoRoutes(),
                        new NoCache(),
                        config(settings),
                        clock);
        adapter =
                new ContentAdapter(
                        parts, strategies.slot(Chunker.class), identity, System::nanoTime);
    }

    /** Returns the settings, without replicas unless they are asked for. */
    static CdnConfig config(Map<String, Object> settings) {
        Map<String, Object> all = new ConcurrentHashMap<>(settings);
        all.putIfAbsent("replication_factor", 1L);
        return CdnConfig.TABLE.read(all);
    }

    NodeId id() {
        return identity.id();
    }

    MemoryChunkStore store() throws IOException {
        return parts.local().withStore(MemoryChunkStore.class::cast);
    }

    /** Connects two nodes; each hears of it. */
    static void connect(TestNode one, TestNode other) {
        one.connected.add(new TestPeer(one, other));
        other.connected.add(new TestPeer(other, one));
        one.met(other);
        other.met(one);
    }

    /** Cuts two nodes off from each other. */
    static void disconnect(TestNode one, TestNode other) {
        one.lose(other);
        other.lose(one);
    }

    private void met(TestNode other) {
        parts.gossip().connected(peer(other));
        parts.replicator().retry();
    }

    private void lose(TestNode other) {
        TestPeer peer = peer(other);
        peer.dead = true;
        connected.remove(peer);
        parts.gossip().disconnected(peer);
    }

    /** Returns this node's view of another. */
    TestPeer peer(TestNode other) {
        return connected.stream()
                .filter(peer -> peer.id().equals(other.id()))
                .findFirst()
                .orElseGet(() -> new TestPeer(this, other));
    }

    Answer call(String method, CborMap arguments) throws IOException {
        return call(method, arguments, new byte[0]);
    }

    Answer call(String method, CborMap arguments, byte[] body) throws IOException {
        ByteArrayOutputStream answer = new ByteArrayOutputStream();
        return call(
                Request.of("content", method, arguments).withBody(body.length),
                Channels.newChannel(new ByteArrayInputStream(body)),
                answer,
                Channels.newChannel(answer));
    }

    /** Makes a call as an operator's client, whose answer goes to that channel. */
    Answer call(
            Request request,
            ReadableByteChannel body,
            ByteArrayOutputStream answer,
            WritableByteChannel target)
            throws IOException {
        List<Response> heads = new ArrayList<>();
        call(request, body, target, heads);
        return new Answer(heads.getFirst().results(), answer.toByteArray());
    }

    /** Makes a call without a body, and notes how it is answered. */
    void call(Request request, List<Response> heads) throws IOException {
        call(
                request,
                Channels.newChannel(new ByteArrayInputStream(new byte[0])),
                Channels.newChannel(new ByteArrayOutputStream()),
                heads);
    }

    private void call(
            Request request,
            ReadableByteChannel body,
            WritableByteChannel target,
            List<Response> heads)
            throws IOException {
        Request decoded = Request.decode(request.encode());
        adapter.handle(
                new Call() {
                    @Override
                    public Request request() {
                        return decoded;
                    }

                    @Override
                    public Caller caller() {
                        return new Caller(Optional.empty(), Role.OPERATOR, HERE);
                    }

                    @Override
                    public ReadableByteChannel body() {
                        return body;
                    }

                    @Override
                    public WritableByteChannel respond(Response response) throws IOException {
                        heads.add(Response.decode(response.encode()));
                        return target;
                    }
                });
    }

    Answer put(String name, byte[] content, String... tags) throws IOException {
        return call("put", CborMap.builder().put(1, name).put(5, List.of(tags)).build(), content);
    }

    /** Purges as an operator. Returns the results. */
    CborMap purge(Selector.Kind kind, String value) throws IOException {
        return purge(kind, value, false);
    }

    CborMap purge(Selector.Kind kind, String value, boolean soft) throws IOException {
        return call(
                        "purge",
                        new Selector(kind, value).put(CborMap.builder(), 1).put(3, soft).build())
                .results();
    }

    /** Puts an object whose length is not announced. */
    Answer putStream(String name, ReadableByteChannel content) throws IOException {
        ByteArrayOutputStream answer = new ByteArrayOutputStream();
        Request request =
                new Request(
                        "content",
                        "put",
                        1,
                        Duration.ZERO,
                        OptionalLong.empty(),
                        Optional.empty(),
                        CborMap.builder().put(1, name).build());
        return call(request, content, answer, Channels.newChannel(answer));
    }

    byte[] get(String name) throws IOException {
        return call("get", CborMap.builder().put(1, name).build()).body();
    }

    byte[] get(String name, long offset, long length) throws IOException {
        return call("get", CborMap.builder().put(1, name).put(3, offset).put(4, length).build())
                .body();
    }

    CborMap gc() throws IOException {
        return lastOf(call("gc", CborMap.EMPTY).body());
    }

    CborMap verify() throws IOException {
        return lastOf(call("verify", CborMap.EMPTY).body());
    }

    void remove(String name) throws IOException {
        call("rm", CborMap.builder().put(1, name).build());
    }

    /** Returns how many names of objects it has, tombstones included. */
    long names() throws IOException {
        return call("stats", CborMap.EMPTY).results().integer(1);
    }

    boolean knows(String name) {
        try {
            return parts.catalog().find(name).filter(e -> !e.manifest().isTombstone()).isPresent();
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    /** Returns the digests of an object's content chunks. */
    List<Digest> chunksOf(String name) throws IOException {
        Catalog.Entry entry = parts.catalog().find(name).orElseThrow();
        List<Digest> digests = new ArrayList<>();
        ChunkCursor cursor =
                new ChunkCursor(
                        entry.manifest(),
                        0,
                        list ->
                                ChunkList.decode(
                                        parts.local().uncached(list.digest()).orElseThrow(),
                                        list.length()));
        @Nullable ChunkRef ref = cursor.next();
        while (ref != null) {
            digests.add(ref.digest());
            ref = cursor.next();
        }
        return digests;
    }

    boolean hasAll(String name) {
        try {
            return knows(name) && parts.local().missing(chunksOf(name)).isEmpty();
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    /** Returns the results in the last map of a body that tells progress. */
    static CborMap lastOf(byte[] body) throws IOException {
        ByteBuffer in = ByteBuffer.wrap(body);
        CborMap last = CborMap.EMPTY;
        while (in.hasRemaining()) {
            byte[] map = new byte[in.getInt()];
            in.get(map);
            last = CborMap.decode(map);
        }
        return last.map(3);
    }

    @Override
    public void close() {
        parts.close();
    }
}
