package org.stoq.routing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.stoq.sdk.NodeId;
import org.stoq.sdk.routing.Link;
import org.stoq.sdk.routing.Route;
import org.stoq.sdk.routing.RoutingAlgorithm;
import org.stoq.sdk.routing.Topology;
import org.stoq.testkit.RoutingAlgorithmContract;

class DijkstraAlgorithmTest extends RoutingAlgorithmContract {
    private static final Comparator<Walk> BETTER =
            Comparator.comparing(Walk::rttMicros)
                    .thenComparing(Walk::transferNanos)
                    .thenComparing(Walk::load)
                    .thenComparing(Walk::hops)
                    .thenComparing(Walk::nextHop);

    @Override
    protected RoutingAlgorithm algorithm() {
        return new DijkstraAlgorithm();
    }

    @Test
    void agreesWithATableOfAllWalksWhateverTheLimit() {
        for (long seed = 0; seed < 300; seed++) {
            Random random = new Random(seed);
            List<Link> links = links(random, 2 + random.nextInt(30), random.nextInt(120));
            Topology topology = Topology.of(links);
            for (int limit : new int[] {1, 2, 3, 5, 100}) {
                Map<NodeId, Walk> best = best(links, limit);
                Map<NodeId, Route> routes = algorithm().compute(topology, id(0), limit).routes();
                assertThat(routes.keySet()).isEqualTo(best.keySet());
                best.forEach((node, walk) ->
                        assertThat(routes.get(node))
                                .isEqualTo(
                                        new Route(
                                                node,
                                                walk.nextHop,
                                                walk.rttMicros,
                                                walk.rttMicros,
                                                walk.hops)));
            }
        }
    }

    @Test
    void ofEquallyNearWaysTheOneWithMoreBandwidthWins() {
        assertThat(choice(new Link(id(0), id(1), 10, 100, 0), new Link(id(0), id(2), 10, 200, 90)))
                .isEqualTo(id(2));
        assertThat(choice(new Link(id(0), id(1), 10, 1, 0), new Link(id(0), id(2), 9, 0, 90)))
                .isEqualTo(id(2));
    }

    @Test
    void unknownBandwidthCountsAsTheLeast() {
        assertThat(choice(new Link(id(0), id(1), 10, 0, 0), new Link(id(0), id(2), 10, 2, 0)))
                .isEqualTo(id(2));
    }

    @Test
    void ofEquallyNearAndWideWaysTheOneWithLessLoadWins() {
        assertThat(choice(new Link(id(0), id(1), 10, 100, 50), new Link(id(0), id(2), 10, 100, 49)))
                .isEqualTo(id(2));
    }

    @Test
    void ofWaysThatAreEqualInAllTheOneWithFewerLinksWins() {
        List<Link> links =
                List.of(
                        new Link(id(0), id(1), 5, 0, 0),
                        new Link(id(1), id(2), 5, Long.MAX_VALUE, 0),
                        new Link(id(2), id(9), 5, Long.MAX_VALUE, 0),
                        new Link(id(0), id(3), 5, 0, 0),
                        new Link(id(3), id(9), 10, Long.MAX_VALUE, 0));
        Route route = algorithm().compute(Topology.of(links), id(0), 9).to(id(9)).orElseThrow();
        assertThat(route.hops()).isEqualTo(2);
        assertThat(route.nextHop()).isEqualTo(id(3));
    }

    @Test
    void theLastWordHasTheLowerIdOfTheNeighbour() {
        NodeId lower = id(1).compareTo(id(2)) < 0 ? id(1) : id(2);
        assertThat(choice(new Link(id(0), id(1), 10, 0, 0), new Link(id(0), id(2), 10, 0, 0)))
                .isEqualTo(lower);
    }

    @Test
    void aLimitBelowOneIsRefused() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> algorithm().compute(Topology.EMPTY, id(0), 0));
    }

    /** Returns the neighbour over which node 9 is reached. */
    private NodeId choice(Link... first) {
        List<Link> links = new ArrayList<>(List.of(first));
        for (Link link : first) {
            links.add(new Link(link.to(), id(9), 10, 100, 0));
        }
        return algorithm().compute(Topology.of(links), id(0), 5).to(id(9)).orElseThrow().nextHop();
    }

    private record Walk(long rttMicros, long transferNanos, long load, int hops, NodeId nextHop) {
        Walk over(Link link) {
            return new Walk(
                    rttMicros + link.rttMicros(),
                    transferNanos
                            + 8_000_000_000_000_000L / Math.max(1, link.bandwidthBitsPerSecond()),
                    load + link.loadPercent(),
                    hops + 1,
                    hops == 0 ? link.to() : nextHop);
        }
    }

    /** Extends all walks link by link, and keeps the best for each node and number of links. */
    private static Map<NodeId, Walk> best(List<Link> links, int limit) {
        Map<NodeId, Walk> best = new HashMap<>();
        Map<NodeId, Walk> longest = Map.of(id(0), new Walk(0, 0, 0, 0, id(0)));
        for (int hops = 1; hops <= Math.min(limit, 40); hops++) {
            Map<NodeId, Walk> longer = new HashMap<>();
            for (Link link : links) {
                Walk walk = longest.get(link.from());
                if (walk != null) {
                    longer.merge(link.to(), walk.over(link), DijkstraAlgorithmTest::better);
                }
            }
            longer.forEach((node, walk) -> best.merge(node, walk, DijkstraAlgorithmTest::better));
            longest = longer;
        }
        best.remove(id(0));
        return best;
    }

    private static Walk better(Walk first, Walk second) {
        return BETTER.compare(first, second) <= 0 ? first : second;
    }

    private static List<Link> links(Random random, int nodes, int count) {
        List<Link> links = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            links.add(
                    new Link(
                            id(random.nextInt(nodes)),
                            id(random.nextInt(nodes)),
                            1 + random.nextInt(6),
                            random.nextInt(3) * 1_000_000L,
                            random.nextInt(3)));
        }
        return links;
    }

    private static NodeId id(int number) {
        return TestNodes.id(number);
    }
}
