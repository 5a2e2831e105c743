package org.stoq.fuzz;

import java.util.Arrays;

/** A fuzz input, taken apart from the front; behind its end are zeros. Belongs to one thread. */
public final class Input {
    private final byte[] bytes;
    private int at;

    /** Begins at the front. */
    public Input(byte[] bytes) {
        this.bytes = bytes;
    }

    /** Returns whether something is left. */
    public boolean hasMore() {
        return at < bytes.length;
    }

    /** Takes one byte, 0 to 255. */
    public int u8() {
        return at < bytes.length ? bytes[at++] & 0xFF : 0;
    }

    /** Takes two bytes, big-endian. */
    public int u16() {
        return u8() << 8 | u8();
    }

    /** Takes eight bytes, big-endian. */
    public long i64() {
        long value = 0;
        for (int i = 0; i < Long.BYTES; i++) {
            value = value << 8 | u8();
        }
        return value;
    }

    /** Takes so many bytes, or what is left if that is less. */
    public byte[] bytes(int most) {
        byte[] part = Arrays.copyOfRange(bytes, at, at + Math.min(most, bytes.length - at));
        at += part.length;
        return part;
    }

    /** Takes what is left. */
    public byte[] rest() {
        return bytes(bytes.length - at);
    }
}
