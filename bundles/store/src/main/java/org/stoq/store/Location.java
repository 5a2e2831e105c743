package org.stoq.store;

import org.stoq.sdk.Digest;

/**
 * Where the record of a chunk lies.
 *
 * @param segment number of the segment
 * @param offset where the record begins in it, in bytes
 * @param storedLength length of the encoded chunk, in bytes
 * @param plainLength length before compression, in bytes
 */
record Location(int segment, int offset, int storedLength, int plainLength) {
    /** Stands in the place of a location where a chunk was forgotten. */
    static final Location GONE = new Location(0, 0, 0, 0);

    boolean isAt(int otherSegment, int otherOffset) {
        return segment == otherSegment && offset == otherOffset;
    }

    /** Returns the place as one number that grows along the log. */
    long position() {
        return position(segment, offset);
    }

    static long position(int segment, int offset) {
        return ((long) segment << 32) | offset;
    }

    /** A chunk and where it lies. */
    record Of(Digest digest, Location location) {}
}
