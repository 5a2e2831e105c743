package org.stoq.client.session;

import java.io.IOException;
import java.nio.channels.ReadableByteChannel;
import java.nio.channels.WritableByteChannel;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.stoq.sdk.StoqErrorCode;

/** A stream of DATA frames without a call: bytes both ways, or one way. One thread each. */
public final class RawStream implements AutoCloseable {
    private final FrameStream stream;
    private final BodyReader reader;
    private final BodyWriter writer;
    private final CompletableFuture<Void> closed = new CompletableFuture<>();

    RawStream(FrameStream stream, BodyReader reader, BodyWriter writer) {
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
        writer.abort(code);
        closed.complete(null);
    }

    /** Ends both directions: the own one properly if it was not, and what was not read with CANCELLED. */
    @Override
    public void close() throws IOException {
        try {
            writer.close();
        } finally {
            if (!reader.ended()) {
                writer.abort(StoqErrorCode.CANCELLED);
            }
            closed.complete(null);
        }
    }
}
