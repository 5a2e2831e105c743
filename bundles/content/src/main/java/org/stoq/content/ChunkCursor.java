package org.stoq.content;

import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.stoq.sdk.StoqErrorCode;
import org.stoq.sdk.StoqException;
import org.stoq.sdk.chunk.ChunkSizes;

/**
 * Walks the content chunks of an object from some offset on, reading list chunks as it needs them.
 *
 * <p>Holds one list for each level. Belongs to one thread.
 */
final class ChunkCursor {
    private final ListReader lists;
    private final Deque<Node> path = new ArrayDeque<>();
    private long skip;
    private long offsetInFirst;

    /** Reads a list chunk, from wherever it is. */
    @FunctionalInterface
    interface ListReader {
        List<ChunkRef> read(ChunkRef list) throws IOException;
    }

    /** References still to visit, so many levels above the content. */
    private record Node(int depth, Deque<ChunkRef> refs) {}

    /**
     * Begins at the chunk that holds the byte at the offset.
     *
     * @param offset 0 to the object's size
     */
    ChunkCursor(Manifest manifest, long offset, ListReader lists) {
        this.lists = lists;
        this.skip = offset;
        path.push(new Node(manifest.depth(), new ArrayDeque<>(manifest.refs())));
    }

    /**
     * Returns the next chunk of content, or null at the end of the object.
     *
     * @throws StoqException INTEGRITY if a list is not what its reference says
     */
    @Nullable ChunkRef next() throws IOException {
        while (!path.isEmpty()) {
            Node node = path.peek();
            ChunkRef ref = node.refs().poll();
            if (ref == null) {
                path.pop();
            } else if (skip >= ref.length()) {
                skip -= ref.length();
            } else if (node.depth() > 0) {
                path.push(new Node(node.depth() - 1, new ArrayDeque<>(lists.read(ref))));
            } else if (ref.length() > ChunkSizes.STANDARD.maximum()) {
                throw new StoqException(
                        StoqErrorCode.INTEGRITY, "a chunk of " + ref.length() + " bytes");
            } else {
                offsetInFirst += skip;
                skip = 0;
                return ref;
            }
        }
        return null;
    }

    /**
     * Returns the next chunks, until they are enough or the object ends.
     *
     * @param bytes about how many bytes of content
     * @param limit at most so many chunks
     */
    List<ChunkRef> next(long bytes, int limit) throws IOException {
        List<ChunkRef> refs = new ArrayList<>();
        long taken = 0;
        while (taken < bytes && refs.size() < limit) {
            ChunkRef ref = next();
            if (ref == null) {
                break;
            }
            refs.add(ref);
            taken += ref.length();
        }
        return refs;
    }

    /** Returns how far into the chunk returned first the offset lies; to be asked after it. */
    long offsetInFirst() {
        return offsetInFirst;
    }
}
