package org.stoq.cache;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedSet;
import java.util.stream.IntStream;
import org.stoq.sdk.Digest;
import org.stoq.sdk.cache.EvictionOrder;

/**
 * Least frequently used first, of equally used ones the one that has its count the longest.
 *
 * <p>An entry's count is 1 when it comes, grows with each hit up to {@value #MOST}, and is halved
 * for all together once there were {@value #ACCESSES_PER_ENTRY} accesses for each entry. So the
 * star of yesterday has 0 after seven halvings, and leaves before what came today.
 *
 * <p>One list per count: an operation takes constant time, a halving time that is constant for each
 * of the accesses that led to it.
 */
final class AgedLfuOrder implements EvictionOrder {
    /** Highest count. */
    static final int MOST = 64;

    /** Accesses for each entry between two halvings. */
    static final int ACCESSES_PER_ENTRY = 10;

    /**
     * Least accesses between two halvings, so that a nearly empty cache does not halve all the
     * time.
     */
    static final int LEAST_ACCESSES = 100;

    private final Map<Digest, Integer> counts = new HashMap<>();
    private final List<SequencedSet<Digest>> keysByCount =
            IntStream.rangeClosed(0, MOST)
                    .<SequencedSet<Digest>>mapToObj(count -> new LinkedHashSet<>())
                    .toList();
    private int accesses;

    @Override
    public void admitted(Digest key, int weightBytes, long nowNanos) {
        place(key, 1);
        countAccess();
    }

    @Override
    public void hit(Digest key, long nowNanos) {
        Integer count = counts.get(key);
        if (count != null) {
            place(key, Math.min(MOST, count + 1));
            countAccess();
        }
    }

    @Override
    public void removed(Digest key) {
        Integer count = counts.remove(key);
        if (count != null) {
            keysByCount.get(count).remove(key);
        }
    }

    @Override
    public Optional<Digest> victim() {
        for (SequencedSet<Digest> keys : keysByCount) {
            if (!keys.isEmpty()) {
                return Optional.of(keys.getFirst());
            }
        }
        return Optional.empty();
    }

    @Override
    public List<Digest> coldestFirst() {
        List<Digest> all = new ArrayList<>(counts.size());
        keysByCount.forEach(all::addAll);
        return all;
    }

    /** Puts a key behind all others of a count. */
    private void place(Digest key, int count) {
        Integer before = counts.put(key, count);
        if (before != null) {
            keysByCount.get(before).remove(key);
        }
        keysByCount.get(count).add(key);
    }

    private void countAccess() {
        accesses++;
        if (accesses >= Math.max(LEAST_ACCESSES, ACCESSES_PER_ENTRY * (long) counts.size())) {
            accesses = 0;
            List<Digest> keys = coldestFirst();
            keys.forEach(key -> place(key, counts.getOrDefault(key, 0) / 2));
        }
    }
}
