package org.stoq.cache;

import org.stoq.sdk.Digest;

/** One cached chunk. Its place is guarded by the lock of {@link CacheContents}. */
final class CacheEntry {
    /** Where an entry is. */
    enum Place {
        /** Readable; no policy has heard of it yet. */
        ARRIVING,
        /** Readable, and in the policy's order. */
        RESIDENT,
        /** No longer in the cache. */
        GONE
    }

    private final Digest digest;
    private final byte[] plain;
    private final long accessesBefore;
    private Place place = Place.ARRIVING;

    CacheEntry(Digest digest, byte[] plain, long accessesBefore) {
        this.digest = digest;
        this.plain = plain;
        this.accessesBefore = accessesBefore;
    }

    Digest digest() {
        return digest;
    }

    byte[] plain() {
        return plain;
    }

    int weightBytes() {
        return plain.length;
    }

    /** How many accesses the ring had recorded when the entry came. */
    long accessesBefore() {
        return accessesBefore;
    }

    Place place() {
        return place;
    }

    void move(Place to) {
        place = to;
    }
}
