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
 * @param digest digest of the chunk that the record is about; {@link #NO_DIGEST} for names
 * @param algorithm how the chunk is compressed, in ASCII; empty for other records
 * @param base digest of the chunk that is needed to decode this one; nothing for other records
 * @param counter number of the record in its segment, from which the nonce is made
 * @param durable position up to which the log was on the disk when the record was made
 */
record RecordHeader(
        RecordType type,
        int payloadLength,
        int plainLength,
        Digest digest,
        String algorithm,
        @Nullable Digest base,
        long counter,
        long durable) {
    static final int FIXED_BYTES = 68;
    static final int MAX_ALGORITHM_BYTES = 64;
    static final int MAX_BYTES = FIXED_BYTES + MAX_ALGORITHM_BYTES + Digest.BYTES;
    static final int TAG_BYTES = 16;
    static final int ALIGNMENT = 8;
    static final int MAGIC = 0x53515231;

    /** A chunk is at most 16 MiB; what a compressor adds to what it cannot shrink is far below. */
    static final int MAX_PAYLOAD_BYTES = 17 << 20;

    static final int MAX_PLAIN_BYTES = 16 << 20;

    static final Digest NO_DIGEST = Digest.copyOf(new byte[Digest.BYTES]);

    private static final int CRC_OFFSET = 64;
    private static final VarHandle INTS =
            MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.BIG_ENDIAN);
    private static final VarHandle LONGS =
            MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.BIG_ENDIAN);

    /** Returns the header of a chunk; counter and position are set by whoever seals it. */
    static RecordHeader chunk(
            Digest digest,
            String algorithm,
            @Nullable Digest base,
            int plainLength,
            int payloadLength) {
        RecordType type = base == null ? RecordType.CHUNK : RecordType.DELTA;
        return new RecordHeader(type, payloadLength, plainLength, digest, algorithm, base, 0, 0);
    }

    /** Returns the header of a record that is not a chunk. */
    static RecordHeader of(RecordType type, Digest digest, int payloadLength) {
        return new RecordHeader(type, payloadLength, 0, digest, "", null, 0, 0);
    }

    RecordHeader sealed(long newCounter, long newDurable) {
        return new RecordHeader(
                type, payloadLength, plainLength, digest, algorithm, base, newCounter, newDurable);
    }

    /** Returns the length of this header in bytes. */
    int length() {
        return FIXED_BYTES + algorithm.length() + (base == null ? 0 : Digest.BYTES);
    }

    /** Returns the length of the whole record with tag and padding. */
    int recordLength() {
        return recordLength(length(), payloadLength);
    }

    static int recordLength(int headerLength, int payloadLength) {
        return (headerLength + payloadLength + TAG_BYTES + ALIGNMENT - 1) & -ALIGNMENT;
    }

    /** Writes the header at the begin of a buffer. */
    void encode(byte[] target, int segment) {
        Arrays.fill(target, 0, FIXED_BYTES, (byte) 0);
        INTS.set(target, 0, MAGIC);
        target[4] = (byte) type.code;
        target[5] = (byte) algorithm.length();
        INTS.set(target, 8, payloadLength);
        INTS.set(target, 12, plainLength);
        System.arraycopy(digest.toBytes(), 0, target, 16, Digest.BYTES);
        LONGS.set(target, 48, counter);
        LONGS.set(target, 56, durable);
        byte[] name = algorithm.getBytes(StandardCharsets.US_ASCII);
        System.arraycopy(name, 0, target, FIXED_BYTES, name.length);
        if (base != null) {
            System.arraycopy(base.toBytes(), 0, target, FIXED_BYTES + name.length, Digest.BYTES);
        }
        INTS.set(target, CRC_OFFSET, checksum(target, 0, length() - FIXED_BYTES, segment));
    }

    /** Returns whether a header may begin here: a quick look before {@link #decode}. */
    static boolean mayBegin(byte[] source, int from) {
        return (int) INTS.get(source, from) == MAGIC;
    }

    /**
     * Reads a header of a segment.
     *
     * @param available bytes that are there from {@code from} on
     * @return nothing if there is no header
     */
    static @Nullable RecordHeader decode(byte[] source, int from, int available, int segment) {
        if (available < FIXED_BYTES || !mayBegin(source, from)) {
            return null;
        }
        RecordType type = RecordType.of(source[from + 4]);
        int nameLength = source[from + 5] & 0xFF;
        int variable = nameLength + (type == RecordType.DELTA ? Digest.BYTES : 0);
        if (nameLength > MAX_ALGORITHM_BYTES
                || available < FIXED_BYTES + variable
                || (int) INTS.get(source, from + CRC_OFFSET)
                        != checksum(source, from, variable, segment)) {
            return null;
        }
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
                digestAt(source, from + 16),
                new String(source, from + FIXED_BYTES, nameLength, StandardCharsets.US_ASCII),
                type == RecordType.DELTA ? digestAt(source, from + FIXED_BYTES + nameLength) : null,
                (long) LONGS.get(source, from + 48),
                (long) LONGS.get(source, from + 56));
    }

    private static Digest digestAt(byte[] source, int at) {
        return Digest.copyOf(Arrays.copyOfRange(source, at, at + Digest.BYTES));
    }

    /** The segment goes into the checksum, so a header that was copied elsewhere is not one. */
    private static int checksum(byte[] source, int from, int variableLength, int segment) {
        CRC32C crc = new CRC32C();
        byte[] place = new byte[4];
        INTS.set(place, 0, segment);
        crc.update(place);
        crc.update(source, from, CRC_OFFSET);
        crc.update(source, from + FIXED_BYTES, variableLength);
        return (int) crc.getValue();
    }
}
