package org.stoq.client.session;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.WritableByteChannel;
import org.stoq.client.RealNetwork;
import org.stoq.sdk.call.Call;
import org.stoq.sdk.call.Response;

/** Answers every call with its own arguments and, once that has come whole, its body. */
class EchoHandler implements SessionHandler {
    @Override
    public void call(Session session, Call call) throws IOException {
        byte[] body = RealNetwork.readAll(call.body());
        Response head = Response.ok(call.request().arguments()).withBody(body.length);
        try (WritableByteChannel answer = call.respond(head)) {
            answer.write(ByteBuffer.wrap(body));
        }
    }
}
