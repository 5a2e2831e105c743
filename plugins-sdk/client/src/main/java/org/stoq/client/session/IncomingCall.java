package org.stoq.client.session;

import java.io.IOException;
import java.nio.channels.ReadableByteChannel;
import java.nio.channels.WritableByteChannel;
import org.stoq.sdk.StoqException;
import org.stoq.sdk.call.Call;
import org.stoq.sdk.call.Caller;
import org.stoq.sdk.call.Request;
import org.stoq.sdk.call.Response;

/** A call that the peer makes. Belongs to the thread that answers it. */
final class IncomingCall implements Call {
    /** Longest error message in characters; every peer takes headers of 1,024 bytes. */
    private static final int MAX_MESSAGE = 256;

    private final FrameStream stream;
    private final Request request;
    private final Caller caller;
    private final BodyReader body;
    private final BodyWriter answer;
    private final int maxHeaderBytes;
    private boolean responded;

    /** Set by the thread of the deadline. */
    private volatile boolean givenUp;

    IncomingCall(
            FrameStream stream,
            Request request,
            Caller caller,
            BodyReader body,
            BodyWriter answer,
            int maxHeaderBytes) {
        this.stream = stream;
        this.request = request;
        this.caller = caller;
        this.body = body;
        this.answer = answer;
        this.maxHeaderBytes = maxHeaderBytes;
    }

    @Override
    public Request request() {
        return request;
    }

    @Override
    public Caller caller() {
        return caller;
    }

    @Override
    public ReadableByteChannel body() {
        return body;
    }

    @Override
    public WritableByteChannel respond(Response response) throws IOException {
        if (responded) {
            throw new IllegalStateException("the call was answered already");
        }
        byte[] header = response.encode();
        HeaderBlocks.requireSize(header, maxHeaderBytes);
        responded = true;
        HeaderBlocks.write(stream, header, maxHeaderBytes);
        return answer;
    }

    /**
     * Ends the call after its handler: what is open is closed, what was not read is thrown away.
     */
    void finish() throws IOException {
        if (!responded) {
            respond(Response.ok().withBody(0));
        }
        answer.close();
        body.discard();
    }

    /** Ends the call with an error: as the answer where there was none, else in its body. */
    void fail(StoqException failure) {
        try {
            if (responded) {
                answer.breakOff(failure.code());
            } else {
                respond(failure(failure));
                answer.close();
            }
            body.discardWithoutCredit();
        } catch (IOException e) {
            // The caller is gone, and with it whoever could be told.
            answer.abort(failure.code());
        }
    }

    /** Returns the answer that carries an error, short enough for every peer. */
    static Response failure(StoqException error) {
        String message = String.valueOf(error.getMessage());
        return Response.failed(
                message.length() <= MAX_MESSAGE
                        ? error
                        : new StoqException(error.code(), message.substring(0, MAX_MESSAGE)));
    }

    void abort(StoqException failure) {
        givenUp = true;
        answer.abort(failure.code());
    }

    /** Returns whether the deadline has passed, or the connection has ended. */
    boolean givenUp() {
        return givenUp || Thread.currentThread().isInterrupted();
    }
}
