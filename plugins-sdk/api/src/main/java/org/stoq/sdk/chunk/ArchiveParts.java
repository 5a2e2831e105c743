package org.stoq.sdk.chunk;

import java.util.ArrayDeque;
import java.util.Queue;
import org.jspecify.annotations.Nullable;

/**
 * Where the members of an archive begin, found while an object is cut from its begin to its end.
 *
 * <p>In a tar or zip archive each member has a header, and the header of a file that has not
 * changed differs all the same: its time, the folder that it lies in. So chunks end where members
 * do, and the first bytes of a large member, header included, are a chunk of their own. Small
 * members are gathered. The exact rules are in docs/spec/chunking.md.
 *
 * <p>A header is read only where the one before says that it is, so other content costs a look at
 * its first bytes. What is not a header ends the search: from there on the object is cut as any
 * other. Nothing that an archive claims moves a boundary out of the sizes. Belongs to one object
 * and one thread.
 *
 * <pre>{@code
 * ArchiveParts parts = new ArchiveParts(sizes);
 * for (int at = 0; at < bytes.length; at += length) {
 *     length = parts.cut(chunker, bytes, at, bytes.length);
 * }
 * }</pre>
 */
public final class ArchiveParts {
    /** A member of so many shortest chunks is large. */
    private static final int LARGE = 4;

    private final ChunkSizes sizes;
    private final int gatheredBytes;
    private final int largeBytes;

    /** Those behind the chunk's begin that are known and may be of use, in order; three at most. */
    private final Queue<Boundary> ahead = new ArrayDeque<>();

    private @Nullable ArchiveFormat format;

    /** Where in the object the next chunk begins. */
    private long position;

    /** Where in the object the next header is; -1 if nobody knows. */
    private long header;

    /** Where the member begins whose last header is the next one; -1 if that is its first. */
    private long begun = -1;

    /**
     * A place at which a chunk may end.
     *
     * @param place bytes of the object before it
     * @param shortest how long a chunk must be to end here
     */
    private record Boundary(long place, int shortest) {}

    /** Creates one for an object that is cut into chunks of these sizes. */
    public ArchiveParts(ChunkSizes sizes) {
        this.sizes = sizes;
        this.gatheredBytes = Math.max(sizes.minimum(), sizes.average() / 2);
        this.largeBytes = LARGE * sizes.minimum();
    }

    /**
     * Cuts the next chunk of the object.
     *
     * @param bytes the content; borrowed, not changed
     * @param from where the chunk begins
     * @param to where the bytes that are there end, as for {@link #end}
     * @return its length
     * @throws IllegalStateException if the chunker cuts what cannot be cut; nothing was passed then
     */
    public int cut(Chunker chunker, byte[] bytes, int from, int to) {
        int end = end(bytes, from, to);
        int length = chunker.cut(bytes, from, end, sizes);
        if (length < 1 || length > Math.min(end - from, sizes.maximum())) {
            throw new IllegalStateException(
                    "%s has cut %,d bytes where there were %,d"
                            .formatted(chunker.name(), length, end - from));
        }
        pass(length);
        return length;
    }

    /**
     * Returns the end of what the next chunk may hold: {@code to}, or an earlier place, at least
     * {@code sizes.minimum()} behind {@code from}.
     *
     * @param bytes the content; borrowed, not changed
     * @param from where the chunk begins
     * @param to where the bytes that are there end: at least {@code sizes.maximum()} behind {@code
     *     from}, or at the end of the object
     */
    public int end(byte[] bytes, int from, int to) {
        int seen = from + Math.min(to - from, sizes.maximum());
        while (true) {
            Boundary next = ahead.peek();
            if (next == null) {
                if (!readHeader(bytes, from, seen)) {
                    return to;
                }
            } else if (next.place - position < next.shortest) {
                ahead.remove();
            } else {
                return next.place - position < seen - from
                        ? from + (int) (next.place - position)
                        : to;
            }
        }
    }

    /** Notes that a chunk of so many bytes was cut. */
    public void pass(int length) {
        position += length;
    }

    /** Notes the boundaries of the next member. Returns false if there is nothing to note. */
    private boolean readHeader(byte[] bytes, int from, int seen) {
        if (header < position) {
            // A chunk has passed it, because it lay at the very end of what was seen.
            header = -1;
        }
        if (header < 0 || header - position >= seen - from) {
            return false;
        }
        int at = from + (int) (header - position);
        long begin = begun < 0 ? header : begun;
        if (header == 0) {
            format = ArchiveFormat.of(bytes, at, seen);
        }
        if (format != null && seen - at < format.headerBytes()) {
            // It will be seen whole from the next chunk, which may as well begin with it.
            return begin - position >= gatheredBytes
                    && ahead.add(new Boundary(begin, gatheredBytes));
        }
        ArchiveFormat.@Nullable Header read = format == null ? null : format.read(bytes, at);
        if (read == null) {
            // Whatever comes is no member: what was before it ends here.
            ahead.add(new Boundary(begin, gatheredBytes));
            header = -1;
        } else {
            header += read.length();
            begun = read.belongsToNext() ? begin : -1;
            if (!read.belongsToNext()) {
                addMember(begin, header);
            }
        }
        return true;
    }

    private void addMember(long begin, long end) {
        int minimum = sizes.minimum();
        if (end - begin < largeBytes) {
            ahead.add(new Boundary(begin, gatheredBytes));
        } else {
            ahead.add(new Boundary(begin, minimum));
            ahead.add(new Boundary(begin + minimum, minimum));
            ahead.add(new Boundary(end, minimum));
        }
    }
}
