package org.stoq.content;

import java.time.InstantSource;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import org.stoq.sdk.Digest;
import org.stoq.sdk.NodeId;
import org.stoq.sdk.StoqException;
import org.stoq.sdk.node.Peer;
import org.stoq.sdk.node.Peers;
import org.stoq.sdk.routing.RouteTable;
import org.stoq.sdk.routing.Routes;

/**
 * Whom to ask for the chunks of an object: those who have announced it and its publisher, then
 * everybody else; each group by the cost of the way there. Never blocks but for the catalog.
 */
final class HolderChoice implements Function<Digest, List<List<Peer>>> {
    private final Peers peers;
    private final Routes routes;
    private final HolderMap holders;
    private final Catalog catalog;
    private final InstantSource clock;

    HolderChoice(
            Peers peers, Routes routes, HolderMap holders, Catalog catalog, InstantSource clock) {
        this.peers = peers;
        this.routes = routes;
        this.holders = holders;
        this.catalog = catalog;
        this.clock = clock;
    }

    /**
     * Returns who is likely to hold the object, then everybody else; in each group the best first.
     */
    @Override
    public List<List<Peer>> apply(Digest manifest) {
        Set<NodeId> likely = new HashSet<>(holders.holders(manifest, clock.millis()));
        publisher(manifest).ifPresent(likely::add);
        List<Peer> all = byCost();
        return List.of(
                all.stream().filter(peer -> likely.contains(peer.id())).toList(),
                all.stream().filter(peer -> !likely.contains(peer.id())).toList());
    }

    /** Returns the connected peers, the best first. */
    List<Peer> byCost() {
        RouteTable table = routes.table();
        return peers.connected().stream()
                .sorted(Comparator.comparingDouble(peer -> cost(table, peer)))
                .toList();
    }

    private Optional<NodeId> publisher(Digest manifest) {
        try {
            return catalog.byDigest(manifest).map(entry -> entry.manifest().publisher());
        } catch (StoqException e) {
            // An unreadable manifest says nothing of its publisher; everybody is asked then.
            return Optional.empty();
        }
    }

    private static double cost(RouteTable table, Peer peer) {
        return table.to(peer.id())
                .map(route -> route.cost())
                .orElseGet(() -> peer.roundTrip().toNanos() / 1_000.0);
    }
}
