package org.stoq.content;

import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.locks.ReentrantLock;
import org.stoq.sdk.StoqErrorCode;
import org.stoq.sdk.StoqException;

/** The virtual threads that this bundle starts, so that none of them outlives it. Thread-safe. */
final class TaskGroup implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger(TaskGroup.class.getName());

    /** How long {@link #close} waits for threads that were interrupted. */
    private static final Duration PATIENCE = Duration.ofSeconds(5);

    private final ReentrantLock lock = new ReentrantLock();

    // Guarded by the lock.
    private final Set<Thread> running = new HashSet<>();
    private boolean closed;

    /**
     * Starts a thread. What the task throws unchecked is logged.
     *
     * @throws StoqException UNAVAILABLE if the group was closed
     */
    Thread start(String name, Runnable task) throws StoqException {
        Thread thread = Thread.ofVirtual().name(name).unstarted(() -> run(task));
        lock.lock();
        try {
            if (closed) {
                throw new StoqException(
                        StoqErrorCode.UNAVAILABLE, "the content bundle is stopping");
            }
            running.add(thread);
        } finally {
            lock.unlock();
        }
        thread.start();
        return thread;
    }

    /** Starts a thread unless the group was closed. Returns whether it did. */
    boolean tryStart(String name, Runnable task) {
        try {
            start(name, task);
            return true;
        } catch (StoqException e) {
            LOG.log(System.Logger.Level.DEBUG, "{0} is not begun: {1}", name, e.getMessage());
            return false;
        }
    }

    /** Returns how many threads have not ended. */
    int size() {
        lock.lock();
        try {
            return running.size();
        } finally {
            lock.unlock();
        }
    }

    /** Interrupts every thread and waits for their ends, for some seconds in all. */
    @Override
    public void close() {
        List<Thread> left;
        lock.lock();
        try {
            closed = true;
            left = List.copyOf(running);
        } finally {
            lock.unlock();
        }
        left.forEach(Thread::interrupt);
        Instant end = Instant.now().plus(PATIENCE);
        try {
            for (Thread thread : left) {
                Duration rest = Duration.between(Instant.now(), end);
                if (!thread.join(rest.isNegative() ? Duration.ZERO : rest)) {
                    LOG.log(System.Logger.Level.WARNING, "{0} does not end", thread.getName());
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void run(Runnable task) {
        try {
            task.run();
        } catch (RuntimeException e) {
            LOG.log(System.Logger.Level.ERROR, Thread.currentThread().getName() + " failed", e);
        } finally {
            lock.lock();
            try {
                running.remove(Thread.currentThread());
            } finally {
                lock.unlock();
            }
        }
    }
}
