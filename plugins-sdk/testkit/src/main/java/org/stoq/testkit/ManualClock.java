package org.stoq.testkit;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;

/** A clock that stands still until a test moves it. Thread-safe. */
public final class ManualClock implements InstantSource, LongSupplier {
    private static final Instant START = Instant.parse("2026-01-01T00:00:00Z");

    private final AtomicLong nanos = new AtomicLong();

    /** Moves the clock forward. */
    public void advance(Duration time) {
        if (time.isNegative()) {
            throw new IllegalArgumentException("clocks do not go back: " + time);
        }
        nanos.addAndGet(time.toNanos());
    }

    @Override
    public Instant instant() {
        return START.plusNanos(nanos.get());
    }

    /** Returns nanoseconds since the clock was made, in the place of {@code System.nanoTime}. */
    @Override
    public long getAsLong() {
        return nanos.get();
    }
}
