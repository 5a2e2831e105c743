package org.stoq.testkit.impair;

/** Checks of probabilities. */
final class Shares {
    private Shares() {}

    /**
     * Returns the share.
     *
     * @throws IllegalArgumentException if it is not from 0 to 1
     */
    static double check(String what, double share) {
        if (!(share >= 0 && share <= 1)) {
            throw new IllegalArgumentException(what + " must be from 0 to 1: " + share);
        }
        return share;
    }
}
