package org.stoq.store;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import java.util.zip.CRC32C;
import javax.crypto.AEADBadTagException;
import javax.crypto.Cipher;
import javax.crypto.SecretKey;
import javax.crypto.spec.GCMParameterSpec;
import org.jspecify.annotations.Nullable;
import org.stoq.sdk.Digest;
import org.stoq.sdk.StoqErrorCode;
import org.stoq.sdk.StoqException;
import org.stoq.sdk.chunk.EncodedChunk;

/**
 * One file of the log, with a key of its own. Any thread; blocks on the disk.
 *
 * <p>Only the process that has made a segment writes to it, and it counts the records that it
 * seals. So no counter, from which the nonce is made, is ever used twice under the same key,
 * whatever is cut off or lost.
 */
final class Segment {
    /** The header is there twice, so that one flipped bit does not cost the key. */
    static final int HEADER_BYTES = 64;

    static final int FIRST_RECORD = 2 * HEADER_BYTES;
    static final String SUFFIX = ".seg";

    private static final long MAGIC = 0x53544F5153454731L;
    private static final int CRC_OFFSET = HEADER_BYTES - 4;
    private static final int TAG_BITS = 8 * RecordHeader.TAG_BYTES;

    private final int number;
    private final Path path;
    private final StoreFile file;
    private final SecretKey key;
    private final AtomicLong counter = new AtomicLong();
    // Set by the one writer once a record is whole, read by everybody.
    private volatile int end;

    private Segment(int number, Path path, StoreFile file, SecretKey key, int end) {
        this.number = number;
        this.path = path;
        this.file = file;
        this.key = key;
        this.end = end;
    }

    /** Makes a segment; its file and the name of it are durable. */
    static Segment create(Disk disk, Path folder, int number, KeyRing keys) throws IOException {
        byte[] salt = new byte[Digest.BYTES];
        new SecureRandom().nextBytes(salt);
        int keyNumber = keys.current();
        ByteBuffer header = ByteBuffer.allocate(FIRST_RECORD);
        for (int copy = 0; copy < FIRST_RECORD; copy += HEADER_BYTES) {
            header.position(copy).putLong(MAGIC).putInt(number).putInt(keyNumber).put(salt);
            header.putInt(copy + CRC_OFFSET, checksum(header.array(), copy));
        }
        Path path = folder.resolve(String.format(Locale.ROOT, "%010d%s", number, SUFFIX));
        StoreFile file = disk.open(path, true);
        try {
            file.write(header.array(), 0, FIRST_RECORD, 0);
            file.force();
            disk.forceDirectory(folder);
        } catch (IOException e) {
            file.close();
            Files.deleteIfExists(path);
            throw e;
        }
        return new Segment(number, path, file, sealKey(keys, keyNumber, salt), FIRST_RECORD);
    }

    /**
     * Opens a segment.
     *
     * @return nothing if the file does not begin with the header of this segment
     * @throws StoqException FORBIDDEN if its data key is missing
     */
    static @Nullable Segment open(Disk disk, Path path, int number, KeyRing keys)
            throws IOException {
        StoreFile file = disk.open(path, false);
        try {
            byte[] bytes = new byte[FIRST_RECORD];
            int length = file.read(bytes, 0, FIRST_RECORD, 0);
            for (int copy = 0; copy + HEADER_BYTES <= length; copy += HEADER_BYTES) {
                ByteBuffer header = ByteBuffer.wrap(bytes, copy, HEADER_BYTES);
                if (header.getInt(copy + CRC_OFFSET) == checksum(bytes, copy)
                        && header.getLong() == MAGIC
                        && header.getInt() == number) {
                    int keyNumber = header.getInt();
                    if (!keys.has(keyNumber)) {
                        throw new StoqException(
                                StoqErrorCode.FORBIDDEN,
                                "%s needs data key %d, which the key file does not hold"
                                        .formatted(path, keyNumber));
                    }
                    byte[] salt = new byte[Digest.BYTES];
                    header.get(salt);
                    int end = Math.toIntExact(Math.max(file.size(), FIRST_RECORD));
                    return new Segment(number, path, file, sealKey(keys, keyNumber, salt), end);
                }
            }
        } catch (IOException | RuntimeException e) {
            file.close();
            throw e;
        }
        file.close();
        return null;
    }

    int number() {
        return number;
    }

    Path path() {
        return path;
    }

    StoreFile file() {
        return file;
    }

    /** Returns where the last whole record ends; of a segment just opened, where its file ends. */
    int end() {
        return end;
    }

    /** Encrypts a record into the bench's buffer. Any thread. */
    void seal(Workbench bench, RecordHeader header, byte[] payload, long durable) {
        int length = header.recordLength();
        byte[] target = bench.buffer(length);
        RecordHeader sealed = header.sealed(counter.incrementAndGet(), durable);
        sealed.encode(target, number);
        try {
            Cipher cipher = cipher(bench, Cipher.ENCRYPT_MODE, sealed, target);
            int at = header.length();
            at += cipher.doFinal(payload, 0, header.payloadLength(), target, at);
            Arrays.fill(target, at, length, (byte) 0);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("AES-GCM refuses to encrypt", e);
        }
    }

    /** Writes a sealed record behind the last one. One thread at a time. */
    void append(byte[] record, int length) throws IOException {
        int start = end;
        file.write(record, 0, length, start);
        end = start + length;
    }

    /** Cuts everything behind the last whole record off. */
    void cut(int newEnd) throws IOException {
        file.truncate(newEnd);
        end = newEnd;
    }

    /**
     * Reads and authenticates a record.
     *
     * @param expected its header, with any counter and position
     * @return the payload
     * @throws DamagedRecordException if something else is there
     */
    byte[] open(Workbench bench, int offset, RecordHeader expected) throws IOException {
        int length = expected.length() + expected.payloadLength() + RecordHeader.TAG_BYTES;
        byte[] source = bench.buffer(length);
        if (file.read(source, 0, length, offset) < length) {
            throw new DamagedRecordException(path + " ends within the record at " + offset, null);
        }
        return open(bench, offset, expected, source);
    }

    /**
     * Reads and authenticates a chunk.
     *
     * @throws DamagedRecordException if something else is there
     */
    EncodedChunk read(Workbench bench, Location location, Digest digest) throws IOException {
        int offset = location.offset();
        int length = location.headerLength() + location.storedLength() + RecordHeader.TAG_BYTES;
        byte[] source = bench.buffer(length);
        int available = file.read(source, 0, length, offset);
        RecordHeader header = RecordHeader.decode(source, 0, available, number);
        if (available < length
                || header == null
                || !header.type().isChunk()
                || header.length() != location.headerLength()
                || header.payloadLength() != location.storedLength()
                || !header.digest().equals(digest)) {
            throw new DamagedRecordException(
                    "%s does not hold %s at %d".formatted(path, digest, offset), null);
        }
        return new EncodedChunk(
                header.algorithm(),
                header.plainLength(),
                open(bench, offset, header, source),
                Optional.ofNullable(header.base()));
    }

    private byte[] open(Workbench bench, int offset, RecordHeader header, byte[] source)
            throws DamagedRecordException {
        byte[] payload = new byte[header.payloadLength()];
        try {
            cipher(bench, Cipher.DECRYPT_MODE, header, source)
                    .doFinal(
                            source,
                            header.length(),
                            header.payloadLength() + RecordHeader.TAG_BYTES,
                            payload,
                            0);
            return payload;
        } catch (AEADBadTagException e) {
            throw new DamagedRecordException(
                    "%s fails authentication at %d".formatted(path, offset), e);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("AES-GCM refuses to decrypt", e);
        }
    }

    private Cipher cipher(Workbench bench, int mode, RecordHeader header, byte[] associated)
            throws GeneralSecurityException {
        byte[] nonce = new byte[12];
        ByteBuffer.wrap(nonce).putLong(4, header.counter());
        bench.cipher.init(mode, key, new GCMParameterSpec(TAG_BITS, nonce));
        bench.cipher.updateAAD(associated, 0, header.length());
        return bench.cipher;
    }

    private static SecretKey sealKey(KeyRing keys, int keyNumber, byte[] salt) {
        return keys.derive(keyNumber, salt, "stoq store segment");
    }

    private static int checksum(byte[] bytes, int from) {
        CRC32C crc = new CRC32C();
        crc.update(bytes, from, CRC_OFFSET);
        return (int) crc.getValue();
    }
}
