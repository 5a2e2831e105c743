package org.stoq.content;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ReadableByteChannel;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.locks.Lock;
import org.stoq.sdk.Digest;
import org.stoq.sdk.StoqErrorCode;
import org.stoq.sdk.StoqException;
import org.stoq.sdk.chunk.ArchiveParts;
import org.stoq.sdk.chunk.ChunkSizes;
import org.stoq.sdk.chunk.Chunker;
import org.stoq.sdk.chunk.SimilarChunks;
import org.stoq.sdk.strategy.StrategySlot;

/**
 * Cuts the bytes of one object into chunks and keeps them: the way in.
 *
 * <p>Holds one buffer, at most {@value #MAX_BUFFER_BYTES} bytes whatever the object's length.
 * Belongs to one thread; {@link #pending} is for the collector, which holds the other side of the
 * gate.
 */
final class Publisher {
    /** Room for the longest chunk, and twice as much to fill up with each move of the rest. */
    static final int MAX_BUFFER_BYTES = 3 << 20;

    private static final int MIN_BUFFER_BYTES = 1 << 10;
    private static final int USUAL_BUFFER_BYTES = 64 << 10;

    /** What is handed to the digest at a time. */
    private static final int DIGEST_BYTES = 256 << 10;

    private final LocalChunks local;
    private final StrategySlot<Chunker> chunkers;
    private final Lock gate;
    private final OptionalLong announcedBytes;
    private final ChunkListBuilder list;
    private final WholeDigest whole;
    private final ArchiveParts parts = new ArchiveParts(ChunkSizes.STANDARD);
    private final Optional<SimilarChunks> similar;
    private byte[] bytes;

    /** Bytes that wait to be cut lie from here ... */
    private int from;

    /** ... to here. */
    private int to;

    /** Up to here the bytes were handed to the digest of the whole. */
    private int digested;

    private boolean ended;
    private long size;
    private long chunks;
    private long newChunks;
    private long newBytes;

    /**
     * What was stored for an object.
     *
     * @param size its length in bytes
     * @param object its digest
     * @param depth levels of lists
     * @param refs top of the tree of references
     * @param chunks chunks of content
     * @param newChunks those of them that were not here yet
     * @param newBytes plain bytes of those
     */
    record Stored(
            long size,
            Digest object,
            int depth,
            List<ChunkRef> refs,
            long chunks,
            long newChunks,
            long newBytes) {
        /** What a removed name stands for. */
        static final Stored NOTHING = new Stored(0, Digest.of(new byte[0]), 0, List.of(), 0, 0, 0);
    }

    /**
     * Creates a publisher of one object.
     *
     * @param gate held while a chunk is stored and noted as pending, so that a collection begins
     *     either before both or after
     * @param announcedBytes length of the object as the caller has announced it
     */
    Publisher(
            LocalChunks local,
            StrategySlot<Chunker> chunkers,
            Lock gate,
            TaskGroup tasks,
            OptionalLong announcedBytes) {
        this.local = local;
        this.chunkers = chunkers;
        this.gate = gate;
        this.announcedBytes = announcedBytes;
        this.whole = new WholeDigest(tasks);
        this.similar = local.object();
        this.bytes = new byte[bufferBytes(announcedBytes)];
        this.list =
                new ChunkListBuilder((plain, length) -> {
                    Digest digest = Digest.of(plain);
                    local.keep(digest, plain, 0, plain.length);
                    return new ChunkRef(digest, length);
                });
    }

    /**
     * Reads the object to its end. Blocks for its bytes and for the disk.
     *
     * @throws StoqException INVALID_REQUEST if it has another length than was announced,
     *     STORAGE_FULL
     */
    Stored store(ReadableByteChannel source) throws IOException {
        try {
            fill(source);
            while (from < to) {
                storeChunk();
                fill(source);
            }
            if (announcedBytes.isPresent() && announcedBytes.getAsLong() != size) {
                throw new StoqException(
                        StoqErrorCode.INVALID_REQUEST,
                        "%d bytes came where %d were announced"
                                .formatted(size, announcedBytes.getAsLong()));
            }
            List<ChunkRef> refs;
            gate.lock();
            try {
                refs = list.finish();
            } finally {
                gate.unlock();
            }
            return new Stored(
                    size, whole.finish(), list.depth(), refs, chunks, newChunks, newBytes);
        } finally {
            whole.await();
        }
    }

    /** Returns references to what this object has needed so far, for the garbage collector. */
    List<List<ChunkRef>> pending() {
        return list.pending();
    }

    /** Reads until the longest chunk is here, or the object's end. */
    private void fill(ReadableByteChannel source) throws IOException {
        while (!ended && to - from < ChunkSizes.STANDARD.maximum()) {
            if (to == bytes.length) {
                makeRoom();
            }
            int read = source.read(ByteBuffer.wrap(bytes, to, bytes.length - to));
            ended = read < 0;
            to += Math.max(0, read);
        }
        if (ended || to - digested >= DIGEST_BYTES) {
            digestRest();
        }
    }

    private void digestRest() throws StoqException {
        if (to > digested) {
            whole.add(bytes, digested, to - digested);
            digested = to;
        }
    }

    /** Moves what waits to the front, of a larger buffer if it lies there already. */
    private void makeRoom() throws StoqException {
        digestRest();
        whole.await();
        byte[] target = bytes;
        if (from == 0) {
            int doubled = Math.min(MAX_BUFFER_BYTES, 2 * bytes.length);
            target = new byte[Math.max(doubled, USUAL_BUFFER_BYTES)];
        }
        System.arraycopy(bytes, from, target, 0, to - from);
        bytes = target;
        to -= from;
        digested -= from;
        from = 0;
    }

    private void storeChunk() throws StoqException {
        byte[] content = bytes;
        int at = from;
        int end = to;
        // A wrong answer is the chunker's failure: another one takes over then.
        int length = chunkers.call(chunker -> parts.cut(chunker, content, at, end));
        Digest digest = Digest.of(ByteBuffer.wrap(content, at, length));
        gate.lock();
        try {
            if (local.keep(digest, content, at, length, similar)) {
                newChunks++;
                newBytes += length;
            }
            list.add(new ChunkRef(digest, length));
        } finally {
            gate.unlock();
        }
        chunks++;
        size += length;
        from += length;
    }

    /** One byte more than announced, so that the end is seen without room for another buffer. */
    private static int bufferBytes(OptionalLong announced) {
        return Math.clamp(
                announced.orElse(USUAL_BUFFER_BYTES) + 1, MIN_BUFFER_BYTES, MAX_BUFFER_BYTES);
    }
}
