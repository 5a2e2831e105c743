package org.stoq.content;

import java.util.ArrayList;
import java.util.List;
import org.stoq.sdk.StoqException;

/**
 * Builds the tree of chunk references of one object, from left to right.
 *
 * <p>Holds at most {@link ChunkList#MAX_REFS} references for each level, however large the object.
 */
final class ChunkListBuilder {
    private final ListChunkSink sink;
    private final List<List<ChunkRef>> levels = new ArrayList<>();

    /** Takes the plain bytes of a list chunk, stores them, and returns their digest's reference. */
    @FunctionalInterface
    interface ListChunkSink {
        ChunkRef store(byte[] plain, long length) throws StoqException;
    }

    ChunkListBuilder(ListChunkSink sink) {
        this.sink = sink;
        levels.add(new ArrayList<>());
    }

    /** Adds the next chunk of content. */
    void add(ChunkRef ref) throws StoqException {
        add(0, ref);
    }

    /** Returns the references for the manifest; the builder is done then. */
    List<ChunkRef> finish() throws StoqException {
        for (int level = 0; level < levels.size() - 1; level++) {
            if (!levels.get(level).isEmpty()) {
                flush(level);
            }
        }
        return levels.getLast();
    }

    /** Returns how many levels of list chunks lie between the manifest and the content. */
    int depth() {
        return levels.size() - 1;
    }

    /** Returns what is referred to so far and not yet listed in a list chunk, level by level. */
    List<List<ChunkRef>> pending() {
        return levels.stream().map(List::copyOf).toList();
    }

    private void add(int level, ChunkRef ref) throws StoqException {
        if (level == levels.size()) {
            levels.add(new ArrayList<>());
        }
        if (levels.get(level).size() == ChunkList.MAX_REFS) {
            flush(level);
        }
        levels.get(level).add(ref);
    }

    private void flush(int level) throws StoqException {
        List<ChunkRef> full = levels.get(level);
        long length = full.stream().mapToLong(ChunkRef::length).sum();
        ChunkRef parent = sink.store(ChunkList.encode(full), length);
        full.clear();
        add(level + 1, parent);
    }
}
