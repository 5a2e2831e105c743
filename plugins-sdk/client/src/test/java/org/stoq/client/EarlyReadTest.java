package org.stoq.client;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.channels.ClosedChannelException;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.stoq.client.session.Session;
import org.stoq.client.session.SessionHandler;
import org.stoq.sdk.StoqException;
import org.stoq.sdk.call.Call;
import org.stoq.sdk.call.Caller;
import org.stoq.sdk.call.Request;
import org.stoq.sdk.cbor.CborMap;
import org.stoq.sdk.transport.QuicConnection;
import org.stoq.sdk.transport.QuicListener;

/**
 * Early data through real sockets: what a client sends before its handshake, and what it does not.
 */
class EarlyReadTest extends RealNetwork {
    private static final Request READ = Request.of("test", "read", CborMap.EMPTY);
    private static final Request WRITE = Request.of("test", "write", CborMap.EMPTY);

    /** A handshake on this machine may be done before the first read is looked at. */
    private static final int ATTEMPTS = 50;

    /** The methods that were asked for before a handshake had finished. */
    private final Set<String> early = ConcurrentHashMap.newKeySet();

    private final BlockingQueue<Caller> writers = new LinkedBlockingQueue<>();
    private QuicListener listener;

    /** Notes what comes early. */
    private final class Door implements SessionHandler {
        @Override
        public boolean replaySafe(Session session, Request request) {
            early.add(request.method());
            return request.method().equals("read");
        }

        @Override
        public void call(Session session, Call call) throws IOException {
            if (call.request().method().equals("write")) {
                writers.add(call.caller());
            }
            call.answer(CborMap.EMPTY);
        }
    }

    @BeforeEach
    void listen() throws IOException {
        listener =
                track(
                        transport.listen(
                                ANY_PORT,
                                QUIC.toBuilder().earlyData(true).build(),
                                server.credentials(true)));
        start(() -> {
            try {
                while (true) {
                    begin(listener.accept());
                }
            } catch (ClosedChannelException e) {
                return null;
            }
        });
    }

    private void begin(QuicConnection connection) throws IOException {
        try {
            Session.open(connection, OPTIONS, new Door());
        } catch (StoqException e) {
            assertThat(connection.isOpen()).as("ended before it began").isFalse();
        }
    }

    /** Connects again and again, with a read and a write each time, until a read comes early. */
    private void visit(boolean earlyData) throws Exception {
        StoqClient visitor =
                track(
                        StoqClient.builder()
                                .transport(transport)
                                .credentials(client.credentials(false))
                                .quic(QUIC)
                                .earlyData(earlyData)
                                .build());
        for (int i = 0; i < ATTEMPTS && early.isEmpty(); i++) {
            try (StoqConnection connection =
                    visitor.connect("[::1]:" + listener.localAddress().getPort())) {
                connection.read(READ).close();
                connection.call(WRITE).close();
                assertThat(connection.peer().id()).contains(server.identity().id());
            }
            Caller writer = writers.poll(10, TimeUnit.SECONDS);
            assertThat(writer).isNotNull();
            assertThat(writer.id()).contains(client.identity().id());
            assertThat(writers).isEmpty();
        }
    }

    @Test
    void readsComeBeforeTheHandshakeAndNothingElse() throws Exception {
        visit(true);
        assertThat(early).containsExactly("read");
    }

    @Test
    void whoTurnsEarlyDataOffWaitsForTheHandshake() throws Exception {
        visit(false);
        assertThat(early).isEmpty();
    }
}
