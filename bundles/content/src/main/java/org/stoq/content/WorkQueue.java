package org.stoq.content;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A bounded queue and the few threads that work it off; they live only while there is work.
 * Thread-safe, {@link #offer} never blocks.
 *
 * @param <T> a piece of work
 */
final class WorkQueue<T> {
    private final String name;
    private final TaskGroup tasks;
    private final int capacity;
    private final int workers;
    private final Consumer<T> work;
    private final ReentrantLock lock = new ReentrantLock();

    // Guarded by the lock.
    private final Deque<T> waiting = new ArrayDeque<>();
    private int working;

    /**
     * Creates a queue.
     *
     * @param name name of its threads
     * @param capacity most pieces that wait
     * @param workers most threads at a time
     * @param work does one piece, blocking
     */
    WorkQueue(String name, TaskGroup tasks, int capacity, int workers, Consumer<T> work) {
        this.name = name;
        this.tasks = tasks;
        this.capacity = capacity;
        this.workers = workers;
        this.work = work;
    }

    /** Adds a piece of work. Returns false if the queue is full. */
    boolean offer(T piece) {
        boolean hire;
        lock.lock();
        try {
            if (waiting.size() >= capacity) {
                return false;
            }
            waiting.add(piece);
            hire = working < workers;
            if (hire) {
                working++;
            }
        } finally {
            lock.unlock();
        }
        if (hire && !tasks.tryStart(name, this::workOff)) {
            leave();
        }
        return true;
    }

    /** Forgets what waits; what was begun goes on. */
    void clear() {
        lock.lock();
        try {
            waiting.clear();
        } finally {
            lock.unlock();
        }
    }

    private void workOff() {
        boolean finished = false;
        try {
            T piece = next();
            while (piece != null) {
                work.accept(piece);
                piece = next();
            }
            finished = true;
        } finally {
            if (!finished) {
                leave();
            }
        }
    }

    /** Takes the next piece; with none left the worker has left when this returns. */
    private @Nullable T next() {
        lock.lock();
        try {
            T piece = Thread.currentThread().isInterrupted() ? null : waiting.poll();
            if (piece == null) {
                working--;
            }
            return piece;
        } finally {
            lock.unlock();
        }
    }

    private void leave() {
        lock.lock();
        try {
            working--;
        } finally {
            lock.unlock();
        }
    }
}
