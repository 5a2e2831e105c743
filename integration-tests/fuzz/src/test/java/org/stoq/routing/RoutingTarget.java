package org.stoq.routing;

import static org.stoq.sdk.StoqErrorCode.INVALID_REQUEST;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.stoq.fuzz.FuzzTarget;
import org.stoq.fuzz.Input;
import org.stoq.fuzz.Oracle;
import org.stoq.routing.LinkStateDatabase.Received;
import org.stoq.routing.LinkStateDatabase.Timing;
import org.stoq.sdk.Digest;
import org.stoq.sdk.NodeId;
import org.stoq.sdk.StoqException;
import org.stoq.sdk.frame.LinkStateAdvert;
import org.stoq.sdk.routing.Link;
import org.stoq.sdk.routing.Route;
import org.stoq.sdk.routing.RouteTable;

/** Sequences of adverts, with time between them, and the routes that come of them. */
public final class RoutingTarget implements FuzzTarget {
    private static final int NODES = 8;
    private static final int MAX_LINKS = 6;
    private static final int MAX_OPERATIONS = 64;
    private static final int MAX_HOPS = 5;
    private static final Timing TIMING =
            new Timing(TimeUnit.SECONDS.toNanos(1), TimeUnit.SECONDS.toNanos(10));

    private final List<NodeId> nodes = new ArrayList<>();
    private final DijkstraAlgorithm algorithm = new DijkstraAlgorithm();

    /** Makes the nodes. */
    public RoutingTarget() {
        for (int i = 0; i < NODES; i++) {
            nodes.add(new NodeId(Digest.of(new byte[] {(byte) i})));
        }
    }

    @Override
    public void run(byte[] bytes) {
        Input input = new Input(bytes);
        LinkStateDatabase database = new LinkStateDatabase(nodes.getFirst());
        long nowNanos = input.i64();
        for (int left = MAX_OPERATIONS; left > 0 && input.hasMore(); left--) {
            int operation = input.u8();
            switch (operation & 3) {
                case 0 -> nowNanos += TimeUnit.MILLISECONDS.toNanos(input.u16());
                case 1 -> database.expire(nowNanos, TIMING);
                default -> advert(database, input, nowNanos);
            }
        }
        routes(database, input);
        Oracle.require(database.size() < NODES, "more nodes than there are");
    }

    private void advert(LinkStateDatabase database, Input input, long nowNanos) {
        NodeId from = node(input.u8());
        NodeId peer = node(input.u8());
        LinkStateAdvert advert = new LinkStateAdvert(from, input.i64(), links(from, input));
        try {
            LinkStateDatabase.require(advert);
        } catch (StoqException e) {
            Oracle.refusedWith(e, INVALID_REQUEST);
            return;
        }
        byte[] signed = advert.toString().getBytes(StandardCharsets.UTF_8);
        Received received = new Received(advert, input.u8(), signed, Digest.of(signed));
        if (database.accept(received, peer, nowNanos, TIMING) == LinkStateDatabase.Verdict.NEW) {
            Oracle.same(received, database.newest(from).orElseThrow(), "the newest advert");
            Oracle.require(database.isCurrent(received.digest()), "it is the current one");
        }
    }

    private List<Link> links(NodeId from, Input input) {
        List<Link> links = new ArrayList<>();
        for (int left = input.u8() % (MAX_LINKS + 1); left > 0; left--) {
            links.add(
                    new Link(
                            from,
                            node(input.u8()),
                            Math.max(1, input.i64() >>> 1),
                            input.i64() >>> 1,
                            input.u8() % 101));
        }
        return links;
    }

    private void routes(LinkStateDatabase database, Input input) {
        List<Link> own = new ArrayList<>();
        for (Link link : links(nodes.getFirst(), input)) {
            if (!link.to().equals(link.from())
                    && own.stream().noneMatch(known -> known.to().equals(link.to()))) {
                own.add(link);
            }
        }
        RouteTable table = algorithm.compute(database.topology(own), nodes.getFirst(), MAX_HOPS);
        for (Route route : table.routes().values()) {
            Oracle.require(
                    own.stream().anyMatch(link -> link.to().equals(route.nextHop())),
                    "a route begins at a neighbour");
            Oracle.require(route.hops() <= MAX_HOPS, "a route is short enough");
        }
    }

    private NodeId node(int which) {
        return nodes.get(which % NODES);
    }
}
