package org.stoq.store;

import org.jspecify.annotations.Nullable;
import org.stoq.sdk.Digest;

/**
 * Where the record of a chunk lies.
 *
 * @param segment number of the segment
 * @param offset where the record begins in it, in bytes
 * @param headerLength length of its header, in bytes
 * @param storedLength length of the encoded chunk, in bytes
 * @param plainLength length before compression, in bytes
 * @param base the chunk that is needed to decode this one; nothing if it stands alone
 */
record Location(
        int segment,
        int offset,
        int headerLength,
        int storedLength,
        int plainLength,
        @Nullable Digest base) {
    /** Stands in the place of a location where a chunk was forgotten; segments begin with 1. */
    static final Location GONE = new Location(0, 0, 0, 0, 0, null);

    boolean isGone() {
        return segment == 0;
    }

    /** Returns the length of the whole record, in bytes. */
    int recordLength() {
        return RecordHeader.recordLength(headerLength, storedLength);
    }

    /** Returns the place as one number that grows along the log. */
    long position() {
        return position(segment, offset);
    }

    static long position(int segment, int offset) {
        return ((long) segment << 32) | offset;
    }

    static int segmentOf(long position) {
        return (int) (position >>> 32);
    }

    static int offsetOf(long position) {
        return (int) position;
    }
}
