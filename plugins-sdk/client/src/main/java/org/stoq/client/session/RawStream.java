package org.stoq.client.session;

import java.io.IOException;
import java.nio.channels.ReadableByteChannel;
import java.nio.channels.WritableByteChannel;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import org.stoq.sdk.StoqErrorCode;

/** A stream of DATA frames without a call: bytes both ways, or one way. One thread each. */
public final class RawStream implements AutoCloseable {
    private final FrameStream stream;
    private final BodyReader reader;
    private final BodyWriter writer;
    private final Consumer<StoqErrorCode> tellGivenUp;
    private final CompletableFuture<Void> closed = new CompletableFuture<>();

    /**
     * Wraps a stream.
     *
     * @param tellGivenUp tells the peer that nothing more is read; may block
     */
    RawStream(
            FrameStream stream,
            BodyReader reader,
            BodyWriter writer,
            Consumer<StoqErrorCode> tellGivenUp) {
        this.tellGivenUp = tellGivenUp;
        this.stream = stream;
        this.reader = reader;
        this.writer = writer;
    }

    /** Returns the id of the QUIC stream. */
    public long id() {
        return stream.id();
    }

    /** Returns what the peer sends. Reading blocks. */
    public ReadableByteChannel input() {
        return reader;
    }

    /** Returns where to write; closing it tells the peer that this was all. Writing blocks. */
    public WritableByteChannel output() {
        return writer;
    }

    /** Returns a stage that completes when this side is done with the stream. */
    public CompletionStage<Void> closed() {
        return closed.minimalCompletionStage();
    }

    /** Gives up both directions with a code that the peer sees. */
    public void abort(StoqErrorCode code) {
        boolean unread = !reader.ended();
        writer.abort(code);
        if (closed.complete(null) && unread) {
            tellGivenUp.accept(code);
        }
    }

    /**
     * Ends both directions: properly where the peer's end was read, else all of it with CANCELLED,
     * and what was written may not arrive.
     */
    @Override
    public void close() throws IOException {
        if (!reader.ended()) {
            abort(StoqErrorCode.CANCELLED);
            return;
        }
        try {
            writer.close();
        } finally {
            closed.complete(null);
        }
    }
}
