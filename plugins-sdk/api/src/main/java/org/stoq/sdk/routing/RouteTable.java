package org.stoq.sdk.routing;

import java.util.Collection;
import java.util.Map;
import java.util.Optional;
import org.stoq.sdk.NodeId;

/**
 * Routes from one node to all that it can reach. Immutable: readers take one and keep it.
 *
 * @param routes the best route for each destination, without the node itself
 */
public record RouteTable(Map<NodeId, Route> routes) {
    /** A table without routes. */
    public static final RouteTable EMPTY = new RouteTable(Map.of());

    /** Copies the map. */
    public RouteTable {
        routes = Map.copyOf(routes);
    }

    /** Returns the route to a node, or nothing if it cannot be reached. */
    public Optional<Route> to(NodeId destination) {
        return Optional.ofNullable(routes.get(destination));
    }

    /** Returns all routes, in no order. */
    public Collection<Route> all() {
        return routes.values();
    }
}
