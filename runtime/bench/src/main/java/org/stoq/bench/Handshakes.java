package org.stoq.bench;

import java.time.Duration;
import java.util.Optional;

/**
 * Handshakes within a window.
 *
 * @param count how many have finished
 * @param window how long it was
 * @param serverCpu CPU time of the server's process in it
 * @param clientCpu CPU time of the client's process in it, and in closing what was open at its end
 * @param firstFailure why the first one that failed did
 */
public record Handshakes(
        long count,
        Duration window,
        Duration serverCpu,
        Duration clientCpu,
        Optional<String> firstFailure) {
    private static final double NANOS_PER_SECOND = 1e9;
    private static final double NANOS_PER_MILLI = 1e6;

    /** Returns how many finished in a second. */
    public double perSecond() {
        return count * NANOS_PER_SECOND / window.toNanos();
    }

    /** Returns the server's CPU time for one, in milliseconds. */
    public double serverCpuMillis() {
        return serverCpu.toNanos() / NANOS_PER_MILLI / count;
    }

    /** Returns the client's CPU time for one, in milliseconds. */
    public double clientCpuMillis() {
        return clientCpu.toNanos() / NANOS_PER_MILLI / count;
    }

    /** Returns both together. */
    Handshakes plus(Handshakes other) {
        return new Handshakes(
                count + other.count,
                window.plus(other.window),
                serverCpu.plus(other.serverCpu),
                clientCpu.plus(other.clientCpu),
                firstFailure.or(other::firstFailure));
    }
}
