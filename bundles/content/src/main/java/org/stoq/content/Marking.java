package org.stoq.content;

import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.stoq.sdk.Digest;
import org.stoq.sdk.StoqErrorCode;
import org.stoq.sdk.StoqException;
import org.stoq.sdk.store.StoreCollection;

/**
 * The marking half of a collection: walks trees of references. Belongs to one thread.
 *
 * <p>Which lists were walked it remembers itself, by their depth: that a chunk is marked does not
 * say that what it lists is. Somebody may publish the very bytes of a list as content.
 */
final class Marking {
    private final LocalChunks local;
    private final StoreCollection collection;
    private final List<Set<Digest>> walked = new ArrayList<>();

    /** Gets chunks that are not here. */
    @FunctionalInterface
    interface Fetch {
        void fetch(Digest manifest, List<Digest> chunks) throws IOException;
    }

    Marking(LocalChunks local, StoreCollection collection) {
        this.local = local;
        this.collection = collection;
        for (int depth = 0; depth <= ChunkList.MAX_DEPTH; depth++) {
            walked.add(new HashSet<>());
        }
    }

    /** Keeps one chunk. */
    void keep(Digest digest) {
        collection.keep(digest);
    }

    /** Keeps references level by level, those of content first. */
    void keepLevels(List<List<ChunkRef>> levels) throws IOException {
        for (int depth = 0; depth < levels.size(); depth++) {
            for (ChunkRef ref : levels.get(depth)) {
                keep(ref, depth, null, null);
            }
        }
    }

    /** Keeps what is here of an object of another node. */
    void keepWhatIsHere(Manifest manifest) throws IOException {
        for (ChunkRef ref : manifest.refs()) {
            keep(ref, manifest.depth(), null, null);
        }
    }

    /**
     * Keeps every chunk of an object.
     *
     * @throws StoqException if a list is neither here nor to be had: what it lists would be lost
     */
    void keepAll(Digest digest, Manifest manifest, Fetch fetch) throws IOException {
        for (ChunkRef ref : manifest.refs()) {
            keep(ref, manifest.depth(), digest, fetch);
        }
    }

    private void keep(ChunkRef ref, int depth, @Nullable Digest manifest, @Nullable Fetch fetch)
            throws IOException {
        collection.keep(ref.digest());
        if (depth == 0 || !walked.get(depth).add(ref.digest())) {
            return;
        }
        Optional<byte[]> list = local.uncached(ref.digest());
        if (list.isEmpty() && manifest != null && fetch != null) {
            fetch.fetch(manifest, List.of(ref.digest()));
            list = local.uncached(ref.digest());
            if (list.isEmpty()) {
                throw new StoqException(
                        StoqErrorCode.INTEGRITY, "the list " + ref.digest() + " is damaged");
            }
        }
        if (list.isPresent()) {
            for (ChunkRef child : ChunkList.decode(list.get(), ref.length())) {
                keep(child, depth - 1, manifest, fetch);
            }
        }
    }
}
