package org.stoq.yield;

import java.time.Duration;
import org.stoq.testkit.impair.Impairment;

/**
 * A line with one bottleneck.
 *
 * @param bitsPerSecond of UDP payload, at least 8
 * @param oneWay how long a datagram takes in each direction, if it need not wait
 * @param queue how long the last datagram of a full queue waits
 */
record Line(long bitsPerSecond, Duration oneWay, Duration queue) {
    private static final double NANOS = 1e9;

    Line {
        if (bitsPerSecond < Byte.SIZE) {
            throw new IllegalArgumentException("a rate of " + bitsPerSecond + " bit/s");
        }
    }

    /** Returns what the direction does to datagrams in which both transfers send. */
    Impairment narrow() {
        long bytesPerSecond = bitsPerSecond / Byte.SIZE;
        long queueBytes = (long) (bytesPerSecond * (queue.toNanos() / NANOS));
        return wide().withRate(bytesPerSecond, queueBytes);
    }

    /** Returns what the direction of the acknowledgements does. */
    Impairment wide() {
        return Impairment.NONE.withDelay(oneWay);
    }

    /** Returns the bare round trip. */
    Duration roundTrip() {
        return oneWay.multipliedBy(2);
    }
}
