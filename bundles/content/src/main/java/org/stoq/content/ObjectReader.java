package org.stoq.content;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.WritableByteChannel;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.FutureTask;
import org.stoq.sdk.Digest;
import org.stoq.sdk.StoqErrorCode;
import org.stoq.sdk.StoqException;

/**
 * Turns a manifest back into bytes: the way out.
 *
 * <p>While one window of chunks is written, the next one is fetched. Two windows are the memory that
 * a reader needs, whatever the object's length. Thread-safe; each reading blocks its own thread.
 */
final class ObjectReader {
    private static final long WINDOW_BYTES = 2L << 20;
    private static final int WINDOW_CHUNKS = 64;

    private final LocalChunks local;
    private final ChunkFetcher fetcher;

    ObjectReader(LocalChunks local, ChunkFetcher fetcher) {
        this.local = local;
        this.fetcher = fetcher;
    }

    /**
     * Writes a range of an object, every byte verified.
     *
     * @param manifestDigest digest of the manifest
     * @param offset first byte
     * @param length how many; offset and length lie within the object
     * @throws StoqException NOT_FOUND or UNAVAILABLE if chunks are missing here and at every peer
     */
    void write(
            Manifest manifest,
            Digest manifestDigest,
            long offset,
            long length,
            WritableByteChannel target)
            throws IOException {
        ChunkCursor cursor =
                new ChunkCursor(manifest, offset, list -> list(manifestDigest, list));
        long left = length;
        boolean first = true;
        Future<List<ChunkRef>> coming = prepare(cursor, manifestDigest, left);
        while (left > 0) {
            List<ChunkRef> window = await(coming);
            if (window.isEmpty()) {
                throw new StoqException(
                        StoqErrorCode.INTEGRITY, "the chunk list ends " + left + " bytes early");
            }
            int skip = first ? Math.toIntExact(cursor.offsetInFirst()) : 0;
            first = false;
            long inWindow = window.stream().mapToLong(ChunkRef::length).sum() - skip;
            coming = prepare(cursor, manifestDigest, left - inWindow);
            for (ChunkRef ref : window) {
                int part = (int) Math.min(left, ref.length() - skip);
                if (part > 0) {
                    byte[] plain = chunk(manifestDigest, ref);
                    ChunkTransfer.writeAll(target, ByteBuffer.wrap(plain, skip, part));
                }
                left -= part;
                skip = 0;
            }
        }
    }

    /** Makes sure that every chunk of an object is here. */
    void pull(Manifest manifest, Digest manifestDigest) throws IOException {
        ChunkCursor cursor = new ChunkCursor(manifest, 0, list -> list(manifestDigest, list));
        List<ChunkRef> window = cursor.next(WINDOW_BYTES, WINDOW_CHUNKS);
        while (!window.isEmpty()) {
            fetch(manifestDigest, window);
            window = cursor.next(WINDOW_BYTES, WINDOW_CHUNKS);
        }
    }

    private Future<List<ChunkRef>> prepare(ChunkCursor cursor, Digest manifest, long left) {
        FutureTask<List<ChunkRef>> task =
                new FutureTask<>(
                        () -> {
                            List<ChunkRef> window =
                                    cursor.next(Math.min(left, WINDOW_BYTES), WINDOW_CHUNKS);
                            fetch(manifest, window);
                            return window;
                        });
        if (left > 0) {
            Thread.ofVirtual().name("stoq-read-ahead").start(task);
        }
        return task;
    }

    private void fetch(Digest manifest, List<ChunkRef> window) throws IOException {
        fetcher.fetch(manifest, window.stream().map(ChunkRef::digest).toList());
    }

    private List<ChunkRef> list(Digest manifest, ChunkRef list) throws IOException {
        return ChunkList.decode(plain(manifest, list.digest()), list.length());
    }

    private byte[] chunk(Digest manifest, ChunkRef ref) throws IOException {
        byte[] plain = plain(manifest, ref.digest());
        if (plain.length != ref.length()) {
            throw new StoqException(
                    StoqErrorCode.INTEGRITY,
                    "chunk %s has %d bytes, its list says %d"
                            .formatted(ref.digest(), plain.length, ref.length()));
        }
        return plain;
    }

    /** Reads a chunk; one that was damaged or collected since the fetch is fetched once more. */
    private byte[] plain(Digest manifest, Digest digest) throws IOException {
        var here = local.plain(digest);
        if (here.isEmpty()) {
            fetcher.fetch(manifest, List.of(digest));
            here = local.plain(digest);
        }
        return here.orElseThrow(
                () -> new StoqException(StoqErrorCode.NOT_FOUND, "chunk " + digest + " is gone"));
    }

    private static <T> T await(Future<T> future) throws IOException {
        try {
            return future.get();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new StoqException(StoqErrorCode.CANCELLED, "the reading was given up", e);
        } catch (ExecutionException e) {
            if (e.getCause() instanceof IOException cause) {
                throw cause;
            }
            throw new IllegalStateException("reading ahead failed", e.getCause());
        }
    }
}
