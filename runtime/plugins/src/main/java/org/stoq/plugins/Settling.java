package org.stoq.plugins;

import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;

/**
 * Tells files that are being written, or moved about, from those that are at rest: a file is at
 * rest when it has looked the same for a while, and so is the absence of one.
 *
 * <p>Pure: looks and times are arguments. Belongs to one thread.
 */
final class Settling {
    private final long quietNanos;
    private final Map<String, Sight> sights = new HashMap<>();
    private final Map<String, FileStamp> settled = new HashMap<>();

    /** What was seen of a file, and since when; without a stamp it is absent. */
    private record Sight(Optional<FileStamp> stamp, long sinceNanos) {}

    /**
     * Creates a watch over an empty folder.
     *
     * @param quietNanos how long a file must look the same
     */
    Settling(long quietNanos) {
        this.quietNanos = quietNanos;
    }

    /**
     * Takes a look into account.
     *
     * @param nowNanos time of the look
     * @param seen the files that are there
     */
    void look(long nowNanos, Map<String, FileStamp> seen) {
        Set<String> names = new HashSet<>(seen.keySet());
        names.addAll(settled.keySet());
        sights.keySet().retainAll(names);
        for (String name : names) {
            Optional<FileStamp> now = Optional.ofNullable(seen.get(name));
            if (now.equals(Optional.ofNullable(settled.get(name)))) {
                sights.remove(name);
                continue;
            }
            Sight before = sights.get(name);
            if (before == null || !before.stamp().equals(now)) {
                before = new Sight(now, nowNanos);
                sights.put(name, before);
            }
            if (nowNanos - before.sinceNanos() >= quietNanos) {
                settle(name, now);
            }
        }
    }

    /** Takes a file for settled that is known to be complete, or to be gone. */
    void settle(String name, Optional<FileStamp> stamp) {
        sights.remove(name);
        settled.remove(name);
        stamp.ifPresent(present -> settled.put(name, present));
    }

    /** Returns the files as they were when last at rest. */
    Map<String, FileStamp> settled() {
        return Map.copyOf(settled);
    }

    /** Returns files that have never been at rest yet. */
    Set<String> arriving() {
        Set<String> arriving = new HashSet<>();
        sights.forEach((name, sight) -> {
            if (sight.stamp().isPresent() && !settled.containsKey(name)) {
                arriving.add(name);
            }
        });
        return arriving;
    }

    /** Returns in how many nanoseconds to look again; empty if everything is at rest. */
    OptionalLong nextLook(long nowNanos) {
        return sights.values().stream()
                .mapToLong(sight -> Math.max(0, quietNanos - (nowNanos - sight.sinceNanos())))
                .min();
    }
}
