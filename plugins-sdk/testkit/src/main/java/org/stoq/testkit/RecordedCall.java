package org.stoq.testkit;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.channels.Channels;
import java.nio.channels.ReadableByteChannel;
import java.nio.channels.WritableByteChannel;
import java.util.Optional;
import org.stoq.sdk.NodeId;
import org.stoq.sdk.call.Call;
import org.stoq.sdk.call.Caller;
import org.stoq.sdk.call.Request;
import org.stoq.sdk.call.Response;
import org.stoq.sdk.call.Role;

/** A call in memory, which keeps what is answered. Belongs to one thread. */
public final class RecordedCall implements Call {
    private final Request request;
    private final Caller caller;
    private final ReadableByteChannel body;
    private final ByteArrayOutputStream answer = new ByteArrayOutputStream();
    private final WritableByteChannel answerChannel = Channels.newChannel(answer);
    private Optional<Response> response = Optional.empty();

    /**
     * Creates a call.
     *
     * @param body the request's body
     */
    public RecordedCall(Request request, Caller caller, byte[] body) {
        this.request = request;
        this.caller = caller;
        this.body = Channels.newChannel(new ByteArrayInputStream(body.clone()));
    }

    /** Returns a caller on this machine; one with a certificate unless the role is ANONYMOUS. */
    public static Caller caller(Role role, NodeId id) {
        return new Caller(
                role == Role.ANONYMOUS ? Optional.empty() : Optional.of(id),
                role,
                new InetSocketAddress(InetAddress.ofLiteral("::1"), 4_433));
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
    public WritableByteChannel respond(Response head) {
        if (response.isPresent()) {
            throw new IllegalStateException("the call was answered already");
        }
        response = Optional.of(head);
        return answerChannel;
    }

    /** Returns the head of the answer, or nothing if none was sent. */
    public Optional<Response> response() {
        return response;
    }

    /** Returns the body of the answer as far as it was written. */
    public byte[] answer() {
        return answer.toByteArray();
    }
}
