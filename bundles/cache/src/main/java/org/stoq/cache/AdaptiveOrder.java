package org.stoq.cache;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.stoq.sdk.Digest;
import org.stoq.sdk.cache.CachePolicy;
import org.stoq.sdk.cache.EvictionOrder;

/**
 * Does what the best of several policies says, and changes to another one when that has become the
 * best ({@link ExpertChoice}). The entries stay: the next policy gets them coldest first, each with
 * the uses that it has had lately, so that one which counts uses need not begin from nothing.
 *
 * <p>A change takes as long as letting all entries in again. There is at most one in a quarter as
 * many requests as there are entries, so that is constant time on average if the policies are.
 *
 * <p>About 100 bytes of memory for an entry, besides those of the policy in charge and of the
 * shadows: at most {@value ExpertChoice#MOST_ENTRIES} entries of each expert.
 */
final class AdaptiveOrder implements EvictionOrder {
    /** Uses that are counted for an entry; a change of policy halves them. */
    private static final int MOST_USES = 3;

    private final List<CachePolicy> experts;
    private final long capacityBytes;
    private final ExpertChoice choice;
    private final Map<Digest, Held> entries = new HashMap<>();
    private int active;
    private EvictionOrder order;

    /** Named last, and still there. */
    private @Nullable Digest named;

    /** What a policy that takes over must be told of an entry. */
    private static final class Held {
        private final int weightBytes;
        private int uses;

        private Held(int weightBytes) {
            this.weightBytes = weightBytes;
        }
    }

    /**
     * Creates an empty order.
     *
     * @param experts at least one
     * @param first which of them begins
     */
    AdaptiveOrder(List<CachePolicy> experts, int first, long capacityBytes) {
        this.experts = List.copyOf(experts);
        this.capacityBytes = capacityBytes;
        this.choice = new ExpertChoice(this.experts, first, capacityBytes);
        this.active = first;
        this.order = this.experts.get(first).start(capacityBytes);
    }

    @Override
    public void admitted(Digest key, int weightBytes, long nowNanos) {
        if (entries.containsKey(key)) {
            removed(key);
        }
        choice.requested(key, weightBytes, false, nowNanos);
        follow(nowNanos);
        entries.put(key, new Held(weightBytes));
        order.admitted(key, weightBytes, nowNanos);
        named = null;
    }

    @Override
    public void hit(Digest key, long nowNanos) {
        Held entry = entries.get(key);
        if (entry != null) {
            choice.requested(key, entry.weightBytes, true, nowNanos);
            follow(nowNanos);
            entry.uses = Math.min(MOST_USES, entry.uses + 1);
            order.hit(key, nowNanos);
        }
    }

    @Override
    public void removed(Digest key) {
        if (entries.remove(key) != null) {
            if (named == null || !key.equals(named)) {
                choice.removed(key);
            }
            order.removed(key);
            named = null;
        }
    }

    @Override
    public Optional<Digest> victim() {
        Optional<Digest> victim = order.victim();
        named = victim.orElse(null);
        return victim;
    }

    @Override
    public boolean worthAdmitting(Digest candidate, int weightBytes, long nowNanos) {
        if (order.worthAdmitting(candidate, weightBytes, nowNanos)) {
            return true;
        }
        // It does not come, so nothing else tells that it was asked for.
        choice.requested(candidate, weightBytes, false, nowNanos);
        return false;
    }

    @Override
    public List<Digest> coldestFirst() {
        return order.coldestFirst();
    }

    /** Returns the name of the policy that is in charge. */
    String expert() {
        return experts.get(active).name();
    }

    /** Puts the best policy in charge. */
    private void follow(long nowNanos) {
        if (choice.best() == active) {
            return;
        }
        List<Digest> coldestFirst = order.coldestFirst();
        active = choice.best();
        order = experts.get(active).start(capacityBytes);
        named = null;
        for (Digest key : coldestFirst) {
            Held entry = entries.get(key);
            if (entry != null) {
                order.admitted(key, entry.weightBytes, nowNanos);
                for (int use = 0; use < entry.uses; use++) {
                    order.hit(key, nowNanos);
                }
                entry.uses /= 2;
            }
        }
    }
}
