package org.stoq.content;

import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.locks.ReentrantLock;
import java.util.stream.Collectors;
import org.stoq.sdk.Digest;
import org.stoq.sdk.NodeId;

/**
 * Who has said that they hold an object, by the digest of its manifest. Hints, not promises.
 *
 * <p>Pure: time is an argument. Thread-safe. Past {@link #MAX_OBJECTS} the object that was
 * announced longest ago is forgotten.
 */
final class HolderMap {
    static final int MAX_OBJECTS = 100_000;
    static final int MAX_HOLDERS = 16;

    private final ReentrantLock lock = new ReentrantLock();

    /** Expiry in milliseconds since 1970 by holder, by object. */
    private final LinkedHashMap<Digest, Map<NodeId, Long>> objects = new LinkedHashMap<>();

    /** A node says at that time that it holds an object until another time. */
    void announce(Digest manifest, NodeId holder, long nowMillis, long untilMillis) {
        lock.lock();
        try {
            Map<NodeId, Long> holders = objects.remove(manifest);
            if (holders == null) {
                holders = new HashMap<>();
            }
            holders.values().removeIf(until -> until <= nowMillis);
            if (holders.containsKey(holder) || holders.size() < MAX_HOLDERS) {
                holders.put(holder, untilMillis);
            }
            objects.put(manifest, holders);
            if (objects.size() > MAX_OBJECTS) {
                objects.remove(objects.keySet().iterator().next());
            }
        } finally {
            lock.unlock();
        }
    }

    /** Returns who holds an object at that time. */
    Set<NodeId> holders(Digest manifest, long nowMillis) {
        lock.lock();
        try {
            return objects.getOrDefault(manifest, Map.of()).entrySet().stream()
                    .filter(holder -> holder.getValue() > nowMillis)
                    .map(Map.Entry::getKey)
                    .collect(Collectors.toUnmodifiableSet());
        } finally {
            lock.unlock();
        }
    }
}
