package org.stoq.testkit.impair;

/**
 * How datagrams get lost: the model of Gilbert and Elliott. The link is either well or in a burst;
 * with each datagram it may change over, and in each of the two another share is lost. Independent
 * loss is the case without bursts.
 *
 * <p>A burst lasts for a number of datagrams, however long they take to come: a sender that backs
 * off to one probe per second sits in a burst of eight for eight seconds.
 *
 * <p>E. N. Gilbert, "Capacity of a burst-noise channel", 1960; E. O. Elliott, "Estimates of error
 * rates for codes on burst-noise channels", 1963.
 *
 * @param burstStart probability that a burst begins with a datagram, 0 to 1
 * @param burstEnd probability that a burst has ended before a datagram, 0 to 1; its reciprocal is
 *     the mean length of a burst in datagrams
 * @param shareInBurst which share is lost in a burst, 0 to 1
 * @param shareOutside which share is lost outside of bursts, 0 to 1
 */
public record Loss(double burstStart, double burstEnd, double shareInBurst, double shareOutside) {
    /** Nothing is lost. */
    public static final Loss NONE = independent(0);

    /**
     * Checks the probabilities.
     *
     * @throws IllegalArgumentException if one is not from 0 to 1
     */
    public Loss {
        Shares.check("burstStart", burstStart);
        Shares.check("burstEnd", burstEnd);
        Shares.check("shareInBurst", shareInBurst);
        Shares.check("shareOutside", shareOutside);
    }

    /**
     * Returns loss that hits each datagram by itself.
     *
     * @param share which share is lost, 0 to 1
     */
    public static Loss independent(double share) {
        return new Loss(0, 1, 0, share);
    }

    /**
     * Returns loss of whole runs of datagrams.
     *
     * @param share which share is lost in the long run, 0 to 1; with runs of a given mean length
     *     not all shares are possible: at most {@code meanBurst / (meanBurst + 1)}, or 1
     * @param meanBurst how many datagrams in a row are lost on average, at least 1
     * @throws IllegalArgumentException if no such loss exists
     */
    public static Loss bursts(double share, double meanBurst) {
        Shares.check("share", share);
        if (!(meanBurst >= 1)) {
            throw new IllegalArgumentException("meanBurst must be at least 1: " + meanBurst);
        }
        if (share == 1) {
            return independent(1);
        }
        double burstEnd = 1 / meanBurst;
        double burstStart = burstEnd * share / (1 - share);
        if (burstStart > 1) {
            throw new IllegalArgumentException(
                    "a share of "
                            + share
                            + " needs longer bursts than "
                            + meanBurst
                            + " datagrams on average; at least "
                            + share / (1 - share));
        }
        return new Loss(burstStart, burstEnd, 1, 0);
    }
}
