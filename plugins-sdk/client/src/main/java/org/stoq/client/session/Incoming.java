package org.stoq.client.session;

import java.io.IOException;
import java.time.Duration;
import java.util.OptionalLong;
import org.stoq.sdk.StoqErrorCode;
import org.stoq.sdk.StoqException;
import org.stoq.sdk.call.Request;
import org.stoq.sdk.frame.FrameHeader;
import org.stoq.sdk.frame.FrameType;
import org.stoq.sdk.frame.PushPromise;
import org.stoq.sdk.frame.PushPromiseFrame;

/**
 * Serves one stream that the peer has opened; its first frame says what it is.
 *
 * <p>Before the handshake has finished only calls are answered that the handler takes for harmless.
 * All other streams wait for it, with no more than their head in memory, and are judged by the
 * identity that it has proved.
 */
final class Incoming {
    private static final System.Logger LOG = System.getLogger(Incoming.class.getName());

    /** Longest time that a caller may ask this side to work for it. */
    private static final Duration MAX_DEADLINE = Duration.ofHours(1);

    private final Session session;
    private final SessionHandler handler;
    private final FrameStream stream;
    private final Deadline head;

    /**
     * Takes a stream whose first frame header was read.
     *
     * @param head runs until this side knows what is asked; stopped then
     */
    Incoming(Session session, SessionHandler handler, FrameStream stream, Deadline head) {
        this.session = session;
        this.handler = handler;
        this.stream = stream;
        this.head = head;
    }

    void serve(FrameHeader first) throws IOException {
        boolean both = stream.bidirectional();
        if (both && first.type() == FrameType.HEADERS) {
            call(first);
        } else if (both && first.type() == FrameType.DATA) {
            raw(first);
        } else if (!both && first.type() == FrameType.PUSH_PROMISE) {
            push(first);
        } else {
            stream.throwReset(first);
            throw stream.violation(
                    StoqErrorCode.PROTOCOL_VIOLATION,
                    "a %s stream that begins with %s"
                            .formatted(both ? "bidirectional" : "unidirectional", first.type()));
        }
    }

    private void call(FrameHeader first) throws IOException {
        byte[] block =
                HeaderBlocks.read(
                        stream,
                        first,
                        session.options().settings().maxHeaderBytes(),
                        session.heads());
        BodyWriter answer = session.answerWriter(stream);
        Request request;
        try {
            request = Request.decode(block);
        } catch (StoqException e) {
            refuse(answer, e);
            return;
        }
        head.stop();
        Duration limit = limit(request);
        long beganNanos = System.nanoTime();
        if (!session.identity().isProven() && !handler.replaySafe(session, request)) {
            session.identity().await(limit);
        }
        session.streams().requireWanted(stream.id());
        Duration left = limit.minusNanos(System.nanoTime() - beganNanos);
        IncomingCall call =
                new IncomingCall(
                        stream,
                        request,
                        session.peer(),
                        session.reader(stream).expecting(request.bodyLength()),
                        answer,
                        session.maxHeaderBytesOfPeer());
        Thread thread = Thread.currentThread();
        StoqException late =
                new StoqException(
                        StoqErrorCode.DEADLINE_EXCEEDED,
                        "not done within " + limit.toMillis() + " ms");
        try (var _ =
                Deadline.in(
                        left,
                        () -> {
                            call.abort(late);
                            thread.interrupt();
                        })) {
            answer(call);
        }
    }

    private void answer(IncomingCall call) {
        try {
            handler.call(session, call);
            call.finish();
        } catch (StoqException e) {
            call.fail(e);
        } catch (IOException | RuntimeException | LinkageError | StackOverflowError e) {
            // A call that was given up fails in many ways, none of which is a defect.
            LOG.log(
                    call.givenUp() ? System.Logger.Level.DEBUG : System.Logger.Level.ERROR,
                    "%s.%s for %s failed"
                            .formatted(
                                    call.request().service(),
                                    call.request().method(),
                                    call.caller().describe()),
                    e);
            call.fail(new StoqException(StoqErrorCode.INTERNAL, "a defect of this node", e));
        }
    }

    private void refuse(BodyWriter answer, StoqException reason) throws IOException {
        HeaderBlocks.write(
                stream, IncomingCall.failure(reason).encode(), session.maxHeaderBytesOfPeer());
        answer.close();
        session.reader(stream).discardWithoutCredit();
    }

    private Duration limit(Request request) {
        Duration asked = request.deadline();
        if (asked.isZero()) {
            return session.options().defaultDeadline();
        }
        return asked.compareTo(MAX_DEADLINE) > 0 ? MAX_DEADLINE : asked;
    }

    private void raw(FrameHeader first) throws IOException {
        awaitHandshake();
        head.stop();
        BodyReader reader = session.reader(stream).startingWith(first);
        RawStream raw =
                new RawStream(
                        stream,
                        reader,
                        session.answerWriter(stream),
                        code -> session.tellGivenUp(stream, code));
        handler.stream(session, raw);
    }

    private void awaitHandshake() throws StoqException {
        session.identity().await(session.options().defaultDeadline());
        session.streams().requireWanted(stream.id());
    }

    /** A push is small, so its deadline is that of its head. */
    private void push(FrameHeader first) throws IOException {
        awaitHandshake();
        PushPromise promise;
        try (var _ = session.heads().take(first.length())) {
            promise = ((PushPromiseFrame) stream.read(first)).promise();
        }
        BodyReader body = session.reader(stream).expecting(OptionalLong.of(promise.size()));
        try {
            boolean wanted = handler.pushed(session, promise, body);
            if (!wanted || !body.ended()) {
                giveUp(StoqErrorCode.CANCELLED);
            }
        } catch (StoqException e) {
            giveUp(e.code());
            throw e;
        }
    }

    private void giveUp(StoqErrorCode code) {
        stream.abort(code);
        session.tellGivenUp(stream, code);
    }
}
