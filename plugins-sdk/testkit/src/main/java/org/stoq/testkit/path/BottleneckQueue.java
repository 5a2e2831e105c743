package org.stoq.testkit.path;

import java.util.Arrays;
import java.util.random.RandomGenerator;

/**
 * The queue before the bottleneck. First in, first out, so when a packet leaves is known as it
 * comes.
 */
final class BottleneckQueue {
    /** What {@link #offer} answers for a packet that does not arrive. */
    static final long DROPPED = -1;

    private static final long NANOS_PER_MICRO = 1_000;

    private final Bottleneck link;
    private final RandomGenerator random;

    /** When everything in the queue will have been sent. */
    private long busyUntilNanos;

    private boolean marked;

    /** How long each packet waited, in the order in which they came. */
    private int[] waitsMicros = new int[1 << 12];

    private int waits;

    /** By tenths of a second, how many waits there were before. */
    private int[] waitsBefore = new int[1 << 8];

    private int bins;

    BottleneckQueue(Bottleneck link, RandomGenerator random) {
        this.link = link;
        this.random = random;
    }

    /**
     * Takes a packet, or drops it.
     *
     * @return when its acknowledgement arrives, or {@link #DROPPED}
     */
    long offer(long nowNanos, int bytes) {
        long waitNanos = Math.max(0, busyUntilNanos - nowNanos);
        long queuedBytes = link.bytesIn(waitNanos);
        if (queuedBytes + bytes > link.bufferBytes()) {
            return DROPPED;
        }
        record(nowNanos, waitNanos);
        marked = queuedBytes > link.markBytes();
        busyUntilNanos = nowNanos + waitNanos + link.sendingNanos(bytes);
        if (link.lossRatio() > 0 && random.nextDouble() < link.lossRatio()) {
            return DROPPED;
        }
        // Without a little noise, flows of equal timing fall into step (Floyd and Jacobson, 1992).
        long noiseNanos = random.nextLong(link.sendingNanos(bytes) / 2 + 1);
        return busyUntilNanos + link.roundTripNanos() + noiseNanos;
    }

    /** Returns whether the packet that was offered last was marked. */
    boolean marked() {
        return marked;
    }

    private void record(long nowNanos, long waitNanos) {
        int bin = (int) (nowNanos / Interval.BIN_NANOS);
        while (bins <= bin) {
            if (bins == waitsBefore.length) {
                waitsBefore = Arrays.copyOf(waitsBefore, 2 * bins);
            }
            waitsBefore[bins++] = waits;
        }
        if (waits == waitsMicros.length) {
            waitsMicros = Arrays.copyOf(waitsMicros, 2 * waits);
        }
        waitsMicros[waits++] = (int) (waitNanos / NANOS_PER_MICRO);
    }

    /** Returns how long the packets of that interval waited, in microseconds, sorted. */
    int[] waitsMicros(Interval interval) {
        int[] copy =
                Arrays.copyOfRange(
                        waitsMicros, before(interval.fromBin()), before(interval.toBin()));
        Arrays.sort(copy);
        return copy;
    }

    private int before(int bin) {
        return bin < bins ? waitsBefore[bin] : waits;
    }
}
