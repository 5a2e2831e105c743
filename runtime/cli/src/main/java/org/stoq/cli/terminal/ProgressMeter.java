package org.stoq.cli.terminal;

import java.time.Duration;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * How far something has come, how fast it goes and when it will be done. Pure: time is an argument,
 * in nanoseconds of any origin. Belongs to one thread or lock.
 *
 * <p>The rate is an exponentially weighted mean with a time constant of {@value
 * #TIME_CONSTANT_SECONDS} s, so that it follows a change within a few seconds and does not jump
 * with each buffer.
 */
public final class ProgressMeter {
    private static final double TIME_CONSTANT_SECONDS = 3;

    /** Shorter spans are gathered: their rate would be noise. */
    private static final long SAMPLE_NANOS = 100_000_000;

    private static final double NANOS_PER_SECOND = 1e9;

    private final OptionalLong total;
    private final long startNanos;
    private long done;
    private long sampledNanos;
    private long sampledDone;
    private double rate;

    /**
     * Creates a meter.
     *
     * @param total how much there is to do; empty if nobody knows
     * @param nowNanos the time now
     */
    public ProgressMeter(OptionalLong total, long nowNanos) {
        this.total = total;
        this.startNanos = nowNanos;
        this.sampledNanos = nowNanos;
    }

    /** Notes that so much more is done. */
    public void add(long amount, long nowNanos) {
        done += amount;
        long span = nowNanos - sampledNanos;
        if (span < SAMPLE_NANOS) {
            return;
        }
        double seconds = span / NANOS_PER_SECOND;
        double current = (done - sampledDone) / seconds;
        boolean first = sampledNanos == startNanos;
        double weight = first ? 1 : 1 - Math.exp(-seconds / TIME_CONSTANT_SECONDS);
        rate += weight * (current - rate);
        sampledNanos = nowNanos;
        sampledDone = done;
    }

    /** Returns how much is done. */
    public long done() {
        return done;
    }

    /** Returns the current rate per second; zero until there is a sample. */
    public double rate() {
        return rate;
    }

    /** Returns the share that is done, from 0 to 1, if the total is known. */
    public Optional<Double> share() {
        return total.isEmpty()
                ? Optional.empty()
                : Optional.of(
                        total.getAsLong() == 0
                                ? 1.0
                                : Math.min(1.0, (double) done / total.getAsLong()));
    }

    /** Returns how long the rest takes at the current rate, if that can be told. */
    public Optional<Duration> remaining() {
        if (total.isEmpty() || rate <= 0) {
            return Optional.empty();
        }
        double seconds = Math.max(0, total.getAsLong() - done) / rate;
        return Optional.of(Duration.ofMillis(Math.round(seconds * 1_000)));
    }

    /** Returns how long it has taken so far. */
    public Duration elapsed(long nowNanos) {
        return Duration.ofNanos(nowNanos - startNanos);
    }
}
