package org.stoq.cache;

/**
 * Looks for the share of a window that gives the most hits, by hill climbing (Einziger, Eytan,
 * Friedman and Manes, "Adaptive software cache management", Middleware 2018).
 *
 * <p>After every sample of requests it takes a step: the same way if hits became more, else back.
 * Steps get shorter, until hits change by a twentieth of all requests, when the work load must have
 * changed and it begins with long ones again.
 */
final class WindowClimber {
    /** Requests of a sample for each entry of the cache. */
    private static final int SAMPLE_PER_ENTRY = 10;

    private static final double LONGEST_STEP = 0.0625;
    private static final double DECAY = 0.98;
    private static final double RESTART = 0.05;
    private static final double LEAST_SHARE = 0.01;
    private static final double MOST_SHARE = 0.8;

    private double share = LEAST_SHARE;
    private double step = -LONGEST_STEP;
    private double hitRateBefore;
    private long requests;
    private long hits;

    /** Returns the share of the window now, 0.01 to 0.8. */
    double share() {
        return share;
    }

    /** Counts a request. Returns whether the share has changed. */
    boolean count(boolean hit, int entries) {
        requests++;
        hits += hit ? 1 : 0;
        if (requests < (long) SAMPLE_PER_ENTRY * Math.max(1, entries)) {
            return false;
        }
        double hitRate = (double) hits / requests;
        double change = hitRate - hitRateBefore;
        double move = change >= 0 ? step : -step;
        step = Math.abs(change) >= RESTART ? Math.copySign(LONGEST_STEP, move) : DECAY * move;
        hitRateBefore = hitRate;
        requests = 0;
        hits = 0;
        double before = share;
        share = Math.clamp(share + move, LEAST_SHARE, MOST_SHARE);
        if (share == before) {
            // Against the end of the range; the only way to learn anything leads back.
            step = -step;
        }
        return share != before;
    }
}
