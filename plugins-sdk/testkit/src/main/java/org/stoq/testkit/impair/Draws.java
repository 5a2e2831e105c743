package org.stoq.testkit.impair;

import java.util.SplittableRandom;

/**
 * What chance says about each datagram in turn. Each kind of impairment has a sequence of its own,
 * which goes on by the same step whatever is set, so that none disturbs another.
 */
final class Draws {
    private final SplittableRandom losses;
    private final SplittableRandom jitters;
    private final SplittableRandom reorders;
    private final SplittableRandom duplicates;
    private final SplittableRandom corruptions;

    private boolean inBurst;
    private boolean lost;
    private double jitter;
    private double reorder;
    private double duplicate;
    private double duplicateJitter;
    private double corruption;
    private long bitsSeed;

    Draws(long seed) {
        SplittableRandom root = new SplittableRandom(seed);
        losses = root.split();
        jitters = root.split();
        reorders = root.split();
        duplicates = root.split();
        corruptions = root.split();
    }

    /** Goes on to the next datagram. */
    void next(Loss loss) {
        double change = losses.nextDouble();
        inBurst = inBurst ? change >= loss.burstEnd() : change < loss.burstStart();
        lost = losses.nextDouble() < (inBurst ? loss.shareInBurst() : loss.shareOutside());
        jitter = jitters.nextDouble();
        reorder = reorders.nextDouble();
        duplicate = duplicates.nextDouble();
        duplicateJitter = duplicates.nextDouble();
        corruption = corruptions.nextDouble();
        bitsSeed = corruptions.nextLong();
    }

    boolean lost() {
        return lost;
    }

    /** Returns which part of the jitter this one gets, 0 to 1. */
    double jitter() {
        return jitter;
    }

    /** Returns the same for its duplicate. */
    double duplicateJitter() {
        return duplicateJitter;
    }

    boolean isReordered(double share) {
        return reorder < share;
    }

    boolean isDuplicated(double share) {
        return duplicate < share;
    }

    boolean isCorrupted(double share) {
        return corruption < share;
    }

    /** Returns a copy with exactly so many bits turned over, or all if it has fewer. */
    byte[] flipped(byte[] datagram, int bits) {
        SplittableRandom random = new SplittableRandom(bitsSeed);
        byte[] bytes = datagram.clone();
        int total = bytes.length * Byte.SIZE;
        int left = Math.min(bits, total);
        // Selection sampling: each set of bits is as likely, in one pass.
        for (int bit = 0; left > 0; bit++) {
            if (random.nextInt(total - bit) < left) {
                bytes[bit / Byte.SIZE] ^= (byte) (1 << (bit % Byte.SIZE));
                left--;
            }
        }
        return bytes;
    }
}
