package org.stoq.integration;

import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** Waits for something that will be so, and fails when it is not so in time. */
public final class Await {
    private static final Duration LIMIT = Duration.ofSeconds(30);
    private static final long LOOK_MILLIS = 10;

    private Await() {}

    /**
     * Returns when the condition holds. Blocks.
     *
     * @param what for the failure: what was to become so
     * @return how long it took
     * @throws AssertionError if it does not hold within half a minute
     */
    public static Duration until(String what, Callable<Boolean> condition) throws Exception {
        long begun = System.nanoTime();
        CountDownLatch never = new CountDownLatch(1);
        while (!condition.call()) {
            if (System.nanoTime() - begun > LIMIT.toNanos()) {
                throw new AssertionError("not within " + LIMIT + ": " + what);
            }
            if (never.await(LOOK_MILLIS, TimeUnit.MILLISECONDS)) {
                throw new IllegalStateException("nobody counts down");
            }
        }
        return Duration.ofNanos(System.nanoTime() - begun);
    }
}
