package org.stoq.sdk.strategy;

import java.util.concurrent.locks.ReentrantLock;

/**
 * A call that is in a strategy at the moment, so that a stalled one can be interrupted.
 *
 * <p>The lock makes sure that the interrupt meets the call and not what its thread does afterwards.
 */
final class WatchedCall {
    private final Thread thread;
    private final long begunNanos;
    private final ReentrantLock lock = new ReentrantLock();
    private boolean ended;
    private boolean interrupted;

    WatchedCall(Thread thread, long begunNanos) {
        this.thread = thread;
        this.begunNanos = begunNanos;
    }

    boolean interruptIfBegunBefore(long nanos) {
        if (begunNanos - nanos >= 0) {
            return false;
        }
        lock.lock();
        try {
            if (ended || interrupted) {
                return false;
            }
            interrupted = true;
            thread.interrupt();
            return true;
        } finally {
            lock.unlock();
        }
    }

    /** Ends the watch, and takes back an interrupt that was meant for the strategy. */
    void end() {
        lock.lock();
        try {
            ended = true;
            if (interrupted) {
                Thread.interrupted();
            }
        } finally {
            lock.unlock();
        }
    }
}
