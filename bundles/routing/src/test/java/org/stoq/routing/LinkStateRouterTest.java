package org.stoq.routing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.stoq.routing.SimulatedMesh.Neighbour;
import org.stoq.routing.SimulatedMesh.Node;
import org.stoq.sdk.NodeId;
import org.stoq.sdk.StoqErrorCode;
import org.stoq.sdk.StoqException;
import org.stoq.sdk.cose.Ed25519Signer;
import org.stoq.sdk.frame.LinkStateAdvert;
import org.stoq.sdk.frame.RouteUpdateFrame;
import org.stoq.sdk.node.Peer;
import org.stoq.sdk.routing.Link;
import org.stoq.sdk.routing.Route;
import org.stoq.sdk.routing.RouteTable;
import org.stoq.sdk.routing.RoutingAlgorithm;
import org.stoq.sdk.routing.Topology;
import org.stoq.sdk.strategy.StrategySlot;
import org.stoq.sdk.strategy.StrategyStatus;

@Timeout(60)
class LinkStateRouterTest {
    private final SimulatedMesh mesh = new SimulatedMesh();

    @Test
    void neighboursAreRoutesBeforeAnybodyHasSaidAWord() {
        chain(2, 10);
        mesh.node(0).router.tick(mesh.nowNanos(), SimulatedMesh.UNMEASURED);
        Route route = route(0, 1);
        assertThat(route.hops()).isEqualTo(1);
        assertThat(route.rttMicros()).isEqualTo(10_000);
    }

    @Test
    void aNeighbourThatWasNotMeasuredCountsAsTheConfigurationAssumes() {
        chain(2, 0);
        mesh.node(0).router.tick(mesh.nowNanos(), SimulatedMesh.UNMEASURED);
        assertThat(route(0, 1).rttMicros()).isEqualTo(100_000);
    }

    @Test
    void everyNodeOfAChainFindsEveryOther() {
        chain(6, 10);
        mesh.run(3);
        for (int from = 0; from < 6; from++) {
            for (int to = 0; to < 6; to++) {
                if (from != to) {
                    Route route = route(from, to);
                    assertThat(route.hops()).isEqualTo(Math.abs(from - to));
                    assertThat(route.nextHop())
                            .isEqualTo(mesh.node(from + (to > from ? 1 : -1)).id());
                    assertThat(route.rttMicros()).isEqualTo(10_000L * route.hops());
                }
            }
        }
    }

    @Test
    void theFasterWayAroundIsTakenAndTheSlowerOneWhenItBreaks() {
        add(4);
        mesh.connect(0, 1, 10);
        mesh.connect(1, 3, 10);
        mesh.connect(0, 2, 5);
        mesh.connect(2, 3, 5);
        mesh.run(3);
        assertThat(route(0, 3).nextHop()).isEqualTo(mesh.node(2).id());
        mesh.cut(2, 3);
        mesh.run(3);
        assertThat(route(0, 3).nextHop()).isEqualTo(mesh.node(1).id());
        mesh.connect(2, 3, 5);
        mesh.run(3);
        assertThat(route(0, 3).nextHop()).isEqualTo(mesh.node(2).id());
    }

    @Test
    void aNodeThatDiesIsForgottenByAll() {
        chain(4, 10);
        mesh.run(3);
        NodeId dead = mesh.node(3).id();
        mesh.kill(3);
        mesh.run(3);
        assertThat(mesh.node(0).router.table().to(dead)).isEmpty();
        assertThat(mesh.node(0).router.topology().nodes()).hasSize(3);
    }

    @Test
    void bothHalvesOfABrokenMeshFindTogetherAgain() {
        chain(6, 10);
        mesh.run(3);
        mesh.cut(2, 3);
        mesh.run(80);
        assertThat(mesh.node(0).router.table().routes()).hasSize(2);
        mesh.connect(2, 3, 10);
        mesh.run(3);
        assertThat(mesh.node(0).router.table().routes()).hasSize(5);
    }

    @Test
    void anAdvertCrossesAsManyLinksAsConfiguredAndNoMore() {
        for (int i = 0; i < 7; i++) {
            mesh.add(i, 1_000, 3);
        }
        for (int i = 0; i + 1 < 7; i++) {
            mesh.connect(i, i + 1, 10);
        }
        mesh.run(20);
        assertThat(mesh.node(0).router.table().routes()).hasSize(3);
        assertThat(mesh.node(0).router.topology().nodes()).hasSize(4);
    }

    @Test
    void aCopyOnAShorterWayReachesThoseThatTheFirstOneCouldNot() {
        // From 0 to 4 directly or around; the way around delivers first, with fewer hops left.
        for (int i = 0; i < 7; i++) {
            mesh.add(i, 1_000, 3);
        }
        mesh.connect(4, 5, 1);
        mesh.connect(5, 6, 1);
        mesh.connect(0, 4, 1);
        mesh.run(5);
        LinkStateAdvert advert = new LinkStateAdvert(TestNodes.signer(50).id(), 5, List.of());
        byte[] signed = advert.sign(TestNodes.signer(50));
        deliver(4, 0, 0, signed);
        mesh.settle();
        long before = mesh.delivered();
        deliver(4, 5, 2, signed);
        mesh.settle();
        assertThat(mesh.delivered()).isGreaterThan(before);
    }

    @Test
    void whereNothingChangesNothingIsComputed() {
        chain(3, 10);
        AtomicInteger computations = new AtomicInteger();
        Node node = mesh.node(0);
        offer(node, new Counting("counting", computations), 200);
        node.router.algorithmChanged();
        mesh.run(3);
        int settled = computations.get();
        assertThat(settled).isPositive();
        mesh.run(100);
        assertThat(computations.get()).isEqualTo(settled);
    }

    @Test
    void aQuietMeshSendsEachAdvertThreeTimesPerTimeout() {
        chain(2, 10);
        mesh.run(3);
        long before = mesh.delivered();
        mesh.run(150);
        // Each of two nodes, every 17 intervals, over one link.
        assertThat(mesh.delivered() - before).isBetween(2L * 8, 2L * 10);
    }

    @Test
    void aNodeThatRestartsWithAClockThatWasSetBackIsHeardAgain() {
        add(3);
        mesh.connect(0, 1, 10);
        mesh.connect(1, 2, 10);
        mesh.run(3);
        NodeId id = mesh.node(2).id();
        mesh.kill(2);
        mesh.run(2);
        mesh.add(2, 5, 10);
        mesh.connect(1, 2, 10);
        mesh.run(4);
        assertThat(mesh.node(0).router.table().to(id)).isPresent();
        // Also once it is dead for its neighbours.
        mesh.kill(2);
        mesh.run(100);
        mesh.add(2, 5, 10);
        mesh.connect(1, 2, 10);
        mesh.run(4);
        assertThat(mesh.node(0).router.table().to(id)).isPresent();
    }

    @Test
    void aLiarDrawsNoTrafficByLinksThatTheOtherEndDoesNotSee() throws StoqException {
        chain(4, 10);
        mesh.run(3);
        Ed25519Signer liar = mesh.node(1).signer;
        byte[] lie =
                new LinkStateAdvert(
                                liar.id(),
                                1_000_000,
                                List.of(
                                        new Link(liar.id(), mesh.node(3).id(), 1, 0, 0),
                                        new Link(liar.id(), mesh.node(2).id(), 1, 0, 0),
                                        new Link(liar.id(), mesh.node(0).id(), 1, 0, 0)))
                        .sign(liar);
        mesh.node(0)
                .router
                .announced(
                        mesh.node(0).peers.getFirst(),
                        new RouteUpdateFrame(9, lie),
                        mesh.nowNanos());
        mesh.node(0)
                .router
                .tick(mesh.nowNanos() + Duration.ofMillis(100).toNanos(), SimulatedMesh.UNMEASURED);
        Route route = route(0, 3);
        assertThat(route.hops()).isEqualTo(3);
        assertThat(route.rttMicros()).isEqualTo(30_000);
    }

    @Test
    void whatNoHonestNodePassesOnEndsTheConnection() {
        chain(2, 10);
        Ed25519Signer signer = TestNodes.signer(50);
        byte[] good = new LinkStateAdvert(signer.id(), 1, List.of()).sign(signer);
        byte[] forged = good.clone();
        forged[forged.length - 1] ^= 1;
        assertThat(refusal(forged)).isEqualTo(StoqErrorCode.INTEGRITY);
        byte[] endless = new LinkStateAdvert(signer.id(), Long.MAX_VALUE, List.of()).sign(signer);
        assertThat(refusal(endless)).isEqualTo(StoqErrorCode.INVALID_REQUEST);
        byte[] toItself =
                new LinkStateAdvert(
                                signer.id(),
                                1,
                                List.of(new Link(signer.id(), signer.id(), 1, 0, 0)))
                        .sign(signer);
        assertThat(refusal(toItself)).isEqualTo(StoqErrorCode.INVALID_REQUEST);
        assertThat(refusal(new byte[LinkStateRouter.MAX_SIGNED_BYTES + 1]))
                .isEqualTo(StoqErrorCode.TOO_LARGE);
        assertThat(refusal(new byte[LinkStateRouter.MAX_SIGNED_BYTES]))
                .isNotEqualTo(StoqErrorCode.TOO_LARGE);
    }

    @Test
    void theLargestHonestAdvertIsFarBelowTheLimit() {
        Ed25519Signer signer = TestNodes.signer(50);
        List<Link> links = new ArrayList<>();
        for (int i = 0; i < LinkStateAdvert.MAX_LINKS; i++) {
            links.add(new Link(signer.id(), TestNodes.id(i), Long.MAX_VALUE, Long.MAX_VALUE, 100));
        }
        assertThat(
                        new LinkStateAdvert(signer.id(), LinkStateDatabase.MAX_SEQUENCE, links)
                                .sign(signer)
                                .length)
                .isLessThan(LinkStateRouter.MAX_SIGNED_BYTES / 2);
    }

    @Test
    void hopLimitsOfEveryKindAreCutToTheConfiguredOne() {
        chain(2, 10);
        List<Integer> limits = new ArrayList<>();
        Node node = mesh.node(0);
        LinkStateRouter router =
                new LinkStateRouter(
                        SimulatedMesh.identity(node.signer),
                        () -> List.of(neighbour(1), neighbour(2)),
                        node.slot,
                        (peer, origin, frame) -> limits.add(frame.hopLimit()),
                        1,
                        SimulatedMesh.config(10));
        int number = 60;
        for (int hopLimit : new int[] {0, 1, 9, 10, 255}) {
            Ed25519Signer signer = TestNodes.signer(number++);
            byte[] signed = new LinkStateAdvert(signer.id(), 1, List.of()).sign(signer);
            announce(router, neighbour(1), hopLimit, signed);
        }
        assertThat(limits).containsExactly(0, 8, 8, 8);
    }

    @Test
    void verificationsThatOnePeerMayCauseAreBounded() {
        AtomicInteger passedOn = new AtomicInteger();
        Node node = mesh.add(0, 1, 10);
        LinkStateRouter router =
                new LinkStateRouter(
                        SimulatedMesh.identity(node.signer),
                        () -> List.of(neighbour(1), neighbour(2)),
                        node.slot,
                        (peer, origin, frame) -> passedOn.incrementAndGet(),
                        1,
                        SimulatedMesh.config(10));
        // One origin a burst at a time, so that nothing but the peer's own limit is met.
        int sent = 0;
        for (int origin = 0; sent <= LinkStateRouter.VERIFY_BURST; origin++) {
            Ed25519Signer signer = TestNodes.signer(1_000 + origin);
            for (int sequence = 1; sequence <= LinkStateDatabase.BURST; sequence++) {
                byte[] signed = new LinkStateAdvert(signer.id(), sequence, List.of()).sign(signer);
                announce(router, neighbour(1), 5, signed);
                sent++;
            }
        }
        assertThat(sent).isGreaterThan(LinkStateRouter.VERIFY_BURST);
        assertThat(passedOn.get()).isEqualTo(LinkStateRouter.VERIFY_BURST);
        Ed25519Signer other = TestNodes.signer(99);
        announce(
                router, neighbour(2), 5, new LinkStateAdvert(other.id(), 1, List.of()).sign(other));
        assertThat(passedOn.get()).isEqualTo(LinkStateRouter.VERIFY_BURST + 1);
    }

    @Test
    void anAlgorithmThatLeadsNowhereIsIsolated() {
        chain(3, 10);
        Node node = mesh.node(0);
        offer(node, new Lost(), 200);
        node.router.algorithmChanged();
        mesh.run(4);
        assertThat(node.slot.status())
                .anyMatch(status ->
                        status.name().equals("lost")
                                && status.state() == StrategyStatus.State.QUARANTINED);
        assertThat(node.router.table().routes()).hasSize(2);
    }

    @Test
    void withoutAnAlgorithmRoutesStayAndAreComputedOnceThereIsOne() {
        StrategySlot<RoutingAlgorithm> slot = new StrategySlot<>(RoutingAlgorithm.class, () -> 0);
        LinkStateRouter router =
                new LinkStateRouter(
                        SimulatedMesh.identity(TestNodes.signer(0)),
                        () -> List.of(neighbour(1)),
                        slot,
                        (peer, origin, frame) -> {},
                        1,
                        SimulatedMesh.config(10));
        router.tick(1, SimulatedMesh.UNMEASURED);
        assertThat(router.table()).isEqualTo(RouteTable.EMPTY);
        slot.offer(new DijkstraAlgorithm(), new StrategyStatus.Origin("routing", "1.0.0", 1));
        router.tick(2, SimulatedMesh.UNMEASURED);
        assertThat(router.table().routes()).hasSize(1);
    }

    @Test
    void anotherHopLimitAppliesAtTheNextTick() {
        chain(4, 10);
        mesh.run(3);
        Node node = mesh.node(0);
        assertThat(node.router.table().routes()).hasSize(3);
        node.router.configure(SimulatedMesh.config(2));
        mesh.run(1);
        assertThat(node.router.table().routes()).hasSize(2);
    }

    private void chain(int nodes, long rttMillis) {
        add(nodes);
        for (int i = 0; i + 1 < nodes; i++) {
            mesh.connect(i, i + 1, rttMillis);
        }
    }

    private void add(int nodes) {
        for (int i = 0; i < nodes; i++) {
            mesh.add(i, 1_000, 10);
        }
    }

    private Route route(int from, int to) {
        return mesh.node(from).router.table().to(mesh.node(to).id()).orElseThrow();
    }

    private void deliver(int to, int from, int hopLimit, byte[] signed) {
        Peer peer =
                mesh.node(to).peers.stream()
                        .filter(candidate -> candidate.id().equals(mesh.node(from).id()))
                        .findFirst()
                        .orElseThrow();
        announce(mesh.node(to).router, peer, hopLimit, signed);
    }

    private void announce(LinkStateRouter router, Peer peer, int hopLimit, byte[] signed) {
        try {
            router.announced(peer, new RouteUpdateFrame(hopLimit, signed), mesh.nowNanos());
        } catch (StoqException e) {
            throw new AssertionError("a good advert was refused", e);
        }
    }

    private StoqErrorCode refusal(byte[] signed) {
        Node node = mesh.node(0);
        StoqException refusal =
                catchThrowableOfType(
                        StoqException.class,
                        () ->
                                node.router.announced(
                                        node.peers.getFirst(),
                                        new RouteUpdateFrame(1, signed),
                                        mesh.nowNanos()));
        assertThat(refusal).isNotNull();
        return refusal.code();
    }

    private static Peer neighbour(int number) {
        return new Neighbour(TestNodes.signer(number).id(), Duration.ofMillis(10));
    }

    private static void offer(Node node, RoutingAlgorithm algorithm, int ranking) {
        node.slot.offer(algorithm, new StrategyStatus.Origin("test", "1.0.0", ranking));
    }

    /** Dijkstra that counts. */
    private record Counting(String name, AtomicInteger computations) implements RoutingAlgorithm {
        @Override
        public RouteTable compute(Topology topology, NodeId self, int maxHops) {
            computations.incrementAndGet();
            return new DijkstraAlgorithm().compute(topology, self, maxHops);
        }
    }

    /** Sends everything to somebody who is no neighbour. */
    private record Lost() implements RoutingAlgorithm {
        @Override
        public String name() {
            return "lost";
        }

        @Override
        public RouteTable compute(Topology topology, NodeId self, int maxHops) {
            Map<NodeId, Route> routes = new HashMap<>();
            topology.nodes().stream()
                    .filter(node -> !node.equals(self))
                    .forEach(node -> routes.put(node, new Route(node, self, 1, 1, 1)));
            return new RouteTable(routes);
        }
    }
}
