package org.stoq.store;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;
import org.stoq.sdk.Digest;

/**
 * What stands in clear before the ciphertext of a record; laid out in {@code
 * docs/spec/store-format.md}.
 *
 * @param type what the record says
 * @param payloadLength length of the ciphertext without its tag, in bytes
 * @param plainLength length of the chunk before compression, in bytes; 0 for other records
 * @param digest digest of the chunk; {@link #NO_DIGEST} for other records
 * @param algorithm how the chunk is compressed; empty for other records
 */
record RecordHeader(
        RecordType type, int payloadLength, int plainLength, Digest digest, String algorithm) {
    static final int FIXED_BYTES = 52;
    static final int MAX_ALGORITHM_BYTES = 64;
    static final int MAX_BYTES = FIXED_BYTES + MAX_ALGORITHM_BYTES;
    static final int TAG_BYTES = 16;
    static final int ALIGNMENT = 8;
    static final int MAGIC = 0x53515231;

    /** A chunk is at most 16 MiB; what a compressor adds to what it cannot shrink is far below. */
    static final int MAX_PAYLOAD_BYTES = 17 << 20;

    static final int MAX_PLAIN_BYTES = 16 << 20;

    static final Digest NO_DIGEST = Digest.copyOf(new byte[Digest.BYTES]);

    private static final int CRC_OFFSET = 48;
    private static final VarHandle INTS =
            MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.BIG_ENDIAN);

    /** Returns the header of a record that is not a chunk. */
    static RecordHeader of(RecordType type, int payloadLength) {
        return new RecordHeader(type, payloadLength, 0, NO_DIGEST, "");
    }

    /** Returns the length of this header in bytes; algorithm names are ASCII. */
    int length() {
        return FIXED_BYTES + algorithm.length();
    }

    /** Returns the length of the whole record with tag and padding. */
    int recordLength() {
        return align(length() + payloadLength + TAG_BYTES);
    }

    static int align(int length) {
        return (length + ALIGNMENT - 1) & -ALIGNMENT;
    }

    /** Writes the header at the begin of a buffer. */
    void encode(byte[] target, int segment, int offset) {
        Arrays.fill(target, 0, FIXED_BYTES, (byte) 0);
        INTS.set(target, 0, MAGIC);
        target[4] = (byte) type.code;
        target[5] = (byte) algorithm.length();
        INTS.set(target, 8, payloadLength);
        INTS.set(target, 12, plainLength);
        System.arraycopy(digest.toBytes(), 0, target, 16, Digest.BYTES);
        byte[] name = algorithm.getBytes(StandardCharsets.US_ASCII);
        System.arraycopy(name, 0, target, FIXED_BYTES, name.length);
        INTS.set(target, CRC_OFFSET, checksum(target, 0, name.length, segment, offset));
    }

    /** Returns whether a header may begin here: a quick look before {@link #decode}. */
    static boolean mayBegin(byte[] source, int from) {
        return (int) INTS.get(source, from) == MAGIC;
    }

    /**
     * Reads the header that a certain place of the log must hold.
     *
     * @param available bytes that are there from {@code from} on
     * @return nothing if there is no such header
     */
    static @Nullable RecordHeader decode(
            byte[] source, int from, int available, int segment, int offset) {
        if (available < FIXED_BYTES || !mayBegin(source, from)) {
            return null;
        }
        int nameLength = source[from + 5] & 0xFF;
        if (nameLength > MAX_ALGORITHM_BYTES
                || available < FIXED_BYTES + nameLength
                || (int) INTS.get(source, from + CRC_OFFSET)
                        != checksum(source, from, nameLength, segment, offset)) {
            return null;
        }
        RecordType type = RecordType.of(source[from + 4]);
        int payloadLength = (int) INTS.get(source, from + 8);
        int plainLength = (int) INTS.get(source, from + 12);
        if (type == null
                || payloadLength < 0
                || payloadLength > MAX_PAYLOAD_BYTES
                || plainLength < 0
                || plainLength > MAX_PLAIN_BYTES) {
            return null;
        }
        return new RecordHeader(
                type,
                payloadLength,
                plainLength,
                Digest.copyOf(Arrays.copyOfRange(source, from + 16, from + 16 + Digest.BYTES)),
                new String(
                        source, from + FIXED_BYTES, nameLength, StandardCharsets.US_ASCII));
    }

    /** The place goes into the checksum, so a header that was copied elsewhere is not one. */
    private static int checksum(byte[] source, int from, int nameLength, int segment, int offset) {
        CRC32C crc = new CRC32C();
        byte[] place = new byte[8];
        INTS.set(place, 0, segment);
        INTS.set(place, 4, offset);
        crc.update(place);
        crc.update(source, from, CRC_OFFSET);
        crc.update(source, from + FIXED_BYTES, nameLength);
        return (int) crc.getValue();
    }
}
