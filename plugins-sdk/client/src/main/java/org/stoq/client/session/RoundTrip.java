package org.stoq.client.session;

import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;

/** Round-trip time as PING frames measure it, smoothed as in RFC 9002 s.5.3. Thread-safe. */
final class RoundTrip {
    private static final int SMOOTHING = 8;

    private final ReentrantLock lock = new ReentrantLock();

    // Guarded by the lock.
    private long smoothedNanos;
    private boolean measured;
    private long number;
    private long sentNanos;
    private boolean awaiting;

    RoundTrip(Duration initial) {
        this.smoothedNanos = initial.toNanos();
    }

    /** Starts a measurement and returns the number that its PING carries. */
    long start(long nowNanos) {
        lock.lock();
        try {
            sentNanos = nowNanos;
            awaiting = true;
            return ++number;
        } finally {
            lock.unlock();
        }
    }

    /**
     * Takes an answer; one to another PING than the newest, or a second one, counts for nothing.
     */
    void acknowledged(long answered, long nowNanos) {
        lock.lock();
        try {
            if (!awaiting || answered != number) {
                return;
            }
            awaiting = false;
            long sample = nowNanos - sentNanos;
            smoothedNanos =
                    measured ? smoothedNanos + (sample - smoothedNanos) / SMOOTHING : sample;
            measured = true;
        } finally {
            lock.unlock();
        }
    }

    Duration smoothed() {
        lock.lock();
        try {
            return Duration.of(smoothedNanos, TimeUnit.NANOSECONDS.toChronoUnit());
        } finally {
            lock.unlock();
        }
    }
}
