package org.stoq.testkit.impair;

import java.util.Comparator;
import java.util.Optional;
import java.util.PriorityQueue;
import org.jspecify.annotations.Nullable;

/**
 * One direction of a bad path: takes datagrams and gives them back when they are due, if at all,
 * with what an {@link Impairment} does to them. It has no socket, thread or clock.
 *
 * <pre>{@code
 * ImpairedLink<String> link = new ImpairedLink<>(1, Impairment.NONE.withDelay(ofMillis(5)));
 * link.offer(0, "a", datagram);
 * link.poll(link.nextDueNanos());
 * }</pre>
 *
 * <p>The same seed, settings and calls give the same outcome. Each kind of impairment draws from a
 * sequence of its own, as often for each datagram whatever the settings are: which ones are lost
 * does not change when jitter is added.
 *
 * <p>Times come from any clock that does not go back, in nanoseconds between -2^62 and 2^62. Not
 * thread-safe.
 *
 * @param <A> what goes with a datagram unchanged, such as who sent it
 */
public final class ImpairedLink<A> {
    /** How many bytes are under way at most unless the constructor says otherwise. */
    public static final long DEFAULT_MAX_HELD_BYTES = 64L << 20;

    /** What a datagram under way counts beyond its own bytes, towards the most that is held. */
    public static final int OVERHEAD_BYTES = 64;

    private static final long TIME_LIMIT_NANOS = 1L << 62;

    private final Draws draws;
    private final long maxHeldBytes;
    private final PriorityQueue<Scheduled<A>> underWay = new PriorityQueue<>(Scheduled.byTime());
    private final Counters counters = new Counters();
    private final Bottleneck<Entered<A>> bottleneck;

    private Impairment impairment;
    private long nowNanos = -TIME_LIMIT_NANOS;
    private long lastInOrderNanos = -TIME_LIMIT_NANOS;
    private long heldBytes;
    private int held;
    private long nextNumber;
    private boolean cut;

    /**
     * What came out of a link.
     *
     * @param dueNanos when it was due; at or before the time of the poll
     * @param address what was offered with it
     * @param bytes the datagram; the same array that was offered unless it was corrupted
     */
    public record Delivery<A>(long dueNanos, A address, byte[] bytes) {}

    /** What the bottleneck sees, with what chance has in store for it behind that. */
    private record Entered<A>(A address, byte[] bytes, double jitter, boolean heldBack) {}

    /** Of two that are due at the same time, the one that came first. */
    private record Scheduled<A>(Delivery<A> delivery, long number) {
        static <A> Comparator<Scheduled<A>> byTime() {
            return Comparator.<Scheduled<A>>comparingLong(one -> one.delivery.dueNanos)
                    .thenComparingLong(Scheduled::number);
        }
    }

    /** Creates a link that holds at most {@link #DEFAULT_MAX_HELD_BYTES}. */
    public ImpairedLink(long seed, Impairment impairment) {
        this(seed, impairment, DEFAULT_MAX_HELD_BYTES);
    }

    /**
     * Creates a link.
     *
     * @param maxHeldBytes how many bytes are under way at most, each datagram with {@link
     *     #OVERHEAD_BYTES} more; what would exceed it is dropped and counted
     */
    public ImpairedLink(long seed, Impairment impairment, long maxHeldBytes) {
        if (maxHeldBytes < 0) {
            throw new IllegalArgumentException("maxHeldBytes is negative: " + maxHeldBytes);
        }
        this.draws = new Draws(seed);
        this.impairment = impairment;
        this.maxHeldBytes = maxHeldBytes;
        this.bottleneck = new Bottleneck<>(impairment.rate(), nowNanos);
    }

    /**
     * Takes a datagram.
     *
     * @param nowNanos when it enters the link
     * @param datagram belongs to the link from now on, and to the receiver after it; the link
     *     itself never changes it
     * @throws IllegalArgumentException if the time goes back or is out of range
     */
    public void offer(long nowNanos, A address, byte[] datagram) {
        advance(nowNanos);
        counters.offered++;
        counters.offeredBytes += datagram.length;
        draws.next(impairment.loss());
        if (datagram.length > impairment.mtuBytes()) {
            counters.tooBig++;
        } else if (cut) {
            counters.blackholed++;
        } else if (draws.lost()) {
            counters.lost++;
        } else {
            enter(address, corrupted(datagram));
        }
        advance(nowNanos);
    }

    private byte[] corrupted(byte[] datagram) {
        Impairment.Corruption corruption = impairment.corruption();
        if (datagram.length == 0 || !draws.isCorrupted(corruption.share())) {
            return datagram;
        }
        counters.corrupted++;
        return draws.flipped(datagram, corruption.bits());
    }

    private void enter(A address, byte[] bytes) {
        boolean heldBack = draws.isReordered(impairment.reorder().share());
        if (heldBack) {
            counters.reordered++;
        }
        queue(new Entered<>(address, bytes, draws.jitter(), heldBack));
        if (draws.isDuplicated(impairment.duplicateShare())) {
            counters.duplicated++;
            queue(new Entered<>(address, bytes, draws.duplicateJitter(), false));
        }
    }

    private void queue(Entered<A> entered) {
        long bytes = weight(entered.bytes);
        if (heldBytes + bytes > maxHeldBytes) {
            counters.overflowed++;
        } else if (!bottleneck.offer(nowNanos, entered.bytes.length, entered)) {
            counters.queueDropped++;
        } else {
            heldBytes += bytes;
            held++;
            // A copy finds the queue as its original has left it.
            advance(nowNanos);
        }
    }

    /** Lets through the bottleneck what leaves it until a time. */
    private void advance(long untilNanos) {
        if (untilNanos < nowNanos || untilNanos >= TIME_LIMIT_NANOS) {
            throw new IllegalArgumentException(
                    "time is " + nowNanos + " ns and cannot become " + untilNanos);
        }
        nowNanos = untilNanos;
        long departureNanos = bottleneck.nextDepartureNanos();
        while (departureNanos <= untilNanos) {
            Entered<A> entered = bottleneck.leave();
            if (entered != null) {
                schedule(departureNanos, entered);
            }
            departureNanos = bottleneck.nextDepartureNanos();
        }
    }

    private void schedule(long departureNanos, Entered<A> entered) {
        Impairment.Delay delay = impairment.delay();
        long dueNanos =
                departureNanos + delay.nanos() + (long) (entered.jitter * delay.jitterNanos());
        if (entered.heldBack) {
            dueNanos += impairment.reorder().nanos();
        } else {
            if (!delay.jitterReorders()) {
                dueNanos = Math.max(dueNanos, lastInOrderNanos);
            }
            lastInOrderNanos = Math.max(dueNanos, lastInOrderNanos);
        }
        underWay.add(
                new Scheduled<>(
                        new Delivery<>(dueNanos, entered.address, entered.bytes), nextNumber++));
    }

    /**
     * Gives out the next datagram that is due, in the order of their times.
     *
     * @return empty if none is due now
     * @throws IllegalArgumentException if the time goes back or is out of range
     */
    public Optional<Delivery<A>> poll(long nowNanos) {
        advance(nowNanos);
        Delivery<A> next = takeDue();
        while (next != null && cut) {
            counters.blackholed++;
            next = takeDue();
        }
        if (next != null) {
            counters.delivered++;
            counters.deliveredBytes += next.bytes.length;
        }
        return Optional.ofNullable(next);
    }

    private @Nullable Delivery<A> takeDue() {
        Scheduled<A> head = underWay.peek();
        if (head == null || head.delivery.dueNanos > nowNanos) {
            return null;
        }
        underWay.remove();
        held--;
        heldBytes -= weight(head.delivery.bytes);
        return head.delivery;
    }

    private static long weight(byte[] datagram) {
        return (long) datagram.length + OVERHEAD_BYTES;
    }

    /**
     * Returns when to poll next: no datagram is due before. While something waits at the rate limit
     * this is the earliest that it can be due, and a poll then may still find that jitter keeps it.
     *
     * @return {@link Long#MAX_VALUE} if nothing is under way
     */
    public long nextDueNanos() {
        Scheduled<A> head = underWay.peek();
        long dueNanos = head == null ? Long.MAX_VALUE : head.delivery.dueNanos;
        long departureNanos = bottleneck.nextDepartureNanos();
        return departureNanos == Long.MAX_VALUE
                ? dueNanos
                : Math.min(dueNanos, departureNanos + impairment.delay().nanos());
    }

    /**
     * Changes the settings. What has passed the rate limit keeps its time; what waits there goes on
     * at the new rate, and with the new delay.
     *
     * @throws IllegalArgumentException if the time goes back or is out of range
     */
    public void impair(long nowNanos, Impairment another) {
        advance(nowNanos);
        bottleneck.limit(nowNanos, another.rate());
        impairment = another;
    }

    /** Returns the settings. */
    public Impairment impairment() {
        return impairment;
    }

    /**
     * Cuts the link or joins it again. While it is cut nothing gets in or out: what falls due
     * meanwhile is gone, what is due later arrives.
     *
     * @throws IllegalArgumentException if the time goes back or is out of range
     */
    public void partition(long nowNanos, boolean isCut) {
        advance(nowNanos);
        if (cut && !isCut) {
            while (takeDue() != null) {
                counters.blackholed++;
            }
        }
        cut = isCut;
    }

    /** Returns how many datagrams are under way. */
    public int underWay() {
        return held;
    }

    /** Returns what has happened so far. */
    public LinkCounts counts() {
        return counters.snapshot();
    }

    /** The counts while they grow. */
    private static final class Counters {
        private long offered;
        private long offeredBytes;
        private long delivered;
        private long deliveredBytes;
        private long lost;
        private long queueDropped;
        private long duplicated;
        private long corrupted;
        private long reordered;
        private long tooBig;
        private long blackholed;
        private long overflowed;

        LinkCounts snapshot() {
            return new LinkCounts(
                    offered,
                    offeredBytes,
                    delivered,
                    deliveredBytes,
                    lost,
                    queueDropped,
                    duplicated,
                    corrupted,
                    reordered,
                    tooBig,
                    blackholed,
                    overflowed);
        }
    }
}
