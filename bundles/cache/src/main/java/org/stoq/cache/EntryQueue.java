package org.stoq.cache;

import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Entries in the order in which they were added. Every operation but a walk is constant time. */
final class EntryQueue {
    /** Stands between the newest entry and the oldest. */
    private final QueuedEntry ends = new QueuedEntry();

    private long bytes;

    /** Adds an entry that stands in no queue. */
    void add(QueuedEntry entry) {
        entry.older = ends.older;
        entry.newer = ends;
        ends.older.newer = entry;
        ends.older = entry;
        entry.queue = this;
        bytes += entry.weightBytes();
    }

    /** Takes an entry of this queue out. */
    void remove(QueuedEntry entry) {
        entry.older.newer = entry.newer;
        entry.newer.older = entry.older;
        entry.older = entry;
        entry.newer = entry;
        entry.queue = null;
        bytes -= entry.weightBytes();
    }

    /** Makes an entry of this queue the newest. */
    void renew(QueuedEntry entry) {
        remove(entry);
        add(entry);
    }

    /** Returns the oldest entry, or null. */
    @Nullable QueuedEntry oldest() {
        return isEmpty() ? null : ends.newer;
    }

    boolean isEmpty() {
        return ends.newer.isEnd();
    }

    /** Returns the weight of all entries. */
    long bytes() {
        return bytes;
    }

    /** Visits all entries, oldest first. */
    void forEach(Consumer<QueuedEntry> visitor) {
        for (QueuedEntry entry = ends.newer; !entry.isEnd(); entry = entry.newer) {
            visitor.accept(entry);
        }
    }
}
