package org.stoq.sdk.routing;

import org.stoq.sdk.NodeId;

/**
 * One direction between two neighbours, as measured by the node it starts from.
 *
 * @param from where it starts
 * @param to where it ends
 * @param rttMicros round-trip time in microseconds, at least 1
 * @param bandwidthBitsPerSecond available bandwidth; 0 where it is unknown
 * @param loadPercent load of the node at its end, 0 to 100
 */
public record Link(
        NodeId from, NodeId to, long rttMicros, long bandwidthBitsPerSecond, int loadPercent) {
    /** Checks the ranges. */
    public Link {
        if (rttMicros < 1 || bandwidthBitsPerSecond < 0 || loadPercent < 0 || loadPercent > 100) {
            throw new IllegalArgumentException(
                    "link of %d us, %d bit/s, %d %% load"
                            .formatted(rttMicros, bandwidthBitsPerSecond, loadPercent));
        }
    }
}
