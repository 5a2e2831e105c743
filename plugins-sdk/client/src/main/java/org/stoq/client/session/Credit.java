package org.stoq.client.session;

import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.stoq.sdk.StoqErrorCode;
import org.stoq.sdk.StoqException;

/** How many bytes of body the peer still takes on one stream (decision 11). Thread-safe. */
final class Credit {
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();

    // Guarded by the lock.
    private long bytes;
    private @Nullable StoqException end;

    Credit(long bytes) {
        this.bytes = bytes;
    }

    /**
     * Takes as much as there is, up to a limit. Blocks while there is nothing.
     *
     * @throws StoqException the reason given to {@link #end}, or CANCELLED at an interrupt
     */
    int take(int most) throws StoqException {
        lock.lock();
        try {
            while (bytes == 0 && end == null) {
                changed.await();
            }
            if (end != null) {
                throw new StoqException(end.code(), String.valueOf(end.getMessage()), end);
            }
            int taken = (int) Math.min(most, bytes);
            bytes -= taken;
            return taken;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new StoqException(StoqErrorCode.CANCELLED, "interrupted while sending", e);
        } finally {
            lock.unlock();
        }
    }

    /** Returns whether {@link #end} was said. */
    boolean ended() {
        lock.lock();
        try {
            return end != null;
        } finally {
            lock.unlock();
        }
    }

    void add(long more) {
        lock.lock();
        try {
            bytes += more;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** Nobody takes the rest: whoever wants to send learns why. The first reason counts. */
    void end(StoqException reason) {
        lock.lock();
        try {
            if (end == null) {
                end = reason;
            }
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }
}
