package org.stoq.plugins;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import org.stoq.sdk.StoqErrorCode;
import org.stoq.sdk.StoqException;

/**
 * The central directory of a zip file (APPNOTE 6.3.10), read so that there is only one way to
 * understand the file.
 *
 * <p>Readers of zip files disagree about bytes that the central directory does not mention, about
 * entries that overlap, and about headers that contradict it; what one of them checks another one
 * may not run. So every byte must belong to exactly one entry, the directory or the end record, and
 * both headers of an entry must say the same. ZIP64, encryption, archive comments and methods other
 * than stored and deflated are refused: jar tools write none of them at these sizes.
 */
final class ZipDirectory {
    private static final int END_SIGNATURE = 0x06054b50;
    private static final int CENTRAL_SIGNATURE = 0x02014b50;
    private static final int LOCAL_SIGNATURE = 0x04034b50;
    private static final int DESCRIPTOR_SIGNATURE = 0x08074b50;
    private static final int END_BYTES = 22;
    private static final int CENTRAL_BYTES = 46;
    private static final int LOCAL_BYTES = 30;
    private static final int DESCRIPTOR_BYTES = 12;

    /** A directory of the most entries has at most this size: 400 bytes for each. */
    private static final int DIRECTORY_BYTES_PER_ENTRY = 400;

    private static final int ENCRYPTED = 1;
    private static final int DESCRIPTOR_FOLLOWS = 1 << 3;
    private static final int STORED = 0;
    private static final int DEFLATED = 8;
    private static final long ZIP64 = 0xFFFF_FFFFL;

    private final FileChannel file;
    private final AdmissionLimits limits;

    private ZipDirectory(FileChannel file, AdmissionLimits limits) {
        this.file = file;
        this.limits = limits;
    }

    /**
     * One entry.
     *
     * @param name its path; a folder's ends with a slash
     * @param method 0 for stored, 8 for deflated
     * @param crc CRC-32 of the plain bytes
     * @param packedBytes size in the file
     * @param plainBytes size when decompressed, as the file claims
     */
    record Entry(String name, int method, long crc, long packedBytes, long plainBytes) {
        boolean isFolder() {
            return name.endsWith("/");
        }
    }

    private record Placed(Entry entry, byte[] rawName, int flags, long offset) {}

    /**
     * Reads the directory of a whole file.
     *
     * @return the entries in the order of the directory
     * @throws IncompleteJarException if the file ends too early
     * @throws StoqException INVALID_REQUEST or TOO_LARGE
     */
    static List<Entry> read(FileChannel file, AdmissionLimits limits) throws IOException {
        return new ZipDirectory(file, limits).read();
    }

    private List<Entry> read() throws IOException {
        long size = file.size();
        if (size < END_BYTES) {
            throw incomplete(size);
        }
        ByteBuffer end = bytes(size - END_BYTES, END_BYTES);
        if (end.getInt(0) != END_SIGNATURE || u16(end, 20) != 0) {
            throw incomplete(size);
        }
        int entries = u16(end, 10);
        long directoryBytes = u32(end, 12);
        long directoryStart = u32(end, 16);
        if (u16(end, 4) != 0 || u16(end, 6) != 0 || u16(end, 8) != entries) {
            throw refused("it is one part of several");
        }
        if (entries > limits.maxEntries()) {
            throw new StoqException(
                    StoqErrorCode.TOO_LARGE,
                    "it has %d entries, %d are possible".formatted(entries, limits.maxEntries()));
        }
        if (directoryStart == ZIP64 || directoryBytes == ZIP64) {
            throw refused("it is in ZIP64 form");
        }
        if (directoryBytes > (long) limits.maxEntries() * DIRECTORY_BYTES_PER_ENTRY) {
            throw new StoqException(
                    StoqErrorCode.TOO_LARGE, "a directory of " + directoryBytes + " bytes");
        }
        if (directoryStart + directoryBytes != size - END_BYTES) {
            throw refused("its directory does not lie where its end says");
        }
        ByteBuffer directory = bytes(directoryStart, (int) directoryBytes);
        List<Placed> placed = new ArrayList<>(entries);
        while (placed.size() < entries) {
            placed.add(central(directory));
        }
        if (directory.hasRemaining()) {
            throw refused("its directory holds more than its entries");
        }
        requireNoGaps(placed, directoryStart);
        return placed.stream().map(Placed::entry).toList();
    }

    private Placed central(ByteBuffer directory) throws StoqException {
        int at = directory.position();
        if (directory.remaining() < CENTRAL_BYTES || directory.getInt(at) != CENTRAL_SIGNATURE) {
            throw refused("its directory is damaged");
        }
        int flags = u16(directory, at + 8);
        int method = u16(directory, at + 10);
        long crc = u32(directory, at + 16);
        long packedBytes = u32(directory, at + 20);
        long plainBytes = u32(directory, at + 24);
        int nameBytes = u16(directory, at + 28);
        int extraBytes = u16(directory, at + 30);
        int commentBytes = u16(directory, at + 32);
        long offset = u32(directory, at + 42);
        if (directory.remaining() < CENTRAL_BYTES + nameBytes + extraBytes + commentBytes) {
            throw refused("its directory is damaged");
        }
        byte[] rawName = new byte[nameBytes];
        directory.get(at + CENTRAL_BYTES, rawName);
        directory.position(at + CENTRAL_BYTES + nameBytes + extraBytes + commentBytes);
        String name = decode(rawName);
        if ((flags & ENCRYPTED) != 0) {
            throw refused("the entry '" + printable(name) + "' is encrypted");
        }
        if (method != STORED && method != DEFLATED) {
            throw refused(
                    "the entry '%s' is compressed by method %d".formatted(printable(name), method));
        }
        if (packedBytes == ZIP64 || plainBytes == ZIP64 || offset == ZIP64) {
            throw refused("it is in ZIP64 form");
        }
        if (method == STORED && packedBytes != plainBytes) {
            throw refused("the entry '" + printable(name) + "' has two sizes");
        }
        Entry entry = new Entry(name, method, crc, packedBytes, plainBytes);
        return new Placed(entry, rawName, flags, offset);
    }

    private void requireNoGaps(List<Placed> entries, long directoryStart) throws IOException {
        List<Placed> inOrder =
                entries.stream().sorted(Comparator.comparingLong(Placed::offset)).toList();
        long position = 0;
        for (int i = 0; i < inOrder.size(); i++) {
            Placed entry = inOrder.get(i);
            long next = i + 1 < inOrder.size() ? inOrder.get(i + 1).offset() : directoryStart;
            if (entry.offset() != position) {
                throw hidden();
            }
            long end = endOfData(entry, next);
            long gap = next - end;
            boolean descriptor =
                    (entry.flags() & DESCRIPTOR_FOLLOWS) != 0
                            && gap >= DESCRIPTOR_BYTES
                            && endsWithDescriptor(entry.entry(), end, gap);
            if (gap != 0 && !descriptor) {
                throw hidden();
            }
            position = next;
        }
        if (position != directoryStart) {
            throw hidden();
        }
    }

    /** Checks the header before the entry's bytes, and returns where they end. */
    private long endOfData(Placed placed, long limit) throws IOException {
        Entry entry = placed.entry();
        StoqException contradiction =
                refused("the entry '" + printable(entry.name()) + "' has two different headers");
        if (limit - placed.offset() < LOCAL_BYTES + placed.rawName().length) {
            throw contradiction;
        }
        ByteBuffer local = bytes(placed.offset(), LOCAL_BYTES + placed.rawName().length);
        byte[] rawName = new byte[placed.rawName().length];
        local.get(LOCAL_BYTES, rawName);
        int flags = u16(local, 6);
        boolean later = (flags & DESCRIPTOR_FOLLOWS) != 0;
        boolean sizes =
                u32(local, 14) == entry.crc()
                        && u32(local, 18) == entry.packedBytes()
                        && u32(local, 22) == entry.plainBytes();
        if (local.getInt(0) != LOCAL_SIGNATURE
                || u16(local, 26) != rawName.length
                || !Arrays.equals(rawName, placed.rawName())
                || u16(local, 8) != entry.method()
                || (flags & ENCRYPTED) != 0
                || later != ((placed.flags() & DESCRIPTOR_FOLLOWS) != 0)
                || !(later || sizes)) {
            throw contradiction;
        }
        return placed.offset()
                + LOCAL_BYTES
                + rawName.length
                + u16(local, 28)
                + entry.packedBytes();
    }

    /** Returns whether CRC and sizes, perhaps after a signature, are all there is in a gap. */
    private boolean endsWithDescriptor(Entry entry, long start, long gap) throws IOException {
        if (gap != DESCRIPTOR_BYTES && gap != DESCRIPTOR_BYTES + Integer.BYTES) {
            return false;
        }
        ByteBuffer descriptor = bytes(start, (int) gap);
        int at = (int) gap - DESCRIPTOR_BYTES;
        return (at == 0 || descriptor.getInt(0) == DESCRIPTOR_SIGNATURE)
                && u32(descriptor, at) == entry.crc()
                && u32(descriptor, at + 4) == entry.packedBytes()
                && u32(descriptor, at + 8) == entry.plainBytes();
    }

    private ByteBuffer bytes(long start, int count) throws IOException {
        ByteBuffer buffer = ByteBuffer.allocate(count).order(ByteOrder.LITTLE_ENDIAN);
        while (buffer.hasRemaining()) {
            if (file.read(buffer, start + buffer.position()) < 0) {
                throw incomplete(file.size());
            }
        }
        return buffer.flip();
    }

    /** Returns a name with what a terminal would act upon made visible. */
    static String printable(String name) {
        StringBuilder text = new StringBuilder();
        name.codePoints()
                .forEach(c -> {
                    if (Character.isISOControl(c) || !Character.isDefined(c)) {
                        text.append(String.format("\\u%04X", c));
                    } else {
                        text.appendCodePoint(c);
                    }
                });
        return text.toString();
    }

    private static String decode(byte[] rawName) throws StoqException {
        try {
            return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(rawName)).toString();
        } catch (CharacterCodingException e) {
            throw new StoqException(
                    StoqErrorCode.INVALID_REQUEST, "an entry's name is not UTF-8 text", e);
        }
    }

    private static int u16(ByteBuffer buffer, int at) {
        return Short.toUnsignedInt(buffer.getShort(at));
    }

    private static long u32(ByteBuffer buffer, int at) {
        return Integer.toUnsignedLong(buffer.getInt(at));
    }

    private static IncompleteJarException incomplete(long size) {
        return new IncompleteJarException(
                "%d bytes without the end of a jar: it is still being copied, or the copy broke off"
                        .formatted(size));
    }

    private static StoqException hidden() {
        return refused("it holds bytes that belong to no entry, or to two");
    }

    private static StoqException refused(String reason) {
        return new StoqException(StoqErrorCode.INVALID_REQUEST, reason);
    }
}
