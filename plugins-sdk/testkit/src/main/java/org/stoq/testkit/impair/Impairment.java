package org.stoq.testkit.impair;

import java.time.Duration;

/**
 * What one direction of a path does to datagrams. Begin with {@link #NONE} and add.
 *
 * <pre>{@code
 * Impairment dsl =
 *         Impairment.NONE.withDelay(ofMillis(15)).withLoss(0.001).withRate(1_250_000, 60_000);
 * }</pre>
 *
 * <p>A datagram meets them in this order: MTU, partition, loss, corruption, duplication, the rate
 * limit with its queue, delay. Immutable.
 *
 * @param delay how long datagrams are under way
 * @param loss which get lost
 * @param reorder which are overtaken
 * @param duplicateShare which share arrives twice, 0 to 1; the second copy queues behind the first
 * @param corruption which arrive with other bits
 * @param rate how many bytes pass per second
 * @param mtuBytes the largest datagram (UDP payload) that passes, 1 to {@value #MAX_MTU_BYTES};
 *     larger ones vanish
 */
public record Impairment(
        Delay delay,
        Loss loss,
        Reorder reorder,
        double duplicateShare,
        Corruption corruption,
        RateLimit rate,
        int mtuBytes) {
    /** Every datagram that UDP can carry passes with this MTU. */
    public static final int MAX_MTU_BYTES = 65_535;

    /** The longest delay, jitter or holding back. */
    public static final Duration MAX_DELAY = Duration.ofHours(1);

    /** A perfect path. */
    public static final Impairment NONE =
            new Impairment(
                    new Delay(0, 0, false),
                    Loss.NONE,
                    new Reorder(0, 0),
                    0,
                    new Corruption(0, 1),
                    RateLimit.NONE,
                    MAX_MTU_BYTES);

    /**
     * Checks the values.
     *
     * @throws IllegalArgumentException if the share or the MTU is out of range
     */
    public Impairment {
        Shares.check("duplicateShare", duplicateShare);
        if (mtuBytes < 1 || mtuBytes > MAX_MTU_BYTES) {
            throw new IllegalArgumentException(
                    "mtuBytes must be from 1 to " + MAX_MTU_BYTES + ": " + mtuBytes);
        }
    }

    /**
     * How long datagrams are under way.
     *
     * @param nanos what each of them takes at least, 0 to {@link #MAX_DELAY}
     * @param jitterNanos the most that is added to it, evenly distributed from 0, in nanoseconds, 0
     *     to {@link #MAX_DELAY}
     * @param jitterReorders whether a datagram with little jitter overtakes one with much; if not,
     *     it waits for those before it
     */
    public record Delay(long nanos, long jitterNanos, boolean jitterReorders) {
        /**
         * Checks the times.
         *
         * @throws IllegalArgumentException if one is out of range
         */
        public Delay {
            checkNanos("nanos", nanos);
            checkNanos("jitterNanos", jitterNanos);
        }
    }

    /**
     * Which datagrams are held back, so that later ones overtake them.
     *
     * @param share which share of them, 0 to 1
     * @param nanos for how long beyond the delay of all, 0 to {@link #MAX_DELAY}
     */
    public record Reorder(double share, long nanos) {
        /**
         * Checks the values.
         *
         * @throws IllegalArgumentException if one is out of range
         */
        public Reorder {
            Shares.check("reorder share", share);
            checkNanos("nanos", nanos);
        }
    }

    /**
     * Which datagrams arrive with other bits.
     *
     * @param share which share of them, 0 to 1
     * @param bits how many bits are turned over in each, 1 to {@value #MAX_BITS}; all of them if a
     *     datagram has fewer
     */
    public record Corruption(double share, int bits) {
        /** The most bits that are turned over in one datagram. */
        public static final int MAX_BITS = 4_096;

        /**
         * Checks the values.
         *
         * @throws IllegalArgumentException if one is out of range
         */
        public Corruption {
            Shares.check("corruption share", share);
            if (bits < 1 || bits > MAX_BITS) {
                throw new IllegalArgumentException(
                        "bits must be from 1 to " + MAX_BITS + ": " + bits);
            }
        }
    }

    private static void checkNanos(String what, long nanos) {
        if (nanos < 0 || nanos > MAX_DELAY.toNanos()) {
            throw new IllegalArgumentException(
                    what + " must be from 0 to " + MAX_DELAY.toNanos() + " (1 h): " + nanos);
        }
    }

    /** Returns the same with another least delay, one way. */
    public Impairment withDelay(Duration least) {
        return with(new Delay(least.toNanos(), delay.jitterNanos, delay.jitterReorders));
    }

    /**
     * Returns the same with another jitter.
     *
     * @param most the most that is added to the delay
     * @param reorders whether a datagram with little of it overtakes one with much
     */
    public Impairment withJitter(Duration most, boolean reorders) {
        return with(new Delay(delay.nanos, most.toNanos(), reorders));
    }

    private Impairment with(Delay another) {
        return new Impairment(another, loss, reorder, duplicateShare, corruption, rate, mtuBytes);
    }

    /** Returns the same with a share of datagrams, 0 to 1, that are lost each by itself. */
    public Impairment withLoss(double share) {
        return withLoss(Loss.independent(share));
    }

    /** Returns the same with another loss. */
    public Impairment withLoss(Loss another) {
        return new Impairment(delay, another, reorder, duplicateShare, corruption, rate, mtuBytes);
    }

    /** Returns the same with a share of datagrams, 0 to 1, that are held back for so long. */
    public Impairment withReorder(double share, Duration heldBack) {
        return new Impairment(
                delay,
                loss,
                new Reorder(share, heldBack.toNanos()),
                duplicateShare,
                corruption,
                rate,
                mtuBytes);
    }

    /** Returns the same with a share of datagrams, 0 to 1, that arrive twice. */
    public Impairment withDuplicates(double share) {
        return new Impairment(delay, loss, reorder, share, corruption, rate, mtuBytes);
    }

    /**
     * Returns the same with a share of datagrams, 0 to 1, in which so many bits are turned over.
     */
    public Impairment withCorruption(double share, int bits) {
        return new Impairment(
                delay, loss, reorder, duplicateShare, new Corruption(share, bits), rate, mtuBytes);
    }

    /**
     * Returns the same with a bottleneck at which each datagram takes its time on the wire.
     *
     * @param bytesPerSecond 0 means without a limit
     * @param queueBytes how much may wait at it
     */
    public Impairment withRate(long bytesPerSecond, long queueBytes) {
        return withRate(new RateLimit(bytesPerSecond, 0, queueBytes));
    }

    /** Returns the same with another bottleneck. */
    public Impairment withRate(RateLimit another) {
        return new Impairment(delay, loss, reorder, duplicateShare, corruption, another, mtuBytes);
    }

    /** Returns the same with another largest datagram. */
    public Impairment withMtu(int largestBytes) {
        return new Impairment(delay, loss, reorder, duplicateShare, corruption, rate, largestBytes);
    }
}
