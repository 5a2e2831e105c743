package org.stoq.store;

import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.atomic.LongAdder;
import org.stoq.sdk.Digest;

/**
 * Changes that the index file has not taken in yet: what was forgotten is there as {@link
 * Location#GONE} and {@link Name.Entry#GONE}. Any thread.
 */
final class Overlay {
    final ConcurrentMap<Digest, Location> chunks = new ConcurrentHashMap<>();
    final ConcurrentSkipListMap<Name, Name.Entry> names = new ConcurrentSkipListMap<>();
    private final LongAdder nameChanges =
            new LongAdder();

    void put(Name name, Name.Entry entry) {
        if (names.put(name, entry) == null) {
            nameChanges.increment();
        }
    }

    /** Returns how many changes there are, roughly; a skip list would have to count. */
    long size() {
        return chunks.size() + nameChanges.sum();
    }

    boolean isEmpty() {
        return chunks.isEmpty() && names.isEmpty();
    }
}
