package org.stoq.congestion;

/**
 * The round trip after a controller has backed off (RFC 9002 s.7.3.2): losses of what left before
 * belong to the congestion that it has answered already. Belongs to one flow.
 */
final class RecoveryPeriod {
    private long sinceNanos;
    private boolean ever;

    /** Returns whether a packet that left then belongs to it. */
    boolean covers(long sentNanos) {
        return ever && sentNanos - sinceNanos <= 0;
    }

    /**
     * Begins a period, unless what is told of belongs to the one before.
     *
     * @param sentNanos when the newest packet had left that was lost or marked
     * @return whether one has begun
     */
    boolean begin(long nowNanos, long sentNanos) {
        if (covers(sentNanos)) {
            return false;
        }
        sinceNanos = nowNanos;
        ever = true;
        return true;
    }

    /** Ends it before its time. */
    void end() {
        ever = false;
    }
}
