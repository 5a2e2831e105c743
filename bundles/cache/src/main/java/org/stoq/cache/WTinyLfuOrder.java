package org.stoq.cache;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.stoq.sdk.Digest;
import org.stoq.sdk.cache.EvictionOrder;

/**
 * W-TinyLFU (Einziger, Friedman and Manes, "TinyLFU: a highly efficient cache admission policy",
 * ACM TOS 2017): a window for what comes, a main part for what is asked for often, and a contest
 * between them.
 *
 * <p>The window is least recently used first and has a hundredth of the bytes at first, later what
 * {@link WindowClimber} finds best. What it has no room for any more becomes a candidate for the
 * main part: when a victim is needed, it and the coldest entry there are compared by how often they
 * were seen lately, and the one that was seen less often leaves. The main part is segmented: a hit
 * moves an entry from probation to the protected four fifths, and what those have no room for goes
 * back on probation.
 *
 * <p>An entry larger than the window is not let in at all unless it was seen more often than the
 * victim: it would be a candidate at once.
 *
 * <p>Who knows the hash could keep entries out whose counters it raises. So of the candidates that
 * were seen at least {@value #LEAST_LUCKY} times one in {@value #ONE_IN} wins whatever the counters
 * say.
 *
 * <p>About 170 bytes of memory for an entry, the sketch included. Constant time on average.
 */
final class WTinyLfuOrder implements EvictionOrder {
    /** Marks an entry that was not compared with a victim yet; others have 0 uses. */
    private static final int CANDIDATE = 1;

    private static final int LEAST_LUCKY = 6;
    private static final int ONE_IN = 128;

    private final Map<Digest, QueuedEntry> entries = new HashMap<>();
    private final FrequencySketch sketch = new FrequencySketch();
    private final EntryQueue window = new EntryQueue();
    private final EntryQueue probation = new EntryQueue();
    private final EntryQueue protectedPart = new EntryQueue();

    /** On probation, since the last entry came, and not compared with a victim yet. */
    private final Deque<QueuedEntry> candidates = new ArrayDeque<>();

    private final WindowClimber climber = new WindowClimber();
    private final long capacityBytes;
    private long windowCapacityBytes;
    private long protectedCapacityBytes;

    /** Whether a victim was ever asked for: before that there is no contest, and room for all. */
    private boolean full;

    /** Named last, and still there. */
    private @Nullable QueuedEntry named;

    /**
     * A linear congruential sequence; the same for each cache, for a policy has no chance in it.
     */
    private long luck = 1;

    WTinyLfuOrder(long capacityBytes) {
        this.capacityBytes = capacityBytes;
        divide();
    }

    private void divide() {
        windowCapacityBytes = (long) (capacityBytes * climber.share());
        protectedCapacityBytes = (capacityBytes - windowCapacityBytes) / 5 * 4;
    }

    private void count(Digest key, boolean hit) {
        sketch.add(key);
        if (full && climber.count(hit, entries.size())) {
            divide();
        }
    }

    @Override
    public void admitted(Digest key, int weightBytes, long nowNanos) {
        removed(key);
        QueuedEntry entry = new QueuedEntry(key, weightBytes);
        entries.put(key, entry);
        sketch.hold(entries.size());
        count(key, false);
        window.add(entry);
        candidates.clear();
        QueuedEntry oldest = window.oldest();
        while (window.bytes() > windowCapacityBytes && oldest != null) {
            move(oldest, probation);
            if (full) {
                oldest.uses = CANDIDATE;
                candidates.add(oldest);
            }
            oldest = window.oldest();
        }
    }

    @Override
    public void hit(Digest key, long nowNanos) {
        QueuedEntry entry = entries.get(key);
        if (entry == null) {
            return;
        }
        count(key, true);
        if (entry.queue == window) {
            window.renew(entry);
            return;
        }
        entry.uses = 0;
        named = null;
        move(entry, protectedPart);
        QueuedEntry oldest = protectedPart.oldest();
        while (protectedPart.bytes() > protectedCapacityBytes && oldest != null) {
            move(oldest, probation);
            oldest = protectedPart.oldest();
        }
    }

    @Override
    public void removed(Digest key) {
        QueuedEntry entry = entries.remove(key);
        if (entry != null && entry.queue != null) {
            entry.queue.remove(entry);
        }
        named = null;
    }

    @Override
    public Optional<Digest> victim() {
        full = true;
        if (named == null) {
            named = choose();
        }
        return Optional.ofNullable(named).map(QueuedEntry::key);
    }

    private @Nullable QueuedEntry choose() {
        QueuedEntry coldest = probation.oldest();
        QueuedEntry candidate = nextCandidate();
        if (coldest != null) {
            return candidate == null || candidate == coldest || isBetter(candidate.key(), coldest)
                    ? coldest
                    : candidate;
        }
        QueuedEntry oldest = protectedPart.oldest();
        return oldest == null ? window.oldest() : oldest;
    }

    /** Takes the next candidate, passing over those that were hit or have left since. */
    private @Nullable QueuedEntry nextCandidate() {
        QueuedEntry candidate = candidates.poll();
        while (candidate != null && (candidate.uses != CANDIDATE || candidate.queue != probation)) {
            candidate = candidates.poll();
        }
        return candidate;
    }

    @Override
    public boolean worthAdmitting(Digest candidate, int weightBytes, long nowNanos) {
        if (weightBytes <= windowCapacityBytes || named == null) {
            return true;
        }
        if (isBetter(candidate, named)) {
            return true;
        }
        // It does not come, so nothing else tells that it was asked for.
        count(candidate, false);
        return false;
    }

    @Override
    public List<Digest> coldestFirst() {
        List<Digest> keys = new ArrayList<>(entries.size());
        probation.forEach(entry -> keys.add(entry.key()));
        window.forEach(entry -> keys.add(entry.key()));
        protectedPart.forEach(entry -> keys.add(entry.key()));
        return keys;
    }

    private boolean isBetter(Digest candidate, QueuedEntry victim) {
        int seen = sketch.estimate(candidate);
        if (seen > sketch.estimate(victim.key())) {
            return true;
        }
        if (seen < LEAST_LUCKY) {
            return false;
        }
        luck = luck * 6_364_136_223_846_793_005L + 1_442_695_040_888_963_407L;
        return (luck >>> 33) % ONE_IN == 0;
    }

    private static void move(QueuedEntry entry, EntryQueue to) {
        if (entry.queue != null) {
            entry.queue.remove(entry);
        }
        to.add(entry);
    }
}
