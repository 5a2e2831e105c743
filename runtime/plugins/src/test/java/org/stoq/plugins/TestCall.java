package org.stoq.plugins;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.channels.Channels;
import java.nio.channels.ReadableByteChannel;
import java.nio.channels.WritableByteChannel;
import java.util.Optional;
import org.stoq.sdk.call.Call;
import org.stoq.sdk.call.Caller;
import org.stoq.sdk.call.Request;
import org.stoq.sdk.call.Response;
import org.stoq.sdk.call.Role;
import org.stoq.sdk.cbor.CborMap;

/** A call whose answer is kept. */
final class TestCall implements Call {
    private final Request request;
    private final byte[] body;
    private final ByteArrayOutputStream answer = new ByteArrayOutputStream();
    private Optional<Response> response = Optional.empty();

    TestCall(Request request, byte[] body) {
        this.request = request;
        this.body = body;
    }

    static TestCall of(String method, String file, byte[] body) {
        CborMap arguments = CborMap.builder().put(1, file).build();
        return new TestCall(Request.of("plugins", method, arguments), body);
    }

    Response response() {
        return response.orElseThrow();
    }

    CborMap answer() throws IOException {
        return CborMap.decode(answer.toByteArray());
    }

    @Override
    public Request request() {
        return request;
    }

    @Override
    public Caller caller() {
        return new Caller(
                Optional.empty(),
                Role.OPERATOR,
                new InetSocketAddress(InetAddress.getLoopbackAddress(), 1));
    }

    @Override
    public ReadableByteChannel body() {
        return Channels.newChannel(new ByteArrayInputStream(body));
    }

    @Override
    public WritableByteChannel respond(Response head) {
        response = Optional.of(head);
        return Channels.newChannel(answer);
    }
}
