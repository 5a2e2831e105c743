package org.stoq.routing;

import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.stoq.sdk.NodeId;
import org.stoq.sdk.frame.LinkStateAdvert;
import org.stoq.sdk.routing.Link;

/**
 * A node's own links as it tells of them: damped, so that neither noise in the measurements nor a
 * link that comes and goes keeps the mesh busy.
 *
 * <p>A round-trip time counts as changed if it differs by more than a fifth from what was last
 * told, and by more than {@value #FLOOR_MICROS} microseconds. A link that was lost {@value #FLAPS}
 * times lately is used by this node but not advertised again, until losses that long ago no longer
 * count: each counts half as much after a timeout (as in RFC 2439).
 *
 * <p>Pure, and for one thread at a time.
 */
final class OwnLinks {
    /** Differences that no route depends on. */
    static final long FLOOR_MICROS = 1_000;

    /** Losses after which a link is not advertised. */
    static final int FLAPS = 3;

    /** Below this many losses that still count it is advertised again. */
    private static final double FORGIVEN = 1.5;

    private final NodeId self;

    /** What is told, by neighbour. */
    private final Map<NodeId, Link> links = new TreeMap<>();

    private final Map<NodeId, Losses> losses = new HashMap<>();
    private List<Link> advertised = List.of();
    private boolean everAdvertised;

    /** Whether what was advertised last does no good any more. */
    private boolean outdated;

    private long advertisedNanos;
    private long version;

    /** How often a link was lost lately. */
    private static final class Losses {
        private double count;
        private long sinceNanos;
        private boolean suppressed;

        void add(long nowNanos, long halfLifeNanos) {
            decay(nowNanos, halfLifeNanos);
            count++;
            suppressed |= count > FLAPS - 0.5;
        }

        void decay(long nowNanos, long halfLifeNanos) {
            count *= Math.pow(0.5, (double) (nowNanos - sinceNanos) / halfLifeNanos);
            sinceNanos = nowNanos;
            suppressed &= count >= FORGIVEN;
        }
    }

    OwnLinks(NodeId self) {
        this.self = self;
    }

    /**
     * Takes new measurements.
     *
     * @param rttMicros round-trip time to each neighbour that is connected, at least 1
     */
    void measured(Map<NodeId, Long> rttMicros, long nowNanos, long timeoutNanos) {
        losses.values().forEach(loss -> loss.decay(nowNanos, timeoutNanos));
        losses.values().removeIf(loss -> loss.count < 0.1);
        for (NodeId lost :
                links.keySet().stream().filter(n -> !rttMicros.containsKey(n)).toList()) {
            links.remove(lost);
            losses.computeIfAbsent(lost, neighbour -> new Losses()).add(nowNanos, timeoutNanos);
            version++;
        }
        rttMicros.forEach((neighbour, rtt) -> {
            Link known = links.get(neighbour);
            if (known == null || isNoticeable(known.rttMicros(), rtt)) {
                links.put(neighbour, new Link(self, neighbour, rtt, 0, 0));
                version++;
            }
        });
    }

    /** Returns all links that are up, by neighbour. */
    List<Link> links() {
        return List.copyOf(links.values());
    }

    /** Returns a number that changes whenever {@link #links} does. */
    long version() {
        return version;
    }

    /**
     * Returns the links to advertise now, the fastest ones if there are too many: when they have
     * changed and the update interval has passed, or when others would take silence for death soon.
     */
    Optional<List<Link>> due(long nowNanos, LinkStateDatabase.Timing timing) {
        long silentNanos = nowNanos - advertisedNanos;
        List<Link> worthTelling =
                links.values().stream()
                        .filter(link -> !isSuppressed(link.to()))
                        .sorted(Comparator.comparing(Link::rttMicros).thenComparing(Link::to))
                        .limit(LinkStateAdvert.MAX_LINKS)
                        .sorted(Comparator.comparing(Link::to))
                        .toList();
        boolean due =
                !everAdvertised
                        || silentNanos >= timing.timeoutNanos() / 3
                        || (silentNanos >= timing.updateNanos()
                                && (outdated || !worthTelling.equals(advertised)));
        if (!due) {
            return Optional.empty();
        }
        everAdvertised = true;
        outdated = false;
        advertised = worthTelling;
        advertisedNanos = nowNanos;
        return Optional.of(worthTelling);
    }

    /** Makes an advert due as soon as the update interval allows, whether or not links change. */
    void advertiseAgain() {
        outdated = true;
    }

    private boolean isSuppressed(NodeId neighbour) {
        Losses loss = losses.get(neighbour);
        return loss != null && loss.suppressed;
    }

    private static boolean isNoticeable(long before, long after) {
        long difference = Math.abs(after - before);
        return difference > FLOOR_MICROS && difference > before / 5;
    }
}
