package org.stoq.sdk.cbor;

import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.stoq.sdk.StoqErrorCode;
import org.stoq.sdk.StoqException;

/**
 * Reads CBOR that a peer has sent, and believes nothing of it. Belongs to one thread.
 *
 * <p>Refused with INVALID_REQUEST: anything but the deterministic encoding (RFC 8949 s.4.2.1), so
 * longer forms than needed, indefinite lengths, floats, unknown tags, text that is not UTF-8, map
 * keys that are unsorted or repeated, bytes behind the end. Refused with TOO_LARGE: what is over
 * the limits. No length that a peer claims is allocated before so many bytes are there.
 */
public final class CborReader {
    private final ByteBuffer in;
    private final CborLimits limits;

    /**
     * Begins to read.
     *
     * @throws StoqException TOO_LARGE if there are more bytes than the limits allow
     */
    public CborReader(byte[] bytes, CborLimits limits) throws StoqException {
        if (bytes.length > limits.maxBytes()) {
            throw tooLarge("an encoding of " + bytes.length + " bytes");
        }
        this.in = ByteBuffer.wrap(bytes);
        this.limits = limits;
    }

    /** Reads an integer that fits 64 bits with sign. */
    public long integer() throws StoqException {
        Object value = value(1);
        if (value instanceof Long number) {
            return number;
        }
        throw malformed("an integer is expected");
    }

    /** Reads a byte string. */
    public byte[] bytes() throws StoqException {
        return string(head(CborWriter.BYTES));
    }

    /** Reads a text string. */
    public String text() throws StoqException {
        return utf8(string(head(CborWriter.TEXT)));
    }

    /** Reads the head of an array and returns how many items follow. */
    public int array() throws StoqException {
        return count(head(CborWriter.ARRAY));
    }

    /** Reads a tag and requires it to be the given one. */
    public void tag(int expected) throws StoqException {
        long tag = head(CborWriter.TAG);
        if (tag != expected) {
            throw malformed("tag " + tag + " where " + expected + " is expected");
        }
    }

    /** Reads a map with integer keys. */
    public CborMap map() throws StoqException {
        return map(count(head(CborWriter.MAP)), 1);
    }

    /** Requires that nothing is left. */
    public void finish() throws StoqException {
        if (in.hasRemaining()) {
            throw malformed(in.remaining() + " bytes behind the end");
        }
    }

    private @Nullable Object value(int depth) throws StoqException {
        int first = peek();
        int major = first >>> 5;
        long argument = head(major);
        return switch (major) {
            case CborWriter.UNSIGNED -> unsigned(argument);
            case CborWriter.NEGATIVE -> negative(argument);
            case CborWriter.BYTES -> string(argument);
            case CborWriter.TEXT -> utf8(string(argument));
            case CborWriter.ARRAY -> list(count(argument), deeper(depth));
            case CborWriter.MAP -> map(count(argument), deeper(depth));
            case CborWriter.TAG -> bignum(argument);
            default -> simple(argument);
        };
    }

    private static Object unsigned(long argument) {
        return argument >= 0 ? (Object) argument : new BigInteger(Long.toUnsignedString(argument));
    }

    private static Object negative(long argument) {
        return argument >= 0
                ? (Object) ~argument
                : new BigInteger(Long.toUnsignedString(argument)).not();
    }

    private @Nullable Object simple(long argument) throws StoqException {
        return switch ((int) argument) {
            case CborWriter.FALSE -> false;
            case CborWriter.TRUE -> true;
            case CborWriter.NULL -> null;
            default -> throw malformed("simple value " + argument);
        };
    }

    private Object bignum(long tag) throws StoqException {
        if (tag != CborWriter.POSITIVE_BIGNUM && tag != CborWriter.NEGATIVE_BIGNUM) {
            throw malformed("tag " + tag);
        }
        byte[] magnitude = bytes();
        if (magnitude.length <= 8 || magnitude[0] == 0) {
            throw malformed("a bignum that has a shorter form");
        }
        BigInteger number = new BigInteger(1, magnitude);
        return tag == CborWriter.POSITIVE_BIGNUM ? number : number.not();
    }

    private List<@Nullable Object> list(int items, int depth) throws StoqException {
        List<@Nullable Object> list = new ArrayList<>();
        for (int i = 0; i < items; i++) {
            list.add(value(depth));
        }
        return list;
    }

    private CborMap map(int pairs, int depth) throws StoqException {
        CborMap.Builder map = CborMap.builder();
        Long previous = null;
        for (int i = 0; i < pairs; i++) {
            if (!(value(depth) instanceof Long key)) {
                throw malformed("a map key that is no integer");
            }
            if (previous != null && CborMap.ENCODED_ORDER.compare(previous, key) >= 0) {
                throw malformed("map keys that are not in ascending order");
            }
            previous = key;
            map.putDecoded(key, value(depth));
        }
        return map.build();
    }

    private long head(int expectedMajor) throws StoqException {
        int first = peek();
        if (first >>> 5 != expectedMajor) {
            throw malformed(
                    "major type " + (first >>> 5) + " where " + expectedMajor + " is expected");
        }
        in.get();
        int info = first & 0x1F;
        return switch (info) {
            case 24 -> argument(1, 24);
            case 25 -> argument(2, 0x100);
            case 26 -> argument(4, 0x1_0000);
            case 27 -> argument(8, 0x1_0000_0000L);
            case 28, 29, 30, 31 -> throw malformed("additional information " + info);
            default -> info;
        };
    }

    private long argument(int bytes, long least) throws StoqException {
        require(bytes);
        long value = 0;
        for (int i = 0; i < bytes; i++) {
            value = value << 8 | (in.get() & 0xFF);
        }
        if (Long.compareUnsigned(value, least) < 0) {
            throw malformed("an argument that has a shorter form");
        }
        return value;
    }

    private byte[] string(long length) throws StoqException {
        if (length < 0 || length > in.remaining()) {
            throw malformed("a string of " + Long.toUnsignedString(length) + " bytes");
        }
        byte[] bytes = new byte[(int) length];
        in.get(bytes);
        return bytes;
    }

    private String utf8(byte[] bytes) throws StoqException {
        try {
            return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
        } catch (CharacterCodingException e) {
            throw new StoqException(
                    StoqErrorCode.INVALID_REQUEST, "CBOR text that is not UTF-8", e);
        }
    }

    private int count(long items) throws StoqException {
        if (items < 0 || items > limits.maxItems()) {
            throw tooLarge(Long.toUnsignedString(items) + " items");
        }
        return (int) items;
    }

    private int deeper(int depth) throws StoqException {
        if (depth >= limits.maxDepth()) {
            throw tooLarge("more than " + limits.maxDepth() + " levels");
        }
        return depth + 1;
    }

    private int peek() throws StoqException {
        require(1);
        return in.get(in.position()) & 0xFF;
    }

    private void require(int bytes) throws StoqException {
        if (in.remaining() < bytes) {
            throw malformed("the end is missing");
        }
    }

    private StoqException malformed(String what) {
        return new StoqException(
                StoqErrorCode.INVALID_REQUEST, "CBOR at byte " + in.position() + ": " + what);
    }

    private static StoqException tooLarge(String what) {
        return new StoqException(StoqErrorCode.TOO_LARGE, "CBOR: " + what);
    }
}
