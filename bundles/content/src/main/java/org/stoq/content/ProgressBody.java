package org.stoq.content;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.WritableByteChannel;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.stoq.sdk.cbor.CborMap;
import org.stoq.sdk.store.ChunkStore;

/**
 * The body of an answer that says how far the work has come, and then what came of it: CBOR maps,
 * each behind its length in four bytes. Belongs to the working thread.
 */
final class ProgressBody implements ChunkStore.Progress, AutoCloseable {
    private static final long INTERVAL_NANOS = 100_000_000;
    private static final int DONE = 1;
    private static final int TOTAL = 2;
    private static final int RESULTS = 3;

    private final Opening opening;
    private final LongSupplier nanoTime;
    private @Nullable WritableByteChannel body;
    private long lastNanos;
    private boolean begun;
    private @Nullable IOException failure;

    /** Answers the call. */
    @FunctionalInterface
    interface Opening {
        WritableByteChannel open() throws IOException;
    }

    /**
     * Creates a body.
     *
     * @param opening answers the call when there is something to tell, so that work that fails at
     *     once is answered with its error
     */
    ProgressBody(Opening opening, LongSupplier nanoTime) {
        this.opening = opening;
        this.nanoTime = nanoTime;
    }

    /**
     * Tells the caller, ten times a second at most. A caller that is gone does not stop the work.
     */
    @Override
    public void at(long doneBytes, long totalBytes) {
        long now = nanoTime.getAsLong();
        if (failure != null || (begun && now - lastNanos < INTERVAL_NANOS)) {
            return;
        }
        begun = true;
        lastNanos = now;
        try {
            write(CborMap.builder().put(DONE, doneBytes).put(TOTAL, totalBytes).build());
        } catch (IOException e) {
            failure = e;
        }
    }

    /**
     * Writes the last map.
     *
     * @throws IOException also if an earlier one could not be written
     */
    void result(CborMap results) throws IOException {
        if (failure != null) {
            throw failure;
        }
        write(CborMap.builder().put(RESULTS, results).build());
    }

    @Override
    public void close() throws IOException {
        if (body != null) {
            body.close();
        }
    }

    private void write(CborMap map) throws IOException {
        WritableByteChannel target = body;
        if (target == null) {
            target = opening.open();
            body = target;
        }
        byte[] encoded = map.encode();
        ByteBuffer framed = ByteBuffer.allocate(Integer.BYTES + encoded.length);
        ChunkTransfer.writeAll(target, framed.putInt(encoded.length).put(encoded).flip());
    }
}
