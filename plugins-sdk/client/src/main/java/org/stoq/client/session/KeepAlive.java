package org.stoq.client.session;

import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;
import org.stoq.sdk.StoqException;
import org.stoq.sdk.frame.PingFrame;

/**
 * Sends PINGs: one that measures the round trip when the peer is there, and more to keep the
 * connection alive while it is needed. A virtual thread is there only for the time of a PING.
 */
final class KeepAlive {
    private static final System.Logger LOG = System.getLogger(KeepAlive.class.getName());

    private final ControlStream control;
    private final RoundTrip roundTrip;
    private final Duration pause;
    private final BooleanSupplier needed;
    private final CompletableFuture<StoqException> end;
    private volatile @Nullable Deadline pauseEnd;

    /**
     * Prepares what {@link #begin} starts.
     *
     * @param pause between two PINGs; zero for none after the first
     * @param needed asked before each PING; must not block
     * @param end completes with the connection
     */
    KeepAlive(
            ControlStream control,
            RoundTrip roundTrip,
            Duration pause,
            BooleanSupplier needed,
            CompletableFuture<StoqException> end) {
        this.control = control;
        this.roundTrip = roundTrip;
        this.pause = pause;
        this.needed = needed;
        this.end = end;
    }

    /** Sends the first PING, now that the peer is there, and goes on until the end. */
    void begin() {
        startPing();
        if (!pause.isZero()) {
            rest();
            end.thenRun(this::stop);
        }
    }

    private void rest() {
        pauseEnd = Deadline.in(pause, this::next);
        if (end.isDone()) {
            stop();
        }
    }

    private void stop() {
        Deadline waiting = pauseEnd;
        if (waiting != null) {
            waiting.stop();
        }
    }

    private void next() {
        if (needed.getAsBoolean()) {
            startPing();
        }
        rest();
    }

    private void startPing() {
        Thread.ofVirtual().name("stoq-session-ping").start(this::ping);
    }

    private void ping() {
        try {
            control.send(new PingFrame(false, roundTrip.start(System.nanoTime())));
        } catch (IOException e) {
            // The connection has ended, and everybody else has heard of it.
            LOG.log(System.Logger.Level.TRACE, "no more pings", e);
        }
    }
}
