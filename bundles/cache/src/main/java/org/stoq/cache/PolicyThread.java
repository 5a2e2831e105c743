package org.stoq.cache;

import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;

/**
 * The thread that calls one policy, so that nobody else waits for one that stalls.
 *
 * <p>It is a platform thread: a policy that spins for ever would keep a virtual thread's carrier
 * from everybody.
 */
final class PolicyThread implements AutoCloseable {
    /** How long to wait before looking at the limit again. */
    private static final long LOOK_NANOS = 50_000_000;

    private final ExecutorService executor =
            Executors.newSingleThreadExecutor(
                    Thread.ofPlatform().daemon().name("stoq-cache-policy").factory());

    /**
     * Runs a task and waits for it; one that takes too long is interrupted.
     *
     * @param limit how long it may take; asked again while it runs, for it may be changed
     * @throws PolicyFailedException if the task throws, or takes longer than the limit
     */
    <R> R call(Callable<R> task, Supplier<Duration> limit)
            throws PolicyFailedException, InterruptedException {
        long begunNanos = System.nanoTime();
        Future<R> result = executor.submit(task);
        while (true) {
            long leftNanos = limit.get().toNanos() - (System.nanoTime() - begunNanos);
            try {
                return result.get(Math.clamp(leftNanos, 0, LOOK_NANOS), TimeUnit.NANOSECONDS);
            } catch (ExecutionException e) {
                throw new PolicyFailedException(e.getCause() == null ? e : e.getCause());
            } catch (TimeoutException e) {
                if (leftNanos <= 0) {
                    result.cancel(true);
                    throw new PolicyFailedException(
                            new IllegalStateException(
                                    "no answer within " + limit.get().toMillis() + " ms", e));
                }
            }
        }
    }

    /** Interrupts what runs and lets the thread end; returns at once. */
    @Override
    public void close() {
        executor.shutdownNow();
    }

    /** Waits for the end of a closed thread. Returns whether it has ended. */
    boolean awaitEnd(Duration patience) throws InterruptedException {
        return executor.awaitTermination(patience.toNanos(), TimeUnit.NANOSECONDS);
    }

    /** A policy has thrown, stalled or lied. */
    static final class PolicyFailedException extends Exception {
        private static final long serialVersionUID = 1;

        private final Throwable failure;

        PolicyFailedException(Throwable failure) {
            super(failure);
            this.failure = failure;
        }

        Throwable failure() {
            return failure;
        }
    }
}
