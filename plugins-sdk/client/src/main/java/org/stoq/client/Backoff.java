package org.stoq.client;

import java.time.Duration;
import java.util.random.RandomGenerator;

/**
 * How long to wait after failures: twice as long after each, up to a limit, and a random part less,
 * so that those who have failed together do not come back together.
 *
 * @param first the pause after the first failure, at most
 * @param longest the pause after many, at most
 */
record Backoff(Duration first, Duration longest) {
    /**
     * Returns the next pause: between half and the whole of what the number of failures gives.
     *
     * @param failures in a row, at least 1
     */
    Duration pause(int failures, RandomGenerator random) {
        long limitNanos = longest.toNanos();
        long nanos = Math.min(first.toNanos(), limitNanos);
        for (int i = 1; i < failures && nanos < limitNanos; i++) {
            nanos = Math.min(2 * nanos, limitNanos);
        }
        return Duration.ofNanos(nanos - random.nextLong(nanos / 2 + 1));
    }
}
