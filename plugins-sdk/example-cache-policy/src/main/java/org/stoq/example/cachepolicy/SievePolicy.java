package org.stoq.example.cachepolicy;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.osgi.service.component.annotations.Component;
import org.stoq.sdk.Digest;
import org.stoq.sdk.cache.CachePolicy;
import org.stoq.sdk.cache.EvictionOrder;

/**
 * SIEVE (Zhang et al., "SIEVE is Simpler than LRU: an Efficient Turn-Key Eviction Algorithm for Web
 * Caches", NSDI 2024): a queue that a hit does not reorder, and a hand that goes through it.
 *
 * <p>A hit marks its entry. The hand goes from the oldest entry to the newest and round again; it
 * takes marks away and evicts the first entry that has none. So what is asked for once, as a
 * crawler asks for everything, soon falls through, and what is asked for again stays.
 *
 * <p>The annotation makes this class an OSGi service; the node finds it by its name. Its ranking is
 * 0, lower than that of the node's own policies, so it is used only where the configuration asks
 * for it.
 */
@Component(service = CachePolicy.class, property = "service.ranking:Integer=0")
public final class SievePolicy implements CachePolicy {
    /** Creates the policy; OSGi does. */
    public SievePolicy() {}

    @Override
    public String name() {
        return "example-sieve";
    }

    @Override
    public EvictionOrder start(long capacityBytes) {
        return new Sieve();
    }

    /** The queue and the hand. Every operation takes constant time, {@link #victim} on average. */
    private static final class Sieve implements EvictionOrder {
        private final Map<Digest, Entry> entries = new HashMap<>();

        /** Stands between the newest entry and the oldest, and closes the queue to a ring. */
        private final Entry ends = new Entry(null);

        /** Where to look for the next victim; at {@link #ends} it begins with the oldest. */
        private Entry hand = ends;

        @Override
        public void admitted(Digest key, int weightBytes, long nowNanos) {
            removed(key);
            Entry entry = new Entry(key);
            entry.linkBefore(ends);
            entries.put(key, entry);
        }

        @Override
        public void hit(Digest key, long nowNanos) {
            Entry entry = entries.get(key);
            if (entry != null) {
                entry.marked = true;
            }
        }

        @Override
        public void removed(Digest key) {
            Entry entry = entries.remove(key);
            if (entry != null) {
                if (entry == hand) {
                    hand = entry.newer;
                }
                entry.unlink();
            }
        }

        @Override
        public Optional<Digest> victim() {
            if (entries.isEmpty()) {
                return Optional.empty();
            }
            // A second round finds no marks any more, so the loop ends.
            while (hand == ends || hand.marked) {
                hand.marked = false;
                hand = hand.newer;
            }
            return Optional.ofNullable(hand.key);
        }

        @Override
        public List<Digest> coldestFirst() {
            List<Digest> unmarked = new ArrayList<>();
            List<Digest> marked = new ArrayList<>();
            Entry entry = hand;
            do {
                if (entry.key != null) {
                    (entry.marked ? marked : unmarked).add(entry.key);
                }
                entry = entry.newer;
            } while (entry != hand);
            unmarked.addAll(marked);
            return unmarked;
        }
    }

    /** An entry with its neighbours in the queue. */
    private static final class Entry {
        private final @Nullable Digest key;
        private boolean marked;
        private Entry older = this;
        private Entry newer = this;

        private Entry(@Nullable Digest key) {
            this.key = key;
        }

        private void linkBefore(Entry other) {
            older = other.older;
            newer = other;
            older.newer = this;
            newer.older = this;
        }

        private void unlink() {
            older.newer = newer;
            newer.older = older;
        }
    }
}
