package org.stoq.store;

import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.stoq.sdk.Digest;

/** A name as its UTF-8 bytes, in their order. */
record Name(byte[] bytes) implements Comparable<Name> {
    static final int MAX_BYTES = 1_024;

    /**
     * Where a name leads, and which record says so.
     *
     * @param manifest what the name stands for
     * @param segment number of the segment with the record
     * @param offset where the record begins
     */
    record Entry(Digest manifest, int segment, int offset) {}

    /** A name and where it leads. */
    record Bound(Name name, Entry entry) {}

    /**
     * Returns a name, or an end of a range of names.
     *
     * @throws IllegalArgumentException if the text holds half a surrogate pair
     */
    static Name of(String text) {
        try {
            ByteBuffer encoded = StandardCharsets.UTF_8.newEncoder().encode(CharBuffer.wrap(text));
            byte[] bytes = new byte[encoded.remaining()];
            encoded.get(bytes);
            return new Name(bytes);
        } catch (CharacterCodingException e) {
            throw new IllegalArgumentException("a name with half a surrogate pair", e);
        }
    }

    /** Returns the length of the record that binds this name, in bytes. */
    int recordLength() {
        return RecordHeader.recordLength(RecordHeader.FIXED_BYTES, Digest.BYTES + bytes.length);
    }

    boolean startsWith(Name prefix) {
        return bytes.length >= prefix.bytes.length
                && Arrays.equals(
                        bytes, 0, prefix.bytes.length, prefix.bytes, 0, prefix.bytes.length);
    }

    @Override
    public int compareTo(Name other) {
        return Arrays.compareUnsigned(bytes, other.bytes);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Name that && Arrays.equals(bytes, that.bytes);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(bytes);
    }

    @Override
    public String toString() {
        return new String(bytes, StandardCharsets.UTF_8);
    }
}
