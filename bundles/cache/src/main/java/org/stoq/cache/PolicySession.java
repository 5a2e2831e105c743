package org.stoq.cache;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.stoq.sdk.Digest;
import org.stoq.sdk.cache.CachePolicy;
import org.stoq.sdk.cache.EvictionOrder;

/**
 * One policy's time in charge of a cache: tells it what happens, and does what it says.
 *
 * <p>Belongs to one thread, except for the constructor and {@link #capacityBytes}. Whatever the
 * policy throws comes out, and so does an IllegalStateException if it names a victim that the cache
 * does not have, or none of many: after either the session is over.
 */
final class PolicySession {
    private final CacheContents contents;
    private final CachePolicy policy;
    private final LongSupplier nanoTime;
    private final long capacityBytes;

    /**
     * What the policy was told of and not taken back: residents, and departed ones still unsaid.
     */
    private final Map<Digest, CacheEntry> known = new HashMap<>();

    private @Nullable EvictionOrder startedOrder;

    PolicySession(CacheContents contents, CachePolicy policy, LongSupplier nanoTime) {
        this.contents = contents;
        this.policy = policy;
        this.nanoTime = nanoTime;
        this.capacityBytes = contents.residentCapacityBytes();
    }

    /** Returns the capacity that the policy was started with. */
    long capacityBytes() {
        return capacityBytes;
    }

    /** Starts the policy. The first call of a session. */
    void start() {
        startedOrder = policy.start(Math.max(1, capacityBytes));
        order();
    }

    /**
     * Puts residents into the order that a forerunner has left; those that it does not name are
     * taken for the coldest, and names of others passed over.
     *
     * @param residents least recently used first
     */
    static List<CacheEntry> arrange(List<CacheEntry> residents, List<Digest> coldestFirst) {
        Map<Digest, CacheEntry> unnamed = new LinkedHashMap<>();
        residents.forEach(entry -> unnamed.put(entry.digest(), entry));
        List<CacheEntry> named = new ArrayList<>();
        for (Digest key : coldestFirst) {
            CacheEntry entry = unnamed.remove(key);
            if (entry != null) {
                named.add(entry);
            }
        }
        List<CacheEntry> all = new ArrayList<>(unnamed.values());
        all.addAll(named);
        return all;
    }

    /** Tells the policy of residents that were there before it, coldest first. */
    void inherit(List<CacheEntry> residents) {
        long now = nanoTime.getAsLong();
        for (CacheEntry entry : residents) {
            known.put(entry.digest(), entry);
            order().admitted(entry.digest(), entry.weightBytes(), now);
        }
    }

    /**
     * Tells the policy what has happened, and makes room.
     *
     * @param events how many events at most
     * @return whether there may be more
     */
    boolean work(int events) {
        long now = nanoTime.getAsLong();
        for (int done = 0; done < events; done++) {
            if (!step(now)) {
                return false;
            }
        }
        return true;
    }

    /** Returns the policy's order without what has departed. */
    List<Digest> coldestFirst() {
        Set<Digest> keys = new LinkedHashSet<>(order().coldestFirst());
        keys.retainAll(known.keySet());
        return List.copyOf(keys);
    }

    /** Handles one event. Returns whether there was one. */
    private boolean step(long now) {
        CacheEntry departed = contents.nextDeparted(this);
        if (departed != null) {
            forget(departed);
            return true;
        }
        if (contents.isOverfull(this)) {
            contents.evict(this, takeVictim(victim()));
            return true;
        }
        CacheEntry arrival = contents.nextArrival(this);
        Digest access =
                contents.nextAccess(
                        this, arrival == null ? Long.MAX_VALUE : arrival.accessesBefore());
        if (access != null) {
            if (known.containsKey(access)) {
                order().hit(access, now);
            }
            return true;
        }
        if (arrival != null) {
            welcome(arrival, now);
            return true;
        }
        return false;
    }

    /** Admits an arrival, or one victim after another until it fits, or declines it. */
    private void welcome(CacheEntry arrival, long now) {
        boolean judged = false;
        CacheEntry.Place place;
        while ((place = contents.admit(this, arrival)) == CacheEntry.Place.ARRIVING) {
            if (known.isEmpty()) {
                // Larger than the whole share, since that has shrunk.
                contents.decline(this, arrival);
                return;
            }
            CacheEntry victim = victim();
            if (!judged && !order().worthAdmitting(arrival.digest(), arrival.weightBytes(), now)) {
                contents.decline(this, arrival);
                return;
            }
            judged = true;
            contents.evict(this, takeVictim(victim));
        }
        if (place == CacheEntry.Place.RESIDENT) {
            // An entry of the same name may have departed since the last look.
            CacheEntry namesake = known.get(arrival.digest());
            if (namesake != null) {
                forget(namesake);
            }
            known.put(arrival.digest(), arrival);
            order().admitted(arrival.digest(), arrival.weightBytes(), now);
        }
    }

    /** Asks the policy for a victim, and does not believe it. */
    private CacheEntry victim() {
        Digest key =
                order().victim()
                        .orElseThrow(() ->
                                new IllegalStateException(
                                        "names no victim among " + known.size() + " entries"));
        CacheEntry entry = known.get(key);
        if (entry == null) {
            throw new IllegalStateException("names a victim that is not in the cache: " + key);
        }
        return entry;
    }

    private CacheEntry takeVictim(CacheEntry victim) {
        forget(victim);
        return victim;
    }

    private void forget(CacheEntry entry) {
        if (known.remove(entry.digest(), entry)) {
            order().removed(entry.digest());
        }
    }

    private EvictionOrder order() {
        EvictionOrder order = startedOrder;
        if (order == null) {
            throw new IllegalStateException("starts without an order");
        }
        return order;
    }
}
