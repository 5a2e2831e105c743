package org.stoq.sdk.store;

import java.util.List;
import java.util.Optional;
import org.osgi.annotation.versioning.ConsumerType;
import org.stoq.sdk.Digest;
import org.stoq.sdk.StoqException;
import org.stoq.sdk.chunk.EncodedChunk;
import org.stoq.sdk.strategy.Strategy;

/**
 * Content-addressed chunks, and the names bound to manifests, on a disk or wherever an
 * implementation keeps them. Manifests are stored as chunks.
 *
 * <p>Called by many virtual threads at once; methods may block on the disk. What was written before
 * a {@link #sync} that returned survives a killed process and a power cut. The store does not know
 * the plain bytes: whoever writes a chunk has checked its digest, whoever reads one checks it
 * again.
 */
@ConsumerType
public interface ChunkStore extends Strategy {
    /** How many bases lead from a chunk to one that stands alone, at most. */
    int MAX_BASES = 8;

    /**
     * Returns whether this store takes chunks that name a base, and keeps their bases as long as
     * they are kept. Where it does not, whoever writes keeps to chunks that stand alone.
     */
    default boolean keepsBases() {
        return false;
    }

    /**
     * Returns whether the chunk is here, and with it every base that it needs. A chunk reported
     * here survives a collection under way, and so do its bases.
     */
    boolean contains(Digest digest);

    /**
     * Reads a chunk, with the name of its base if it has one, which the caller reads then.
     *
     * @return the chunk, or empty if it or one of its bases is not here
     * @throws StoqException INTEGRITY if it is here but damaged; it is forgotten then, so that the
     *     next call says empty and the caller can fetch it elsewhere
     */
    Optional<EncodedChunk> read(Digest digest) throws StoqException;

    /**
     * Writes a chunk; a chunk that is already here is left as it is. Durable after the next {@link
     * #sync}, and so are its bases then.
     *
     * @param digest SHA-256 of the plain bytes
     * @return whether it was new
     * @throws StoqException STORAGE_FULL if the disk is full; PRECONDITION_FAILED if it names a
     *     base that is not here, or that needs {@link #MAX_BASES} bases itself: whoever still has
     *     the plain bytes writes the chunk without a base; nothing was changed then
     */
    boolean write(Digest digest, EncodedChunk chunk) throws StoqException;

    /**
     * Binds a name to a manifest, in the place of what it was bound to. Durable after the next
     * {@link #sync}, and only together with every chunk written before it.
     *
     * @param name 1 to 1,024 bytes of UTF-8
     * @throws StoqException STORAGE_FULL as for {@link #write}
     */
    void bind(String name, Digest manifest) throws StoqException;

    /** Forgets a name; a name that is not bound is left so. */
    void unbind(String name) throws StoqException;

    /** Returns what a name is bound to. */
    Optional<Digest> lookup(String name);

    /**
     * Lists names in the order of their UTF-8 bytes.
     *
     * @param prefix only names that begin with it; empty for all
     * @param after only names behind this one; empty to begin
     * @param limit at most this many, 1 to 10,000
     */
    List<NameBinding> list(String prefix, String after, int limit);

    /**
     * Makes everything durable that was written before the call, by whatever thread. Blocks until
     * it is; calls at the same time share the work.
     *
     * @throws StoqException STORAGE_FULL or INTERNAL if the disk refuses; what was not yet durable
     *     is lost then, what was stays
     */
    void sync() throws StoqException;

    /**
     * Begins to collect what nobody needs. One collection at a time.
     *
     * @throws StoqException CONFLICT if one is under way
     */
    StoreCollection beginCollection() throws StoqException;

    /**
     * Reads and authenticates every record. Blocks for long; an interrupt stops it early.
     *
     * @param progress called now and then with records and bytes read so far
     */
    StoreCheck verify(Progress progress) throws StoqException;

    /** Returns sizes and counts; never blocks for long. */
    StoreStats stats();

    /** Hears how far a long piece of work has come. */
    @FunctionalInterface
    @ConsumerType
    interface Progress {
        /**
         * Reports progress; called by the working thread, must be quick.
         *
         * @param doneBytes bytes done so far
         * @param totalBytes bytes in all, as far as known
         */
        void at(long doneBytes, long totalBytes);
    }
}
