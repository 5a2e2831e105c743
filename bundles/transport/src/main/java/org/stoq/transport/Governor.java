package org.stoq.transport;

import io.netty.handler.codec.quic.QuicChannel;
import io.netty.handler.codec.quic.QuicConnectionPathStats;
import io.netty.handler.codec.quic.QuicConnectionStats;
import io.netty.util.concurrent.Future;
import java.time.Duration;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.stoq.sdk.StoqErrorCode;
import org.stoq.sdk.StoqException;
import org.stoq.sdk.congestion.CongestionController;
import org.stoq.sdk.congestion.PathState;
import org.stoq.sdk.strategy.Lease;

/**
 * Holds a connection's writers back as the congestion controller of a plug-in wants it; with one of
 * the engine's own it stands aside.
 *
 * <p>While bytes are under way, the event loop looks at the engine's counters a few times per round
 * trip. A connection that is at rest holds no lease, so a plug-in can leave at any time, and one
 * that is busy notices within a look.
 */
final class Governor {
    private static final System.Logger LOG = System.getLogger(Governor.class.getName());
    private static final long LEAST_LOOK_NANOS = Duration.ofMillis(1).toNanos();
    private static final long MOST_LOOK_NANOS = Duration.ofMillis(25).toNanos();
    private static final int LOOKS_PER_ROUND_TRIP = 8;

    /** RFC 9002 s.6.2.2, until something is measured. */
    private static final long INITIAL_RTT_NANOS = Duration.ofMillis(333).toNanos();

    private final QuicChannel channel;
    private final Controllers controllers;
    private final Supplier<StoqException> endOfConnection;

    /** Fair: a stream with much to say does not keep others from saying little. */
    private final ReentrantLock lock = new ReentrantLock(true);

    private final Condition changed = lock.newCondition();

    /** Whether the engine's own controller is in charge; read without the lock by every write. */
    private volatile boolean aside;

    // Guarded by the lock.
    private String name;
    private boolean broken;
    private boolean ended;
    private boolean looking;
    private int waiting;
    private long unsent;
    private long sentBefore;
    private long lostBefore;
    private PathState path;
    private @Nullable Lease<CongestionController> lease;
    private @Nullable GovernedFlow flow;

    Governor(
            QuicChannel channel,
            Controllers controllers,
            String name,
            int maxDatagramBytes,
            Supplier<StoqException> endOfConnection) {
        this.channel = channel;
        this.controllers = controllers;
        this.name = name;
        this.endOfConnection = endOfConnection;
        this.aside = Controllers.own(name).isPresent();
        this.path = PathState.initial(maxDatagramBytes, INITIAL_RTT_NANOS);
    }

    /**
     * Lets another controller govern from now on. Between two of the engine's own nothing changes:
     * the engine cannot change its own while a connection runs.
     */
    void choose(String controller) {
        lock.lock();
        try {
            if (controller.equals(name)) {
                return;
            }
            name = controller;
            broken = false;
            letGo();
            aside = Controllers.own(controller).isPresent();
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** Returns the name of the controller that was chosen. */
    String name() {
        lock.lock();
        try {
            return name;
        } finally {
            lock.unlock();
        }
    }

    /**
     * Waits until bytes may enter the engine. Blocks.
     *
     * @param wanted at least 1
     * @return how many may, at least 1; {@link #taken} must be told of each
     */
    int acquire(int wanted) throws StoqException {
        if (aside) {
            return wanted;
        }
        lock.lock();
        try {
            while (true) {
                if (ended) {
                    throw endOfConnection.get();
                }
                GovernedFlow governing = governing();
                if (governing == null) {
                    return wanted;
                }
                int given = governing.grant(System.nanoTime(), wanted, unsent);
                look();
                if (given > 0) {
                    unsent += given;
                    return given;
                }
                awaitChange(governing.paceNanos());
            }
        } finally {
            lock.unlock();
        }
    }

    @SuppressWarnings("WaitNotInLoop") // the caller loops
    private void awaitChange(long paceNanos) throws StoqException {
        waiting++;
        try {
            if (paceNanos > 0) {
                changed.awaitNanos(paceNanos);
            } else {
                changed.await();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new StoqException(StoqErrorCode.CANCELLED, "interrupted while sending", e);
        } finally {
            waiting--;
        }
    }

    /** The engine has taken bytes, or will never. */
    void taken(int bytes) {
        if (aside) {
            return;
        }
        lock.lock();
        try {
            // What was let in while the engine's own controller was in charge was not counted.
            unsent = Math.max(0, unsent - bytes);
            GovernedFlow governing = flow;
            if (governing != null) {
                governing.taken(System.nanoTime(), unsent);
            }
        } finally {
            lock.unlock();
        }
    }

    /** The connection has ended: whoever waits is told. */
    void end() {
        lock.lock();
        try {
            ended = true;
            letGo();
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** Returns the flow in charge, begun if need be; null if there is no such plug-in now. */
    private @Nullable GovernedFlow governing() {
        Lease<CongestionController> held = lease;
        if (held != null && held.isEnding()) {
            letGo();
        }
        if (flow == null && !broken && !ended) {
            begin();
        }
        return flow;
    }

    private void begin() {
        Lease<CongestionController> taken = controllers.lease(name).orElse(null);
        if (taken == null) {
            return;
        }
        try {
            flow = new GovernedFlow(taken.strategy(), path, System.nanoTime());
            lease = taken;
            unsent = 0;
            sentBefore = -1;
        } catch (RuntimeException | LinkageError e) {
            broken(taken, e);
        }
    }

    private void broken(Lease<CongestionController> of, Throwable cause) {
        broken = true;
        flow = null;
        lease = null;
        of.failed(cause);
        of.close();
    }

    /** Gives the plug-in back and keeps what it has learned of the path. */
    private void letGo() {
        Lease<CongestionController> held = lease;
        GovernedFlow governing = flow;
        if (held == null || governing == null) {
            return;
        }
        flow = null;
        lease = null;
        try {
            path = governing.path();
        } catch (RuntimeException | LinkageError e) {
            held.failed(e);
        }
        held.close();
    }

    /** Has the event loop look at the counters, if it does not already. */
    private void look() {
        if (looking) {
            return;
        }
        try {
            channel.eventLoop().execute(this::lookNow);
            looking = true;
        } catch (RejectedExecutionException e) {
            LOG.log(System.Logger.Level.TRACE, "the engine has closed", e);
        }
    }

    private void lookNow() {
        channel.collectStats().addListener(this::totalsSeen);
    }

    private void totalsSeen(Future<? super QuicConnectionStats> future) {
        QuicConnectionStats totals =
                future.isSuccess() ? (QuicConnectionStats) future.getNow() : null;
        Paths.look(
                channel,
                paths -> {
                    QuicConnectionPathStats path = Paths.active(paths).orElse(null);
                    if (totals != null && path != null) {
                        seen(totals, path);
                    } else {
                        seenNothing();
                    }
                });
    }

    private void seenNothing() {
        lock.lock();
        try {
            looking = false;
        } finally {
            lock.unlock();
        }
    }

    private void seen(QuicConnectionStats totals, QuicConnectionPathStats active) {
        lock.lock();
        try {
            GovernedFlow governing = governing();
            if (governing == null || ended) {
                looking = false;
                changed.signalAll();
                return;
            }
            if (sentBefore < 0) {
                sentBefore = totals.sentBytes();
                lostBefore = totals.lostBytes();
            }
            long now = System.nanoTime();
            governing.measured(
                    now,
                    new GovernedFlow.Counters(
                            totals.sentBytes() - sentBefore,
                            totals.lostBytes() - lostBefore,
                            active.rtt()),
                    unsent);
            if (waiting == 0 && governing.isIdle(now, unsent)) {
                looking = false;
                letGo();
            } else {
                changed.signalAll();
                lookAgain(active.rtt());
            }
        } catch (RuntimeException | LinkageError e) {
            Lease<CongestionController> held = lease;
            if (held != null) {
                broken(held, e);
            }
            looking = false;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    private void lookAgain(long roundTripNanos) {
        long delay =
                Math.clamp(
                        roundTripNanos / LOOKS_PER_ROUND_TRIP, LEAST_LOOK_NANOS, MOST_LOOK_NANOS);
        try {
            channel.eventLoop().schedule(this::lookNow, delay, TimeUnit.NANOSECONDS);
        } catch (RejectedExecutionException e) {
            looking = false;
            LOG.log(System.Logger.Level.TRACE, "the engine is closing", e);
        }
    }
}
