package org.stoq.plugins;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Interrupts the thread that made it when that takes too long, so that a plug-in which waits in its
 * activator does not hold up the others for good.
 *
 * <p>Watches on a virtual thread of its own, which ends with {@link #end}.
 */
final class StartWatch {
    private static final System.Logger LOG = System.getLogger(StartWatch.class.getName());

    private final Thread watched = Thread.currentThread();
    private final CountDownLatch ended = new CountDownLatch(1);

    /** Guards what follows: once ended, nobody interrupts any more. */
    private final ReentrantLock lock = new ReentrantLock();

    private boolean over;
    private boolean late;

    StartWatch(Duration limit) {
        Thread.ofVirtual().name("stoq-plugins-watch").start(() -> watch(limit));
    }

    /** Ends the watch. Returns whether the thread was interrupted; it is not any more then. */
    boolean end() {
        lock.lock();
        try {
            over = true;
            ended.countDown();
            if (late) {
                boolean pending = Thread.interrupted();
                LOG.log(System.Logger.Level.DEBUG, "interrupted, and noticed: {0}", !pending);
            }
            return late;
        } finally {
            lock.unlock();
        }
    }

    private void watch(Duration limit) {
        boolean inTime;
        try {
            inTime = ended.await(limit.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            LOG.log(System.Logger.Level.DEBUG, "nobody interrupts the watch", e);
            inTime = true;
        }
        lock.lock();
        try {
            if (!inTime && !over) {
                late = true;
                watched.interrupt();
            }
        } finally {
            lock.unlock();
        }
    }
}
