package org.stoq.cache;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableSet;
import java.util.Optional;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import org.stoq.sdk.Digest;
import org.stoq.sdk.cache.EvictionOrder;

/**
 * GreedyDual-Size with Frequency (Cherkasova, "Improving WWW proxies performance with
 * Greedy-Dual-Size-Frequency caching policy", HP Labs 1998): an entry is worth its uses for each of
 * its bytes, and more the later it was asked for.
 *
 * <p>Its priority is <i>L</i> + uses / bytes, where <i>L</i> is the priority of the last victim;
 * the lowest leaves, of equal ones the oldest. So small and popular entries stay, and popularity
 * that is over is overtaken by <i>L</i>. It saves requests rather than bytes.
 *
 * <p>About 200 bytes of memory for an entry, logarithmic time.
 */
final class GdsfOrder implements EvictionOrder {
    private static final Comparator<Ranked> COLDEST_FIRST =
            Comparator.comparingDouble((Ranked entry) -> entry.priority)
                    .thenComparingLong(entry -> entry.turn);

    private final Map<Digest, Ranked> entries = new HashMap<>();
    private final NavigableSet<Ranked> ranking = new TreeSet<>(COLDEST_FIRST);

    /** The priority of the last victim. */
    private double floor;

    private long turns;

    /** Named last, and still there. */
    private @Nullable Ranked named;

    /** An entry with its place in the ranking. */
    private static final class Ranked {
        private final Digest key;
        private final int weightBytes;
        private long uses;
        private double priority;
        private long turn;

        private Ranked(Digest key, int weightBytes) {
            this.key = key;
            this.weightBytes = weightBytes;
        }
    }

    @Override
    public void admitted(Digest key, int weightBytes, long nowNanos) {
        removed(key);
        Ranked entry = new Ranked(key, weightBytes);
        entries.put(key, entry);
        rank(entry);
    }

    @Override
    public void hit(Digest key, long nowNanos) {
        Ranked entry = entries.get(key);
        if (entry != null) {
            ranking.remove(entry);
            rank(entry);
        }
    }

    @Override
    public void removed(Digest key) {
        Ranked entry = entries.remove(key);
        if (entry != null) {
            ranking.remove(entry);
            if (entry == named) {
                floor = Math.max(floor, entry.priority);
            }
        }
        named = null;
    }

    @Override
    public Optional<Digest> victim() {
        named = ranking.isEmpty() ? null : ranking.first();
        return Optional.ofNullable(named).map(entry -> entry.key);
    }

    @Override
    public List<Digest> coldestFirst() {
        List<Digest> keys = new ArrayList<>(entries.size());
        ranking.forEach(entry -> keys.add(entry.key));
        return keys;
    }

    /** Counts a use, and puts the entry behind all others of its priority. */
    private void rank(Ranked entry) {
        entry.uses++;
        entry.priority = floor + (double) entry.uses / entry.weightBytes;
        entry.turn = turns++;
        ranking.add(entry);
    }
}
