package org.stoq.client;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.function.ToIntFunction;
import java.util.random.RandomGenerator;

/**
 * Which connections a pool holds and which it hands out next: that with the fewest streams under
 * way, of equals the one that was handed out longest ago. Time and chance are arguments. Not
 * thread-safe.
 *
 * @param <C> a connection
 */
final class Roster<C> {
    private final PoolOptions options;
    private final Backoff backoff;
    private final Predicate<C> takesCalls;
    private final ToIntFunction<C> streams;

    /** Connections that take calls, as far as is known. */
    private final List<Entry<C>> serving = new ArrayList<>();

    /** Connections that end when what is under way on them has ended. */
    private final List<Entry<C>> draining = new ArrayList<>();

    private boolean opening;
    private long turns;
    private int failures;
    private long notBeforeNanos;

    private static final class Entry<C> {
        private final C connection;
        private long usedNanos;
        private long turn;

        Entry(C connection, long nowNanos) {
            this.connection = connection;
            this.usedNanos = nowNanos;
        }
    }

    /**
     * What to do for somebody who wants a connection.
     *
     * @param connection what to hand out; empty if there is none
     * @param open whether to begin to open one more: the roster counts on it
     */
    record Pick<C>(Optional<C> connection, boolean open) {}

    /**
     * Creates an empty roster.
     *
     * @param takesCalls says whether a connection takes new calls; once it does not it never will
     * @param streams says how many streams are under way on a connection
     */
    Roster(
            PoolOptions options,
            Backoff backoff,
            Predicate<C> takesCalls,
            ToIntFunction<C> streams) {
        this.options = options;
        this.backoff = backoff;
        this.takesCalls = takesCalls;
        this.streams = streams;
    }

    Pick<C> pick(long nowNanos) {
        retire();
        Optional<Entry<C>> best =
                serving.stream()
                        .min(
                                Comparator.<Entry<C>>comparingInt(
                                                entry -> streams.applyAsInt(entry.connection))
                                        .thenComparingLong(entry -> entry.turn));
        best.ifPresent(entry -> {
            entry.usedNanos = nowNanos;
            entry.turn = ++turns;
        });
        boolean full =
                best.isEmpty()
                        || streams.applyAsInt(best.get().connection)
                                >= options.streamsPerConnection();
        boolean open =
                full
                        && !opening
                        && serving.size() < options.maxConnections()
                        && waitNanos(nowNanos) == 0;
        opening |= open;
        return new Pick<>(best.map(entry -> entry.connection), open);
    }

    /** Sets connections aside that take no more calls. */
    private void retire() {
        serving.removeIf(entry -> {
            boolean gone = !takesCalls.test(entry.connection);
            if (gone) {
                draining.add(entry);
            }
            return gone;
        });
    }

    /** Returns how long nothing may be opened, because the last attempts have failed. */
    long waitNanos(long nowNanos) {
        return failures == 0 ? 0 : Math.max(0, notBeforeNanos - nowNanos);
    }

    /** What was opened is there. */
    void opened(C connection, long nowNanos) {
        opening = false;
        serving.add(new Entry<>(connection, nowNanos));
    }

    /** The server has answered, so it is worth being asked. */
    void answered() {
        failures = 0;
    }

    /** Opening has failed. */
    void notOpened(long nowNanos, RandomGenerator random) {
        opening = false;
        failed(nowNanos, random);
    }

    /** The server has not answered on a connection that was handed out before its handshake. */
    void failed(long nowNanos, RandomGenerator random) {
        failures++;
        notBeforeNanos = nowNanos + backoff.pause(failures, random).toNanos();
    }

    /** Takes out what is to be closed: nothing has been under way on it for the idle time. */
    List<C> sweep(long nowNanos) {
        retire();
        List<C> idle = new ArrayList<>();
        serving.removeIf(entry -> isIdle(entry, nowNanos, idle));
        draining.removeIf(entry -> {
            boolean done = streams.applyAsInt(entry.connection) == 0;
            if (done) {
                idle.add(entry.connection);
            }
            return done;
        });
        return idle;
    }

    private boolean isIdle(Entry<C> entry, long nowNanos, List<C> idle) {
        if (streams.applyAsInt(entry.connection) > 0) {
            entry.usedNanos = nowNanos;
            return false;
        }
        boolean over = nowNanos - entry.usedNanos >= options.idleTimeout().toNanos();
        if (over) {
            idle.add(entry.connection);
        }
        return over;
    }

    /** Takes everything out. */
    List<C> clear() {
        List<C> all = new ArrayList<>();
        serving.forEach(entry -> all.add(entry.connection));
        draining.forEach(entry -> all.add(entry.connection));
        serving.clear();
        draining.clear();
        return all;
    }

    /** Returns how many connections there are, those that are ending included. */
    int size() {
        return serving.size() + draining.size();
    }
}
