package org.stoq.node;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.stoq.sdk.call.Adapter;

/**
 * The adapters that answer calls, by service. An adapter that goes answers no new calls, and its
 * bundle waits for those in flight. Any thread.
 */
final class AdapterTable {
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition returned = lock.newCondition();

    /** Guarded by the lock, best ranking first, the newest of equals before the others. */
    private final List<Entry> entries = new ArrayList<>();

    /** One adapter; its count is guarded by the lock. */
    private static final class Entry {
        private final Adapter adapter;
        private final String service;
        private final int ranking;
        private int calls;

        Entry(Adapter adapter, int ranking) {
            this.adapter = adapter;
            this.service = adapter.service();
            this.ranking = ranking;
        }
    }

    /** The right to call an adapter once. */
    final class Use implements AutoCloseable {
        private final Entry entry;

        private Use(Entry entry) {
            this.entry = entry;
        }

        Adapter adapter() {
            return entry.adapter;
        }

        @Override
        public void close() {
            lock.lock();
            try {
                entry.calls--;
                returned.signalAll();
            } finally {
                lock.unlock();
            }
        }
    }

    void add(Adapter adapter, int ranking) {
        Entry entry = new Entry(adapter, ranking);
        lock.lock();
        try {
            entries.addFirst(entry);
            entries.sort(Comparator.comparingInt((Entry e) -> e.ranking).reversed());
        } finally {
            lock.unlock();
        }
    }

    /** Removes an adapter and waits for its calls in flight. Returns whether they ended in time. */
    @SuppressWarnings("ReferenceEquality") // the object that leaves, not one that equals it
    boolean remove(Adapter adapter, Duration patience) {
        lock.lock();
        try {
            Optional<Entry> leaving =
                    entries.stream().filter(entry -> entry.adapter == adapter).findFirst();
            if (leaving.isEmpty()) {
                return true;
            }
            Entry entry = leaving.get();
            entries.remove(entry);
            long nanos = patience.toNanos();
            while (entry.calls > 0 && nanos > 0) {
                nanos = returned.awaitNanos(nanos);
            }
            return entry.calls == 0;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        } finally {
            lock.unlock();
        }
    }

    /** Finds who answers for a service. Close the use after the call. */
    Optional<Use> use(String service) {
        lock.lock();
        try {
            for (Entry entry : entries) {
                if (entry.service.equals(service)) {
                    entry.calls++;
                    return Optional.of(new Use(entry));
                }
            }
            return Optional.empty();
        } finally {
            lock.unlock();
        }
    }
}
