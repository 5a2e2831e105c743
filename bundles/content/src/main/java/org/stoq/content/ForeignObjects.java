package org.stoq.content;

import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Predicate;
import org.stoq.sdk.Digest;

/**
 * How much of the content of other nodes is here, object by object, the least recently used first.
 * Pure; thread-safe.
 *
 * <p>A chunk is counted with the object for which it was fetched. {@link #MAX_OBJECTS} bounds the
 * record: past it objects leave as if the disk were full, so that nothing is kept uncounted.
 */
final class ForeignObjects {
    static final int MAX_OBJECTS = 131_072;

    private final ReentrantLock lock = new ReentrantLock();

    // Guarded by the lock. Bytes by digest of the manifest, in the order of their last use.
    private final LinkedHashMap<Digest, Long> objects = new LinkedHashMap<>(64, 0.75f, true);
    private long total;

    /**
     * An object found on the disk.
     *
     * @param manifest digest of the manifest
     * @param bytes how much of it is here
     * @param createdMillis when it was published
     */
    record Found(Digest manifest, long bytes, long createdMillis) {}

    /** The object is used now. */
    void used(Digest manifest) {
        lock.lock();
        try {
            objects.get(manifest);
        } finally {
            lock.unlock();
        }
    }

    /** So many bytes have come for the object. */
    void arrived(Digest manifest, long bytes) {
        lock.lock();
        try {
            objects.merge(manifest, bytes, Long::sum);
            total += bytes;
        } finally {
            lock.unlock();
        }
    }

    /** Takes over what an earlier run has left on the disk: older than everything used since. */
    void adopt(List<Found> found) {
        lock.lock();
        try {
            Map<Digest, Long> newer = new LinkedHashMap<>(objects);
            objects.clear();
            total = 0;
            found.stream()
                    .filter(object -> object.bytes() > 0 && !newer.containsKey(object.manifest()))
                    .sorted(Comparator.comparingLong(Found::createdMillis))
                    .forEach(object -> arrived(object.manifest(), object.bytes()));
            newer.forEach(this::arrived);
        } finally {
            lock.unlock();
        }
    }

    /** Returns whether there is more than so much. */
    boolean exceeds(long limitBytes) {
        lock.lock();
        try {
            return total > limitBytes || objects.size() > MAX_OBJECTS;
        } finally {
            lock.unlock();
        }
    }

    /** Returns the objects to drop, coldest first, so that no more than so much is left. */
    Set<Digest> coldest(long limitBytes, Predicate<Digest> inUse) {
        lock.lock();
        try {
            Set<Digest> drop = new HashSet<>();
            long left = total;
            for (Map.Entry<Digest, Long> object : objects.entrySet()) {
                if (left <= limitBytes && objects.size() - drop.size() <= MAX_OBJECTS) {
                    break;
                }
                if (!inUse.test(object.getKey())) {
                    drop.add(object.getKey());
                    left -= object.getValue();
                }
            }
            return drop;
        } finally {
            lock.unlock();
        }
    }

    /** These are no longer here. */
    void forget(Set<Digest> gone) {
        lock.lock();
        try {
            for (Digest manifest : gone) {
                Long bytes = objects.remove(manifest);
                total -= bytes == null ? 0 : bytes;
            }
        } finally {
            lock.unlock();
        }
    }

    /** Returns those of which something is here. */
    Set<Digest> all() {
        lock.lock();
        try {
            return Set.copyOf(objects.keySet());
        } finally {
            lock.unlock();
        }
    }

    long totalBytes() {
        lock.lock();
        try {
            return total;
        } finally {
            lock.unlock();
        }
    }
}
