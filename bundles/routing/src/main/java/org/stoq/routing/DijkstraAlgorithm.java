package org.stoq.routing;

import org.osgi.service.component.annotations.Component;
import org.stoq.sdk.NodeId;
import org.stoq.sdk.routing.RouteTable;
import org.stoq.sdk.routing.RoutingAlgorithm;
import org.stoq.sdk.routing.Topology;

/**
 * The exactly shortest paths (Dijkstra, "A note on two problems in connexion with graphs", 1959).
 *
 * <p>A path's cost is the sum of its links' round-trip times. Of equal ones the one with the
 * shorter time to transfer a megabyte wins (a link of unknown bandwidth counts as the slowest),
 * then the one with less load, then fewer links, then the lower id of the neighbour: so the answer
 * does not depend on the order in which links are known. Each of these adds up along a path, which
 * is what makes the algorithm exact for all of them together.
 *
 * <p>Where the shortest path to some node has too many links, all are computed again by their
 * number of links (Bellman, "On a routing problem", 1958): the shortest of those that are short
 * enough is another path than the shortest one cut off.
 */
@Component(service = RoutingAlgorithm.class, property = "service.ranking:Integer=100")
public final class DijkstraAlgorithm implements RoutingAlgorithm {
    /** Creates the algorithm; OSGi does. */
    public DijkstraAlgorithm() {}

    @Override
    public String name() {
        return "dijkstra";
    }

    @Override
    public RouteTable compute(Topology topology, NodeId self, int maxHops) {
        if (maxHops < 1) {
            throw new IllegalArgumentException("at most " + maxHops + " hops");
        }
        CompactGraph graph = CompactGraph.reachable(topology, self);
        PathLabels labels = ShortestPaths.any(graph);
        if (labels.mostHops() > maxHops) {
            labels = ShortestPaths.limited(graph, maxHops);
        }
        return labels.toTable();
    }
}
