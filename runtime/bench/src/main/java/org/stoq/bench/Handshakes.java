package org.stoq.bench;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * Handshakes of one kind within a window.
 *
 * @param count how many of the kind have finished
 * @param others how many of the other kind have finished beside them, which was not wanted
 * @param window how long it was
 * @param serverCpu CPU time of the server's process in it
 * @param clientCpu CPU time of the client's process in it, and in closing what was open at its end
 * @param firstFailure why the first one that failed did
 */
public record Handshakes(
        long count,
        long others,
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

    /** Returns the server's CPU time for one of either kind, in milliseconds. */
    public double serverCpuMillis() {
        return serverCpu.toNanos() / NANOS_PER_MILLI / (count + others);
    }

    /** Returns the client's CPU time for one of either kind, in milliseconds. */
    public double clientCpuMillis() {
        return clientCpu.toNanos() / NANOS_PER_MILLI / (count + others);
    }

    Map<String, Object> json() {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("per_s", Decimals.of(perSecond()));
        json.put("handshakes", count);
        json.put("of_the_other_kind", others);
        json.put("server_cpu_ms", Decimals.of(serverCpuMillis()));
        json.put("client_cpu_ms", Decimals.of(clientCpuMillis()));
        firstFailure.ifPresent(why -> json.put("first_failure", why));
        return json;
    }

    /** Returns both together. */
    Handshakes plus(Handshakes other) {
        return new Handshakes(
                count + other.count,
                others + other.others,
                window.plus(other.window),
                serverCpu.plus(other.serverCpu),
                clientCpu.plus(other.clientCpu),
                firstFailure.or(other::firstFailure));
    }
}
