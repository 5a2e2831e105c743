package org.stoq.content;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;
import org.stoq.sdk.StoqErrorCode;
import org.stoq.sdk.StoqException;

/** How long each of several peers took to confirm one purge. Thread-safe. */
final class Confirmations {
    private final LongSupplier nanoTime;
    private final long beginNanos;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();

    // Guarded by the lock.
    private final List<Long> tookNanos = new ArrayList<>();
    private int asked;
    private int failed;

    /**
     * Begins to count, from now on.
     *
     * @param asked how many peers are asked
     */
    Confirmations(int asked, LongSupplier nanoTime) {
        this.asked = asked;
        this.nanoTime = nanoTime;
        this.beginNanos = nanoTime.getAsLong();
    }

    /** Returns how many peers have to confirm. */
    int asked() {
        lock.lock();
        try {
            return asked;
        } finally {
            lock.unlock();
        }
    }

    /** One has confirmed. */
    void confirmed() {
        lock.lock();
        try {
            tookNanos.add(nanoTime.getAsLong() - beginNanos);
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** One keeps no content, and so has nothing to confirm. */
    void excused() {
        lock.lock();
        try {
            asked--;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** One will not. */
    void failed() {
        lock.lock();
        try {
            failed++;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /**
     * Waits until all have answered, but not longer than that.
     *
     * @return how long those took that have confirmed, the quickest first
     * @throws StoqException CANCELLED if interrupted
     */
    List<Duration> await(Duration patience) throws StoqException {
        lock.lock();
        try {
            long left = patience.toNanos();
            while (tookNanos.size() + failed < asked && left > 0) {
                left = changed.awaitNanos(left);
            }
            Collections.sort(tookNanos);
            return tookNanos.stream().map(Duration::ofNanos).toList();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new StoqException(StoqErrorCode.CANCELLED, "interrupted", e);
        } finally {
            lock.unlock();
        }
    }
}
