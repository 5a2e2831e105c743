package org.stoq.similarity;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;
import org.stoq.sdk.Digest;

/**
 * Digests by their sketches, a bounded number of them: past it the oldest make room. Pure; any
 * thread.
 *
 * <p>An entry takes {@value #ENTRY_BYTES} bytes of heap: 32 of digest, 32 of features, 32 of places
 * where to look features up. The places are buckets of eight numbers of entries, found by a hash of
 * the feature, the newest first; when a bucket is full its oldest goes, so an entry may lose some
 * of its places before it goes itself. A place may outlive its entry: whoever reads it compares the
 * feature.
 */
final class SketchTable {
    /** Heap for an entry in bytes, once the table has its full size. */
    static final int ENTRY_BYTES = 96;

    private static final int FIRST_CAPACITY = 1 << 10;
    private static final int WAYS = 8;
    private static final int DIGEST_LONGS = Digest.BYTES / Long.BYTES;

    private final ReentrantLock lock = new ReentrantLock();
    private final int maxCapacity;
    // All below is guarded by the lock. Capacities are powers of two; as many buckets as entries,
    // each with one place for every feature of an entry.
    private int capacity;
    private long[] digests;
    private int[] features;
    private int[] places;
    private long added;

    /** Sees one entry after the other, the oldest first. */
    @FunctionalInterface
    interface Visitor<X extends Exception> {
        void at(int[] sketch, Digest digest) throws X;
    }

    /**
     * Makes an empty table.
     *
     * @param maxCapacity most entries; a power of two, at least 1,024
     */
    SketchTable(int maxCapacity) {
        if (maxCapacity < FIRST_CAPACITY || Integer.bitCount(maxCapacity) != 1) {
            throw new IllegalArgumentException("a table of " + maxCapacity + " entries");
        }
        this.maxCapacity = maxCapacity;
        capacity = FIRST_CAPACITY;
        digests = new long[DIGEST_LONGS * capacity];
        features = new int[GearSketch.FEATURES * capacity];
        places = emptyPlaces(capacity);
    }

    /** Adds an entry; one without any feature is passed over. Returns whether it was added. */
    boolean add(int[] sketch, Digest digest) {
        if (sketch.length != GearSketch.FEATURES || isEmpty(sketch)) {
            return false;
        }
        lock.lock();
        try {
            if (added == capacity && capacity < maxCapacity) {
                grow();
            }
            put(sketch, ByteBuffer.wrap(digest.toBytes()));
            return true;
        } finally {
            lock.unlock();
        }
    }

    /**
     * Returns the digests with most features in common, the oldest first of equals: old entries are
     * at the begin of chains of differences.
     */
    List<Digest> similar(int[] sketch, int limit) {
        if (sketch.length != GearSketch.FEATURES) {
            return List.of();
        }
        lock.lock();
        try {
            long[] ranked = ranked(sketch);
            List<Digest> found = new ArrayList<>(limit);
            for (int i = ranked.length - 1; i >= 0 && found.size() < limit; i--) {
                Digest digest = digest(entryOf(ranked[i]));
                if (!found.contains(digest)) {
                    found.add(digest);
                }
            }
            return found;
        } finally {
            lock.unlock();
        }
    }

    /** Returns how many entries there are. */
    int size() {
        lock.lock();
        try {
            return (int) Math.min(added, capacity);
        } finally {
            lock.unlock();
        }
    }

    /** Shows all entries. The table cannot be changed meanwhile. */
    <X extends Exception> void forEach(Visitor<X> visitor) throws X {
        lock.lock();
        try {
            for (long number = Math.max(0, added - capacity); number < added; number++) {
                int entry = (int) (number & (capacity - 1));
                visitor.at(sketch(entry), digest(entry));
            }
        } finally {
            lock.unlock();
        }
    }

    /** Returns the entries that have a feature in common, in ascending order of their rank. */
    private long[] ranked(int[] sketch) {
        int[] hits = new int[GearSketch.FEATURES * WAYS];
        int count = 0;
        for (int i = 0; i < GearSketch.FEATURES; i++) {
            if (sketch[i] == GearSketch.NONE) {
                continue;
            }
            int bucket = bucket(i, sketch[i]);
            int first = count;
            for (int way = bucket; way < bucket + WAYS; way++) {
                int entry = places[way];
                if (entry >= 0
                        && features[GearSketch.FEATURES * entry + i] == sketch[i]
                        && !isAmong(entry, hits, first, count)) {
                    hits[count++] = entry;
                }
            }
        }
        Arrays.sort(hits, 0, count);
        long[] ranked = new long[count];
        int distinct = 0;
        for (int at = 0; at < count; ) {
            int next = at + 1;
            while (next < count && hits[next] == hits[at]) {
                next++;
            }
            ranked[distinct++] = rank(next - at, hits[at]);
            at = next;
        }
        long[] exact = Arrays.copyOf(ranked, distinct);
        Arrays.sort(exact);
        return exact;
    }

    /** An entry that has taken the number of an older one may be in a bucket for both. */
    private static boolean isAmong(int entry, int[] hits, int from, int to) {
        for (int i = from; i < to; i++) {
            if (hits[i] == entry) {
                return true;
            }
        }
        return false;
    }

    /** Features in common in the upper half, below them how many entries are newer. */
    private long rank(int common, int entry) {
        int newer = (int) (added - 1 - entry) & (capacity - 1);
        return ((long) common << Integer.SIZE) | newer;
    }

    private int entryOf(long rank) {
        return (int) (added - 1 - (int) rank) & (capacity - 1);
    }

    private void put(int[] sketch, ByteBuffer digest) {
        int entry = (int) (added & (capacity - 1));
        for (int i = 0; i < DIGEST_LONGS; i++) {
            digests[DIGEST_LONGS * entry + i] = digest.getLong(Long.BYTES * i);
        }
        System.arraycopy(sketch, 0, features, GearSketch.FEATURES * entry, sketch.length);
        added++;
        for (int i = 0; i < GearSketch.FEATURES; i++) {
            if (sketch[i] != GearSketch.NONE) {
                int bucket = bucket(i, sketch[i]);
                System.arraycopy(places, bucket, places, bucket + 1, WAYS - 1);
                places[bucket] = entry;
            }
        }
    }

    private void grow() {
        long[] oldDigests = digests;
        int[] oldFeatures = features;
        int count = capacity;
        capacity *= 2;
        digests = new long[DIGEST_LONGS * capacity];
        features = new int[GearSketch.FEATURES * capacity];
        places = emptyPlaces(capacity);
        added = 0;
        ByteBuffer digest = ByteBuffer.allocate(Digest.BYTES);
        for (int entry = 0; entry < count; entry++) {
            for (int i = 0; i < DIGEST_LONGS; i++) {
                digest.putLong(Long.BYTES * i, oldDigests[DIGEST_LONGS * entry + i]);
            }
            int first = GearSketch.FEATURES * entry;
            put(Arrays.copyOfRange(oldFeatures, first, first + GearSketch.FEATURES), digest);
        }
    }

    private int bucket(int bin, int feature) {
        long hash = GearSketch.mix(((long) bin << Integer.SIZE) | (feature & 0xFFFF_FFFFL));
        return WAYS * (int) (hash & (capacity - 1));
    }

    private int[] sketch(int entry) {
        int first = GearSketch.FEATURES * entry;
        return Arrays.copyOfRange(features, first, first + GearSketch.FEATURES);
    }

    private Digest digest(int entry) {
        ByteBuffer bytes = ByteBuffer.allocate(Digest.BYTES);
        for (int i = 0; i < DIGEST_LONGS; i++) {
            bytes.putLong(digests[DIGEST_LONGS * entry + i]);
        }
        return Digest.copyOf(bytes.array());
    }

    private static boolean isEmpty(int[] sketch) {
        for (int feature : sketch) {
            if (feature != GearSketch.NONE) {
                return false;
            }
        }
        return true;
    }

    private static int[] emptyPlaces(int capacity) {
        int[] empty = new int[WAYS * capacity];
        Arrays.fill(empty, -1);
        return empty;
    }
}
