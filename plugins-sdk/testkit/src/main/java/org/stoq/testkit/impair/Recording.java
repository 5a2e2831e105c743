package org.stoq.testkit.impair;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;

/**
 * A tap that keeps the first datagrams, to look at them or to {@linkplain UdpImpairment#inject send
 * them again}. Thread-safe.
 */
public final class Recording implements Tap {
    private final ReentrantLock lock = new ReentrantLock();
    private final List<Seen> kept = new ArrayList<>();
    private final int maxDatagrams;
    private final long maxBytes;
    private long keptBytes;
    private long missed;

    /**
     * Creates an empty recording.
     *
     * @param maxDatagrams how many are kept at most
     * @param maxBytes how many bytes all of them have at most
     */
    public Recording(int maxDatagrams, long maxBytes) {
        if (maxDatagrams < 0 || maxBytes < 0) {
            throw new IllegalArgumentException(
                    "limits are negative: " + maxDatagrams + " datagrams, " + maxBytes + " bytes");
        }
        this.maxDatagrams = maxDatagrams;
        this.maxBytes = maxBytes;
    }

    @Override
    public void seen(Seen datagram) {
        lock.lock();
        try {
            // Once one is missed so are all after it: what is kept has no gap.
            if (missed > 0
                    || kept.size() == maxDatagrams
                    || keptBytes + datagram.bytes().length > maxBytes) {
                missed++;
            } else {
                kept.add(datagram);
                keptBytes += datagram.bytes().length;
            }
        } finally {
            lock.unlock();
        }
    }

    /** Returns what went one way, in the order in which it came. */
    public List<Seen> datagrams(Direction direction) {
        return datagrams().stream().filter(one -> one.direction() == direction).toList();
    }

    /** Returns everything that is kept, in the order in which it came. */
    public List<Seen> datagrams() {
        lock.lock();
        try {
            return List.copyOf(kept);
        } finally {
            lock.unlock();
        }
    }

    /** Returns how many came after the recording was full. */
    public long missed() {
        lock.lock();
        try {
            return missed;
        } finally {
            lock.unlock();
        }
    }

    /** Forgets everything and begins anew. */
    public void clear() {
        lock.lock();
        try {
            kept.clear();
            keptBytes = 0;
            missed = 0;
        } finally {
            lock.unlock();
        }
    }
}
