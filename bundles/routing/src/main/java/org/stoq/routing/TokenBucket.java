package org.stoq.routing;

/** Allows so many events at once, and then one per interval. Pure; belongs to one thread. */
final class TokenBucket {
    private final int burst;
    private double tokens;
    private long lastNanos;

    TokenBucket(int burst, long nowNanos) {
        this.burst = burst;
        this.tokens = burst;
        this.lastNanos = nowNanos;
    }

    /** Takes a token if there is one. */
    boolean take(long nowNanos, long intervalNanos) {
        tokens = Math.min(burst, tokens + (double) (nowNanos - lastNanos) / intervalNanos);
        lastNanos = nowNanos;
        if (tokens < 1) {
            return false;
        }
        tokens--;
        return true;
    }
}
