package org.stoq.sdk.chunk;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.jspecify.annotations.Nullable;

/**
 * How the headers of members are written. Nothing is believed of them but where the next one is.
 */
enum ArchiveFormat {
    /** POSIX.1-2001 ustar and pax, and what GNU tar adds. */
    TAR(512) {
        @Override
        @Nullable Header read(byte[] bytes, int at) {
            return readTar(bytes, at);
        }
    },
    /** APPNOTE.TXT 6.3: local file headers that tell the size of their entry. */
    ZIP(30) {
        @Override
        @Nullable Header read(byte[] bytes, int at) {
            return readZip(bytes, at);
        }
    };

    private static final int TAR_BLOCK = 512;
    private static final int TAR_SIZE = 124;
    private static final int TAR_NUMBER_BYTES = 12;
    private static final int TAR_CHECKSUM = 148;
    private static final int TAR_CHECKSUM_BYTES = 8;
    private static final int TAR_TYPE = 156;
    private static final int TAR_MAGIC = 257;
    private static final byte[] USTAR = {'u', 's', 't', 'a', 'r'};

    private static final int ZIP_SIGNATURE = 0x04034B50;

    /** The size stands behind the entry, or in an extra field. */
    private static final int ZIP_SIZE_BEHIND = 1 << 3;

    /** More than any file has, and far from where a sum would overflow. */
    private static final long MAX_LENGTH = 1L << 60;

    /**
     * A header that was read.
     *
     * @param length bytes from its begin to that of the next one; at least one
     * @param belongsToNext whether it is only about the member whose header comes next
     */
    record Header(long length, boolean belongsToNext) {}

    private final int headerBytes;

    ArchiveFormat(int headerBytes) {
        this.headerBytes = headerBytes;
    }

    /** Returns how many bytes a header has at least, and {@link #read} looks at. */
    int headerBytes() {
        return headerBytes;
    }

    /** Returns the header at a place, or null if none is there. */
    abstract @Nullable Header read(byte[] bytes, int at);

    /** Returns the format of an object that begins with these bytes, or null. */
    static @Nullable ArchiveFormat of(byte[] bytes, int at, int to) {
        for (ArchiveFormat format : values()) {
            if (to - at >= format.headerBytes && format.read(bytes, at) != null) {
                return format;
            }
        }
        return null;
    }

    private static @Nullable Header readTar(byte[] bytes, int at) {
        for (int i = 0; i < USTAR.length; i++) {
            if (bytes[at + TAR_MAGIC + i] != USTAR[i]) {
                return null;
            }
        }
        long sum = 0;
        for (int i = 0; i < TAR_BLOCK; i++) {
            boolean own = i >= TAR_CHECKSUM && i < TAR_CHECKSUM + TAR_CHECKSUM_BYTES;
            sum += own ? ' ' : bytes[at + i] & 0xFF;
        }
        long size = tarNumber(bytes, at + TAR_SIZE, TAR_NUMBER_BYTES);
        if (sum != tarNumber(bytes, at + TAR_CHECKSUM, TAR_CHECKSUM_BYTES)
                || size < 0
                || size > MAX_LENGTH) {
            return null;
        }
        byte type = bytes[at + TAR_TYPE];
        // Links, devices and folders have no content, whatever their size says.
        long content = type >= '1' && type <= '6' ? 0 : size;
        long padded = (content + TAR_BLOCK - 1) / TAR_BLOCK * TAR_BLOCK;
        return new Header(
                TAR_BLOCK + padded, type == 'x' || type == 'g' || type == 'L' || type == 'K');
    }

    /** Reads octal digits between blanks, or the binary form of GNU; -1 if it is neither. */
    private static long tarNumber(byte[] bytes, int at, int length) {
        if (bytes[at] == (byte) 0x80) {
            long value = 0;
            for (int i = 1; i < length; i++) {
                if (value >>> 52 != 0) {
                    return -1;
                }
                value = value << 8 | (bytes[at + i] & 0xFF);
            }
            return value;
        }
        int i = 0;
        while (i < length && bytes[at + i] == ' ') {
            i++;
        }
        long value = 0;
        for (; i < length && bytes[at + i] != ' ' && bytes[at + i] != 0; i++) {
            if (bytes[at + i] < '0' || bytes[at + i] > '7') {
                return -1;
            }
            value = value << 3 | (bytes[at + i] - '0');
        }
        return value;
    }

    private static @Nullable Header readZip(byte[] bytes, int at) {
        ByteBuffer header =
                ByteBuffer.wrap(bytes, at, ZIP.headerBytes).slice().order(ByteOrder.LITTLE_ENDIAN);
        long size = header.getInt(18) & 0xFFFF_FFFFL;
        boolean elsewhere = (header.getShort(6) & ZIP_SIZE_BEHIND) != 0 || size == 0xFFFF_FFFFL;
        if (header.getInt(0) != ZIP_SIGNATURE || elsewhere) {
            return null;
        }
        int name = header.getShort(26) & 0xFFFF;
        int extra = header.getShort(28) & 0xFFFF;
        return new Header(ZIP.headerBytes + name + extra + size, false);
    }
}
