package org.stoq.sdk.transport;

import java.time.Duration;

/**
 * Limits and tuning of an endpoint.
 *
 * @param maxConnections how many connections a listener serves at once, at least 1; the next one is
 *     refused
 * @param idleTimeout after how much silence a connection is dead (RFC 9000 s.10.1)
 * @param maxDatagramBytes largest UDP payload to send, 1,200 to 65,487 bytes
 * @param congestionAlgorithm name of the congestion controller, such as {@code cubic}
 * @param maxStreams how many streams of each kind the peer may have open at once
 */
public record QuicOptions(
        int maxConnections,
        Duration idleTimeout,
        int maxDatagramBytes,
        String congestionAlgorithm,
        int maxStreams) {
    /** Checks the ranges. */
    public QuicOptions {
        if (maxConnections < 1 || maxStreams < 1) {
            throw new IllegalArgumentException(
                    "limits below one: connections " + maxConnections + ", streams " + maxStreams);
        }
        if (maxDatagramBytes < 1_200 || maxDatagramBytes > 65_487) {
            throw new IllegalArgumentException("datagram bytes " + maxDatagramBytes);
        }
    }
}
