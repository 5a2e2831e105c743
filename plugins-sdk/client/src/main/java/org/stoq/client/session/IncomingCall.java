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
    private final FrameStream stream;
    private final Request request;
    private final Caller caller;
    private final BodyReader body;
    private final BodyWriter answer;
    private final int maxHeaderBytes;
    private boolean responded;

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
        responded = true;
        HeaderBlocks.write(stream, response.encode(), maxHeaderBytes);
        return answer;
    }

    /** Ends the call after its handler: what is open is closed, what was not read is thrown away. */
    void finish() throws IOException {
        if (!responded) {
            respond(Response.ok());
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
                respond(Response.failed(failure));
                answer.close();
            }
            body.discard();
        } catch (IOException e) {
            // The caller is gone, and with it whoever could be told.
            answer.abort(failure.code());
        }
    }

    void abort(StoqException failure) {
        answer.abort(failure.code());
    }
}
