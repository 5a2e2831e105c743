package org.stoq.testkit;

import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.stoq.sdk.StoqErrorCode;
import org.stoq.sdk.StoqException;

/**
 * What guards a connection of an engine in memory, and lets its threads wait for one another: after
 * every step under it, all who wait look again. Both ends of a connection may share one.
 *
 * <pre>{@code
 * QuicStream stream = lock.step(() -> {
 *     while (waiting.isEmpty()) {
 *         lock.await();
 *     }
 *     return waiting.remove();
 * });
 * }</pre>
 */
public final class EngineLock {
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();

    /** Creates a lock that nobody holds. */
    public EngineLock() {}

    /**
     * Something done under the lock.
     *
     * @param <T> what comes of it
     */
    @FunctionalInterface
    public interface Step<T extends @Nullable Object> {
        /** Does it. May wait, and fail. */
        T run() throws StoqException;
    }

    /** Does something under the lock, which may wait there. */
    public <T extends @Nullable Object> T step(Step<T> step) throws StoqException {
        lock.lock();
        try {
            return step.run();
        } finally {
            changed.signalAll();
            lock.unlock();
        }
    }

    /** Does something under the lock that neither waits nor fails, and returns what comes of it. */
    public <T extends @Nullable Object> T get(Supplier<T> step) {
        lock.lock();
        try {
            return step.get();
        } finally {
            changed.signalAll();
            lock.unlock();
        }
    }

    /** Does something under the lock that neither waits nor fails. */
    public void change(Runnable step) {
        lock.lock();
        try {
            step.run();
        } finally {
            changed.signalAll();
            lock.unlock();
        }
    }

    /**
     * Waits for a change, within a step; the caller looks in a loop whether it is the one.
     *
     * @throws StoqException CANCELLED if the thread is interrupted
     */
    @SuppressWarnings("WaitNotInLoop") // the callers loop
    public void await() throws StoqException {
        try {
            changed.await();
        } catch (InterruptedException e) {
            throw interrupted(e);
        }
    }

    /**
     * Waits as {@link #await} does, until a moment at most.
     *
     * @param untilNanos by {@link System#nanoTime}
     */
    @SuppressWarnings("WaitNotInLoop") // the callers loop
    void awaitUntil(long untilNanos) throws StoqException {
        try {
            changed.awaitNanos(untilNanos - System.nanoTime());
        } catch (InterruptedException e) {
            throw interrupted(e);
        }
    }

    private static StoqException interrupted(InterruptedException cause) {
        Thread.currentThread().interrupt();
        return new StoqException(StoqErrorCode.CANCELLED, "interrupted while waiting", cause);
    }

    /**
     * Returns an exception with the trace of whoever asks, for an end that many are told of.
     *
     * @param end why the stream or connection has ended; null for a stream that has ended well
     */
    public static StoqException copyOf(@Nullable StoqException end) {
        return end == null
                ? new StoqException(StoqErrorCode.CANCELLED, "the stream is closed")
                : new StoqException(end.code(), String.valueOf(end.getMessage()), end);
    }
}
