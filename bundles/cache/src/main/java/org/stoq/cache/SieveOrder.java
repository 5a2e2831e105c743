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
 * SIEVE (Zhang et al., "SIEVE is simpler than LRU: an efficient turn-key eviction algorithm for web
 * caches", NSDI 2024): a queue that a hit does not reorder, and a hand that goes through it.
 *
 * <p>A hit marks its entry. The hand goes from the oldest entry to the newest and round again,
 * takes marks away and stops at the first entry that has none. Entries that it has passed stay
 * where they are, so new ones are judged soon and old ones that are asked for are not touched.
 *
 * <p>About 150 bytes of memory for an entry. Constant time, for a victim on average.
 */
final class SieveOrder implements EvictionOrder {
    private final Map<Digest, QueuedEntry> entries = new HashMap<>();
    private final EntryQueue queue = new EntryQueue();

    /** Where the search for a victim goes on; null to begin with the oldest. */
    private @Nullable QueuedEntry hand;

    @Override
    public void admitted(Digest key, int weightBytes, long nowNanos) {
        removed(key);
        QueuedEntry entry = new QueuedEntry(key, weightBytes);
        entries.put(key, entry);
        queue.add(entry);
    }

    @Override
    public void hit(Digest key, long nowNanos) {
        QueuedEntry entry = entries.get(key);
        if (entry != null) {
            entry.use(1);
        }
    }

    @Override
    public void removed(Digest key) {
        QueuedEntry entry = entries.remove(key);
        if (entry != null) {
            if (entry == hand) {
                // Behind the newest the hand begins anew, with whatever is the oldest then.
                hand = entry.newer.isEnd() ? null : entry.newer;
            }
            queue.remove(entry);
        }
    }

    @Override
    public Optional<Digest> victim() {
        QueuedEntry entry = hand == null ? queue.oldest() : hand;
        // A second round finds no marks any more, so the loop ends.
        while (entry != null && entry.uses > 0) {
            entry.uses = 0;
            entry = entry.newer.isEnd() ? queue.oldest() : entry.newer;
        }
        hand = entry;
        return Optional.ofNullable(entry).map(QueuedEntry::key);
    }

    @Override
    public List<Digest> coldestFirst() {
        List<Digest> unmarked = new ArrayList<>(entries.size());
        List<Digest> marked = new ArrayList<>();
        List<Digest> unmarkedBehind = new ArrayList<>();
        List<Digest> markedBehind = new ArrayList<>();
        // What the hand has yet to come to stands before what it has passed.
        boolean[] passed = {hand != null};
        queue.forEach(entry -> {
            passed[0] &= entry != hand;
            if (passed[0]) {
                (entry.uses > 0 ? markedBehind : unmarkedBehind).add(entry.key());
            } else {
                (entry.uses > 0 ? marked : unmarked).add(entry.key());
            }
        });
        unmarked.addAll(unmarkedBehind);
        unmarked.addAll(marked);
        unmarked.addAll(markedBehind);
        return unmarked;
    }
}
