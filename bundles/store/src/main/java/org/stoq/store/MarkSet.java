package org.stoq.store;

import java.nio.ByteBuffer;
import java.util.concurrent.locks.ReentrantLock;
import org.stoq.sdk.Digest;

/**
 * A set of digests in 32 to 64 bytes of heap each: of a digest it keeps 128 bits, for which nobody
 * finds a second digest. Open addressing, at most half full. Any thread.
 */
final class MarkSet {
    private static final int FIRST_CAPACITY = 1_024;

    private final ReentrantLock lock = new ReentrantLock();
    // Pairs; a pair of zeros is free.
    private long[] slots = new long[2 * FIRST_CAPACITY];
    private int size;

    /** Adds a digest. Returns whether it is new. */
    boolean add(Digest digest) {
        long first = digest.prefix();
        long second = second(digest);
        lock.lock();
        try {
            int slot = slot(slots, first, second);
            if (slots[slot] != 0 || slots[slot + 1] != 0) {
                return false;
            }
            slots[slot] = first;
            slots[slot + 1] = second;
            size++;
            if (4 * size > slots.length) {
                grow();
            }
            return true;
        } finally {
            lock.unlock();
        }
    }

    boolean contains(Digest digest) {
        lock.lock();
        try {
            int slot = slot(slots, digest.prefix(), second(digest));
            return slots[slot] != 0 || slots[slot + 1] != 0;
        } finally {
            lock.unlock();
        }
    }

    private void grow() {
        long[] wider = new long[Math.multiplyExact(2, slots.length)];
        for (int at = 0; at < slots.length; at += 2) {
            if (slots[at] != 0 || slots[at + 1] != 0) {
                int slot = slot(wider, slots[at], slots[at + 1]);
                wider[slot] = slots[at];
                wider[slot + 1] = slots[at + 1];
            }
        }
        slots = wider;
    }

    private static int slot(long[] slots, long first, long second) {
        int mask = slots.length - 1;
        int slot = (int) (first ^ first >>> 32) << 1 & mask;
        while ((slots[slot] != 0 || slots[slot + 1] != 0)
                && (slots[slot] != first || slots[slot + 1] != second)) {
            slot = slot + 2 & mask;
        }
        return slot;
    }

    /** Returns 64 bits more; never zero, so that no digest looks like a free slot. */
    private static long second(Digest digest) {
        return ByteBuffer.wrap(digest.toBytes()).getLong(Long.BYTES) | 1;
    }
}
