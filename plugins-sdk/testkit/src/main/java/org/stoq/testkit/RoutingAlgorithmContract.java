package org.stoq.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.stoq.sdk.Digest;
import org.stoq.sdk.NodeId;
import org.stoq.sdk.routing.Link;
import org.stoq.sdk.routing.Route;
import org.stoq.sdk.routing.RouteTable;
import org.stoq.sdk.routing.RoutingAlgorithm;
import org.stoq.sdk.routing.Topology;

/**
 * What every {@link RoutingAlgorithm} must do: find real ways to whatever can be reached, and to
 * nothing else. Which way is the best is its own affair.
 */
public abstract class RoutingAlgorithmContract {
    private static final int MANY_HOPS = 255;

    /** Returns the algorithm to test. */
    protected abstract RoutingAlgorithm algorithm();

    @Test
    protected void theNameIsOneThatAConfigurationCanHold() {
        assertThat(algorithm().name()).matches("[a-z0-9._-]{1,64}").isEqualTo(algorithm().name());
    }

    @Test
    protected void whoIsNotInTheMeshHasNoRoutes() {
        assertThat(algorithm().compute(Topology.EMPTY, node(0), 1).routes()).isEmpty();
        Topology others = Topology.of(List.of(link(1, 2, 10), link(2, 1, 10)));
        assertThat(algorithm().compute(others, node(0), MANY_HOPS).routes()).isEmpty();
    }

    @Test
    protected void aNeighbourIsItsOwnNextHop() {
        Topology pair = Topology.of(List.of(link(0, 1, 10), link(1, 0, 10)));
        Route route = algorithm().compute(pair, node(0), 1).to(node(1)).orElseThrow();
        assertThat(route.nextHop()).isEqualTo(node(1));
        assertThat(route.hops()).isEqualTo(1);
        assertThat(route.rttMicros()).isEqualTo(10);
    }

    @Test
    protected void linksAreUsedInTheirDirectionOnly() {
        Topology oneWay = Topology.of(List.of(link(0, 1, 10), link(2, 1, 10), link(2, 0, 10)));
        assertThat(algorithm().compute(oneWay, node(0), MANY_HOPS).routes())
                .containsOnlyKeys(node(1));
    }

    @Test
    protected void noRouteIsLongerThanTheLimitAndNoneAtItIsMissing() {
        List<Link> chain = new ArrayList<>();
        for (int i = 0; i < 10; i++) {
            chain.add(link(i, i + 1, 10));
            chain.add(link(i + 1, i, 10));
        }
        for (int limit = 1; limit <= 10; limit++) {
            RouteTable table = algorithm().compute(Topology.of(chain), node(0), limit);
            assertThat(table.routes()).hasSize(limit);
            assertThat(table.to(node(limit)).orElseThrow().hops()).isEqualTo(limit);
        }
    }

    @Test
    protected void aSlowWayIsTakenWhereTheFastOneIsTooLong() {
        Topology mesh =
                Topology.of(
                        List.of(
                                link(0, 1, 1),
                                link(1, 2, 1),
                                link(2, 3, 1),
                                link(3, 4, 1),
                                link(0, 3, 1_000)));
        Route route = algorithm().compute(mesh, node(0), 2).to(node(4)).orElseThrow();
        assertThat(route.nextHop()).isEqualTo(node(3));
        assertThat(route.hops()).isEqualTo(2);
        assertThat(route.rttMicros()).isEqualTo(1_001);
    }

    @Test
    protected void routesAreRealWaysToAllThatCanBeReached() {
        for (long seed = 0; seed < 200; seed++) {
            Random random = new Random(seed);
            List<Link> links = random(random, 2 + random.nextInt(6), random.nextInt(25));
            for (int limit = 1; limit <= 4; limit++) {
                check(Topology.of(links), limit);
            }
        }
    }

    @Test
    protected void theSameMeshGivesTheSameRoutes() {
        for (long seed = 0; seed < 50; seed++) {
            Random random = new Random(seed);
            List<Link> links = random(random, 20, 120);
            RouteTable table = algorithm().compute(Topology.of(links), node(0), 4);
            Collections.shuffle(links, random);
            assertThat(algorithm().compute(Topology.of(links), node(0), 4)).isEqualTo(table);
        }
    }

    @Test
    protected void extremeMeasurementsDoNoHarm() {
        Topology mesh =
                Topology.of(
                        List.of(
                                new Link(node(0), node(1), Long.MAX_VALUE, Long.MAX_VALUE, 100),
                                new Link(node(1), node(2), Long.MAX_VALUE, 0, 100),
                                new Link(node(2), node(2), 1, 0, 0),
                                new Link(node(2), node(0), 1, 0, 0),
                                new Link(node(0), node(0), 1, 0, 0)));
        RouteTable table = algorithm().compute(mesh, node(0), Integer.MAX_VALUE);
        assertThat(table.routes()).containsOnlyKeys(node(1), node(2));
        assertThat(table.all()).allMatch(route -> route.rttMicros() > 0);
    }

    @Test
    @Timeout(30)
    protected void aThousandNodesTakeReasonableTime() {
        Topology mesh = Topology.of(random(new Random(1), 1_000, 8_000));
        for (int round = 0; round < 10; round++) {
            assertThat(algorithm().compute(mesh, node(0), 10).routes()).hasSizeGreaterThan(900);
        }
    }

    private void check(Topology topology, int limit) {
        Map<NodeId, Set<Way>> ways = new HashMap<>();
        collect(topology, List.of(node(0)), new Way(node(0), 0, 0), limit, ways);
        RouteTable table = algorithm().compute(topology, node(0), limit);
        assertThat(table.routes().keySet()).isEqualTo(ways.keySet());
        table.routes()
                .forEach((destination, route) -> {
                    assertThat(route.destination()).isEqualTo(destination);
                    assertThat(ways.get(destination))
                            .contains(new Way(route.nextHop(), route.rttMicros(), route.hops()));
                });
    }

    /** One way to a node, as far as a route tells of it. */
    private record Way(NodeId nextHop, long rttMicros, int hops) {}

    /** Collects every way that visits no node twice. */
    private static void collect(
            Topology topology, List<NodeId> path, Way way, int limit, Map<NodeId, Set<Way>> ways) {
        if (path.size() > limit) {
            return;
        }
        for (Link link : topology.from(path.getLast())) {
            if (!path.contains(link.to())) {
                Way longer =
                        new Way(
                                path.size() == 1 ? link.to() : way.nextHop(),
                                way.rttMicros() + link.rttMicros(),
                                path.size());
                ways.computeIfAbsent(link.to(), node -> new HashSet<>()).add(longer);
                List<NodeId> further = new ArrayList<>(path);
                further.add(link.to());
                collect(topology, further, longer, limit, ways);
            }
        }
    }

    private static List<Link> random(Random random, int nodes, int links) {
        Map<List<Integer>, Link> distinct = new HashMap<>();
        for (int i = 0; i < links; i++) {
            int from = random.nextInt(nodes);
            int to = random.nextInt(nodes);
            if (from != to) {
                distinct.put(
                        List.of(from, to),
                        new Link(
                                node(from),
                                node(to),
                                1 + random.nextInt(20),
                                random.nextInt(3) * 1_000_000L,
                                random.nextInt(3)));
            }
        }
        return new ArrayList<>(distinct.values());
    }

    private static Link link(int from, int to, long rttMicros) {
        return new Link(node(from), node(to), rttMicros, 0, 0);
    }

    private static NodeId node(int number) {
        return new NodeId(Digest.of(new byte[] {(byte) (number >> 8), (byte) number}));
    }
}
