package org.stoq.content;

import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
import org.stoq.sdk.NodeId;

/**
 * The manifests that are here and whose time lies ahead of this node's clock: a purge of now would
 * not reach them, though it means them. Pure; thread-safe; time is an argument.
 */
final class FutureManifests {
    /** Most that are told apart; of more the latest time counts for every purge. */
    static final int MAX = 1_024;

    private final ReentrantLock lock = new ReentrantLock();

    // Guarded by the lock.
    private final Map<String, Manifest> manifests = new HashMap<>();
    private long latestOfOthers;

    /** Notes a manifest if it is one. */
    void add(Manifest manifest, long nowMillis) {
        if (manifest.createdMillis() <= nowMillis) {
            return;
        }
        lock.lock();
        try {
            manifests.values().removeIf(old -> old.createdMillis() <= nowMillis);
            if (manifests.size() < MAX || manifests.containsKey(manifest.name())) {
                manifests.merge(manifest.name(), manifest, FutureManifests::later);
            } else {
                latestOfOthers = Math.max(latestOfOthers, manifest.createdMillis());
            }
        } finally {
            lock.unlock();
        }
    }

    /**
     * Returns the latest time of those that are selected, but now at least.
     *
     * @param publisher whose objects are meant; empty for everybody's
     */
    long latest(Selector selector, Optional<NodeId> publisher, long nowMillis) {
        lock.lock();
        try {
            long latest = Math.max(nowMillis, latestOfOthers);
            for (Manifest manifest : manifests.values()) {
                if (manifest.createdMillis() > latest
                        && (publisher.isEmpty() || publisher.get().equals(manifest.publisher()))
                        && selector.selects(manifest)) {
                    latest = manifest.createdMillis();
                }
            }
            return latest;
        } finally {
            lock.unlock();
        }
    }

    private static Manifest later(Manifest one, Manifest other) {
        return one.createdMillis() > other.createdMillis() ? one : other;
    }
}
