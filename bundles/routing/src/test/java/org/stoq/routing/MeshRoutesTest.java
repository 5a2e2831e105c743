package org.stoq.routing;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.stoq.sdk.NodeId;
import org.stoq.sdk.StoqException;
import org.stoq.sdk.config.RoutingConfig;
import org.stoq.sdk.config.TransportConfig;
import org.stoq.sdk.cose.Ed25519Signer;
import org.stoq.sdk.frame.ChunkAnnounceFrame;
import org.stoq.sdk.frame.Frame;
import org.stoq.sdk.frame.LinkStateAdvert;
import org.stoq.sdk.frame.RouteUpdateFrame;
import org.stoq.sdk.node.NodeIdentity;
import org.stoq.sdk.node.Peer;
import org.stoq.sdk.node.Peers;
import org.stoq.sdk.routing.Link;
import org.stoq.sdk.routing.RoutingAlgorithm;
import org.stoq.sdk.strategy.Strategies;
import org.stoq.sdk.strategy.Strategy;
import org.stoq.sdk.strategy.StrategySlot;
import org.stoq.sdk.strategy.StrategyStatus;

/** The service with its thread. */
@Timeout(60)
class MeshRoutesTest {
    private final Ed25519Signer self = TestNodes.signer(0);
    private final Ed25519Signer neighbour = TestNodes.signer(1);
    private final Ed25519Signer beyond = TestNodes.signer(2);
    private final List<Peer> peers = new CopyOnWriteArrayList<>();
    private final StrategySlot<RoutingAlgorithm> slot =
            new StrategySlot<>(RoutingAlgorithm.class, System::nanoTime);
    private final BlockingQueue<RouteUpdateFrame> sent = new LinkedBlockingQueue<>();
    private final Set<Thread> before = routingThreads();
    private MeshRoutes routes = new MeshRoutes(strategies(), peers(), identity(), properties("10"));

    @BeforeEach
    void install() {
        slot.offer(new DijkstraAlgorithm(), new StrategyStatus.Origin("routing", "1.0.0", 100));
    }

    @AfterEach
    void close() {
        routes.close();
    }

    @Test
    void neighboursBecomeRoutesAndHearOfEachOther() throws Exception {
        connect();
        await(() -> routes.table().to(neighbour.id()).isPresent());
        assertThat(routes.topology().nodes()).contains(self.id(), neighbour.id());
        LinkStateAdvert advert = nextWithLinks(1);
        assertThat(advert.node()).isEqualTo(self.id());
        assertThat(advert.links().getFirst().rttMicros()).isEqualTo(7_000);
    }

    @Test
    void advertsMakeFurtherRoutesUntilTheNeighbourIsGone() throws Exception {
        Peer peer = connect();
        announce(peer, neighbour, beyond.id());
        announce(peer, beyond, neighbour.id());
        await(() -> routes.table().to(beyond.id()).isPresent());
        assertThat(routes.table().to(beyond.id()).orElseThrow().hops()).isEqualTo(2);
        peers.clear();
        routes.disconnected(peer);
        await(() -> routes.table().routes().isEmpty());
    }

    @Test
    void aNewNeighbourIsToldWhatIsKnown() throws Exception {
        Peer first = connect();
        announce(first, beyond, neighbour.id());
        nextWithLinks(1);
        BlockingQueue<RouteUpdateFrame> told = new LinkedBlockingQueue<>();
        routes.connected(peer(TestNodes.signer(9).id(), told));
        assertThat(List.of(next(told).node(), next(told).node()))
                .containsExactlyInAnyOrder(self.id(), beyond.id());
    }

    @Test
    void otherFramesAreNoneOfItsBusiness() throws Exception {
        Ed25519Signer other = TestNodes.signer(7);
        Peer peer = connect();
        announce(peer, neighbour, beyond.id(), other.id());
        routes.announced(peer, new ChunkAnnounceFrame(signed(beyond, neighbour.id())));
        announce(peer, other, neighbour.id());
        await(() -> routes.table().to(other.id()).isPresent());
        assertThat(routes.table().to(beyond.id())).isEmpty();
    }

    @Test
    void anotherIntervalAppliesAtOnce() throws Exception {
        routes.close();
        peers.clear();
        routes = new MeshRoutes(strategies(), peers(), identity(), properties("3600000"));
        connect();
        routes.configure(properties("10"));
        await(() -> routes.table().to(neighbour.id()).isPresent());
    }

    @Test
    void closingEndsTheThread() {
        assertThat(before).doesNotContainAnyElementsOf(added());
        assertThat(added()).hasSize(1);
        routes.close();
        assertThat(added()).isEmpty();
    }

    private Set<Thread> added() {
        Set<Thread> threads = routingThreads();
        threads.removeAll(before);
        return threads;
    }

    private static Set<Thread> routingThreads() {
        return Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> thread.getName().equals("stoq-routing"))
                .collect(Collectors.toSet());
    }

    private Peer connect() {
        Peer peer = peer(neighbour.id(), sent);
        peers.add(peer);
        routes.connected(peer);
        return peer;
    }

    private static Peer peer(NodeId id, BlockingQueue<RouteUpdateFrame> mailbox) {
        return new StubPeer(id) {
            @Override
            public void send(Frame frame) {
                mailbox.add((RouteUpdateFrame) frame);
            }
        };
    }

    private void announce(Peer from, Ed25519Signer origin, NodeId... to) throws StoqException {
        routes.announced(from, new RouteUpdateFrame(5, signed(origin, to)));
    }

    private static byte[] signed(Ed25519Signer origin, NodeId... to) {
        List<Link> links =
                Arrays.stream(to).map(node -> new Link(origin.id(), node, 5_000, 0, 0)).toList();
        return new LinkStateAdvert(origin.id(), 1, links).sign(origin);
    }

    private static LinkStateAdvert next(BlockingQueue<RouteUpdateFrame> mailbox) throws Exception {
        RouteUpdateFrame frame = mailbox.poll(20, TimeUnit.SECONDS);
        if (frame == null) {
            throw new AssertionError("no advert came");
        }
        return LinkStateAdvert.verify(frame.signed());
    }

    /** Returns the next advert with so many links; earlier ones may have been made before. */
    private LinkStateAdvert nextWithLinks(int links) throws Exception {
        LinkStateAdvert advert = next(sent);
        while (advert.links().size() != links) {
            advert = next(sent);
        }
        return advert;
    }

    private Strategies strategies() {
        return new Strategies() {
            @Override
            @SuppressWarnings("unchecked") // the one slot of this test
            public <S extends Strategy> StrategySlot<S> slot(Class<S> spi) {
                assertThat(spi).isEqualTo(RoutingAlgorithm.class);
                return (StrategySlot<S>) slot;
            }
        };
    }

    private Peers peers() {
        return () -> List.copyOf(peers);
    }

    private NodeIdentity identity() {
        return SimulatedMesh.identity(self);
    }

    private static Map<String, Object> properties(String intervalMillis) {
        Map<String, Object> all = new HashMap<>();
        all.putAll(
                RoutingConfig.TABLE.write(
                        RoutingConfig.TABLE.with(
                                RoutingConfig.TABLE.defaults(),
                                Map.of("update_interval", intervalMillis, "timeout", "86400000"))));
        all.putAll(TransportConfig.TABLE.write(TransportConfig.TABLE.defaults()));
        return all;
    }

    private static void await(BooleanSupplier condition) {
        long deadline = System.nanoTime() + Duration.ofSeconds(20).toNanos();
        while (!condition.getAsBoolean()) {
            assertThat(System.nanoTime()).as("in time").isLessThan(deadline);
            LockSupport.parkNanos(1_000_000);
        }
    }
}
