package org.stoq.content;

import java.util.concurrent.locks.ReentrantLock;

/**
 * A limit of so many units per second, with so many at once after a pause. Thread-safe; time is an
 * argument.
 */
final class TokenBucket {
    private final double perMilli;
    private final double burst;
    private final ReentrantLock lock = new ReentrantLock();

    // Guarded by the lock.
    private double tokens;
    private long lastMillis;

    /**
     * Creates a full bucket.
     *
     * @param perSecond units that come in each second
     * @param burst units it holds at most
     */
    TokenBucket(double perSecond, double burst, long nowMillis) {
        this.perMilli = perSecond / 1_000;
        this.burst = burst;
        this.tokens = burst;
        this.lastMillis = nowMillis;
    }

    /** Takes units if so many are there. Returns whether they were. */
    boolean take(double units, long nowMillis) {
        lock.lock();
        try {
            // A clock that was set back brings nothing; it does not empty the bucket either.
            tokens = Math.min(burst, tokens + Math.max(0, nowMillis - lastMillis) * perMilli);
            lastMillis = nowMillis;
            if (tokens < units) {
                return false;
            }
            tokens -= units;
            return true;
        } finally {
            lock.unlock();
        }
    }
}
