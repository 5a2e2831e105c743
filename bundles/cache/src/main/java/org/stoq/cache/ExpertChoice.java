package org.stoq.cache;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import org.stoq.sdk.Digest;
import org.stoq.sdk.cache.CachePolicy;

/**
 * Which of several policies is the best for one cache, by what each would have missed.
 *
 * <p><b>Shadows.</b> Each expert has a cache without contents that is asked for what the cache is
 * asked for. Where that has many entries the shadows are asked for a sample of the keys, chosen by
 * their hash, and are smaller in the same proportion, so that they miss what a full one would
 * (Waldspurger et al., "Efficient MRC construction with SHARDS", FAST 2015). The sample is halved
 * whenever a shadow has more than {@value #MOST_ENTRIES} entries.
 *
 * <p><b>Lately.</b> Misses are summed up in two sums that fade, a short and a long one. A look
 * comes after every quarter of a shadow's entries in requests. Then the expert with the fewest
 * misses lately becomes the best, if it is ahead of the one before by more than the standard
 * deviation of the misses and half a percent of the requests. The short sum forgets half within 46
 * looks: a new work load is followed within a dozen requests for each entry.
 *
 * <p><b>In the long run.</b> Who follows what was better lately can always be late, where two
 * policies take turns, and each change costs misses of its own. So the misses of the cache itself
 * are compared with those of each expert over 30 times as long. While the cache is behind one of
 * them by more than chance and a five-hundredth, it does not follow what was better lately: it goes
 * to that one, and stays.
 *
 * <p>Pure state; belongs to one thread. A request costs one request of each shadow if its key is in
 * the sample. Memory is bounded by the number of experts times {@value #MOST_ENTRIES} entries.
 */
final class ExpertChoice {
    /** Entries of a shadow from which on the sample is halved. */
    static final int MOST_ENTRIES = 4_096;

    /** A look comes after so many requests of the sample for each entry of a shadow... */
    private static final double LOOK_PER_ENTRY = 0.25;

    /** ...and not before so many: fewer tell nothing. */
    private static final int LEAST_LOOK = 50;

    private static final double SHORT_MEMORY = 0.985;
    private static final double LONG_MEMORY = 0.9995;
    private static final double SHORT_MARGIN = 0.005;
    private static final double LONG_MARGIN = 0.002;
    private static final int MOST_HALVINGS = 60;
    private static final long SPREAD = 0x9E37_79B9_7F4A_7C15L;

    private final long capacityBytes;
    private final List<ShadowCache> shadows = new ArrayList<>();
    private final Ledger lately;
    private final Ledger longRun;
    private int halvings;
    private int best;
    private long sinceLook;

    /** Misses that fade. */
    private static final class Ledger {
        private final double memory;
        private final double margin;
        private final double[] misses;
        private double own;
        private double requests;

        Ledger(double memory, double margin, int experts) {
            this.memory = memory;
            this.margin = margin;
            this.misses = new double[experts];
        }

        void fade() {
            requests *= memory;
            own *= memory;
            for (int i = 0; i < misses.length; i++) {
                misses[i] *= memory;
            }
        }

        /** Returns who has missed least; of equals the incumbent. */
        int least(int incumbent) {
            int least = incumbent;
            for (int i = 0; i < misses.length; i++) {
                least = misses[i] < misses[least] ? i : least;
            }
            return least;
        }

        /** Returns whether an expert has missed less, and not by chance. */
        boolean isMore(double missed, int expert) {
            return missed - misses[expert] > margin * requests + Math.sqrt(missed);
        }
    }

    /**
     * Creates a choice.
     *
     * @param experts at least one
     * @param first which of them is taken for the best until one is seen to be
     */
    ExpertChoice(List<CachePolicy> experts, int first, long capacityBytes) {
        this.capacityBytes = capacityBytes;
        this.best = first;
        experts.forEach(expert -> shadows.add(new ShadowCache(expert, capacityBytes)));
        lately = new Ledger(SHORT_MEMORY, SHORT_MARGIN, experts.size());
        longRun = new Ledger(LONG_MEMORY, LONG_MARGIN, experts.size());
    }

    /** Returns the best expert now: its place in the list. */
    int best() {
        return best;
    }

    /**
     * Notes a request.
     *
     * @param hit whether the cache itself had it
     */
    void requested(Digest key, int weightBytes, boolean hit, long nowNanos) {
        if (!isSampled(key)) {
            return;
        }
        note(lately, hit);
        note(longRun, hit);
        int entries = 0;
        for (int i = 0; i < shadows.size(); i++) {
            if (!shadows.get(i).request(key, weightBytes, nowNanos)) {
                lately.misses[i]++;
                longRun.misses[i]++;
            }
            entries = Math.max(entries, shadows.get(i).entries());
        }
        if (entries > MOST_ENTRIES && halvings < MOST_HALVINGS) {
            halve(nowNanos);
        }
        sinceLook++;
        if (sinceLook >= Math.max(LEAST_LOOK, LOOK_PER_ENTRY * entries)) {
            sinceLook = 0;
            look();
        }
    }

    private static void note(Ledger ledger, boolean hit) {
        ledger.requests++;
        ledger.own += hit ? 0 : 1;
    }

    /** Forgets an entry that was removed by name. */
    void removed(Digest key) {
        if (isSampled(key)) {
            shadows.forEach(shadow -> shadow.remove(key));
        }
    }

    private void look() {
        int steady = longRun.least(best);
        if (longRun.isMore(longRun.own, steady)) {
            if (longRun.isMore(longRun.misses[best], steady)) {
                best = steady;
            }
        } else {
            int promising = lately.least(best);
            if (lately.isMore(lately.misses[best], promising)) {
                best = promising;
            }
        }
        lately.fade();
        longRun.fade();
    }

    private void halve(long nowNanos) {
        halvings++;
        Predicate<Digest> sampled = this::isSampled;
        long share = Math.max(1, capacityBytes >>> halvings);
        shadows.replaceAll(shadow -> shadow.shrunk(share, sampled, nowNanos));
    }

    private boolean isSampled(Digest key) {
        return halvings == 0 || ((key.prefix() * SPREAD) >>> (Long.SIZE - halvings)) == 0;
    }

    /** Returns which part of the keys is sampled: one in two to the power of this. */
    int halvings() {
        return halvings;
    }

    /** Returns how many entries the shadows have together. */
    int entries() {
        return shadows.stream().mapToInt(ShadowCache::entries).sum();
    }
}
