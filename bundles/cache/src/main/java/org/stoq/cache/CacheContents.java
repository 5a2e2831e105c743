package org.stoq.cache;

import java.util.ArrayDeque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.stoq.sdk.Digest;
import org.stoq.sdk.cache.CacheStats;

/**
 * The chunks of a cache, and what its policy has not heard of yet.
 *
 * <p>An entry is readable as soon as it is offered, and counts against the memory bound from then
 * on. It arrives where there is room; a part of the bound is therefore kept free for arrivals, and
 * residents share the rest. An arrival that finds no room is declined rather than waited for.
 *
 * <p>Thread-safe. Reading takes no lock. Everything else takes one that is held for a few map
 * operations and never while a policy is called, so it is the same to a caller as none.
 *
 * <p>Methods with an {@code owner} belong to the {@link PolicySession} that has {@linkplain
 * #takeOver taken over} last. An earlier one, whose policy woke up too late, is refused with an
 * exception.
 */
final class CacheContents {
    /** Least room kept for arrivals where the bound allows it: the largest chunk there can be. */
    static final long ARRIVAL_BYTES = 1 << 20;

    /** Most arrivals that wait for a policy. */
    static final int ARRIVALS = 1 << 14;

    /** Accesses that are remembered until a policy hears of them. */
    static final int ACCESSES = 1 << 12;

    private final Map<Digest, CacheEntry> readable = new ConcurrentHashMap<>();
    private final AccessRing accesses = new AccessRing(ACCESSES);
    private final ReentrantLock lock = new ReentrantLock();

    // Guarded by the lock.
    /**
     * Least recently used first: the order in which a policy inherits them if its forerunner fails.
     */
    private final Map<Digest, CacheEntry> residents = new LinkedHashMap<>(16, 0.75f, true);

    private final Queue<CacheEntry> arrivals = new ArrayDeque<>();

    /** Residents that were removed; the policy is told. At most one for each that it knows. */
    private final Queue<CacheEntry> departed = new ArrayDeque<>();

    private @Nullable Object owner;
    private long capacityBytes;
    private long bytes;
    private long residentBytes;
    private long evictions;

    /** Creates an empty cache that holds at most so many bytes, 0 or more. */
    CacheContents(long capacityBytes) {
        this.capacityBytes = capacityBytes;
    }

    /** Returns how much of a bound is kept free for arrivals; no entry may be larger. */
    static long arrivalShare(long capacityBytes) {
        return Math.max(capacityBytes / 16, Math.min(capacityBytes / 2, ARRIVAL_BYTES));
    }

    /** Finds an entry. */
    @Nullable CacheEntry find(Digest digest) {
        return readable.get(digest);
    }

    /** Records that an entry was asked for. Returns whether the policy should hear of it soon. */
    boolean accessed(Digest digest) {
        return accesses.record(digest);
    }

    /** Takes an entry in if there is room. Returns whether it was: the policy is to hear of it. */
    boolean offer(Digest digest, byte[] plain) {
        lock.lock();
        try {
            if (plain.length == 0
                    || plain.length > arrivalShare(capacityBytes)
                    || plain.length > capacityBytes - bytes
                    || arrivals.size() >= ARRIVALS
                    || readable.containsKey(digest)) {
                return false;
            }
            CacheEntry entry = new CacheEntry(digest, plain, accesses.recorded());
            readable.put(digest, entry);
            arrivals.add(entry);
            bytes += plain.length;
            return true;
        } finally {
            lock.unlock();
        }
    }

    /** Removes an entry at once. Returns whether the policy is to hear of it. */
    boolean remove(Digest digest) {
        lock.lock();
        try {
            CacheEntry entry = readable.get(digest);
            if (entry == null) {
                return false;
            }
            boolean resident = entry.place() == CacheEntry.Place.RESIDENT;
            drop(entry);
            if (resident) {
                departed.add(entry);
            }
            return resident;
        } finally {
            lock.unlock();
        }
    }

    /** Changes the memory bound; what is over it leaves as soon as the policy has named it. */
    void resize(long newCapacityBytes) {
        lock.lock();
        try {
            capacityBytes = newCapacityBytes;
        } finally {
            lock.unlock();
        }
    }

    /** Returns how many bytes residents may have. */
    long residentCapacityBytes() {
        lock.lock();
        try {
            return capacityBytes - arrivalShare(capacityBytes);
        } finally {
            lock.unlock();
        }
    }

    /** Returns counts and sizes that belong to one moment. */
    CacheStats stats(long hits, long misses) {
        lock.lock();
        try {
            return new CacheStats(hits, misses, evictions, readable.size(), bytes, capacityBytes);
        } finally {
            lock.unlock();
        }
    }

    /** Makes somebody the new owner. Returns the residents, least recently used first. */
    List<CacheEntry> takeOver(Object newOwner) {
        lock.lock();
        try {
            owner = newOwner;
            departed.clear();
            return List.copyOf(residents.values());
        } finally {
            lock.unlock();
        }
    }

    /** Takes the next resident that has departed, or null. */
    @Nullable CacheEntry nextDeparted(Object caller) {
        lock.lock();
        try {
            requireOwner(caller);
            return departed.poll();
        } finally {
            lock.unlock();
        }
    }

    /** Looks at the next arrival, or returns null; it stays until it is admitted or declined. */
    @Nullable CacheEntry nextArrival(Object caller) {
        lock.lock();
        try {
            requireOwner(caller);
            while (!arrivals.isEmpty() && arrivals.element().place() == CacheEntry.Place.GONE) {
                arrivals.remove();
            }
            return arrivals.peek();
        } finally {
            lock.unlock();
        }
    }

    /** Takes the next access recorded before {@code upTo}, or null. */
    @Nullable Digest nextAccess(Object caller, long upTo) {
        lock.lock();
        try {
            requireOwner(caller);
            Digest key = accesses.next(upTo);
            if (key != null) {
                residents.get(key);
            }
            return key;
        } finally {
            lock.unlock();
        }
    }

    /**
     * Makes the arrival that was looked at a resident if residents have room for it.
     *
     * @return where it is now: still ARRIVING if there is no room, GONE if it was removed meanwhile
     */
    CacheEntry.Place admit(Object caller, CacheEntry arrival) {
        lock.lock();
        try {
            requireOwner(caller);
            if (arrival.place() == CacheEntry.Place.ARRIVING
                    && residentBytes + arrival.weightBytes()
                            <= capacityBytes - arrivalShare(capacityBytes)) {
                arrivals.remove(arrival);
                arrival.move(CacheEntry.Place.RESIDENT);
                residents.put(arrival.digest(), arrival);
                residentBytes += arrival.weightBytes();
            }
            return arrival.place();
        } finally {
            lock.unlock();
        }
    }

    /** Drops the arrival that was looked at. */
    void decline(Object caller, CacheEntry arrival) {
        lock.lock();
        try {
            requireOwner(caller);
            if (arrival.place() == CacheEntry.Place.ARRIVING) {
                drop(arrival);
            }
        } finally {
            lock.unlock();
        }
    }

    /** Drops a resident to make room; one that was removed meanwhile is left alone. */
    void evict(Object caller, CacheEntry resident) {
        lock.lock();
        try {
            requireOwner(caller);
            if (resident.place() == CacheEntry.Place.RESIDENT) {
                drop(resident);
                evictions++;
            }
        } finally {
            lock.unlock();
        }
    }

    /** Returns whether residents have more than their share, as after a resize. */
    boolean isOverfull(Object caller) {
        lock.lock();
        try {
            requireOwner(caller);
            return residentBytes > capacityBytes - arrivalShare(capacityBytes);
        } finally {
            lock.unlock();
        }
    }

    /** Takes an entry out; called with the lock held. */
    private void drop(CacheEntry entry) {
        if (entry.place() == CacheEntry.Place.RESIDENT) {
            residents.remove(entry.digest());
            residentBytes -= entry.weightBytes();
        }
        entry.move(CacheEntry.Place.GONE);
        readable.remove(entry.digest());
        bytes -= entry.weightBytes();
    }

    @SuppressWarnings("ReferenceEquality") // the very object that has taken over
    private void requireOwner(Object caller) {
        if (owner != caller) {
            throw new IllegalStateException("another policy has taken over");
        }
    }
}
