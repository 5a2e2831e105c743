package org.stoq.content;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ReadableByteChannel;
import java.security.MessageDigest;
import java.util.List;
import org.stoq.sdk.Digest;
import org.stoq.sdk.StoqException;
import org.stoq.sdk.chunk.ChunkSizes;
import org.stoq.sdk.chunk.Chunker;
import org.stoq.sdk.strategy.StrategySlot;

/**
 * Cuts the bytes of one object into chunks and keeps them: the way in.
 *
 * <p>Holds one buffer, whatever the object's length. Belongs to one thread; {@link #pending} may be
 * asked by another.
 */
final class Publisher {
    private static final int BUFFER_BYTES = 4 * ChunkSizes.STANDARD.maximum();

    private final LocalChunks local;
    private final StrategySlot<Chunker> chunkers;
    private final ChunkListBuilder list;
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
            long newBytes) {}

    Publisher(LocalChunks local, StrategySlot<Chunker> chunkers) {
        this.local = local;
        this.chunkers = chunkers;
        this.list =
                new ChunkListBuilder(
                        (plain, length) -> {
                            Digest digest = Digest.of(plain);
                            local.keep(digest, plain, 0, plain.length);
                            return new ChunkRef(digest, length);
                        });
    }

    /** Reads the object to its end. Blocks for its bytes and for the disk. */
    Stored store(ReadableByteChannel source) throws IOException {
        MessageDigest whole = Digest.sha256();
        byte[] bytes = new byte[BUFFER_BYTES];
        ByteBuffer free = ByteBuffer.wrap(bytes);
        int from = 0;
        boolean ended = false;
        while (true) {
            while (!ended && free.position() - from < ChunkSizes.STANDARD.maximum()) {
                if (!free.hasRemaining()) {
                    from = moveToFront(bytes, from, free);
                }
                int begin = free.position();
                ended = source.read(free) < 0;
                whole.update(bytes, begin, free.position() - begin);
            }
            if (from == free.position()) {
                break;
            }
            from += storeChunk(bytes, from, free.position());
        }
        List<ChunkRef> refs = list.finish();
        return new Stored(
                size,
                Digest.copyOf(whole.digest()),
                list.depth(),
                refs,
                chunks,
                newChunks,
                newBytes);
    }

    /** Returns references to what this object has needed so far, for the garbage collector. */
    List<List<ChunkRef>> pending() {
        return list.pending();
    }

    private int storeChunk(byte[] bytes, int from, int to) throws StoqException {
        int length = chunkers.call(chunker -> chunker.cut(bytes, from, to, ChunkSizes.STANDARD));
        Digest digest = Digest.of(ByteBuffer.wrap(bytes, from, length));
        if (local.keep(digest, bytes, from, length)) {
            newChunks++;
            newBytes += length;
        }
        chunks++;
        size += length;
        list.add(new ChunkRef(digest, length));
        return length;
    }

    private static int moveToFront(byte[] bytes, int from, ByteBuffer free) {
        int rest = free.position() - from;
        System.arraycopy(bytes, from, bytes, 0, rest);
        free.position(rest);
        return 0;
    }
}
