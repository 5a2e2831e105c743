package org.stoq.content;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.WritableByteChannel;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import org.jspecify.annotations.Nullable;
import org.stoq.sdk.Digest;
import org.stoq.sdk.StoqErrorCode;
import org.stoq.sdk.StoqException;

/**
 * Turns a manifest back into bytes: the way out.
 *
 * <p>While one window of chunks is written, the next ones are fetched. Windows are fetched to the
 * disk and the cache, so a reading holds one chunk and the references of a few windows, whatever
 * the object's length. Thread-safe; each reading belongs to one thread, which it blocks.
 */
final class ObjectReader {
    private static final long WINDOW_BYTES = 4L << 20;
    private static final int WINDOW_CHUNKS = 64;

    /** Windows being fetched: with two of them the link is busy while one of them ends. */
    private static final int AHEAD = 2;

    private final LocalChunks local;
    private final ChunkFetcher fetcher;
    private final TaskGroup tasks;

    ObjectReader(LocalChunks local, ChunkFetcher fetcher, TaskGroup tasks) {
        this.local = local;
        this.fetcher = fetcher;
        this.tasks = tasks;
    }

    /**
     * Begins to read a range of an object. The first window is here when this returns.
     *
     * @param offset first byte
     * @param length how many; offset and length lie within the object
     * @throws StoqException NOT_FOUND or UNAVAILABLE if chunks are missing here and at every peer
     */
    Reading begin(Catalog.Entry entry, long offset, long length) throws IOException {
        Reading reading = new Reading(entry, offset, length);
        boolean begun = false;
        try {
            reading.lookAhead();
            reading.awaitFirst();
            begun = true;
            return reading;
        } finally {
            if (!begun) {
                reading.close();
            }
        }
    }

    /** Makes sure that every chunk of an object is here. */
    void pull(Catalog.Entry entry) throws IOException {
        try (Reading reading = new Reading(entry, 0, entry.manifest().size())) {
            reading.lookAhead();
            while (reading.nextWindow() != null) {
                reading.lookAhead();
            }
        }
    }

    /** A part of the object, and what makes sure that it is here; no task if it is already. */
    private record Window(List<ChunkRef> refs, Optional<FutureTask<Boolean>> fetching) {}

    /** One reading of one object. Belongs to one thread. */
    final class Reading implements AutoCloseable {
        private final Digest manifest;
        private final ChunkCursor cursor;
        private final Deque<Window> ahead = new ArrayDeque<>();
        private long left;

        /** How many bytes no window covers yet. */
        private long uncovered;

        /** How far into the first chunk the range begins; negative before that is known. */
        private int skip = -1;

        private Reading(Catalog.Entry entry, long offset, long length) {
            this.manifest = entry.digest();
            this.cursor = new ChunkCursor(entry.manifest(), offset, this::list);
            this.left = length;
            this.uncovered = length;
        }

        /** Writes the range, every byte of it verified. */
        void writeTo(WritableByteChannel target) throws IOException {
            while (left > 0) {
                Window window = nextWindow();
                lookAhead();
                if (window == null) {
                    throw new IllegalStateException(left + " bytes that no window covers");
                }
                for (ChunkRef ref : window.refs()) {
                    int part = (int) Math.min(left, ref.length() - skip);
                    if (part > 0) {
                        byte[] plain = chunk(ref);
                        ChunkTransfer.writeAll(target, ByteBuffer.wrap(plain, skip, part));
                    }
                    left -= part;
                    skip = 0;
                }
            }
        }

        /** Gives up what is still being fetched. */
        @Override
        public void close() {
            ahead.forEach(window -> window.fetching().ifPresent(task -> task.cancel(true)));
            ahead.clear();
        }

        private void lookAhead() throws IOException {
            while (uncovered > 0 && ahead.size() < AHEAD) {
                List<ChunkRef> refs = cursor.next(Math.min(uncovered, WINDOW_BYTES), WINDOW_CHUNKS);
                if (refs.isEmpty()) {
                    throw new StoqException(
                            StoqErrorCode.INTEGRITY,
                            "the chunk list ends " + uncovered + " bytes early");
                }
                uncovered -= refs.stream().mapToLong(ChunkRef::length).sum();
                if (skip < 0) {
                    skip = Math.toIntExact(cursor.offsetInFirst());
                    uncovered += skip;
                }
                ahead.add(new Window(refs, fetch(refs)));
            }
        }

        private Optional<FutureTask<Boolean>> fetch(List<ChunkRef> refs) throws StoqException {
            List<Digest> missing = local.missing(refs.stream().map(ChunkRef::digest).toList());
            if (missing.isEmpty()) {
                return Optional.empty();
            }
            FutureTask<Boolean> task =
                    new FutureTask<>(() -> {
                        fetcher.fetch(manifest, missing);
                        return true;
                    });
            tasks.start("stoq-read-ahead", task);
            return Optional.of(task);
        }

        private void awaitFirst() throws IOException {
            Window first = ahead.peek();
            if (first != null) {
                await(first);
            }
        }

        private @Nullable Window nextWindow() throws IOException {
            Window window = ahead.poll();
            if (window != null) {
                await(window);
            }
            return window;
        }

        private List<ChunkRef> list(ChunkRef list) throws IOException {
            return ChunkList.decode(plain(list.digest()), list.length());
        }

        private byte[] chunk(ChunkRef ref) throws IOException {
            byte[] plain = plain(ref.digest());
            if (plain.length != ref.length()) {
                throw new StoqException(
                        StoqErrorCode.INTEGRITY,
                        "chunk %s has %d bytes, its list says %d"
                                .formatted(ref.digest(), plain.length, ref.length()));
            }
            return plain;
        }

        /**
         * Reads a chunk; one that was damaged or collected since the fetch is fetched once more.
         */
        private byte[] plain(Digest digest) throws IOException {
            Optional<byte[]> here = local.plain(digest);
            if (here.isEmpty()) {
                fetcher.fetch(manifest, List.of(digest));
                here = local.plain(digest);
            }
            return here.orElseThrow(() ->
                    new StoqException(StoqErrorCode.UNAVAILABLE, "chunk " + digest + " is gone"));
        }

        private static void await(Window window) throws IOException {
            if (window.fetching().isEmpty()) {
                return;
            }
            try {
                window.fetching().get().get();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new StoqException(StoqErrorCode.CANCELLED, "the reading was given up", e);
            } catch (ExecutionException e) {
                if (e.getCause() instanceof StoqException cause) {
                    // A new one: its trace is this thread's, and the message is what people see.
                    throw new StoqException(
                            cause.code(), String.valueOf(cause.getMessage()), cause);
                }
                throw new IOException("reading ahead failed", e.getCause());
            }
        }
    }
}
