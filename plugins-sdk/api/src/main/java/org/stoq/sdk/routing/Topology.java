package org.stoq.sdk.routing;

import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.StreamSupport;
import org.stoq.sdk.NodeId;

/**
 * The mesh as one node knows it at one moment: adjacency lists of links. Immutable.
 *
 * @param links for each node the links that start there
 */
public record Topology(Map<NodeId, List<Link>> links) {
    /** A mesh of nobody. */
    public static final Topology EMPTY = new Topology(Map.of());

    /** Copies the map. */
    public Topology {
        links =
                links.entrySet().stream()
                        .collect(
                                Collectors.toUnmodifiableMap(
                                        Map.Entry::getKey, entry -> List.copyOf(entry.getValue())));
    }

    /** Builds a topology from links in any order. */
    public static Topology of(Iterable<Link> links) {
        return new Topology(
                StreamSupport.stream(links.spliterator(), false)
                        .collect(Collectors.groupingBy(Link::from)));
    }

    /** Returns the links that start at a node; none for a node that is not known. */
    public List<Link> from(NodeId node) {
        return links.getOrDefault(node, List.of());
    }

    /** Returns every node that is at an end of a link, in the order of their ids. */
    public Set<NodeId> nodes() {
        Set<NodeId> nodes = new TreeSet<>(links.keySet());
        links.values().forEach(list -> list.forEach(link -> nodes.add(link.to())));
        return nodes;
    }

    /** Returns the links that start at a node by where they end. */
    public Map<NodeId, Link> neighbours(NodeId node) {
        return from(node).stream()
                .collect(Collectors.toMap(Link::to, Function.identity(), (first, second) -> first));
    }
}
