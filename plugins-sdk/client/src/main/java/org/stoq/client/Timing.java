package org.stoq.client;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import java.util.random.RandomGenerator;
import org.stoq.sdk.StoqErrorCode;
import org.stoq.sdk.StoqException;

/**
 * Time and chance as a pool has them.
 *
 * @param nanoTime the clock, in nanoseconds, its zero arbitrary
 * @param pause waits
 * @param timers runs something later
 * @param random drawn from by many threads
 */
record Timing(LongSupplier nanoTime, Pause pause, Timers timers, RandomGenerator random) {
    /** Waits on the calling thread. */
    @FunctionalInterface
    interface Pause {
        /**
         * Waits.
         *
         * @throws StoqException CANCELLED at an interrupt
         */
        void of(Duration time) throws StoqException;
    }

    /** Gives executors that wait before they run something. */
    @FunctionalInterface
    interface Timers {
        Executor in(Duration time);
    }

    /** Returns the time and the chance of this machine. */
    static Timing real() {
        return new Timing(
                System::nanoTime,
                Timing::sleep,
                time -> CompletableFuture.delayedExecutor(time.toNanos(), TimeUnit.NANOSECONDS),
                () -> ThreadLocalRandom.current().nextLong());
    }

    private static void sleep(Duration time) throws StoqException {
        try {
            TimeUnit.NANOSECONDS.sleep(time.toNanos());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new StoqException(StoqErrorCode.CANCELLED, "interrupted while waiting", e);
        }
    }
}
