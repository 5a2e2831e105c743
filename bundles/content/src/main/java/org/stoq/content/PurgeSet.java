package org.stoq.content;

import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.stoq.sdk.Digest;
import org.stoq.sdk.NodeId;

/**
 * The purges that hold: of each {@link Purge.Subject} the latest, of two of the same time the one
 * with the larger digest. So every node has the same set, whatever the order of arrival. Pure;
 * thread-safe; {@link #voidUntil} and {@link #staleUntil} take no lock.
 */
final class PurgeSet {
    private final ReentrantLock lock = new ReentrantLock();

    // Guarded by the lock.
    private final Map<Purge.Subject, Entry> latest = new HashMap<>();
    private final TreeMap<Digest, Entry> byDigest = new TreeMap<>();
    private @Nullable Digest fingerprint;

    private final PurgeIndex hard = new PurgeIndex();
    private final PurgeIndex soft = new PurgeIndex();

    /**
     * A purge and what it is known by.
     *
     * @param digest digest of the signed form
     * @param purge what it says
     * @param signedBytes length of the signed form
     */
    record Entry(Digest digest, Purge purge, int signedBytes) {
        private boolean replaces(Entry other) {
            int later = Long.compare(purge.millis(), other.purge.millis());
            return later != 0 ? later > 0 : digest.compareTo(other.digest) > 0;
        }
    }

    /**
     * What came of adding a purge.
     *
     * @param news whether it holds now and did not before
     * @param holding the one that holds now for its subject
     * @param replaced the one that held before it
     */
    record Added(boolean news, Entry holding, Optional<Entry> replaced) {}

    /** Adds a purge; it holds when this returns, if it is the latest of its subject. */
    Added add(Entry entry) {
        lock.lock();
        try {
            Purge.Subject subject = entry.purge().subject();
            Entry former = latest.get(subject);
            if (former != null && !entry.replaces(former)) {
                return new Added(false, former, Optional.empty());
            }
            index(entry).put(entry.purge());
            latest.put(subject, entry);
            byDigest.put(entry.digest(), entry);
            if (former != null) {
                byDigest.remove(former.digest());
            }
            fingerprint = null;
            return new Added(true, entry, Optional.ofNullable(former));
        } finally {
            lock.unlock();
        }
    }

    /** Forgets a purge, if it still holds. */
    void remove(Entry entry) {
        lock.lock();
        try {
            if (byDigest.remove(entry.digest()) != null) {
                latest.remove(entry.purge().subject());
                index(entry).remove(entry.purge());
                fingerprint = null;
            }
        } finally {
            lock.unlock();
        }
    }

    /** Returns a purge that holds. */
    Optional<Entry> find(Digest digest) {
        lock.lock();
        try {
            return Optional.ofNullable(byDigest.get(digest));
        } finally {
            lock.unlock();
        }
    }

    /** Returns all of them, the oldest first. */
    List<Entry> oldestFirst() {
        lock.lock();
        try {
            List<Entry> all = new ArrayList<>(byDigest.values());
            all.sort(Comparator.comparingLong(entry -> entry.purge().millis()));
            return all;
        } finally {
            lock.unlock();
        }
    }

    /** Returns their digests in order. */
    List<Digest> digests() {
        lock.lock();
        try {
            return List.copyOf(byDigest.keySet());
        } finally {
            lock.unlock();
        }
    }

    /**
     * Returns a digest over all digests in order: two nodes with the same one have the same set.
     */
    Digest fingerprint() {
        lock.lock();
        try {
            Digest known = fingerprint;
            if (known == null) {
                MessageDigest sha256 = Digest.sha256();
                byDigest.keySet().forEach(digest -> sha256.update(digest.toBytes()));
                known = Digest.copyOf(sha256.digest());
                fingerprint = known;
            }
            return known;
        } finally {
            lock.unlock();
        }
    }

    int size() {
        lock.lock();
        try {
            return byDigest.size();
        } finally {
            lock.unlock();
        }
    }

    /**
     * Returns the time up to which such an object is void, milliseconds since 1970; {@link
     * PurgeIndex#NEVER} if no purge means it.
     */
    long voidUntil(String name, List<String> tags, NodeId publisher) {
        return hard.latest(name, tags, publisher);
    }

    /** Returns the time up to which such an object is stale, as {@link #voidUntil}. */
    long staleUntil(String name, List<String> tags, NodeId publisher) {
        return soft.latest(name, tags, publisher);
    }

    private PurgeIndex index(Entry entry) {
        return entry.purge().soft() ? soft : hard;
    }
}
