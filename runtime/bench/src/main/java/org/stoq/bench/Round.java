package org.stoq.bench;

/**
 * One window in which bytes were counted.
 *
 * @param verifiedBytes bytes that were compared and right, at all receivers
 * @param nanos how long the window was, nanoseconds
 * @param cpuNanos CPU time of both processes in the window, nanoseconds
 * @param lostDatagrams datagrams that never came, where nobody sends them again
 */
public record Round(long verifiedBytes, long nanos, long cpuNanos, long lostDatagrams) {
    private static final double BITS_PER_BYTE = 8;

    /** Returns the throughput in Gbit/s: 10^9 bits in a second. */
    public double gbitPerSecond() {
        return BITS_PER_BYTE * verifiedBytes / nanos;
    }

    /** Returns the CPU seconds of both processes for 10^9 bytes. */
    public double cpuSecondsPerGigabyte() {
        return (double) cpuNanos / verifiedBytes;
    }

    /** Returns both together. */
    public Round plus(Round other) {
        return new Round(
                verifiedBytes + other.verifiedBytes,
                nanos + other.nanos,
                cpuNanos + other.cpuNanos,
                lostDatagrams + other.lostDatagrams);
    }
}
