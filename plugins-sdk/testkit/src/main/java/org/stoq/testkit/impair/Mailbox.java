package org.stoq.testkit.impair;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Queue;
import java.util.concurrent.Callable;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import org.jspecify.annotations.Nullable;

/** What other threads want a thread to do, one after the other. */
final class Mailbox {
    private final Queue<FutureTask<?>> calls = new ConcurrentLinkedQueue<>();

    /** Set once by the thread when it ends; volatile, for callers read it. */
    private volatile boolean ended;

    /** Why it ended, if nobody asked it to; written before {@link #ended}. */
    private volatile @Nullable Throwable failure;

    /**
     * Has something done on the thread, and waits for it. On the thread itself it is done at once.
     *
     * @param wakeUp makes the thread look into its mailbox
     * @throws IllegalStateException if the thread has ended, or ends before it comes to this
     */
    <T> T call(Callable<T> what, Thread thread, Runnable wakeUp) {
        FutureTask<T> task = new FutureTask<>(what);
        if (Thread.currentThread() == thread) {
            task.run();
        } else {
            calls.add(task);
            wakeUp.run();
            if (ended) {
                // Nobody else may come to it any more.
                task.cancel(false);
            }
        }
        return result(task);
    }

    private <T> T result(FutureTask<T> task) {
        boolean interrupted = false;
        try {
            while (true) {
                try {
                    return task.get();
                } catch (InterruptedException e) {
                    // The thread does not take long; the caller sees the interrupt afterwards.
                    interrupted = true;
                }
            }
        } catch (CancellationException e) {
            throw refusal(e);
        } catch (ExecutionException e) {
            switch (e.getCause()) {
                case RuntimeException refusal -> throw refusal;
                case IOException io -> throw new UncheckedIOException(io);
                case null, default -> throw new IllegalStateException(e.getCause());
            }
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private IllegalStateException refusal(CancellationException cause) {
        Throwable reason = failure;
        if (reason == null) {
            return new IllegalStateException("the impairment network is closed", cause);
        }
        IllegalStateException refusal =
                new IllegalStateException("the impairment network has failed", cause);
        refusal.addSuppressed(reason);
        return refusal;
    }

    /** Does everything that waits. Called by the thread. */
    void runAll() {
        FutureTask<?> task = calls.poll();
        while (task != null) {
            task.run();
            task = calls.poll();
        }
    }

    /**
     * Refuses everything that waits, and all that comes from now on. Called by the thread at its
     * end.
     *
     * @param reason of the end; null if it was asked for
     */
    void end(@Nullable Throwable reason) {
        failure = reason;
        ended = true;
        FutureTask<?> task = calls.poll();
        while (task != null) {
            task.cancel(false);
            task = calls.poll();
        }
    }

    /** Returns why the thread ended: null if it was asked to, or if somebody has been told. */
    @Nullable Throwable takeFailure() {
        Throwable reason = failure;
        failure = null;
        return reason;
    }
}
