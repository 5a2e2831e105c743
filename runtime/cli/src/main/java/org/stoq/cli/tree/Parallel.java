package org.stoq.cli.tree;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Does something for each of many things, several at a time, on virtual threads. The first failure
 * interrupts the others and is thrown; so does an interrupt of the caller.
 */
public final class Parallel<T> {
    /**
     * What is done for each thing.
     *
     * @param <T> the thing
     */
    @FunctionalInterface
    public interface Task<T> {
        /** Does it. May block; is interrupted when another one has failed. */
        void run(T thing) throws Exception;
    }

    private final Iterator<? extends T> things;
    private final Task<? super T> task;
    private final List<Thread> threads = new ArrayList<>();

    /** Guards the iterator and the failure. */
    private final ReentrantLock lock = new ReentrantLock();

    private @Nullable Exception failure;

    private Parallel(Iterator<? extends T> things, Task<? super T> task) {
        this.things = things;
        this.task = task;
    }

    /**
     * Does it all. Blocks until everything is done or the first failure has stopped it.
     *
     * @param width how many at a time, from 1 on
     * @throws Exception what the task has thrown first
     */
    public static <T> void forEach(Iterable<? extends T> things, int width, Task<? super T> task)
            throws Exception {
        new Parallel<T>(things.iterator(), task).run(width);
    }

    private void run(int width) throws Exception {
        for (int i = 0; i < width; i++) {
            threads.add(Thread.ofVirtual().name("stoq-work-", i).unstarted(this::work));
        }
        threads.forEach(Thread::start);
        try {
            join();
        } catch (InterruptedException e) {
            stop(e);
            join();
        }
        lock.lock();
        try {
            if (failure != null) {
                throw failure;
            }
        } finally {
            lock.unlock();
        }
    }

    private void join() throws InterruptedException {
        for (Thread thread : threads) {
            thread.join();
        }
    }

    private void work() {
        try {
            for (Optional<T> next = next(); next.isPresent(); next = next()) {
                task.run(next.get());
            }
        } catch (Exception e) {
            stop(e);
        } catch (Error e) {
            stop(new IllegalStateException("a task died", e));
            throw e;
        }
    }

    private Optional<T> next() {
        lock.lock();
        try {
            return failure == null && things.hasNext()
                    ? Optional.of(things.next())
                    : Optional.empty();
        } finally {
            lock.unlock();
        }
    }

    private void stop(Exception reason) {
        lock.lock();
        try {
            if (failure != null) {
                return;
            }
            failure = reason;
        } finally {
            lock.unlock();
        }
        for (Thread thread : threads) {
            if (thread != Thread.currentThread()) {
                thread.interrupt();
            }
        }
    }
}
