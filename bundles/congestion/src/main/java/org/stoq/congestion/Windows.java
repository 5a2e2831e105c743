package org.stoq.congestion;

import org.stoq.sdk.congestion.PathState;

/** The bounds of every window here, in bytes. */
final class Windows {
    /** A terabyte: above everything that a path holds, and sums of it do not overflow. */
    static final double LARGEST = 1L << 40;

    private Windows() {}

    /** Returns the window that a flow begins with. */
    static double first(PathState path) {
        return bounded((double) path.windowBytes(), path.maxDatagramBytes());
    }

    /** Returns the least window (RFC 9002 s.7.2). */
    static double least(int maxDatagramBytes) {
        return (double) PathState.leastWindowBytes(maxDatagramBytes);
    }

    /** Returns the window within its bounds. */
    static double bounded(double windowBytes, int maxDatagramBytes) {
        return Math.clamp(windowBytes, least(maxDatagramBytes), LARGEST);
    }

    /** Returns a pace in bytes per second that sends so many bytes in that time; at least 1. */
    static long pace(double bytes, long nanos) {
        return Math.max(1, (long) (bytes / nanos * 1e9));
    }
}
