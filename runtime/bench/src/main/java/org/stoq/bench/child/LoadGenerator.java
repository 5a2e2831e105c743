package org.stoq.bench.child;

import java.nio.ByteBuffer;
import java.util.Optional;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import java.util.function.LongSupplier;
import org.HdrHistogram.ConcurrentHistogram;
import org.HdrHistogram.Histogram;
import org.jspecify.annotations.Nullable;
import org.stoq.bench.contender.Flow;
import org.stoq.bench.contender.Requests;
import org.stoq.client.pattern.Pattern;

/**
 * Makes requests, either so many at once (closed loop) or so many in a second whatever becomes of
 * them (open loop). Belongs to one thread, which blocks.
 *
 * <p>In an open loop each request has a moment at which it is meant to begin, and its latency
 * counts from there: one that has to wait because others are slow was late for its user
 * (coordinated omission).
 */
final class LoadGenerator {
    /** Latencies up to a minute, to three digits. */
    static final long MAX_NANOS = TimeUnit.MINUTES.toNanos(1);

    static final int DIGITS = 3;

    /** So many requests at once, and the next one waits; its wait counts. */
    private static final int MAX_AT_ONCE = 4_096;

    private static final long PATIENCE_SECONDS = 15;

    private final Requests requests;
    private final LongSupplier nanoClock;
    private final ByteBuffer request;
    private final AtomicLong failed = new AtomicLong();
    private final AtomicReference<@Nullable String> firstFailure = new AtomicReference<>();
    private long made;

    LoadGenerator(Requests requests, Pattern pattern, int bytes, LongSupplier nanoClock) {
        this.requests = requests;
        this.request = Flow.request(pattern, 0, bytes);
        this.nanoClock = nanoClock;
    }

    /** Returns how many requests were made. */
    long made() {
        return made;
    }

    /** Returns how many requests have failed. */
    long failed() {
        return failed.get();
    }

    /** Returns why the first one did. */
    Optional<String> firstFailure() {
        return Optional.ofNullable(firstFailure.get());
    }

    /**
     * Makes requests one after the other, so many at once.
     *
     * @return how many were answered in a second
     */
    double closedLoop(int atOnce, long nanos) throws InterruptedException {
        Semaphore places = new Semaphore(atOnce);
        AtomicLong answered = new AtomicLong();
        long start = nanoClock.getAsLong();
        while (nanoClock.getAsLong() - start < nanos) {
            places.acquire();
            made++;
            requests.ask(
                    request,
                    failure -> {
                        places.release();
                        if (note(failure)) {
                            answered.incrementAndGet();
                        }
                    });
        }
        awaitAll(places, atOnce);
        return answered.get() * 1e9 / (nanoClock.getAsLong() - start);
    }

    /**
     * Makes requests at a rate.
     *
     * @param rate how many in a second, more than 0
     * @param skippedNanos how long latencies are not recorded at the beginning
     * @param nanos how long then
     * @return latencies in nanoseconds, from the moment at which each request was meant to begin
     */
    Histogram openLoop(double rate, long skippedNanos, long nanos) throws InterruptedException {
        ConcurrentHistogram latencies = new ConcurrentHistogram(MAX_NANOS, DIGITS);
        Semaphore places = new Semaphore(MAX_AT_ONCE);
        double interval = 1e9 / rate;
        long start = nanoClock.getAsLong();
        long count = (long) Math.ceil((skippedNanos + nanos) / interval);
        for (long i = 0; i < count; i++) {
            long intended = start + Math.round(i * interval);
            awaitMoment(intended, nanoClock);
            places.acquire();
            boolean counts = intended - start >= skippedNanos;
            made++;
            requests.ask(
                    request,
                    failure -> {
                        long took = nanoClock.getAsLong() - intended;
                        places.release();
                        if (note(failure) && counts) {
                            latencies.recordValue(Math.clamp(took, 0, MAX_NANOS));
                        }
                    });
        }
        awaitAll(places, MAX_AT_ONCE);
        return latencies;
    }

    /** Blocks until a clock shows a moment. */
    static void awaitMoment(long moment, LongSupplier nanoClock) throws InterruptedException {
        long left = moment - nanoClock.getAsLong();
        while (left > 0) {
            if (Thread.interrupted()) {
                throw new InterruptedException();
            }
            LockSupport.parkNanos(left);
            left = moment - nanoClock.getAsLong();
        }
    }

    private boolean note(@Nullable String failure) {
        if (failure == null) {
            return true;
        }
        failed.incrementAndGet();
        firstFailure.compareAndSet(null, failure);
        return false;
    }

    private void awaitAll(Semaphore places, int all) throws InterruptedException {
        if (!places.tryAcquire(all, PATIENCE_SECONDS, TimeUnit.SECONDS)) {
            int missing = all - places.availablePermits();
            failed.addAndGet(missing);
            firstFailure.compareAndSet(
                    null, "no answer within %d s to %d".formatted(PATIENCE_SECONDS, missing));
        }
    }
}
