package org.stoq.testkit.path;

import java.util.Arrays;

/** What became of a flow. */
public final class FlowResult {
    private static final double BITS = 8;

    private final String name;

    /** Acknowledged bytes by tenths of a second. */
    private long[] bins = new long[1 << 8];

    private long sentBytes;
    private long lostBytes;
    private long windowBytes;

    FlowResult(String name) {
        this.name = name;
    }

    void acknowledged(long nowNanos, long bytes) {
        int bin = (int) (nowNanos / Interval.BIN_NANOS);
        if (bin >= bins.length) {
            bins = Arrays.copyOf(bins, Math.max(bin + 1, 2 * bins.length));
        }
        bins[bin] += bytes;
    }

    void sent(long bytes) {
        sentBytes += bytes;
    }

    void lost(long bytes) {
        lostBytes += bytes;
    }

    void window(long bytes) {
        windowBytes = bytes;
    }

    /** Returns the flow's name. */
    public String name() {
        return name;
    }

    /** Returns how many bytes were acknowledged in that time. */
    public long acknowledgedBytes(Interval interval) {
        long sum = 0;
        int to = Math.min(bins.length, interval.toBin());
        for (int bin = interval.fromBin(); bin < to; bin++) {
            sum += bins[bin];
        }
        return sum;
    }

    /** Returns the throughput: acknowledged bits per second. */
    public double bitsPerSecond(Interval interval) {
        return acknowledgedBytes(interval) * BITS / interval.seconds();
    }

    /** Returns the share of all bytes that were lost, 0 to 1. */
    public double lossRatio() {
        return sentBytes == 0 ? 0 : (double) lostBytes / sentBytes;
    }

    /** Returns the window at the end. */
    public long windowBytes() {
        return windowBytes;
    }
}
