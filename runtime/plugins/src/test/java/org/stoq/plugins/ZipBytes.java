package org.stoq.plugins;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

/** Changes the bytes of a zip file in place. */
final class ZipBytes {
    static final int CENTRAL_SIGNATURE = 0x02014b50;
    static final int LOCAL_SIGNATURE = 0x04034b50;

    private ZipBytes() {}

    /** Returns a jar with one entry that is not compressed. */
    static byte[] storedJar(String name, String content) {
        byte[] plain = content.getBytes(StandardCharsets.UTF_8);
        CRC32 crc = new CRC32();
        crc.update(plain);
        ZipEntry entry = new ZipEntry(name);
        entry.setMethod(ZipEntry.STORED);
        entry.setSize(plain.length);
        entry.setCrc(crc.getValue());
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (ZipOutputStream zip = new ZipOutputStream(bytes)) {
            zip.putNextEntry(entry);
            zip.write(plain);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return bytes.toByteArray();
    }

    /** Replaces a text by one of the same length, everywhere. */
    static byte[] replace(byte[] zip, String from, String to) {
        return replace(zip, from, to, Integer.MAX_VALUE);
    }

    /** Replaces the first few places where a text occurs. */
    static byte[] replace(byte[] zip, String from, String to, int times) {
        byte[] target = from.getBytes(StandardCharsets.UTF_8);
        byte[] replacement = to.getBytes(StandardCharsets.ISO_8859_1);
        if (target.length != replacement.length) {
            throw new IllegalArgumentException(from + " and " + to + " differ in length");
        }
        byte[] changed = zip.clone();
        int done = 0;
        for (int i = 0; i <= changed.length - target.length && done < times; i++) {
            if (Arrays.equals(changed, i, i + target.length, target, 0, target.length)) {
                System.arraycopy(replacement, 0, changed, i, replacement.length);
                done++;
            }
        }
        if (done == 0) {
            throw new IllegalArgumentException("there is no " + from);
        }
        return changed;
    }

    /** Returns where a header of that kind for an entry begins. */
    static int header(byte[] zip, int signature, String name) {
        ByteBuffer buffer = buffer(zip);
        int nameAt = signature == LOCAL_SIGNATURE ? 30 : 46;
        byte[] wanted = name.getBytes(StandardCharsets.UTF_8);
        for (int i = 0; i + nameAt + wanted.length <= zip.length; i++) {
            if (buffer.getInt(i) == signature
                    && Arrays.equals(
                            zip,
                            i + nameAt,
                            i + nameAt + wanted.length,
                            wanted,
                            0,
                            wanted.length)) {
                return i;
            }
        }
        throw new IllegalArgumentException("there is no " + name);
    }

    static ByteBuffer buffer(byte[] zip) {
        return ByteBuffer.wrap(zip).order(ByteOrder.LITTLE_ENDIAN);
    }

    /** Puts bytes in between and moves the offsets of the end record accordingly. */
    static byte[] insertBeforeDirectory(byte[] zip, byte[] hidden) {
        int start = buffer(zip).getInt(zip.length - 6);
        byte[] changed =
                ByteBuffer.allocate(zip.length + hidden.length)
                        .put(zip, 0, start)
                        .put(hidden)
                        .put(zip, start, zip.length - start)
                        .array();
        buffer(changed).putInt(changed.length - 6, start + hidden.length);
        return changed;
    }
}
