package org.stoq.cache;

import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jspecify.annotations.Nullable;
import org.stoq.sdk.Digest;

/**
 * Remembers which entries were asked for until a policy hears of it.
 *
 * <p>Any number of threads record, without a lock; one thread at a time reads. When the ring is
 * full an access is forgotten rather than waited for: a policy that misses a few of many hits on an
 * entry judges it all the same.
 */
final class AccessRing {
    private final AtomicReferenceArray<@Nullable Digest> slots;
    private final int mask;
    private final AtomicLong recorded = new AtomicLong();

    /** Written by the reading thread alone. */
    private volatile long read;

    /**
     * Creates an empty ring.
     *
     * @param slots how many accesses it remembers, a power of two
     */
    AccessRing(int slots) {
        if (Integer.bitCount(slots) != 1) {
            throw new IllegalArgumentException(slots + " slots, which is no power of two");
        }
        this.slots = new AtomicReferenceArray<>(slots);
        this.mask = slots - 1;
    }

    /**
     * Records an access.
     *
     * @return whether the ring is at least half full now, so that somebody should read it
     */
    boolean record(Digest key) {
        while (true) {
            long at = recorded.get();
            long waiting = at - read;
            if (waiting > mask) {
                return true;
            }
            if (recorded.compareAndSet(at, at + 1)) {
                slots.setRelease((int) at & mask, key);
                return waiting >= mask / 2;
            }
        }
    }

    /** Returns how many accesses were recorded so far; {@link #next} counts along. */
    long recorded() {
        return recorded.get();
    }

    /**
     * Takes the oldest access that is not read yet, if fewer than {@code upTo} were read so far.
     * Returns null if there is none; also while the thread that records it is not done.
     */
    @Nullable Digest next(long upTo) {
        long at = read;
        if (at >= upTo) {
            return null;
        }
        Digest key = slots.getAcquire((int) at & mask);
        if (key != null) {
            slots.setRelease((int) at & mask, null);
            read = at + 1;
        }
        return key;
    }
}
