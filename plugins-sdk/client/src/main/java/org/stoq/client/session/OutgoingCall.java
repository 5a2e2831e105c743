package org.stoq.client.session;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ReadableByteChannel;
import java.nio.channels.WritableByteChannel;
import java.time.Duration;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import org.stoq.sdk.StoqErrorCode;
import org.stoq.sdk.StoqException;
import org.stoq.sdk.call.Reply;
import org.stoq.sdk.call.Response;
import org.stoq.sdk.frame.FrameHeader;

/**
 * A call to the peer: the caller writes {@link #body}, closes it, and asks for the {@link #reply}.
 * Belongs to one thread.
 *
 * <p>The head of the answer is read by a thread of its own meanwhile, so that a refusal stops the
 * sending.
 */
public final class OutgoingCall implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger(OutgoingCall.class.getName());

    private final FrameStream stream;
    private final BodyWriter writer;
    private final BodyReader reader;
    private final int maxHeaderBytes;
    private final HeadRoom room;
    private final CompletableFuture<Response> head = new CompletableFuture<>();
    private final Duration limit;
    private final Consumer<StoqErrorCode> tellGivenUp;
    private final Runnable atEnd;
    private final AtomicBoolean over = new AtomicBoolean();
    private final WritableByteChannel body = new RequestBody();
    private final Deadline deadline;

    /** What the peer hears if the call ends before its time; set by the thread of the deadline. */
    private volatile StoqErrorCode reason = StoqErrorCode.CANCELLED;

    OutgoingCall(
            FrameStream stream,
            BodyWriter writer,
            BodyReader reader,
            int maxHeaderBytes,
            HeadRoom room,
            Duration limit,
            Consumer<StoqErrorCode> tellGivenUp,
            Runnable atEnd) {
        this.limit = limit;
        this.tellGivenUp = tellGivenUp;
        this.atEnd = atEnd;
        this.stream = stream;
        this.writer = writer;
        this.reader = reader;
        this.maxHeaderBytes = maxHeaderBytes;
        this.room = room;
        this.deadline = Deadline.in(limit, this::expire);
    }

    private void expire() {
        reason = StoqErrorCode.DEADLINE_EXCEEDED;
        head.completeExceptionally(
                new StoqException(
                        StoqErrorCode.DEADLINE_EXCEEDED,
                        "no answer within " + limit.toMillis() + " ms"));
        writer.abort(StoqErrorCode.DEADLINE_EXCEEDED);
        // The peer hears of it even if nobody closes the call, and telling it may block.
        Thread.ofVirtual().name("stoq-late-" + stream.id()).start(this::end);
    }

    void start() {
        Thread.ofVirtual().name("stoq-reply-" + stream.id()).start(this::readHead);
    }

    private void readHead() {
        try {
            FrameHeader first = stream.next();
            if (first == null) {
                throw stream.violation(
                        StoqErrorCode.PROTOCOL_VIOLATION, "a call was ended without an answer");
            }
            Response response =
                    Response.decode(HeaderBlocks.read(stream, first, maxHeaderBytes, room));
            reader.expecting(response.bodyLength());
            if (response.bodyLength().equals(OptionalLong.of(0))) {
                // Nothing comes any more, so the call is over without anybody reading.
                reader.discard();
            }
            head.complete(response.orThrow());
        } catch (IOException e) {
            StoqException reason =
                    e instanceof StoqException known
                            ? known
                            : new StoqException(StoqErrorCode.INTERNAL, String.valueOf(e), e);
            head.completeExceptionally(reason);
            writer.refused(reason);
        }
    }

    /**
     * Returns where to write the request's body. Writing fails with the peer's refusal, for which
     * it waits if the stream has broken off already.
     */
    public WritableByteChannel body() {
        return body;
    }

    /** The request's body; what the head of the answer says goes before what the stream says. */
    private final class RequestBody implements WritableByteChannel {
        @Override
        public int write(ByteBuffer source) throws IOException {
            try {
                return writer.write(source);
            } catch (StoqException e) {
                if (!Thread.currentThread().isInterrupted()) {
                    awaitHead();
                }
                throw e;
            }
        }

        @Override
        public boolean isOpen() {
            return writer.isOpen();
        }

        @Override
        public void close() throws IOException {
            writer.close();
        }
    }

    /**
     * Ends the request's body if that is open still, and waits for the head of the answer.
     *
     * @throws StoqException the error that the peer answers, DEADLINE_EXCEEDED, or the reason why
     *     the connection ended
     */
    public Reply reply() throws IOException {
        try {
            writer.close();
        } catch (StoqException e) {
            // The head says why: a peer that refuses may stop reading as well.
            LOG.log(System.Logger.Level.TRACE, "the request's body was not taken", e);
        }
        return new OpenReply(awaitHead());
    }

    private Response awaitHead() throws StoqException {
        try {
            return head.get();
        } catch (InterruptedException e) {
            close();
            Thread.currentThread().interrupt();
            throw new StoqException(StoqErrorCode.CANCELLED, "interrupted while waiting", e);
        } catch (ExecutionException e) {
            close();
            throw e.getCause() instanceof StoqException reason
                    ? new StoqException(reason.code(), String.valueOf(reason.getMessage()), reason)
                    : new StoqException(StoqErrorCode.INTERNAL, String.valueOf(e.getCause()), e);
        }
    }

    /**
     * Gives the call up, if it is not over: the peer learns CANCELLED, or DEADLINE_EXCEEDED if that
     * is why.
     */
    @Override
    public void close() {
        end();
    }

    private void end() {
        StoqErrorCode code = reason;
        deadline.close();
        if (over.compareAndSet(false, true)) {
            if (!reader.ended() || writer.isOpen()) {
                writer.abort(code);
                tellGivenUp.accept(code);
            }
            atEnd.run();
        }
    }

    /** An answer whose head was good. */
    private final class OpenReply implements Reply {
        private final Response response;

        OpenReply(Response response) {
            this.response = response;
        }

        @Override
        public Response response() {
            return response;
        }

        @Override
        public ReadableByteChannel body() {
            return reader;
        }

        @Override
        public void close() {
            end();
        }
    }
}
