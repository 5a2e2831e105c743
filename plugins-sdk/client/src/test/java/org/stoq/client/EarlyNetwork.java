package org.stoq.client;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.channels.ClosedChannelException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.stoq.client.session.Session;
import org.stoq.client.session.SessionHandler;
import org.stoq.client.session.SessionOptions;
import org.stoq.sdk.StoqException;
import org.stoq.sdk.transport.QuicConnection;
import org.stoq.sdk.transport.QuicListener;
import org.stoq.sdk.transport.QuicOptions;
import org.stoq.testkit.SimulatedNetwork;
import org.stoq.trust.Certified;
import org.stoq.trust.StoqHome;

/** A server on a network in memory, and clients that have a ticket of it. */
@Timeout(60)
public abstract class EarlyNetwork {
    protected static final QuicOptions EARLY =
            QuicOptions.DEFAULTS.toBuilder().earlyData(true).build();
    protected static final SessionOptions OPTIONS = SessionOptions.DEFAULT;

    private static final InetSocketAddress ANY_PORT =
            new InetSocketAddress(InetAddress.ofLiteral("::1"), 0);

    @TempDir private static Path temporary;

    protected static Certified server;
    protected static Certified client;

    protected final SimulatedNetwork network = new SimulatedNetwork(1);
    protected final BlockingQueue<Session> accepted = new LinkedBlockingQueue<>();
    protected QuicListener listener;

    @BeforeAll
    static void makeCertificates() throws IOException {
        StoqHome home = new StoqHome(temporary.resolve("home"));
        server = home.node(temporary.resolve("server"), List.of(), InstantSource.system());
        client = home.node(temporary.resolve("client"), List.of(), InstantSource.system());
    }

    /** Returns what serves each connection. */
    protected abstract SessionHandler handler();

    @BeforeEach
    void listen() throws Exception {
        listener = network.transport("server").listen(ANY_PORT, EARLY, server.credentials(true));
        connect().close();
        listener.accept().closed().toCompletableFuture().join();
        Thread.ofVirtual().start(this::serve);
    }

    /** Listens again on the port of the listener that was closed. */
    protected void listenAgain() {
        try {
            listener =
                    network.transport("server")
                            .listen(listener.localAddress(), EARLY, server.credentials(true));
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
        Thread.ofVirtual().start(this::serve);
    }

    private void serve() {
        try {
            while (true) {
                begin(listener.accept());
            }
        } catch (ClosedChannelException e) {
            // The test is over.
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    private void begin(QuicConnection connection) throws IOException {
        try {
            accepted.add(Session.open(connection, OPTIONS, handler()));
        } catch (StoqException e) {
            assertThat(connection.isOpen()).as("ended before it began").isFalse();
        }
    }

    @AfterEach
    void close() {
        listener.close();
    }

    /** Connects with early data, once there is a ticket. */
    protected QuicConnection connect() throws IOException {
        return network.transport("client")
                .connect(
                        listener.localAddress(),
                        "::1",
                        EARLY,
                        client.credentials(false),
                        Duration.ofSeconds(10));
    }
}
