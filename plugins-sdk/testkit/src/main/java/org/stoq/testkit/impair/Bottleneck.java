package org.stoq.testkit.impair;

import java.util.ArrayDeque;
import org.jspecify.annotations.Nullable;

/**
 * A token bucket with a queue before it. Tokens are bytes. While the queue is empty the bucket
 * holds at most the burst; while something waits, its tokens add up until they suffice.
 *
 * <p>Not thread-safe; times do not go back.
 */
final class Bottleneck<T> {
    private record Waiting<T>(int bytes, T item) {}

    private final ArrayDeque<Waiting<T>> queue = new ArrayDeque<>();
    private RateLimit limit;
    private long queuedBytes;

    /** What was in the bucket at {@link #sinceNanos}. A fraction, so that no rounding adds up. */
    private double tokens;

    private long sinceNanos;

    Bottleneck(RateLimit limit, long nowNanos) {
        this.limit = limit;
        this.tokens = limit.burstBytes();
        this.sinceNanos = nowNanos;
    }

    /**
     * Puts something into the queue, from where it may leave at once.
     *
     * @param nowNanos everything that leaves until then has been taken out
     * @return whether there was room
     */
    boolean offer(long nowNanos, int bytes, T item) {
        if (queue.isEmpty()) {
            fill(nowNanos);
        }
        boolean passes = limit.isUnlimited() || (queue.isEmpty() && tokens >= bytes);
        if (!passes && queuedBytes + bytes > limit.queueBytes()) {
            return false;
        }
        queue.add(new Waiting<>(bytes, item));
        queuedBytes += bytes;
        return true;
    }

    /** Returns when the next one leaves, or {@link Long#MAX_VALUE} if none waits. */
    long nextDepartureNanos() {
        Waiting<T> head = queue.peek();
        if (head == null) {
            return Long.MAX_VALUE;
        }
        if (limit.isUnlimited() || tokens >= head.bytes) {
            return sinceNanos;
        }
        // Rounded up: never faster than the rate.
        return sinceNanos + (long) Math.ceil((head.bytes - tokens) * 1e9 / limit.bytesPerSecond());
    }

    /** Takes the next one out at the time of its departure, or returns null if none waits. */
    @Nullable T leave() {
        long departureNanos = nextDepartureNanos();
        Waiting<T> head = queue.poll();
        if (head == null) {
            return null;
        }
        tokens += tokensSince(departureNanos) - head.bytes;
        sinceNanos = departureNanos;
        queuedBytes -= head.bytes;
        return head.item;
    }

    /**
     * Sets another limit. What waits, waits on, at the new rate; also where the new queue is
     * smaller.
     *
     * @param nowNanos everything that leaves until then has been taken out
     */
    void limit(long nowNanos, RateLimit another) {
        if (limit.isUnlimited()) {
            tokens = another.burstBytes();
            sinceNanos = nowNanos;
        } else {
            fill(nowNanos);
        }
        limit = another;
        if (queue.isEmpty()) {
            tokens = Math.min(tokens, (double) limit.burstBytes());
        }
    }

    private void fill(long nowNanos) {
        tokens += tokensSince(nowNanos);
        if (queue.isEmpty()) {
            tokens = Math.min(tokens, (double) limit.burstBytes());
        }
        sinceNanos = nowNanos;
    }

    private double tokensSince(long nowNanos) {
        return ((double) nowNanos - sinceNanos) * limit.bytesPerSecond() / 1e9;
    }
}
