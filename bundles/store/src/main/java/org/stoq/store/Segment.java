package org.stoq.store;

import java.io.IOException;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.zip.CRC32C;
import javax.crypto.AEADBadTagException;
import javax.crypto.Cipher;
import javax.crypto.SecretKey;
import javax.crypto.spec.GCMParameterSpec;
import org.stoq.sdk.Digest;

/**
 * One file of the log. Any thread; blocks on the disk.
 *
 * <p>It has a key of its own, and a record's nonce is its offset. That is unique as long as no two
 * records are ever written to one offset of one segment: so a segment takes records only from the
 * store object that made it, and an offset whose write failed is not used again.
 */
final class Segment {
    /** Where the first record begins; the header stands before it twice, a page apart. */
    static final int FIRST_RECORD = 4_160;

    private static final int HEADER_BYTES = 64;
    private static final int SECOND_HEADER = 4_096;
    private static final long MAGIC = 0x53544F5153454731L;
    private static final VarHandle LONGS =
            MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.BIG_ENDIAN);
    private static final VarHandle INTS =
            MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.BIG_ENDIAN);

    private final int number;
    private final Path path;
    private final StoreFile file;
    private final SecretKey key;
    private final AtomicInteger end;

    private Segment(int number, Path path, StoreFile file, SecretKey key, int end) {
        this.number = number;
        this.path = path;
        this.file = file;
        this.key = key;
        this.end = new AtomicInteger(end);
    }

    /** A record as it was read. */
    record Read(RecordHeader header, byte[] payload) {}

    static String fileName(int number) {
        return "%08d.seg".formatted(number);
    }

    /** Makes an empty segment; its name is durable when this returns. */
    static Segment create(Disk disk, Path folder, int number, KeyRing keys, byte[] salt)
            throws IOException {
        Path path = folder.resolve(fileName(number));
        StoreFile file = disk.open(path, true);
        byte[] head = new byte[FIRST_RECORD];
        LONGS.set(head, 0, MAGIC);
        INTS.set(head, 8, 1);
        INTS.set(head, 12, number);
        INTS.set(head, 16, keys.current());
        System.arraycopy(salt, 0, head, 20, Digest.BYTES);
        INTS.set(head, 52, checksum(head, 0));
        System.arraycopy(head, 0, head, SECOND_HEADER, HEADER_BYTES);
        try {
            file.write(head, 0, head.length, 0);
            file.force();
            disk.forceDirectory(folder);
        } catch (IOException e) {
            file.close();
            java.nio.file.Files.deleteIfExists(path);
            throw e;
        }
        return new Segment(number, path, file, key(keys, head, 0), FIRST_RECORD);
    }

    /**
     * Opens a segment.
     *
     * @throws DamagedRecordException if neither header can be read, or its key is not there
     */
    static Segment open(Disk disk, Path path, int number, KeyRing keys) throws IOException {
        StoreFile file = disk.open(path, false);
        byte[] head = new byte[FIRST_RECORD];
        int length = file.read(head, 0, head.length, 0);
        for (int at : new int[] {0, SECOND_HEADER}) {
            if (length >= at + HEADER_BYTES
                    && (long) LONGS.get(head, at) == MAGIC
                    && (int) INTS.get(head, at + 8) == 1
                    && (int) INTS.get(head, at + 12) == number
                    && (int) INTS.get(head, at + 52) == checksum(head, at)) {
                int keyNumber = (int) INTS.get(head, at + 16);
                if (!keys.has(keyNumber)) {
                    file.close();
                    throw new DamagedRecordException(
                            path + " needs data key " + keyNumber + ", which is missing", null);
                }
                int size = (int) Math.min(Integer.MAX_VALUE - 8L, file.size());
                return new Segment(
                        number, path, file, key(keys, head, at), Math.max(size, FIRST_RECORD));
            }
        }
        file.close();
        throw new DamagedRecordException(path + " does not begin as a segment", null);
    }

    int number() {
        return number;
    }

    /** Returns where the last record ends. */
    int end() {
        return end.get();
    }

    StoreFile file() {
        return file;
    }

    Path path() {
        return path;
    }

    /**
     * Takes space for a record.
     *
     * @param limit the segment shall not be longer, unless this is its only record
     * @return where the record begins, or -1 if there is no space
     */
    int reserve(int length, int limit) {
        while (true) {
            int at = end.get();
            if (at > FIRST_RECORD && at + (long) length > limit) {
                return -1;
            }
            if (end.compareAndSet(at, at + length)) {
                return at;
            }
        }
    }

    /** Encrypts a record for the offset that was reserved for it, and writes it. */
    void write(Workbench bench, int offset, RecordHeader header, byte[] payload)
            throws IOException {
        int length = header.recordLength();
        byte[] buffer = bench.buffer(length);
        int headerLength = header.length();
        header.encode(buffer, number, offset);
        int sealed;
        try {
            prepare(bench.cipher, Cipher.ENCRYPT_MODE, offset, buffer, 0, headerLength);
            sealed = bench.cipher.doFinal(payload, 0, payload.length, buffer, headerLength);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("AES-GCM refuses to encrypt", e);
        }
        for (int at = headerLength + sealed; at < length; at++) {
            buffer[at] = 0;
        }
        file.write(buffer, 0, length, offset);
    }

    /** Says that the space of a record holds nothing, so that the log can be walked over it. */
    void writeVoid(Workbench bench, int offset, RecordHeader failed) throws IOException {
        RecordHeader header =
                RecordHeader.of(
                        RecordType.VOID,
                        failed.recordLength() - RecordHeader.FIXED_BYTES - RecordHeader.TAG_BYTES);
        byte[] buffer = bench.buffer(RecordHeader.FIXED_BYTES);
        header.encode(buffer, number, offset);
        file.write(buffer, 0, RecordHeader.FIXED_BYTES, offset);
    }

    /**
     * Reads and authenticates a record.
     *
     * @param payloadLength length of its payload, as the index or the header says
     * @throws DamagedRecordException if it is not as it was written, or the disk cannot read it
     */
    Read read(Workbench bench, int offset, int payloadLength) throws IOException {
        int most = RecordHeader.MAX_BYTES + payloadLength + RecordHeader.TAG_BYTES;
        byte[] buffer = bench.buffer(most);
        int length;
        try {
            length = file.read(buffer, 0, most, offset);
        } catch (java.nio.file.NoSuchFileException | java.nio.channels.ClosedChannelException e) {
            throw e;
        } catch (IOException e) {
            throw new DamagedRecordException("the disk cannot read " + place(offset), e);
        }
        RecordHeader header = RecordHeader.decode(buffer, 0, length, number, offset);
        if (header == null
                || header.payloadLength() != payloadLength
                || length < header.length() + payloadLength + RecordHeader.TAG_BYTES) {
            throw new DamagedRecordException("no record of that length at " + place(offset), null);
        }
        byte[] payload = new byte[payloadLength];
        try {
            prepare(bench.cipher, Cipher.DECRYPT_MODE, offset, buffer, 0, header.length());
            bench.cipher.doFinal(
                    buffer,
                    header.length(),
                    payloadLength + RecordHeader.TAG_BYTES,
                    payload,
                    0);
        } catch (AEADBadTagException e) {
            throw new DamagedRecordException("authentication fails at " + place(offset), e);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("AES-GCM refuses to decrypt", e);
        }
        return new Read(header, payload);
    }

    /** Cuts the file behind an offset. */
    void truncate(int offset) throws IOException {
        end.set(offset);
        file.truncate(offset);
    }

    private String place(int offset) {
        return "%s, offset %d".formatted(path.getFileName(), offset);
    }

    private void prepare(
            Cipher cipher, int mode, int offset, byte[] header, int from, int headerLength)
            throws GeneralSecurityException {
        byte[] nonce = new byte[12];
        INTS.set(nonce, 8, offset);
        byte[] place = new byte[8];
        INTS.set(place, 0, number);
        INTS.set(place, 4, offset);
        cipher.init(mode, key, new GCMParameterSpec(8 * RecordHeader.TAG_BYTES, nonce));
        cipher.updateAAD(place);
        cipher.updateAAD(header, from, headerLength);
    }

    private static SecretKey key(KeyRing keys, byte[] head, int at) {
        byte[] salt = new byte[Digest.BYTES];
        System.arraycopy(head, at + 20, salt, 0, salt.length);
        return keys.derive((int) INTS.get(head, at + 16), salt, "stoq segment");
    }

    private static int checksum(byte[] head, int at) {
        CRC32C crc = new CRC32C();
        crc.update(head, at, 52);
        return (int) crc.getValue();
    }
}
