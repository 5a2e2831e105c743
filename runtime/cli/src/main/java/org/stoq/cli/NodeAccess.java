package org.stoq.cli;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ReadableByteChannel;
import java.nio.channels.WritableByteChannel;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.function.LongConsumer;
import org.stoq.client.ContentClient;
import org.stoq.client.StoqClient;
import org.stoq.client.StoqConnection;
import org.stoq.client.session.OutgoingCall;
import org.stoq.client.session.SessionOptions;
import org.stoq.sdk.StoqErrorCode;
import org.stoq.sdk.StoqException;
import org.stoq.sdk.call.Reply;
import org.stoq.sdk.call.Request;
import org.stoq.sdk.cbor.CborLimits;
import org.stoq.sdk.cbor.CborMap;
import org.stoq.sdk.config.HostPort;
import org.stoq.trust.StoqHome;

/** A connection to a node with the operator's certificate. Thread-safe; everything blocks. */
public final class NodeAccess implements AutoCloseable {
    /** A node with thousands of bundles and peers still fits. */
    private static final CborLimits BODY = new CborLimits(8, 1 << 16, 16 << 20);

    private static final int BUFFER_BYTES = 1 << 16;
    private static final int URGENCY = 3;

    private final HostPort target;
    private final Duration timeout;
    private final StoqClient client;
    private final StoqConnection connection;

    private NodeAccess(
            HostPort target, Duration timeout, StoqClient client, StoqConnection connection) {
        this.target = target;
        this.timeout = timeout;
        this.client = client;
        this.connection = connection;
    }

    /** Connects. Makes authority and operator certificate if this is their first use. */
    static NodeAccess open(HostPort target, Duration timeout, Surroundings surroundings)
            throws CommandFailure {
        return open(target, timeout, surroundings.home(), surroundings.clock());
    }

    /**
     * Connects with the operator of a home folder, who is made if missing.
     *
     * @param timeout for the handshake and for short answers
     */
    public static NodeAccess open(
            HostPort target, Duration timeout, StoqHome home, InstantSource clock)
            throws CommandFailure {
        StoqClient client;
        try {
            client =
                    StoqClient.builder()
                            .credentials(home.operator(clock).credentials(false))
                            .connectTimeout(timeout)
                            // The connection lives as long as the command, idle or not.
                            .session(SessionOptions.DEFAULT.forPeers())
                            .build();
        } catch (IOException e) {
            throw Failures.of(e);
        }
        try {
            return new NodeAccess(target, timeout, client, client.connect(target));
        } catch (IOException e) {
            client.close();
            throw unreachable(target, e);
        } catch (RuntimeException e) {
            client.close();
            throw e;
        }
    }

    /** Before a connection stands, a timeout or a missing host means that nobody is there. */
    private static CommandFailure unreachable(HostPort target, IOException cause) {
        boolean refused =
                cause instanceof StoqException stoq
                        && (stoq.code() == StoqErrorCode.CERTIFICATE_REFUSED
                                || stoq.code() == StoqErrorCode.CONNECTION_LIMIT
                                || stoq.code() == StoqErrorCode.CANCELLED);
        if (refused) {
            return Failures.of(cause);
        }
        String code = cause instanceof StoqException stoq ? stoq.code().name() : "UNREACHABLE";
        return new CommandFailure(
                ExitCode.UNREACHABLE,
                code,
                "cannot reach the node %s: %s".formatted(target, cause.getMessage()),
                "start one with: stoq node; or name another with --node [HOST]:PORT; stoq doctor"
                        + " looks for what is wrong",
                cause);
    }

    HostPort target() {
        return target;
    }

    /** Returns the content as that node serves it. */
    public ContentClient content() {
        return connection.content();
    }

    /** Makes a call and returns the results in the head of its answer. */
    public CborMap results(String service, String method, CborMap arguments) throws IOException {
        try (Reply reply =
                connection.call(Request.of(service, method, arguments).within(timeout))) {
            return reply.response().results();
        }
    }

    /** Makes a call and returns the map in the body of its answer. */
    CborMap body(String service, String method) throws IOException {
        try (Reply reply =
                connection.call(Request.of(service, method, CborMap.EMPTY).within(timeout))) {
            return CborMap.decode(readAll(reply.body()), BODY);
        }
    }

    /** Makes a call and returns the list under key 1 of the map in the body of its answer. */
    public List<CborMap> rows(String service, String method) throws IOException {
        List<CborMap> rows = new ArrayList<>();
        for (Object row : body(service, method).list(1)) {
            if (!(row instanceof CborMap map)) {
                throw new StoqException(
                        StoqErrorCode.INVALID_REQUEST,
                        "%s.%s answered with rows of another form".formatted(service, method));
            }
            rows.add(map);
        }
        return rows;
    }

    /** Makes a call with a body and returns the results in the head of its answer. */
    CborMap upload(
            String service,
            String method,
            CborMap arguments,
            ReadableByteChannel source,
            long length,
            LongConsumer sent)
            throws IOException {
        Request request =
                Request.of(service, method, arguments)
                        .within(timeout.multipliedBy(6))
                        .withBody(length);
        try (OutgoingCall call = connection.session().begin(request, URGENCY)) {
            ByteBuffer buffer = ByteBuffer.allocate(BUFFER_BYTES);
            WritableByteChannel body = call.body();
            while (source.read(buffer) >= 0) {
                int piece = buffer.flip().remaining();
                body.write(buffer);
                sent.accept(piece);
                buffer.clear();
            }
            try (Reply reply = call.reply()) {
                return reply.response().results();
            }
        }
    }

    /** Returns whether the connection still stands. */
    boolean isOpen() {
        return connection.isOpen();
    }

    StoqConnection connection() {
        return connection;
    }

    private static byte[] readAll(ReadableByteChannel body) throws IOException {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        ByteBuffer buffer = ByteBuffer.allocate(BUFFER_BYTES);
        while (body.read(buffer) >= 0) {
            if (all.size() + buffer.position() > BODY.maxBytes()) {
                throw new StoqException(
                        StoqErrorCode.TOO_LARGE,
                        "the node's answer is over " + BODY.maxBytes() + " bytes");
            }
            all.write(buffer.array(), 0, buffer.position());
            buffer.clear();
        }
        return all.toByteArray();
    }

    @Override
    public void close() {
        connection.close();
        client.close();
    }
}
