package org.stoq.cache;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.stoq.sdk.Digest;
import org.stoq.sdk.cache.EvictionOrder;

/**
 * S3-FIFO (Yang et al., "FIFO queues are all you need for cache eviction", SOSP 2023): a small
 * queue for what comes, a main queue for what was asked for again, and a list of ghosts.
 *
 * <p>The small queue has a tenth of the bytes. Its oldest entry moves to the main queue if it was
 * asked for at least twice since it came, else it leaves and its name becomes a ghost; an entry
 * that comes while its ghost is there goes to the main queue at once. The oldest entry of the main
 * queue goes round once more for each time that it was asked for, three times at most. Most entries
 * are asked for once only, so they cross the small queue and leave the main one alone.
 *
 * <p>About 150 bytes of memory for an entry, and for each at most one ghost of 120, of nine tenths
 * of the bytes together. Constant time on average.
 */
final class S3FifoOrder implements EvictionOrder {
    /** Uses that are counted. */
    static final int MOST_USES = 3;

    /** Uses from which on an entry leaves the small queue for the main one. */
    static final int USES_TO_STAY = 2;

    private final Map<Digest, QueuedEntry> entries = new HashMap<>();
    private final EntryQueue small = new EntryQueue();
    private final EntryQueue main = new EntryQueue();
    private final GhostList ghosts;
    private final long mainCapacityBytes;

    /** Named last, and still there. */
    private @Nullable QueuedEntry named;

    S3FifoOrder(long capacityBytes) {
        this.mainCapacityBytes = capacityBytes - capacityBytes / 10;
        this.ghosts = new GhostList(mainCapacityBytes);
    }

    @Override
    public void admitted(Digest key, int weightBytes, long nowNanos) {
        forget(key);
        QueuedEntry entry = new QueuedEntry(key, weightBytes);
        entries.put(key, entry);
        (ghosts.remove(key) ? main : small).add(entry);
    }

    @Override
    public void hit(Digest key, long nowNanos) {
        QueuedEntry entry = entries.get(key);
        if (entry != null) {
            entry.use(MOST_USES);
        }
    }

    @Override
    public void removed(Digest key) {
        QueuedEntry entry = entries.get(key);
        // Only what had to make room may be missed; what is removed by name is not.
        if (entry != null && entry == named && entry.queue == small) {
            ghosts.add(key, entry.weightBytes(), entries.size());
        }
        forget(key);
    }

    @Override
    public Optional<Digest> victim() {
        while (true) {
            QueuedEntry oldest = small.oldest();
            if (oldest != null && main.bytes() <= mainCapacityBytes) {
                if (oldest.uses < USES_TO_STAY) {
                    return name(oldest);
                }
                small.remove(oldest);
                oldest.uses = 0;
                main.add(oldest);
                continue;
            }
            oldest = main.oldest();
            if (oldest == null) {
                return Optional.empty();
            }
            if (oldest.uses == 0) {
                return name(oldest);
            }
            oldest.uses--;
            main.renew(oldest);
        }
    }

    @Override
    public List<Digest> coldestFirst() {
        List<Digest> keys = new ArrayList<>(entries.size());
        small.forEach(entry -> addIf(entry.uses < USES_TO_STAY, entry, keys));
        for (int uses = 0; uses <= MOST_USES; uses++) {
            int rounds = uses;
            main.forEach(entry -> addIf(entry.uses == rounds, entry, keys));
            if (uses == 0) {
                small.forEach(entry -> addIf(entry.uses >= USES_TO_STAY, entry, keys));
            }
        }
        return keys;
    }

    /** Returns how many ghosts there are. */
    int ghosts() {
        return ghosts.size();
    }

    private static void addIf(boolean wanted, QueuedEntry entry, List<Digest> keys) {
        if (wanted) {
            keys.add(entry.key());
        }
    }

    private Optional<Digest> name(QueuedEntry victim) {
        named = victim;
        return Optional.of(victim.key());
    }

    private void forget(Digest key) {
        QueuedEntry entry = entries.remove(key);
        if (entry != null && entry.queue != null) {
            entry.queue.remove(entry);
        }
        named = null;
    }
}
