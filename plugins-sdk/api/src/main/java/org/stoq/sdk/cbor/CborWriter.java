package org.stoq.sdk.cbor;

import java.io.ByteArrayOutputStream;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;

/**
 * Writes CBOR items one after another, each in its shortest form. Belongs to one thread.
 *
 * <p>Whoever writes a map writes its keys in ascending order of their encodings; {@link CborMap}
 * does so by itself.
 */
public final class CborWriter {
    static final int UNSIGNED = 0;
    static final int NEGATIVE = 1;
    static final int BYTES = 2;
    static final int TEXT = 3;
    static final int ARRAY = 4;
    static final int MAP = 5;
    static final int TAG = 6;
    static final int SIMPLE = 7;
    static final int FALSE = 20;
    static final int TRUE = 21;
    static final int NULL = 22;
    static final int POSITIVE_BIGNUM = 2;
    static final int NEGATIVE_BIGNUM = 3;

    private final ByteArrayOutputStream out = new ByteArrayOutputStream(64);

    /** Writes an integer. */
    public CborWriter integer(long value) {
        return value >= 0 ? head(UNSIGNED, value) : head(NEGATIVE, ~value);
    }

    /** Writes an integer of any size: as a plain one where 64 bits are enough, else as a bignum. */
    public CborWriter integer(BigInteger value) {
        boolean negative = value.signum() < 0;
        BigInteger magnitude = negative ? value.not() : value;
        if (magnitude.bitLength() <= 64) {
            return head(negative ? NEGATIVE : UNSIGNED, magnitude.longValue());
        }
        byte[] bytes = magnitude.toByteArray();
        int from = bytes[0] == 0 ? 1 : 0;
        head(TAG, negative ? NEGATIVE_BIGNUM : POSITIVE_BIGNUM);
        head(BYTES, bytes.length - from);
        out.write(bytes, from, bytes.length - from);
        return this;
    }

    /** Writes a byte string. */
    public CborWriter bytes(byte[] value) {
        head(BYTES, value.length);
        out.writeBytes(value);
        return this;
    }

    /** Writes a text string. */
    public CborWriter text(String value) {
        byte[] utf8 = value.getBytes(StandardCharsets.UTF_8);
        head(TEXT, utf8.length);
        out.writeBytes(utf8);
        return this;
    }

    /** Writes true or false. */
    public CborWriter bool(boolean value) {
        return head(SIMPLE, value ? TRUE : FALSE);
    }

    /** Writes null. */
    public CborWriter nul() {
        return head(SIMPLE, NULL);
    }

    /** Begins an array of so many items, which follow. */
    public CborWriter array(int items) {
        return head(ARRAY, items);
    }

    /** Begins a map of so many pairs, which follow: key, value, key, value. */
    public CborWriter map(int pairs) {
        return head(MAP, pairs);
    }

    /** Writes a tag; the tagged item follows. */
    public CborWriter tag(int tag) {
        return head(TAG, tag);
    }

    /** Returns what was written so far. */
    public byte[] toBytes() {
        return out.toByteArray();
    }

    /** Writes major type and argument; the argument is unsigned (RFC 8949 s.3). */
    private CborWriter head(int major, long argument) {
        int type = major << 5;
        if (argument >= 0 && argument < 24) {
            out.write(type | (int) argument);
        } else if (argument >= 0 && argument <= 0xFF) {
            out.write(type | 24);
            bigEndian(argument, 1);
        } else if (argument >= 0 && argument <= 0xFFFF) {
            out.write(type | 25);
            bigEndian(argument, 2);
        } else if (argument >= 0 && argument <= 0xFFFF_FFFFL) {
            out.write(type | 26);
            bigEndian(argument, 4);
        } else {
            out.write(type | 27);
            bigEndian(argument, 8);
        }
        return this;
    }

    private void bigEndian(long value, int bytes) {
        for (int shift = 8 * (bytes - 1); shift >= 0; shift -= 8) {
            out.write((int) (value >>> shift));
        }
    }
}
