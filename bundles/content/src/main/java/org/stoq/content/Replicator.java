package org.stoq.content;

import java.io.IOException;
import java.time.Duration;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.stoq.sdk.Digest;
import org.stoq.sdk.NodeId;
import org.stoq.sdk.StoqException;
import org.stoq.sdk.call.Reply;
import org.stoq.sdk.call.Request;
import org.stoq.sdk.cbor.CborMap;
import org.stoq.sdk.node.Peer;

/**
 * Has other nodes hold what is published here, as many as {@code cdn.replication_factor} says.
 *
 * <p>In the background: the best peers are asked to pull an object. While too few hold it, it
 * waits, and every node that connects is asked. Any thread; no method blocks.
 */
final class Replicator {
    private static final System.Logger LOG = System.getLogger(Replicator.class.getName());

    static final String METHOD = "pull";

    /** Objects that wait for peers; past it the oldest wait is given up. */
    private static final int MAX_WAITING = 10_000;

    private static final int WORKERS = 8;
    private static final Duration PULL_DEADLINE = Duration.ofHours(1);

    private final HolderChoice choice;
    private final Catalog catalog;
    private final WorkQueue<Digest> queue;
    private final ReentrantLock lock = new ReentrantLock();

    /** Objects that too few nodes hold, by the digest of the manifest. Guarded by the lock. */
    private final LinkedHashMap<Digest, Task> waiting = new LinkedHashMap<>();

    /** Set by the configuration, read by every publishing. */
    private volatile int factor;

    /** An object that waits for holders. */
    private static final class Task {
        /** Nodes that have said that they hold it; for the worker that has it in hand. */
        final Set<NodeId> holders = new HashSet<>();

        // Guarded by the lock.
        boolean inHand;
        boolean again;
    }

    Replicator(HolderChoice choice, Catalog catalog, TaskGroup tasks, int factor) {
        this.choice = choice;
        this.catalog = catalog;
        this.factor = factor;
        this.queue =
                new WorkQueue<>("stoq-replicate", tasks, 2 * MAX_WAITING, WORKERS, this::replicate);
    }

    /** Sets how many nodes shall hold an object, this one included. */
    void factor(int nodes) {
        factor = nodes;
        retry();
    }

    /** Something was published here. */
    void published(Digest manifest) {
        if (factor < 2) {
            return;
        }
        lock.lock();
        try {
            waiting.put(manifest, new Task());
            if (waiting.size() > MAX_WAITING) {
                Digest oldest = waiting.keySet().iterator().next();
                waiting.remove(oldest);
                LOG.log(
                        System.Logger.Level.WARNING,
                        "more than {0} objects wait for replicas; {1} does not any more",
                        MAX_WAITING,
                        oldest);
            }
        } finally {
            lock.unlock();
        }
        queue.offer(manifest);
    }

    /** Asks again for everything that waits: somebody has connected. */
    void retry() {
        List<Digest> all;
        lock.lock();
        try {
            all = List.copyOf(waiting.keySet());
        } finally {
            lock.unlock();
        }
        all.forEach(queue::offer);
    }

    /** Returns how many objects too few nodes hold. */
    int waiting() {
        lock.lock();
        try {
            return waiting.size();
        } finally {
            lock.unlock();
        }
    }

    private void replicate(Digest manifest) {
        Task task = take(manifest);
        if (task == null) {
            return;
        }
        boolean done = false;
        try {
            done = !isCurrent(manifest) || ask(manifest, task.holders);
        } finally {
            giveBack(manifest, task, done);
        }
    }

    private @Nullable Task take(Digest manifest) {
        lock.lock();
        try {
            Task task = waiting.get(manifest);
            if (task == null || task.inHand) {
                if (task != null) {
                    task.again = true;
                }
                return null;
            }
            task.inHand = true;
            return task;
        } finally {
            lock.unlock();
        }
    }

    private void giveBack(Digest manifest, Task task, boolean done) {
        boolean again;
        lock.lock();
        try {
            again = task.again && !done;
            task.again = false;
            task.inHand = false;
            if (done) {
                waiting.remove(manifest, task);
            }
        } finally {
            lock.unlock();
        }
        if (again) {
            queue.offer(manifest);
        }
    }

    /** Returns whether the object's name still stands for it. */
    private boolean isCurrent(Digest manifest) {
        try {
            Optional<Catalog.Entry> entry = catalog.byDigest(manifest);
            return entry.isPresent()
                    && catalog.bound(entry.get().manifest().name()).equals(Optional.of(manifest));
        } catch (StoqException e) {
            LOG.log(
                    System.Logger.Level.WARNING,
                    "no replicas of {0}: {1}",
                    manifest,
                    e.getMessage());
            return false;
        }
    }

    /** Asks peer after peer. Returns whether enough of them hold the object now. */
    private boolean ask(Digest manifest, Set<NodeId> holders) {
        for (List<Peer> group : choice.apply(manifest)) {
            for (Peer peer : group) {
                if (holders.size() >= factor - 1) {
                    return true;
                }
                if (!holders.contains(peer.id()) && pull(peer, manifest)) {
                    holders.add(peer.id());
                }
            }
        }
        return holders.size() >= factor - 1;
    }

    private static boolean pull(Peer peer, Digest manifest) {
        Request request =
                Request.of(
                                ContentAdapter.SERVICE,
                                METHOD,
                                CborMap.builder().put(2, manifest).build())
                        .within(PULL_DEADLINE);
        try (Reply reply = peer.call(request)) {
            return reply.response().error().isEmpty();
        } catch (IOException e) {
            LOG.log(
                    System.Logger.Level.DEBUG,
                    "{0} does not pull {1}: {2}",
                    peer.id().shortName(),
                    manifest,
                    e);
            return false;
        }
    }
}
