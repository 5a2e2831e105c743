package org.stoq.store;

import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;
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
    record Entry(Digest manifest, int segment, int offset) {
        /** Stands in the place of an entry where a name was forgotten. */
        static final Entry GONE = new Entry(RecordHeader.NO_DIGEST, 0, 0);

        boolean isAt(int otherSegment, int otherOffset) {
            return segment == otherSegment && offset == otherOffset;
        }
    }

    /** A name and where it leads. */
    record Bound(Name name, Entry entry) {}

    /** Returns the name, or nothing if no name can be so: empty, too long, or not Unicode. */
    static @Nullable Name of(String text) {
        Name name = bound(text);
        return name == null || name.bytes.length == 0 || name.bytes.length > MAX_BYTES
                ? null
                : name;
    }

    /** Returns an end of a range of names, of any length; nothing if the text is not Unicode. */
    static @Nullable Name bound(String text) {
        try {
            ByteBuffer encoded =
                    StandardCharsets.UTF_8.newEncoder().encode(CharBuffer.wrap(text));
            return new Name(Arrays.copyOf(encoded.array(), encoded.limit()));
        } catch (CharacterCodingException e) {
            return null;
        }
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
