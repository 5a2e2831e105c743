package org.stoq.content;

import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.stoq.sdk.Digest;
import org.stoq.sdk.NodeId;

/**
 * Which chunks of one fetch are still to get, and from whom not. Thread-safe, never blocks.
 *
 * <p>Faster peers come back for more sooner, so the work divides itself by their speed.
 */
final class FetchPlan {
    private final ReentrantLock lock = new ReentrantLock();
    private final Set<Digest> waiting;
    private final Set<Digest> unfinished;
    private final Map<Digest, Set<NodeId>> notAt = new HashMap<>();
    private final Set<NodeId> excluded = new HashSet<>();
    private @Nullable IOException failure;

    FetchPlan(List<Digest> wanted) {
        waiting = new LinkedHashSet<>(wanted);
        unfinished = new LinkedHashSet<>(wanted);
    }

    /** Takes chunks that the peer may have; none if there is nothing for it to do. */
    List<Digest> take(NodeId peer, int limit) {
        lock.lock();
        try {
            List<Digest> batch = new ArrayList<>();
            if (failure == null && !excluded.contains(peer)) {
                for (Digest digest : waiting) {
                    if (batch.size() == limit) {
                        break;
                    }
                    if (!notAt.getOrDefault(digest, Set.of()).contains(peer)) {
                        batch.add(digest);
                    }
                }
            }
            batch.forEach(waiting::remove);
            return batch;
        } finally {
            lock.unlock();
        }
    }

    /** A chunk has arrived. */
    void done(Digest digest) {
        lock.lock();
        try {
            unfinished.remove(digest);
        } finally {
            lock.unlock();
        }
    }

    /** A peer does not have a chunk that it was asked for. */
    void notAt(NodeId peer, Digest digest) {
        lock.lock();
        try {
            notAt.computeIfAbsent(digest, key -> new HashSet<>()).add(peer);
            waiting.add(digest);
        } finally {
            lock.unlock();
        }
    }

    /** A peer has failed: it is not asked again. */
    void exclude(NodeId peer) {
        lock.lock();
        try {
            excluded.add(peer);
        } finally {
            lock.unlock();
        }
    }

    /** Nothing that arrives can be kept: the fetch is over, whoever still has work. */
    void abort(IOException cause) {
        lock.lock();
        try {
            failure = cause;
        } finally {
            lock.unlock();
        }
    }

    /**
     * Throws what the fetch was aborted with, if it was.
     *
     * @throws IOException that failure
     */
    void throwIfAborted() throws IOException {
        lock.lock();
        try {
            if (failure != null) {
                throw failure;
            }
        } finally {
            lock.unlock();
        }
    }

    /** Returns whether a peer has failed. */
    boolean hasExcluded() {
        lock.lock();
        try {
            return !excluded.isEmpty();
        } finally {
            lock.unlock();
        }
    }

    /** Puts back what of a batch has not arrived. */
    void giveBack(List<Digest> batch) {
        lock.lock();
        try {
            batch.stream().filter(unfinished::contains).forEach(waiting::add);
        } finally {
            lock.unlock();
        }
    }

    boolean hasWorkFor(NodeId peer) {
        lock.lock();
        try {
            return failure == null
                    && !excluded.contains(peer)
                    && waiting.stream()
                            .anyMatch(d -> !notAt.getOrDefault(d, Set.of()).contains(peer));
        } finally {
            lock.unlock();
        }
    }

    boolean isDone() {
        return remaining() == 0;
    }

    int remaining() {
        lock.lock();
        try {
            return unfinished.size();
        } finally {
            lock.unlock();
        }
    }

    /** Returns one of the chunks that have not arrived. */
    Digest first() {
        lock.lock();
        try {
            return unfinished.iterator().next();
        } finally {
            lock.unlock();
        }
    }
}
