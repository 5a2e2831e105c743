package org.stoq.bench.child;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.ServiceLoader;
import java.util.stream.Collectors;
import org.stoq.client.StoqClient;
import org.stoq.client.StoqConnection;
import org.stoq.client.StoqServer;
import org.stoq.client.session.Session;
import org.stoq.client.session.SessionHandler;
import org.stoq.client.session.SessionOptions;
import org.stoq.sdk.StoqErrorCode;
import org.stoq.sdk.call.Call;
import org.stoq.sdk.call.Reply;
import org.stoq.sdk.call.Request;
import org.stoq.sdk.call.Response;
import org.stoq.sdk.cbor.CborMap;
import org.stoq.sdk.config.HostPort;
import org.stoq.sdk.transport.QuicConnection;
import org.stoq.sdk.transport.QuicListener;
import org.stoq.sdk.transport.QuicOptions;
import org.stoq.sdk.transport.Transport;

/**
 * Both ends of a measurement of the time from the wish for a connection to the first byte of the
 * answer: a server that answers reads early, as a node does that lets anonymous readers in, and a
 * client that asks. One thread.
 */
final class FirstBytePart {
    private static final System.Logger LOG = System.getLogger(FirstBytePart.class.getName());
    private static final InetAddress HERE = InetAddress.ofLiteral("::1");
    private static final Request READ = Request.of("bench", "read", CborMap.EMPTY);
    private static final QuicOptions EARLY =
            StoqServer.DEFAULT_QUIC.toBuilder().earlyData(true).build();

    /** Answers one byte, and whether the handshake was still going on. */
    private static final class Answers implements SessionHandler {
        @Override
        public boolean replaySafe(Session session, Request request) {
            return true;
        }

        @Override
        public void call(Session session, Call call) throws IOException {
            boolean early = !session.identified().toCompletableFuture().isDone();
            CborMap results = CborMap.builder().put(1, early).build();
            try (var body = call.respond(Response.ok(results).withBody(1))) {
                body.write(ByteBuffer.wrap(new byte[1]));
            }
        }
    }

    /** Begins to answer. */
    Message answer(Message question) throws IOException {
        Transport engine = ServiceLoader.load(Transport.class).findFirst().orElseThrow();
        QuicListener listener =
                engine.listen(
                        new InetSocketAddress(HERE, 0),
                        EARLY,
                        new BenchFolder(Path.of(question.text("folder"))).server());
        Thread.ofVirtual().name("bench-accept").start(() -> accept(listener));
        return Message.of("ready").with("port", listener.localAddress().getPort());
    }

    private static void accept(QuicListener listener) {
        SessionHandler answers = new Answers();
        try {
            while (true) {
                QuicConnection connection = listener.accept();
                Thread.ofVirtual().start(() -> begin(connection, answers));
            }
        } catch (ClosedChannelException e) {
            LOG.log(System.Logger.Level.DEBUG, "the listener is closed", e);
        } catch (IOException e) {
            LOG.log(System.Logger.Level.WARNING, "accepting has ended", e);
        }
    }

    private static void begin(QuicConnection connection, SessionHandler answers) {
        try {
            Session.open(connection, SessionOptions.DEFAULT, answers);
        } catch (IOException e) {
            LOG.log(System.Logger.Level.WARNING, "a session did not begin", e);
        }
    }

    /**
     * Asks so often ({@code count}), each time over a new connection: {@code tickets} says whether
     * it may resume, {@code early} whether it may ask before the handshake has finished. {@code
     * port} is asked, {@code other-port} leads to the same server on a way that does not matter.
     */
    Message ask(Message question) throws IOException {
        boolean tickets = Boolean.parseBoolean(question.text("tickets"));
        boolean early = Boolean.parseBoolean(question.text("early"));
        HostPort measured = at(question.number("port"));
        HostPort other = at(question.number("other-port"));
        BenchFolder folder = new BenchFolder(Path.of(question.text("folder")));
        List<Long> nanos = new ArrayList<>();
        int answeredEarly = 0;
        StoqClient client = null;
        try {
            for (long left = question.number("count"); left > 0; left--) {
                if (client == null || !tickets) {
                    if (client != null) {
                        client.close();
                    }
                    client =
                            StoqClient.builder()
                                    .credentials(folder.client())
                                    .quic(EARLY)
                                    .earlyData(early)
                                    .build();
                    // What is made once is made; a ticket is for the port that has issued it.
                    prepare(client, tickets ? measured : other);
                }
                long start = System.nanoTime();
                try (StoqConnection connection = client.connect(measured)) {
                    answeredEarly += read(connection) ? 1 : 0;
                    nanos.add(System.nanoTime() - start);
                    awaitTicket(connection);
                }
            }
        } finally {
            if (client != null) {
                client.close();
            }
        }
        return Message.of("answered")
                .with("early", answeredEarly)
                .with(
                        "nanos",
                        nanos.stream().map(String::valueOf).collect(Collectors.joining(",")));
    }

    private static void prepare(StoqClient client, HostPort server) throws IOException {
        try (StoqConnection connection = client.connect(server)) {
            read(connection);
            awaitTicket(connection);
        }
    }

    /** The server's SETTINGS come after the ticket, and a stream is opened when they are here. */
    private static void awaitTicket(StoqConnection connection) throws IOException {
        connection.openStream().reset(StoqErrorCode.CANCELLED);
    }

    /** Waits for the first byte of the answer; returns whether it was given early. */
    private static boolean read(StoqConnection connection) throws IOException {
        try (Reply reply = connection.read(READ)) {
            reply.body().read(ByteBuffer.allocate(1));
            return reply.response().results().bool(1);
        }
    }

    private static HostPort at(long port) {
        return HostPort.of(new InetSocketAddress(HERE, (int) port));
    }
}
