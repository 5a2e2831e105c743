package org.stoq.transport;

import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;
import org.stoq.sdk.transport.HandshakeLimits;

/**
 * Counts the connections of a port and decides who may begin another: {@link HandshakeLimits} and
 * the number of connections that are served.
 *
 * <p>Thread-safe. A decision and the count that follows from it are two steps on one event loop, so
 * every other loop may let in one more than a limit says.
 */
final class HandshakeGate {
    /** So many times what asks for a Retry is the end. */
    static final int END_FACTOR = 8;

    private static final int PREFIX_BYTES = Long.BYTES;

    private final HandshakeLimits limits;
    private final int maxConnections;
    private final long maxUnderWay;

    /** Handshakes under way by the first 64 bits of the address; as many keys as handshakes. */
    private final ConcurrentMap<Long, Integer> prefixes = new ConcurrentHashMap<>();

    private final AtomicInteger underWay = new AtomicInteger();
    private final AtomicInteger served = new AtomicInteger();
    private final AtomicInteger inMemory = new AtomicInteger();
    private final LongAdder failed = new LongAdder();
    private final LongAdder retried = new LongAdder();
    private final LongAdder dropped = new LongAdder();
    private final LongAdder refusedTokens = new LongAdder();

    HandshakeGate(HandshakeLimits limits, int maxConnections) {
        this.limits = limits;
        this.maxConnections = maxConnections;
        this.maxUnderWay = (long) END_FACTOR * Math.max(limits.retryAbove(), limits.perPrefix());
    }

    /**
     * What there was and is.
     *
     * @param underWay handshakes that have begun and not ended
     * @param served connections that a caller has or can have
     * @param inMemory connections of any kind, also those that only drain
     * @param failed handshakes that have ended without success
     * @param retried first packets that a Retry was sent for
     * @param dropped first packets that were dropped although their token was good
     * @param refusedTokens first packets that were dropped because their token was not good
     */
    record Counts(
            int underWay,
            int served,
            int inMemory,
            long failed,
            long retried,
            long dropped,
            long refusedTokens) {}

    Counts counts() {
        return new Counts(
                underWay.get(),
                served.get(),
                inMemory.get(),
                failed.sum(),
                retried.sum(),
                dropped.sum(),
                refusedTokens.sum());
    }

    /** Returns how many handshakes have failed. */
    long failed() {
        return failed.sum();
    }

    /** Whether somebody may begin who has not shown that the address is really theirs. */
    boolean admitsStranger(InetAddress from) {
        return underWay.get() < limits.retryAbove()
                && underWay(from) < limits.perPrefix()
                && served.get() < maxConnections
                && hasMemory();
    }

    /**
     * Whether somebody may begin who receives at this address. Counts it if not.
     *
     * <p>A prefix has at most as many under way as there are places left: however many a few take,
     * they never take the last ones, and who comes from elsewhere finds some.
     */
    boolean admitsValidated(InetAddress from) {
        long left = maxUnderWay - underWay.get();
        boolean admitted =
                underWay(from) < Math.min(left, (long) END_FACTOR * limits.perPrefix())
                        && hasMemory();
        if (!admitted) {
            dropped.increment();
        }
        return admitted;
    }

    private boolean hasMemory() {
        return inMemory.get() < maxConnections + maxUnderWay;
    }

    private int underWay(InetAddress from) {
        return prefixes.getOrDefault(prefix(from), 0);
    }

    private static Long prefix(InetAddress from) {
        return ByteBuffer.wrap(from.getAddress(), 0, PREFIX_BYTES).getLong();
    }

    void retried() {
        retried.increment();
    }

    void refusedToken() {
        refusedTokens.increment();
    }

    /** Counts a connection from its first packet on. */
    Visit begin(InetAddress from) {
        return new Visit(prefix(from));
    }

    /** One connection, as far as it is counted. On the event loop of the connection. */
    final class Visit {
        private final Long prefix;
        private boolean handshaking = true;
        private boolean isServed;
        private boolean isInMemory = true;

        private Visit(Long prefix) {
            this.prefix = prefix;
            underWay.incrementAndGet();
            inMemory.incrementAndGet();
            prefixes.merge(prefix, 1, Integer::sum);
        }

        /** The handshake has succeeded. */
        void succeeded() {
            endHandshake();
        }

        /** The handshake has failed. */
        void failed() {
            if (endHandshake()) {
                failed.increment();
            }
        }

        private boolean endHandshake() {
            if (!handshaking) {
                return false;
            }
            handshaking = false;
            underWay.decrementAndGet();
            prefixes.computeIfPresent(prefix, (key, count) -> count == 1 ? null : count - 1);
            return true;
        }

        /** Takes one of the places, if one is free. */
        boolean serve() {
            isServed =
                    served.getAndUpdate(count -> Math.min(count + 1, maxConnections))
                            < maxConnections;
            return isServed;
        }

        /** Gives the place back. */
        void left() {
            if (isServed) {
                isServed = false;
                served.decrementAndGet();
            }
        }

        /** The connection is freed. */
        void gone() {
            failed();
            left();
            if (isInMemory) {
                isInMemory = false;
                inMemory.decrementAndGet();
            }
        }
    }
}
