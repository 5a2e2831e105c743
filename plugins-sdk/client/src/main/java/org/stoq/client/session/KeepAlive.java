package org.stoq.client.session;

import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.BooleanSupplier;
import org.stoq.sdk.StoqException;
import org.stoq.sdk.frame.PingFrame;

/**
 * Sends PINGs: one that measures the round trip when the peer is there, and more to keep the
 * connection alive while it is needed. Runs on a thread of its own.
 */
final class KeepAlive implements Runnable {
    private static final System.Logger LOG = System.getLogger(KeepAlive.class.getName());

    private final ControlStream control;
    private final RoundTrip roundTrip;
    private final Duration pause;
    private final PeerSettings peer;
    private final BooleanSupplier needed;
    private final CompletableFuture<StoqException> end;

    /**
     * Prepares the thread.
     *
     * @param pause between two PINGs; zero for none after the first
     * @param peer says when the peer is there
     * @param needed asked before each PING
     * @param end completes with the connection
     */
    KeepAlive(
            ControlStream control,
            RoundTrip roundTrip,
            Duration pause,
            PeerSettings peer,
            BooleanSupplier needed,
            CompletableFuture<StoqException> end) {
        this.control = control;
        this.roundTrip = roundTrip;
        this.pause = pause;
        this.peer = peer;
        this.needed = needed;
        this.end = end;
    }

    @Override
    public void run() {
        try {
            peer.await();
            ping();
            while (!pause.isZero() && lastsFor(pause)) {
                if (needed.getAsBoolean()) {
                    ping();
                }
            }
        } catch (IOException e) {
            // The connection has ended, and everybody else has heard of it.
            LOG.log(System.Logger.Level.TRACE, "no more pings", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void ping() throws IOException {
        control.send(new PingFrame(false, roundTrip.start(System.nanoTime())));
    }

    /** Waits, and returns whether the connection is still there afterwards. */
    private boolean lastsFor(Duration time) throws InterruptedException {
        try {
            end.get(time.toMillis(), TimeUnit.MILLISECONDS);
            return false;
        } catch (TimeoutException e) {
            return true;
        } catch (ExecutionException e) {
            return false;
        }
    }
}
