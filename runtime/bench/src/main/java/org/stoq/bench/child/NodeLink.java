package org.stoq.bench.child;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.WritableByteChannel;
import java.time.Duration;
import java.time.InstantSource;
import org.jspecify.annotations.Nullable;
import org.stoq.bench.contender.Handshaken;
import org.stoq.bench.contender.Requests;
import org.stoq.bench.contender.Strangers;
import org.stoq.client.StoqClient;
import org.stoq.client.StoqConnection;
import org.stoq.client.session.OutgoingCall;
import org.stoq.client.session.SessionOptions;
import org.stoq.sdk.call.Reply;
import org.stoq.sdk.call.Request;
import org.stoq.sdk.cbor.CborMap;
import org.stoq.sdk.transport.Credentials;
import org.stoq.sdk.transport.QuicOptions;
import org.stoq.trust.StoqHome;

/** The way to a node that runs already: the operator's calls to its service bench. Thread-safe. */
final class NodeLink implements AutoCloseable {
    static final String SERVICE = "bench";
    private static final int URGENCY = 3;
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private final Target target;
    private final StoqClient client;
    private final Strangers strangers;

    /** Reads the operator's certificate, which is made if it is missing. */
    NodeLink(Target target, Message setup) throws IOException {
        this.target = target;
        Credentials operator =
                new StoqHome(target.home()).operator(InstantSource.system()).credentials(false);
        QuicOptions options =
                StoqClient.DEFAULT_QUIC.toBuilder()
                        .maxDatagramBytes((int) setup.number("mtu"))
                        .congestionAlgorithm(setup.text("congestion"))
                        .build();
        this.strangers = new Strangers(operator, options);
        this.client =
                StoqClient.builder()
                        .credentials(operator)
                        .quic(options)
                        // A connection that is held idle is kept alive, as that of a peer is.
                        .session(SessionOptions.DEFAULT.forPeers())
                        .build();
    }

    /** Opens a connection. Blocks until the handshake is done. */
    StoqConnection connect() throws IOException {
        return client.connect(target.address());
    }

    /** Asks what the node's process has used; with its garbage collected before, if so wanted. */
    static CborMap usage(StoqConnection connection, boolean collected) throws IOException {
        CborMap arguments = CborMap.builder().put(1, collected ? 1L : 0L).build();
        try (Reply reply =
                connection.call(Request.of(SERVICE, "usage", arguments).within(PATIENCE))) {
            return reply.response().results();
        }
    }

    /** Opens a connection that resumes no other one, and closes it. */
    void meet() throws IOException {
        strangers.connect(target.address()).close();
    }

    /** Opens a connection for requests, which the node echoes. */
    Requests requests() throws IOException {
        return Handshaken.open(this::connect, NodeLink::echo);
    }

    private static @Nullable String echo(StoqConnection connection, ByteBuffer request) {
        int length = request.remaining();
        Request head = Request.of(SERVICE, "echo", CborMap.EMPTY).within(PATIENCE).withBody(length);
        try (OutgoingCall call = connection.session().begin(head, URGENCY)) {
            WritableByteChannel body = call.body();
            body.write(request.duplicate());
            try (Reply reply = call.reply()) {
                ByteBuffer answer = ByteBuffer.allocate(length + 1);
                int read = 0;
                while (answer.hasRemaining() && read >= 0) {
                    read = reply.body().read(answer);
                }
                return answer.flip().equals(request) ? null : "the answer is another";
            }
        } catch (IOException e) {
            return String.valueOf(e.getMessage());
        }
    }

    @Override
    public void close() {
        client.close();
    }
}
