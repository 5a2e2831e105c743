package org.stoq.sdk;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/**
 * A SHA-256 digest (FIPS 180-4): the identity of a chunk, a manifest or an object.
 *
 * <p>Immutable and safe to share. Ordered as unsigned bytes. Its text form is {@code sha256:} and
 * 64 lower-case hexadecimal digits.
 */
public final class Digest implements Comparable<Digest> {
    /** Length of a digest in bytes. */
    public static final int BYTES = 32;

    private static final String PREFIX = "sha256:";
    private static final VarHandle LONGS =
            MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.BIG_ENDIAN);

    // Four longs rather than an array: half the memory, and an equality test without a loop. Maps
    // of millions of chunks are keyed by this class.
    private final long first;
    private final long second;
    private final long third;
    private final long fourth;

    private Digest(long first, long second, long third, long fourth) {
        this.first = first;
        this.second = second;
        this.third = third;
        this.fourth = fourth;
    }

    /** Returns the digest of a whole array. */
    public static Digest of(byte[] bytes) {
        return copyOf(sha256().digest(bytes));
    }

    /** Returns the digest of the remaining bytes, which it consumes. */
    public static Digest of(ByteBuffer bytes) {
        MessageDigest sha256 = sha256();
        sha256.update(bytes);
        return copyOf(sha256.digest());
    }

    /**
     * Takes over the 32 bytes of a finished digest.
     *
     * @throws IllegalArgumentException if the array is not 32 bytes long
     */
    public static Digest copyOf(byte[] digest) {
        if (digest.length != BYTES) {
            throw new IllegalArgumentException(
                    "a digest has 32 bytes, this one has " + digest.length);
        }
        return new Digest(
                (long) LONGS.get(digest, 0),
                (long) LONGS.get(digest, 8),
                (long) LONGS.get(digest, 16),
                (long) LONGS.get(digest, 24));
    }

    /**
     * Reads 32 bytes from the buffer's position on.
     *
     * @throws java.nio.BufferUnderflowException if fewer remain
     */
    public static Digest read(ByteBuffer source) {
        byte[] digest = new byte[BYTES];
        source.get(digest);
        return copyOf(digest);
    }

    /**
     * Parses the text form.
     *
     * @throws IllegalArgumentException if the text is not {@code sha256:} and 64 lower-case digits
     */
    public static Digest parse(String text) {
        String hex = text.startsWith(PREFIX) ? text.substring(PREFIX.length()) : "";
        if (!isLowerHex(hex)) {
            throw new IllegalArgumentException(
                    "not a digest: '" + text + "' (sha256: and 64 lower-case hex digits)");
        }
        return copyOf(HexFormat.of().parseHex(hex));
    }

    /** Returns whether {@link #parse} would accept the text. */
    public static boolean isDigest(String text) {
        return text.startsWith(PREFIX) && isLowerHex(text.substring(PREFIX.length()));
    }

    /** Returns a fresh SHA-256 computation. */
    public static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256, this one not", e);
        }
    }

    /** Returns the 32 bytes as a new array. */
    public byte[] toBytes() {
        byte[] bytes = new byte[BYTES];
        LONGS.set(bytes, 0, first);
        LONGS.set(bytes, 8, second);
        LONGS.set(bytes, 16, third);
        LONGS.set(bytes, 24, fourth);
        return bytes;
    }

    /** Writes the 32 bytes at the buffer's position. */
    public void write(ByteBuffer target) {
        target.put(toBytes());
    }

    /** Returns the first eight bytes as a number: a well mixed hash of the digest. */
    public long prefix() {
        return first;
    }

    /** Returns 64 lower-case hexadecimal digits, without the {@code sha256:} in front. */
    public String hex() {
        return HexFormat.of().formatHex(toBytes());
    }

    @Override
    public int compareTo(Digest other) {
        int order = Long.compareUnsigned(first, other.first);
        if (order == 0) {
            order = Long.compareUnsigned(second, other.second);
        }
        if (order == 0) {
            order = Long.compareUnsigned(third, other.third);
        }
        return order != 0 ? order : Long.compareUnsigned(fourth, other.fourth);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Digest that
                && first == that.first
                && second == that.second
                && third == that.third
                && fourth == that.fourth;
    }

    @Override
    public int hashCode() {
        return Long.hashCode(first);
    }

    @Override
    public String toString() {
        return PREFIX + hex();
    }

    private static boolean isLowerHex(String hex) {
        return hex.length() == 2 * BYTES
                && hex.chars().allMatch(c -> (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'));
    }
}
