package org.stoq.testkit;

import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.stoq.sdk.StoqException;

/**
 * The handshake of a connection on which the client sends early data.
 *
 * <p>Where the server takes early data, the connection arrives at once, and the handshake ends a
 * round trip after somebody has accepted it. Where it does not, nothing arrives before the
 * handshake. Neither happens while a partition or {@link SimulatedNetwork#holdHandshakes} stands in
 * the way; {@link #proceed} tries again. Thread-safe.
 */
final class SimulatedHandshake {
    /** What the server does with a connection that arrives. */
    interface Server {
        /** Returns why the client gives the server up, if it does. */
        Optional<StoqException> refusal();

        void arrive();
    }

    private final SimulatedNetwork network;
    private final SimulatedConnection client;
    private final Server server;
    private final AtomicBoolean arrived = new AtomicBoolean();
    private final AtomicBoolean ended = new AtomicBoolean();

    /** Set when the last flight is there, or would be but for what stands in the way. */
    private volatile boolean due;

    SimulatedHandshake(SimulatedNetwork network, SimulatedConnection client, Server server) {
        this.network = network;
        this.client = client;
        this.server = server;
    }

    /** Begins: the first flight is under way. */
    void begin(boolean earlyDataTaken) {
        if (earlyDataTaken) {
            proceed();
        } else {
            due = true;
            afterRoundTrip();
        }
    }

    /** Somebody has accepted the connection, so the server's flight is under way. */
    void accepted() {
        due = true;
        afterRoundTrip();
    }

    private void afterRoundTrip() {
        long nanos = network.nextDelayNanos() + network.nextDelayNanos();
        if (nanos == 0) {
            proceed();
        } else {
            CompletableFuture.delayedExecutor(nanos, TimeUnit.NANOSECONDS).execute(this::proceed);
        }
    }

    /** Does what can be done by now. */
    void proceed() {
        if (client.isCut()) {
            return;
        }
        if (!due) {
            arriveOnce();
        } else if (!network.holdsHandshakes() && client.isOpen() && !ended.getAndSet(true)) {
            finish();
        }
    }

    private void finish() {
        Optional<StoqException> refusal = arrived.get() ? Optional.empty() : server.refusal();
        if (refusal.isPresent()) {
            client.end(refusal.get());
            client.peer().end(refusal.get());
            return;
        }
        client.handshakeDone();
        arriveOnce();
    }

    private void arriveOnce() {
        if (!arrived.getAndSet(true)) {
            server.arrive();
        }
    }
}
