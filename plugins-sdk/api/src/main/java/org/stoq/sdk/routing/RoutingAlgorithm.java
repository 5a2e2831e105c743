package org.stoq.sdk.routing;

import org.osgi.annotation.versioning.ConsumerType;
import org.stoq.sdk.NodeId;
import org.stoq.sdk.strategy.Strategy;

/**
 * Finds the best ways through the mesh.
 *
 * <p>Pure: the same topology gives the same routes. Called by one thread at a time, up to ten times
 * a second; it must not block.
 */
@ConsumerType
public interface RoutingAlgorithm extends Strategy {
    /**
     * Computes the routes of one node.
     *
     * @param topology the mesh as it is known
     * @param self where the routes begin; it may be missing from the topology
     * @param maxHops no route is longer, at least 1
     */
    RouteTable compute(Topology topology, NodeId self, int maxHops);
}
