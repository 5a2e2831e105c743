package org.stoq.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayDeque;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.stoq.sdk.NodeId;
import org.stoq.sdk.routing.Link;
import org.stoq.sdk.routing.Route;
import org.stoq.sdk.routing.RouteTable;
import org.stoq.sdk.routing.RoutingAlgorithm;
import org.stoq.sdk.routing.Topology;

/** The contract passes an algorithm that keeps it, and finds each that does not. */
class RoutingAlgorithmContractTest {
    @Test
    void breadthFirstSearchKeepsTheContract() {
        ContractRun run = ContractRun.of(Good.class);
        assertThat(run.failed()).isEmpty();
        assertThat(run.passed()).hasSizeGreaterThan(7);
    }

    @Test
    void whoIgnoresTheHopLimitIsFound() {
        assertThat(ContractRun.of(Endless.class).failed())
                .contains("noRouteIsLongerThanTheLimitAndNoneAtItIsMissing");
    }

    @Test
    void whoNamesTheDestinationAsNextHopIsFound() {
        assertThat(ContractRun.of(Teleporting.class).failed())
                .contains("routesAreRealWaysToAllThatCanBeReached");
    }

    @Test
    void whoUsesLinksAgainstTheirDirectionIsFound() {
        assertThat(ContractRun.of(Reversing.class).failed())
                .contains("linksAreUsedInTheirDirectionOnly");
    }

    @Test
    void whoseAnswerDependsOnTheOrderOfLinksIsFound() {
        assertThat(ContractRun.of(Arbitrary.class).failed())
                .contains("theSameMeshGivesTheSameRoutes");
    }

    /** Finds the ways with the fewest links. */
    private static RouteTable search(
            Topology topology, NodeId self, int maxHops, Comparator<Link> order) {
        Map<NodeId, Route> routes = new HashMap<>();
        Queue<NodeId> reached = new ArrayDeque<>(List.of(self));
        while (!reached.isEmpty()) {
            NodeId node = reached.remove();
            Route before = routes.get(node);
            int hops = before == null ? 1 : before.hops() + 1;
            for (Link link : topology.from(node).stream().sorted(order).toList()) {
                if (hops <= maxHops && !link.to().equals(self) && !routes.containsKey(link.to())) {
                    NodeId next = before == null ? link.to() : before.nextHop();
                    long rtt = link.rttMicros() + (before == null ? 0 : before.rttMicros());
                    long sum = rtt < 0 ? Long.MAX_VALUE : rtt;
                    routes.put(link.to(), new Route(link.to(), next, hops, sum, hops));
                    reached.add(link.to());
                }
            }
        }
        return new RouteTable(routes);
    }

    interface Sample extends RoutingAlgorithm {
        @Override
        default String name() {
            return "sample";
        }
    }

    private static Sample sample(Sample sample) {
        return sample;
    }

    static class Good extends RoutingAlgorithmContract {
        @Override
        protected RoutingAlgorithm algorithm() {
            return sample((topology, self, maxHops) ->
                    search(topology, self, maxHops, Comparator.comparing(Link::to)));
        }
    }

    static class Endless extends RoutingAlgorithmContract {
        @Override
        protected RoutingAlgorithm algorithm() {
            return sample((topology, self, maxHops) ->
                    search(topology, self, 1_000, Comparator.comparing(Link::to)));
        }
    }

    static class Arbitrary extends RoutingAlgorithmContract {
        @Override
        protected RoutingAlgorithm algorithm() {
            return sample(
                    (topology, self, maxHops) -> search(topology, self, maxHops, (_, _) -> 0));
        }
    }

    static class Teleporting extends RoutingAlgorithmContract {
        @Override
        protected RoutingAlgorithm algorithm() {
            return sample((topology, self, maxHops) -> {
                Map<NodeId, Route> routes = new HashMap<>();
                search(topology, self, maxHops, Comparator.comparing(Link::to))
                        .routes()
                        .forEach((to, way) ->
                                routes.put(
                                        to,
                                        new Route(
                                                to, to, way.cost(), way.rttMicros(), way.hops())));
                return new RouteTable(routes);
            });
        }
    }

    static class Reversing extends RoutingAlgorithmContract {
        @Override
        protected RoutingAlgorithm algorithm() {
            return sample((topology, self, maxHops) ->
                    search(
                            Topology.of(
                                    topology.links().values().stream()
                                            .flatMap(List::stream)
                                            .flatMap(Reversing::bothWays)
                                            .toList()),
                            self,
                            maxHops,
                            Comparator.comparing(Link::to)));
        }

        private static Stream<Link> bothWays(Link link) {
            return Stream.of(link, new Link(link.to(), link.from(), link.rttMicros(), 0, 0));
        }
    }
}
