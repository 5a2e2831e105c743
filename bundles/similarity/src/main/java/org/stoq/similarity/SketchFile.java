package org.stoq.similarity;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import org.stoq.sdk.Digest;

/**
 * The entries of a {@link SketchTable} on the disk, so that a restarted node knows what it holds.
 *
 * <p>A header of eight bytes, then entries of 64: eight features, big-endian, and the digest. New
 * ones are appended some at a time, without fsync or checksum: an entry that is lost or damaged
 * costs no more than a chance to save some room. Once the file holds twice as many entries as the
 * table it is written anew. One thread at a time; blocks on the disk.
 */
final class SketchFile implements AutoCloseable {
    private static final long MAGIC = 0x53544F51534B3031L; // STOQSK01
    private static final int ENTRY_BYTES = Integer.BYTES * GearSketch.FEATURES + Digest.BYTES;
    private static final int GATHERED = 256;

    private final Path path;
    private final SketchTable table;
    private final int maxEntries;
    private final ByteBuffer gathered = ByteBuffer.allocate(GATHERED * ENTRY_BYTES);
    private FileChannel channel;
    private long entries;

    /**
     * Opens the file, or makes one, and puts what it holds into the table.
     *
     * @param maxEntries past so many the file is written anew
     */
    SketchFile(Path path, SketchTable table, int maxEntries) throws IOException {
        this.path = path;
        this.table = table;
        this.maxEntries = maxEntries;
        Path folder = path.getParent();
        if (folder != null) {
            Files.createDirectories(folder);
        }
        channel = open(path);
        try {
            load();
        } catch (IOException | RuntimeException e) {
            channel.close();
            throw e;
        }
    }

    /** Takes an entry; it is written together with later ones. */
    void append(int[] sketch, Digest digest) throws IOException {
        put(gathered, sketch, digest);
        if (!gathered.hasRemaining()) {
            flush();
        }
    }

    /** Writes what was gathered. What cannot be written is given up. */
    void flush() throws IOException {
        if (entries + gathered.position() / ENTRY_BYTES > maxEntries) {
            gathered.clear();
            rewrite();
            return;
        }
        long count = gathered.position() / ENTRY_BYTES;
        writeAll(channel, gathered, Long.BYTES + entries * ENTRY_BYTES);
        entries += count;
    }

    /** Closes the file; what was gathered since the last {@link #flush} is given up. */
    @Override
    public void close() throws IOException {
        channel.close();
    }

    private static FileChannel open(Path path) throws IOException {
        return FileChannel.open(
                path, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
    }

    private void load() throws IOException {
        ByteBuffer header = ByteBuffer.allocate(Long.BYTES);
        channel.read(header, 0);
        if (header.hasRemaining() || header.getLong(0) != MAGIC) {
            channel.truncate(0);
            writeAll(channel, ByteBuffer.allocate(Long.BYTES).putLong(MAGIC), 0);
            return;
        }
        // Half an entry at the end, of a killed process, is written over.
        entries = (channel.size() - Long.BYTES) / ENTRY_BYTES;
        ByteBuffer page = ByteBuffer.allocate(GATHERED * ENTRY_BYTES);
        for (long at = 0; at < entries; at += GATHERED) {
            page.clear().limit((int) Math.min(GATHERED, entries - at) * ENTRY_BYTES);
            long position = Long.BYTES + at * ENTRY_BYTES;
            while (page.hasRemaining() && channel.read(page, position + page.position()) >= 0) {}
            page.flip();
            while (page.remaining() >= ENTRY_BYTES) {
                int[] sketch = new int[GearSketch.FEATURES];
                for (int i = 0; i < sketch.length; i++) {
                    sketch[i] = page.getInt();
                }
                table.add(sketch, Digest.read(page));
            }
        }
    }

    private void rewrite() throws IOException {
        Path fresh = path.resolveSibling(path.getFileName() + ".new");
        Files.deleteIfExists(fresh);
        FileChannel target = open(fresh);
        long[] written = {0};
        try {
            writeAll(target, ByteBuffer.allocate(Long.BYTES).putLong(MAGIC), 0);
            ByteBuffer page = ByteBuffer.allocate(GATHERED * ENTRY_BYTES);
            table.forEach((sketch, digest) -> {
                put(page, sketch, digest);
                written[0]++;
                if (!page.hasRemaining()) {
                    writeAll(target, page, Long.BYTES + (written[0] - GATHERED) * ENTRY_BYTES);
                }
            });
            long rest = page.position() / ENTRY_BYTES;
            writeAll(target, page, Long.BYTES + (written[0] - rest) * ENTRY_BYTES);
            Files.move(fresh, path, StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException | RuntimeException e) {
            target.close();
            throw e;
        }
        channel.close();
        channel = target;
        entries = written[0];
    }

    private static void put(ByteBuffer target, int[] sketch, Digest digest) {
        for (int feature : sketch) {
            target.putInt(feature);
        }
        digest.write(target);
    }

    /** Writes what lies before the buffer's position, and clears it. */
    private static void writeAll(FileChannel target, ByteBuffer bytes, long position)
            throws IOException {
        bytes.flip();
        try {
            long at = position;
            while (bytes.hasRemaining()) {
                at += target.write(bytes, at);
            }
        } finally {
            bytes.clear();
        }
    }
}
