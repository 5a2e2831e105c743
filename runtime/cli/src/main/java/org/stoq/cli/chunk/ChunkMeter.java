package org.stoq.cli.chunk;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ReadableByteChannel;
import java.util.HashSet;
import java.util.Set;
import java.util.function.LongConsumer;
import java.util.function.LongSupplier;
import org.stoq.sdk.Digest;
import org.stoq.sdk.chunk.ArchiveParts;
import org.stoq.sdk.chunk.ChunkSizes;
import org.stoq.sdk.chunk.Chunker;

/**
 * Cuts objects as a node does when they are published, counts, and keeps nothing but digests: about
 * a hundred bytes for each different chunk. Belongs to one thread.
 */
public final class ChunkMeter {
    /** Room for the longest chunk, and twice as much to fill up with each move of the rest. */
    private static final int BUFFER_BYTES = 3 << 20;

    private final Chunker chunker;
    private final ChunkKeeping keeping;
    private final LongSupplier nanoClock;
    private final Set<Digest> known = new HashSet<>();
    private final byte[] bytes = new byte[BUFFER_BYTES];
    private ChunkCounts counts = ChunkCounts.NONE;

    /** Creates a meter that has seen nothing. */
    public ChunkMeter(Chunker chunker, ChunkKeeping keeping, LongSupplier nanoClock) {
        this.chunker = chunker;
        this.keeping = keeping;
        this.nanoClock = nanoClock;
    }

    /** Returns what all objects so far have come to. */
    public ChunkCounts counts() {
        return counts;
    }

    /**
     * Reads one object and cuts it.
     *
     * @param limit how many bytes of the source are the object, if it has so many
     * @param progress is told of bytes that were cut
     * @return how many bytes there were
     * @throws IOException if it cannot be read, or the chunker cuts what cannot be cut
     */
    public long add(ReadableByteChannel source, long limit, LongConsumer progress)
            throws IOException {
        keeping.objectBegins();
        ArchiveParts parts = new ArchiveParts(ChunkSizes.STANDARD);
        long read = 0;
        int from = 0;
        int to = 0;
        boolean ended = false;
        while (true) {
            while (!ended && to - from < ChunkSizes.STANDARD.maximum()) {
                if (to == bytes.length) {
                    System.arraycopy(bytes, from, bytes, 0, to - from);
                    to -= from;
                    from = 0;
                }
                int room = (int) Math.min(bytes.length - to, limit - read);
                int count = room == 0 ? -1 : source.read(ByteBuffer.wrap(bytes, to, room));
                ended = count < 0;
                to += Math.max(0, count);
                read += Math.max(0, count);
            }
            if (from == to) {
                return read;
            }
            int length = cut(parts, from, to);
            from += length;
            progress.accept(length);
        }
    }

    private int cut(ArchiveParts parts, int from, int to) throws IOException {
        long begun = nanoClock.getAsLong();
        int length;
        try {
            length = parts.cut(chunker, bytes, from, to);
        } catch (IllegalStateException e) {
            throw new IOException(e.getMessage(), e);
        }
        long cut = nanoClock.getAsLong();
        Digest digest = Digest.of(ByteBuffer.wrap(bytes, from, length));
        long digested = nanoClock.getAsLong();
        boolean fresh = known.add(digest);
        long keepBegun = nanoClock.getAsLong();
        long stored = fresh ? keeping.keep(digest, bytes, from, length) : 0;
        long kept = fresh ? nanoClock.getAsLong() - keepBegun : 0;
        counts =
                new ChunkCounts(
                        counts.bytes() + length,
                        counts.chunks() + 1,
                        counts.uniqueChunks() + (fresh ? 1 : 0),
                        counts.uniqueBytes() + (fresh ? length : 0),
                        counts.storedBytes() + stored,
                        counts.scanNanos() + cut - begun,
                        counts.hashNanos() + digested - cut,
                        counts.keepNanos() + kept);
        return length;
    }
}
