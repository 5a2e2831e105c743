package org.stoq.sdk.congestion;

/**
 * What is known of a path when a controller begins with it.
 *
 * @param maxDatagramBytes UDP payload of a full packet, 1 to 65,527
 * @param windowBytes how many bytes may be in flight to begin with, at least 1
 * @param inSlowStart whether it is yet to be found what the path carries
 * @param smoothedRttNanos smoothed round-trip time, at least 1; an assumption if nothing is
 *     measured yet
 * @param minimumRttNanos least sample so far, at least 1; 0 if nothing is measured yet
 */
public record PathState(
        int maxDatagramBytes,
        long windowBytes,
        boolean inSlowStart,
        long smoothedRttNanos,
        long minimumRttNanos) {
    private static final int LARGEST_DATAGRAM_BYTES = 65_527;

    /** What RFC 9002 s.7.2 lets a window begin with however large the datagrams. */
    private static final long INITIAL_BYTES = 14_720;

    private static final int INITIAL_DATAGRAMS = 10;
    private static final int LEAST_DATAGRAMS = 2;

    /**
     * Checks the ranges.
     *
     * @throws IllegalArgumentException if a value is outside of its range
     */
    public PathState {
        require(
                maxDatagramBytes >= 1 && maxDatagramBytes <= LARGEST_DATAGRAM_BYTES,
                "maxDatagramBytes",
                maxDatagramBytes);
        require(windowBytes >= 1, "windowBytes", windowBytes);
        require(smoothedRttNanos >= 1, "smoothedRttNanos", smoothedRttNanos);
        require(minimumRttNanos >= 0, "minimumRttNanos", minimumRttNanos);
    }

    private static void require(boolean holds, String name, long value) {
        if (!holds) {
            throw new IllegalArgumentException(name + " of " + value);
        }
    }

    /**
     * Returns the state of a path on which nothing was sent yet.
     *
     * @param maxDatagramBytes UDP payload of a full packet
     * @param initialRttNanos round-trip time to assume before the first sample
     */
    public static PathState initial(int maxDatagramBytes, long initialRttNanos) {
        return new PathState(
                maxDatagramBytes, initialWindowBytes(maxDatagramBytes), true, initialRttNanos, 0);
    }

    /** Returns the window of a new path (RFC 9002 s.7.2): ten datagrams of ordinary size. */
    public static long initialWindowBytes(int maxDatagramBytes) {
        return Math.min(
                (long) INITIAL_DATAGRAMS * maxDatagramBytes,
                Math.max(INITIAL_BYTES, leastWindowBytes(maxDatagramBytes)));
    }

    /** Returns the window below which no controller goes (RFC 9002 s.7.2): two datagrams. */
    public static long leastWindowBytes(int maxDatagramBytes) {
        return (long) LEAST_DATAGRAMS * maxDatagramBytes;
    }
}
