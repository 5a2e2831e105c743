package org.stoq.testkit.path;

import java.time.Duration;

/**
 * The slowest link of a path, with the queue before it.
 *
 * @param bitsPerSecond how fast it sends, at least 1
 * @param roundTripNanos round-trip time of the path while the queue is empty, without the time that
 *     sending takes; at least 0
 * @param bufferBytes how much the queue holds, at least 1; what does not fit is dropped
 * @param lossRatio share of packets that are lost at random, 0 to 1
 * @param markBytes a packet that finds so much in the queue is marked (ECN); {@link Long#MAX_VALUE}
 *     for no marks
 */
public record Bottleneck(
        long bitsPerSecond,
        long roundTripNanos,
        long bufferBytes,
        double lossRatio,
        long markBytes) {
    private static final double MEGA = 1e6;
    private static final double BITS = 8;
    private static final double NANOS = 1e9;

    /** A buffer holds a few packets even where bandwidth x delay is less. */
    private static final long LEAST_BUFFER_BYTES = 8 * 1_500;

    /**
     * Checks the ranges.
     *
     * @throws IllegalArgumentException if a value is outside of its range
     */
    public Bottleneck {
        if (bitsPerSecond < 1 || roundTripNanos < 0 || bufferBytes < 1 || markBytes < 0) {
            throw new IllegalArgumentException(
                    "no path of %d bit/s, %d ns, %d bytes of buffer, marks at %d bytes"
                            .formatted(bitsPerSecond, roundTripNanos, bufferBytes, markBytes));
        }
        if (!(lossRatio >= 0 && lossRatio <= 1)) {
            throw new IllegalArgumentException("lossRatio of " + lossRatio);
        }
    }

    /**
     * Returns a path without random loss and without marks.
     *
     * @param megabitsPerSecond rate
     * @param roundTrip round-trip time while the queue is empty
     * @param bufferBdp size of the queue as a multiple of rate x round-trip time; it holds 12,000
     *     bytes at least
     */
    public static Bottleneck of(double megabitsPerSecond, Duration roundTrip, double bufferBdp) {
        long bitsPerSecond = Math.round(megabitsPerSecond * MEGA);
        double bdpBytes = bitsPerSecond / BITS * roundTrip.toNanos() / NANOS;
        return new Bottleneck(
                bitsPerSecond,
                roundTrip.toNanos(),
                Math.max(LEAST_BUFFER_BYTES, Math.round(bufferBdp * bdpBytes)),
                0,
                Long.MAX_VALUE);
    }

    /** Returns this path with random loss. */
    public Bottleneck losing(double ratio) {
        return new Bottleneck(bitsPerSecond, roundTripNanos, bufferBytes, ratio, markBytes);
    }

    /** Returns this path with a queue that marks above so many bytes. */
    public Bottleneck marking(long aboveBytes) {
        return new Bottleneck(bitsPerSecond, roundTripNanos, bufferBytes, lossRatio, aboveBytes);
    }

    /** Returns rate x round-trip time, in bytes. */
    public long bdpBytes() {
        return Math.round(bitsPerSecond / BITS * roundTripNanos / NANOS);
    }

    /** Returns how long it takes to send so many bytes. */
    long sendingNanos(long bytes) {
        return Math.round(bytes * BITS * NANOS / bitsPerSecond);
    }

    /** Returns how many bytes are sent in that time. */
    long bytesIn(long nanos) {
        return Math.round(nanos / NANOS * bitsPerSecond / BITS);
    }
}
