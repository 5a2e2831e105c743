package org.stoq.routing;

import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
import org.stoq.routing.LinkStateDatabase.Received;
import org.stoq.routing.LinkStateDatabase.Timing;
import org.stoq.routing.LinkStateDatabase.Verdict;
import org.stoq.sdk.Digest;
import org.stoq.sdk.NodeId;
import org.stoq.sdk.StoqErrorCode;
import org.stoq.sdk.StoqException;
import org.stoq.sdk.config.RoutingConfig;
import org.stoq.sdk.frame.LinkStateAdvert;
import org.stoq.sdk.frame.RouteUpdateFrame;
import org.stoq.sdk.node.NodeIdentity;
import org.stoq.sdk.node.Peer;
import org.stoq.sdk.node.Peers;
import org.stoq.sdk.routing.Link;
import org.stoq.sdk.routing.Route;
import org.stoq.sdk.routing.RouteTable;
import org.stoq.sdk.routing.RoutingAlgorithm;
import org.stoq.sdk.routing.Topology;
import org.stoq.sdk.strategy.StrategySlot;

/**
 * The link-state protocol of one node: tells its neighbours of its links, passes on what others
 * tell, and computes routes from all of it. See docs/decisions/0005-cache-and-routing.md.
 *
 * <p>Without a clock, thread or socket of its own. {@link #tick} belongs to one thread; everything
 * else may be called by any, takes a lock for a short time, and reads the tables without one.
 */
final class LinkStateRouter {
    /** Largest signed advert; one of {@value LinkStateAdvert#MAX_LINKS} links has about 4 KiB. */
    static final int MAX_SIGNED_BYTES = 16_384;

    /**
     * Adverts of one peer that are verified at once; a signature takes a tenth of a millisecond.
     */
    static final int VERIFY_BURST = LinkStateDatabase.MAX_ORIGINS_PER_PEER;

    /**
     * Failures in a row that an operator hears of, once: a node that starts has no algorithm yet.
     */
    private static final int FAILURES_TO_TELL = 10;

    private static final System.Logger LOG = System.getLogger(LinkStateRouter.class.getName());

    private final NodeIdentity identity;
    private final Peers peers;
    private final StrategySlot<RoutingAlgorithm> slot;
    private final AdvertSender sender;
    private final ReentrantLock lock = new ReentrantLock();

    // Guarded by the lock.
    private final LinkStateDatabase database;
    private final OwnLinks own;
    private final Map<NodeId, TokenBucket> verifications = new HashMap<>();
    private long sequence;
    private Optional<Received> ownAdvert = Optional.empty();

    // Written by tick, read by anybody.
    private volatile RouteTable table = RouteTable.EMPTY;
    private volatile Topology topology = Topology.EMPTY;

    /** Read by any thread; written when the configuration changes. */
    private volatile RoutingConfig config;

    /** Set when another algorithm is active. */
    private volatile boolean algorithmChanged = true;

    // Belong to the thread of tick.
    private Basis computedFrom = new Basis(-1, -1, 0);
    private int failuresInARow;

    /** What a table depends on beside the algorithm. */
    private record Basis(long databaseVersion, long ownVersion, int maxHops) {}

    /**
     * Creates a router that knows nothing.
     *
     * @param lastSequence a number that is not below any sequence number this node has ever used
     */
    LinkStateRouter(
            NodeIdentity identity,
            Peers peers,
            StrategySlot<RoutingAlgorithm> slot,
            AdvertSender sender,
            long lastSequence,
            RoutingConfig config) {
        this.identity = identity;
        this.peers = peers;
        this.slot = slot;
        this.sender = sender;
        this.sequence = lastSequence;
        this.config = config;
        this.database = new LinkStateDatabase(identity.id());
        this.own = new OwnLinks(identity.id());
    }

    RouteTable table() {
        return table;
    }

    Topology topology() {
        return topology;
    }

    /** Takes over another configuration from the next tick on. */
    void configure(RoutingConfig newConfig) {
        config = newConfig;
    }

    /** Makes the next tick compute, for another algorithm is active. */
    void algorithmChanged() {
        algorithmChanged = true;
    }

    /**
     * Measures, advertises and computes, each if there is a reason. To be called once per update
     * interval.
     *
     * @param unmeasured round-trip time to assume before the first measurement
     */
    void tick(long nowNanos, Duration unmeasured) {
        RoutingConfig current = config;
        Timing timing = timing(current);
        List<Peer> connected =
                peers.connected().stream()
                        .filter(peer -> !peer.id().equals(identity.id()))
                        .toList();
        Map<NodeId, Long> rttMicros = new HashMap<>();
        for (Peer peer : connected) {
            Duration rtt = peer.roundTrip().isZero() ? unmeasured : peer.roundTrip();
            rttMicros.put(peer.id(), Math.max(1, rtt.toNanos() / 1_000));
        }
        Optional<List<Link>> due;
        Basis basis;
        Topology mesh = topology;
        List<Link> neighbours;
        lock.lock();
        try {
            own.measured(rttMicros, nowNanos, timing.timeoutNanos());
            database.expire(nowNanos, timing);
            verifications.keySet().retainAll(rttMicros.keySet());
            due = own.due(nowNanos, timing);
            due.ifPresent(links -> sequence++);
            basis = new Basis(database.version(), own.version(), current.maxHops());
            neighbours = own.links();
            if (!basis.equals(computedFrom)) {
                mesh = database.topology(neighbours);
            }
        } finally {
            lock.unlock();
        }
        due.ifPresent(links -> advertise(links, connected, current.maxHops()));
        if (algorithmChanged || !basis.equals(computedFrom)) {
            compute(mesh, neighbours, basis);
        }
    }

    /**
     * Takes an advert that a peer has sent.
     *
     * @throws StoqException if no honest node would have passed it on
     */
    void announced(Peer peer, RouteUpdateFrame frame, long nowNanos) throws StoqException {
        if (frame.signed().length > MAX_SIGNED_BYTES) {
            throw new StoqException(
                    StoqErrorCode.TOO_LARGE, "an advert of " + frame.signed().length + " bytes");
        }
        RoutingConfig current = config;
        Digest digest = Digest.of(frame.signed());
        int hopLimit = Math.min(frame.hopLimit(), current.maxHops() - 1);
        Optional<Received> further = Optional.empty();
        lock.lock();
        try {
            if (ownAdvert.filter(advert -> advert.digest().equals(digest)).isPresent()) {
                return;
            }
            boolean known = database.isCurrent(digest);
            if (known) {
                further = database.again(digest, hopLimit);
            } else if (!mayVerify(peer.id(), nowNanos, current)) {
                return;
            }
            if (known && further.isEmpty()) {
                return;
            }
        } finally {
            lock.unlock();
        }
        if (further.isPresent()) {
            passOn(further.get(), peer);
            return;
        }
        LinkStateAdvert advert = LinkStateAdvert.verify(frame.signed());
        LinkStateDatabase.require(advert);
        Received received = new Received(advert, hopLimit, frame.signed(), digest);
        Optional<Received> correction = Optional.empty();
        Verdict verdict;
        lock.lock();
        try {
            verdict = database.accept(received, peer.id(), nowNanos, timing(current));
            if (verdict == Verdict.OWN && advert.sequence() > sequence) {
                // Signed in an earlier life, by a clock that was ahead.
                sequence = advert.sequence();
                own.advertiseAgain();
            }
            if (verdict == Verdict.OLD && peer.id().equals(advert.node())) {
                correction = database.newest(advert.node());
            }
        } finally {
            lock.unlock();
        }
        if (verdict == Verdict.NEW) {
            passOn(received, peer);
        }
        correction
                .filter(newer -> newer.advert().sequence() > advert.sequence())
                .ifPresent(newer -> send(peer, newer, 0));
    }

    /** Tells a new neighbour all that is known. */
    void connected(Peer peer) {
        List<Received> all;
        Optional<Received> mine;
        lock.lock();
        try {
            all = database.all();
            mine = ownAdvert;
        } finally {
            lock.unlock();
        }
        mine.ifPresent(advert -> send(peer, advert, advert.hopLimit()));
        for (Received advert : all) {
            if (advert.hopLimit() > 0 && !advert.advert().node().equals(peer.id())) {
                send(peer, advert, advert.hopLimit() - 1);
            }
        }
    }

    private void advertise(List<Link> links, List<Peer> connected, int maxHops) {
        LinkStateAdvert advert = new LinkStateAdvert(identity.id(), ownSequence(), links);
        byte[] signed = advert.sign(identity);
        // The first link is crossed by sending it, each further one by passing it on.
        Received sent = new Received(advert, maxHops - 1, signed, Digest.of(signed));
        lock.lock();
        try {
            ownAdvert = Optional.of(sent);
        } finally {
            lock.unlock();
        }
        connected.forEach(peer -> send(peer, sent, sent.hopLimit()));
    }

    private long ownSequence() {
        lock.lock();
        try {
            return sequence;
        } finally {
            lock.unlock();
        }
    }

    private void passOn(Received advert, Peer from) {
        if (advert.hopLimit() == 0) {
            return;
        }
        for (Peer peer : peers.connected()) {
            if (!peer.id().equals(from.id()) && !peer.id().equals(advert.advert().node())) {
                send(peer, advert, advert.hopLimit() - 1);
            }
        }
    }

    private void send(Peer peer, Received advert, int hopLimit) {
        sender.send(peer, advert.advert().node(), new RouteUpdateFrame(hopLimit, advert.signed()));
    }

    /**
     * Computes routes; those that are there stay if it cannot be done, and the next tick tries
     * again.
     */
    private void compute(Topology mesh, List<Link> neighbours, Basis basis) {
        algorithmChanged = false;
        try {
            RouteTable computed =
                    slot.call(algorithm ->
                            checked(
                                    algorithm.compute(mesh, identity.id(), basis.maxHops()),
                                    neighbours,
                                    basis.maxHops()));
            topology = mesh;
            table = computed;
            computedFrom = basis;
            failuresInARow = 0;
        } catch (StoqException e) {
            algorithmChanged = true;
            failuresInARow++;
            LOG.log(
                    failuresInARow == FAILURES_TO_TELL
                            ? System.Logger.Level.WARNING
                            : System.Logger.Level.DEBUG,
                    "routes stay as they are: {0}",
                    e.getMessage());
        }
    }

    /** Refuses a table that leads nowhere: an algorithm that makes one is broken. */
    private RouteTable checked(RouteTable computed, List<Link> neighbours, int maxHops) {
        for (Map.Entry<NodeId, Route> entry : computed.routes().entrySet()) {
            Route route = entry.getValue();
            boolean adjacent =
                    neighbours.stream().anyMatch(link -> link.to().equals(route.nextHop()));
            if (!adjacent
                    || !route.destination().equals(entry.getKey())
                    || route.destination().equals(identity.id())
                    || route.hops() < 1
                    || route.hops() > maxHops) {
                throw new IllegalStateException("computes an impossible " + route);
            }
        }
        return computed;
    }

    /** Spends one of the verifications that a peer may cause. */
    private boolean mayVerify(NodeId peer, long nowNanos, RoutingConfig current) {
        // Within a third of the timeout, each origin sends once if nothing changes.
        long intervalNanos = Math.max(1, current.timeout().toNanos() / 3 / VERIFY_BURST);
        return verifications
                .computeIfAbsent(peer, id -> new TokenBucket(VERIFY_BURST, nowNanos))
                .take(nowNanos, intervalNanos);
    }

    private static Timing timing(RoutingConfig config) {
        return new Timing(config.updateInterval().toNanos(), config.timeout().toNanos());
    }
}
