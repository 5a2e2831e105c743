package org.stoq.routing;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.stoq.sdk.Digest;
import org.stoq.sdk.NodeId;
import org.stoq.sdk.StoqErrorCode;
import org.stoq.sdk.StoqException;
import org.stoq.sdk.frame.LinkStateAdvert;
import org.stoq.sdk.routing.Link;
import org.stoq.sdk.routing.Topology;

/**
 * The newest advert of every node that this one has heard of, and the mesh that they make together.
 *
 * <p>What an advert says is believed as far as somebody else says it too: a link counts if the
 * nodes at both ends advertise it, and is as slow as the slower of the two says. So a node cannot
 * draw traffic by links that it does not have, nor by a round-trip time that its neighbour does not
 * see.
 *
 * <p>Adverts come from anybody. One counts only if its sequence number is higher than the last
 * one's, an origin may send so many in a time, and there are limits to how many origins are known
 * in all and through any one peer. An origin that is silent for the timeout is dead: its links do
 * not count, but its sequence number is remembered for {@value #MEMORY} timeouts more, so that old
 * adverts cannot be played again.
 *
 * <p>Pure, and for one thread at a time.
 */
final class LinkStateDatabase {
    /** Most origins. */
    static final int MAX_ORIGINS = 4_096;

    /** Most origins that one peer may have brought. */
    static final int MAX_ORIGINS_PER_PEER = 1_024;

    /** Highest sequence number; far beyond any clock, and far from the end of the numbers. */
    static final long MAX_SEQUENCE = 1L << 53;

    /** Adverts of one origin that may come at once; beyond it is one per update interval. */
    static final int BURST = 8;

    /** How many timeouts a dead origin is remembered. */
    static final int MEMORY = 12;

    private final NodeId self;
    private final Map<NodeId, Origin> origins = new HashMap<>();
    private final Map<Digest, NodeId> originsByDigest = new HashMap<>();
    private final Map<NodeId, Integer> originsByPeer = new HashMap<>();
    private long version;

    /** What has become of an advert. */
    enum Verdict {
        /** It is the newest of its origin: pass it on. */
        NEW,
        /** Its origin has sent a newer one, or the same. */
        OLD,
        /** Its origin sends too often. */
        TOO_OFTEN,
        /** There are too many origins. */
        FULL,
        /** It is this node's own. */
        OWN
    }

    /**
     * How fast adverts may come and how long they hold.
     *
     * @param updateNanos time between two adverts of one origin
     * @param timeoutNanos how long an advert holds
     */
    record Timing(long updateNanos, long timeoutNanos) {}

    /**
     * An advert as it came.
     *
     * @param hopLimit how many more nodes may pass it on
     * @param signed the bytes to pass on
     * @param digest the digest of those
     */
    record Received(LinkStateAdvert advert, int hopLimit, byte[] signed, Digest digest) {
        /** Returns the same advert with another hop limit. */
        Received within(int otherHopLimit) {
            return new Received(advert, otherHopLimit, signed, digest);
        }
    }

    /** What is known of one node. */
    private static final class Origin {
        private final NodeId broughtBy;
        private final TokenBucket bucket;
        private Received received;
        private long heardNanos;
        private boolean alive = true;

        Origin(NodeId broughtBy, Received received, long nowNanos) {
            this.broughtBy = broughtBy;
            this.bucket = new TokenBucket(BURST, nowNanos);
            this.received = received;
            this.heardNanos = nowNanos;
        }
    }

    /** Creates a database that knows of nobody. */
    LinkStateDatabase(NodeId self) {
        this.self = self;
    }

    /**
     * Refuses what no honest node signs or passes on.
     *
     * @throws StoqException INVALID_REQUEST
     */
    static void require(LinkStateAdvert advert) throws StoqException {
        if (advert.sequence() < 1 || advert.sequence() > MAX_SEQUENCE) {
            throw new StoqException(
                    StoqErrorCode.INVALID_REQUEST, "sequence number " + advert.sequence());
        }
        Set<NodeId> targets = new HashSet<>();
        for (Link link : advert.links()) {
            if (link.to().equals(advert.node()) || !targets.add(link.to())) {
                throw new StoqException(
                        StoqErrorCode.INVALID_REQUEST,
                        "a link of %s to itself, or two to the same node"
                                .formatted(advert.node().shortName()));
            }
        }
    }

    /**
     * Returns whether exactly these bytes are the newest advert of a node: no need to verify them.
     */
    boolean isCurrent(Digest signed) {
        return originsByDigest.containsKey(signed);
    }

    /**
     * Takes notice of another copy of a {@linkplain #isCurrent current} advert.
     *
     * @param hopLimit the hop limit of the copy
     * @return the advert if the copy may go further than those before it, so must be passed on
     *     again
     */
    Optional<Received> again(Digest signed, int hopLimit) {
        NodeId id = originsByDigest.get(signed);
        Origin origin = id == null ? null : origins.get(id);
        if (origin == null || hopLimit <= origin.received.hopLimit()) {
            return Optional.empty();
        }
        origin.received = origin.received.within(hopLimit);
        return Optional.of(origin.received);
    }

    /**
     * Takes an advert that was verified and {@linkplain #require checked}.
     *
     * @param peer who has passed it on, maybe its origin
     */
    Verdict accept(Received received, NodeId peer, long nowNanos, Timing timing) {
        LinkStateAdvert advert = received.advert();
        if (advert.node().equals(self)) {
            return Verdict.OWN;
        }
        Origin known = origins.get(advert.node());
        if (known == null) {
            if (!peer.equals(advert.node()) && !hasRoomFrom(peer)) {
                return Verdict.FULL;
            }
            known = new Origin(peer, received, nowNanos);
            known.bucket.take(nowNanos, timing.updateNanos());
            origins.put(advert.node(), known);
            originsByDigest.put(received.digest(), advert.node());
            originsByPeer.merge(peer, 1, Integer::sum);
            version++;
            return Verdict.NEW;
        }
        if (advert.sequence() <= known.received.advert().sequence()) {
            return Verdict.OLD;
        }
        if (!known.bucket.take(nowNanos, timing.updateNanos())) {
            return Verdict.TOO_OFTEN;
        }
        if (!known.alive || !known.received.advert().links().equals(advert.links())) {
            version++;
        }
        originsByDigest.remove(known.received.digest());
        originsByDigest.put(received.digest(), advert.node());
        known.received = received;
        known.heardNanos = nowNanos;
        known.alive = true;
        return Verdict.NEW;
    }

    /** Declares silent origins dead, and forgets those that are dead for long. */
    void expire(long nowNanos, Timing timing) {
        List<NodeId> forgotten = new ArrayList<>();
        origins.forEach((id, origin) -> {
            long silentNanos = nowNanos - origin.heardNanos;
            if (origin.alive && silentNanos >= timing.timeoutNanos()) {
                origin.alive = false;
                version++;
            }
            if (silentNanos / (MEMORY + 1) >= timing.timeoutNanos()) {
                forgotten.add(id);
            }
        });
        forgotten.forEach(this::forget);
    }

    /** Returns a number that changes whenever the topology does. */
    long version() {
        return version;
    }

    /** Returns the newest advert of a node, alive or dead. */
    Optional<Received> newest(NodeId node) {
        return Optional.ofNullable(origins.get(node)).map(origin -> origin.received);
    }

    /** Returns the newest advert of every node that is alive. */
    List<Received> all() {
        return origins.values().stream()
                .filter(origin -> origin.alive)
                .map(origin -> origin.received)
                .toList();
    }

    /** Returns how many nodes are known, dead ones included. */
    int size() {
        return origins.size();
    }

    /**
     * Returns the mesh: this node's own links, and those that both ends advertise.
     *
     * @param own this node's links, which it has measured itself
     */
    Topology topology(List<Link> own) {
        Map<NodeId, Map<NodeId, Link>> claims = new HashMap<>();
        origins.forEach((id, origin) -> claims.put(id, claims(origin)));
        List<Link> links = new ArrayList<>();
        for (Link link : own) {
            links.add(link);
            links.add(
                    new Link(link.to(), self, link.rttMicros(), link.bandwidthBitsPerSecond(), 0));
        }
        claims.forEach((from, byTarget) ->
                byTarget.forEach((to, link) -> {
                    Link back = claims.getOrDefault(to, Map.of()).get(from);
                    if (back != null && !to.equals(self)) {
                        links.add(slower(link, back));
                    }
                }));
        links.sort(Comparator.comparing(Link::from).thenComparing(Link::to));
        return Topology.of(links);
    }

    private static Map<NodeId, Link> claims(Origin origin) {
        Map<NodeId, Link> byTarget = new HashMap<>();
        if (origin.alive) {
            origin.received.advert().links().forEach(link -> byTarget.put(link.to(), link));
        }
        return byTarget;
    }

    /**
     * Returns a link as the end that thinks less of it sees it; the load is the first one's word.
     */
    private static Link slower(Link link, Link back) {
        return new Link(
                link.from(),
                link.to(),
                Math.max(link.rttMicros(), back.rttMicros()),
                Math.min(link.bandwidthBitsPerSecond(), back.bandwidthBitsPerSecond()),
                link.loadPercent());
    }

    /** Returns whether a peer may bring another origin; a dead one makes room if need be. */
    private boolean hasRoomFrom(NodeId peer) {
        if (originsByPeer.getOrDefault(peer, 0) >= MAX_ORIGINS_PER_PEER) {
            return forgetOldestDead(peer);
        }
        return origins.size() < MAX_ORIGINS || forgetOldestDead(null);
    }

    private boolean forgetOldestDead(@Nullable NodeId broughtBy) {
        Optional<NodeId> oldest =
                origins.entrySet().stream()
                        .filter(entry -> !entry.getValue().alive)
                        .filter(entry ->
                                broughtBy == null || entry.getValue().broughtBy.equals(broughtBy))
                        .min((a, b) ->
                                Long.signum(a.getValue().heardNanos - b.getValue().heardNanos))
                        .map(Map.Entry::getKey);
        oldest.ifPresent(this::forget);
        return oldest.isPresent();
    }

    private void forget(NodeId id) {
        Origin origin = origins.remove(id);
        if (origin != null) {
            originsByDigest.remove(origin.received.digest());
            originsByPeer.computeIfPresent(
                    origin.broughtBy, (peer, count) -> count == 1 ? null : count - 1);
        }
    }
}
