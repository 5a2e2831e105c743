package org.stoq.client.session;

import java.time.Duration;
import java.util.Comparator;
import java.util.PriorityQueue;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.stoq.sdk.StoqErrorCode;
import org.stoq.sdk.StoqException;

/**
 * Lets the most urgent stream of a connection write first (RFC 9218 s.10).
 *
 * <p>A stream that has a frame to write stands in line while a more urgent one is writing, but
 * never longer than a limit: a stream whose reader has stopped must not stop the others. Streams
 * that are not incremental go in the order of their ids. Thread-safe.
 */
final class Turnstile {
    /**
     * A stream's place in line.
     *
     * @param urgency 0 to 7, the most urgent first
     * @param incremental whether streams of the same urgency take turns
     * @param streamId id of the stream
     */
    record Priority(int urgency, boolean incremental, long streamId) {
        static final int DEFAULT_URGENCY = 3;

        private static final Comparator<Priority> ORDER =
                Comparator.comparingInt(Priority::urgency)
                        .thenComparing(Priority::incremental)
                        .thenComparingLong(p -> p.incremental ? 0 : p.streamId);

        static Priority of(long streamId) {
            return new Priority(DEFAULT_URGENCY, true, streamId);
        }
    }

    /** A write, from the moment that a stream has a frame. */
    @FunctionalInterface
    interface Passage extends AutoCloseable {
        @Override
        void close();
    }

    private final long maxWaitNanos;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition left = lock.newCondition();
    private final PriorityQueue<Priority> writing = new PriorityQueue<>(Priority.ORDER);

    /**
     * Creates a turnstile.
     *
     * @param maxWait the longest time that a stream stands in line for one frame
     */
    Turnstile(Duration maxWait) {
        this.maxWaitNanos = maxWait.toNanos();
    }

    /** Waits for its turn. Closing the passage lets the next one go. */
    Passage enter(Priority priority) throws StoqException {
        lock.lock();
        try {
            writing.add(priority);
            long nanos = maxWaitNanos;
            while (nanos > 0 && Priority.ORDER.compare(writing.element(), priority) < 0) {
                nanos = left.awaitNanos(nanos);
            }
        } catch (InterruptedException e) {
            writing.remove(priority);
            Thread.currentThread().interrupt();
            throw new StoqException(StoqErrorCode.CANCELLED, "interrupted while sending", e);
        } finally {
            lock.unlock();
        }
        return () -> leave(priority);
    }

    private void leave(Priority priority) {
        lock.lock();
        try {
            writing.remove(priority);
            left.signalAll();
        } finally {
            lock.unlock();
        }
    }
}
