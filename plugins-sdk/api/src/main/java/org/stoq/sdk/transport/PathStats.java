package org.stoq.sdk.transport;

import java.time.Duration;

/**
 * What an engine knows about a connection's path at one moment.
 *
 * @param smoothedRtt smoothed round-trip time (RFC 9002 s.5.3); zero before the first sample
 * @param bytesSent UDP payload bytes sent
 * @param bytesReceived UDP payload bytes received
 * @param packetsLost packets declared lost
 * @param windowBytes congestion window in bytes
 */
public record PathStats(
        Duration smoothedRtt,
        long bytesSent,
        long bytesReceived,
        long packetsLost,
        long windowBytes) {
    /** Nothing measured. */
    public static final PathStats NONE = new PathStats(Duration.ZERO, 0, 0, 0, 0);
}
