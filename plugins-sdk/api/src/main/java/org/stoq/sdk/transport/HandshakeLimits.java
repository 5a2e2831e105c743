package org.stoq.sdk.transport;

import java.time.Duration;

/**
 * How much a listener does for clients that have not shown who they are.
 *
 * <p>Up to {@code retryAbove} handshakes are answered at once, which saves the client a round trip.
 * Above it a client must first prove with a Retry token that it receives at the address it sends
 * from (RFC 9000 s.8.1.2), which costs the listener no memory.
 *
 * @param retryAbove how many handshakes may be under way before Retry is asked for; 0 for always
 * @param perPrefix how many handshakes may be under way from one /64 prefix of addresses before
 *     Retry is asked for from there; eight times as many are the end: further first packets from
 *     that prefix are dropped
 * @param timeout after which a handshake that has not finished is given up
 */
public record HandshakeLimits(int retryAbove, int perPrefix, Duration timeout) {
    /** 256 handshakes in all, 64 of one prefix, ten seconds. */
    public static final HandshakeLimits DEFAULTS =
            new HandshakeLimits(256, 64, Duration.ofSeconds(10));

    /** Checks the ranges. */
    public HandshakeLimits {
        if (retryAbove < 0 || perPrefix < 1) {
            throw new IllegalArgumentException(
                    "limits of handshakes: retry above %d, per prefix %d"
                            .formatted(retryAbove, perPrefix));
        }
        if (!timeout.isPositive()) {
            throw new IllegalArgumentException("handshake timeout " + timeout);
        }
    }
}
