package org.stoq.content;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.ConcurrentSkipListMap;
import org.jspecify.annotations.Nullable;
import org.stoq.sdk.NodeId;

/**
 * The times of purges by what they select: how late the latest is that means an object. Pure.
 *
 * <p>Names, tags and origins are looked up; of prefixes the sorted map is walked from the name
 * downwards, which takes at most two steps for each of its characters and mostly two or three in
 * all. Readers take no lock. Writers take turns: their owner sees to that.
 */
final class PurgeIndex {
    /** The time of no purge. */
    static final long NEVER = -1;

    private final Map<Selector.Kind, ConcurrentMap<String, Times>> exact =
            Map.of(
                    Selector.Kind.NAME, new ConcurrentHashMap<>(),
                    Selector.Kind.TAG, new ConcurrentHashMap<>(),
                    Selector.Kind.ORIGIN, new ConcurrentHashMap<>());
    private final NavigableMap<String, Times> prefixes = new ConcurrentSkipListMap<>();

    /**
     * The purges of one selector.
     *
     * @param all time of that which means every publisher
     * @param own times of those that mean only what their issuer has published
     */
    private record Times(long all, Map<NodeId, Long> own) {
        static final Times NONE = new Times(NEVER, Map.of());

        long of(NodeId publisher) {
            return Math.max(all, own.getOrDefault(publisher, NEVER));
        }

        Times with(Purge purge, long millis) {
            if (!purge.own()) {
                return new Times(millis, own);
            }
            Map<NodeId, Long> changed = new HashMap<>(own);
            if (millis == NEVER) {
                changed.remove(purge.issuer());
            } else {
                changed.put(purge.issuer(), millis);
            }
            return new Times(all, Map.copyOf(changed));
        }
    }

    /** Notes a purge, in the place of an earlier one about the same. */
    void put(Purge purge) {
        change(purge, purge.millis());
    }

    /** Forgets a purge. */
    void remove(Purge purge) {
        change(purge, NEVER);
    }

    private void change(Purge purge, long millis) {
        Selector selector = purge.selector();
        Map<String, Times> map =
                selector.kind() == Selector.Kind.PREFIX ? prefixes : times(selector.kind());
        map.compute(
                selector.value(),
                (value, times) -> {
                    Times changed = (times == null ? Times.NONE : times).with(purge, millis);
                    return changed.equals(Times.NONE) ? null : changed;
                });
    }

    /** Returns the time of the latest purge that means such an object; {@link #NEVER} if none. */
    long latest(String name, List<String> tags, NodeId publisher) {
        long latest = exact(Selector.Kind.NAME, name, publisher);
        for (String tag : tags) {
            latest = Math.max(latest, exact(Selector.Kind.TAG, tag, publisher));
        }
        if (!times(Selector.Kind.ORIGIN).isEmpty()) {
            String origin = publisher.digest().hex();
            latest = Math.max(latest, exact(Selector.Kind.ORIGIN, origin, publisher));
        }
        return Math.max(latest, prefix(name, publisher));
    }

    private ConcurrentMap<String, Times> times(Selector.Kind kind) {
        ConcurrentMap<String, Times> times = exact.get(kind);
        if (times == null) {
            throw new IllegalArgumentException("no exact purges by " + kind);
        }
        return times;
    }

    private long exact(Selector.Kind kind, String value, NodeId publisher) {
        return times(kind).getOrDefault(value, Times.NONE).of(publisher);
    }

    private long prefix(String name, NodeId publisher) {
        long latest = NEVER;
        // Every prefix of a name lies at or before the name itself in the order of texts.
        Map.@Nullable Entry<String, Times> entry = prefixes.floorEntry(name);
        while (entry != null) {
            String key = entry.getKey();
            int common = commonLength(key, name);
            if (common == key.length()) {
                latest = Math.max(latest, entry.getValue().of(publisher));
                entry = prefixes.lowerEntry(key);
            } else {
                // What lies between here and the common part begins otherwise than the name.
                entry = prefixes.floorEntry(name.substring(0, common));
            }
        }
        return latest;
    }

    private static int commonLength(String one, String other) {
        int limit = Math.min(one.length(), other.length());
        int at = 0;
        while (at < limit && one.charAt(at) == other.charAt(at)) {
            at++;
        }
        return at;
    }
}
