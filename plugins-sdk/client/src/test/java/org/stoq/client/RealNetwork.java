package org.stoq.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ReadableByteChannel;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.FutureTask;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.stoq.client.session.Session;
import org.stoq.client.session.SessionHandler;
import org.stoq.client.session.SessionOptions;
import org.stoq.sdk.StoqErrorCode;
import org.stoq.sdk.StoqException;
import org.stoq.sdk.frame.Settings;
import org.stoq.sdk.transport.Credentials;
import org.stoq.sdk.transport.QuicConnection;
import org.stoq.sdk.transport.QuicListener;
import org.stoq.sdk.transport.QuicOptions;
import org.stoq.transport.NettyTransport;
import org.stoq.trust.Certified;
import org.stoq.trust.StoqHome;

/** QUIC on {@code [::1]}, with certificates of one authority. */
@Timeout(60)
public abstract class RealNetwork {
    protected static final InetSocketAddress ANY_PORT =
            new InetSocketAddress(InetAddress.ofLiteral("::1"), 0);
    protected static final QuicOptions QUIC =
            QuicOptions.DEFAULTS.toBuilder()
                    .idleTimeout(Duration.ofSeconds(20))
                    .maxStreams(64)
                    .build();

    /** The least credit that SETTINGS may offer, so that little content reaches it. */
    protected static final int CREDIT = 1 << 16;

    protected static final SessionOptions OPTIONS =
            new SessionOptions(
                    new Settings(1, 16 << 10, CREDIT),
                    Duration.ofSeconds(10),
                    false,
                    Duration.ofMillis(100),
                    Duration.ofSeconds(10));

    /** The same, but nobody waits longer than half a second. */
    protected static final SessionOptions IMPATIENT = within(Duration.ofMillis(500));

    @TempDir private static Path temporary;

    protected static NettyTransport transport;
    protected static Certified server;
    protected static Certified client;
    protected static Certified operator;

    private final List<AutoCloseable> open = new ArrayList<>();

    @BeforeAll
    static void makeCertificates() throws IOException {
        transport = new NettyTransport();
        StoqHome home = new StoqHome(temporary.resolve("home"));
        server = home.node(temporary.resolve("server"), List.of(), InstantSource.system());
        client = home.node(temporary.resolve("client"), List.of(), InstantSource.system());
        operator = home.operator(InstantSource.system());
    }

    @AfterAll
    static void closeTransport() {
        transport.close();
    }

    @AfterEach
    void closeAll() throws Exception {
        for (AutoCloseable closeable : open.reversed()) {
            closeable.close();
        }
    }

    protected static SessionOptions within(Duration deadline) {
        return new SessionOptions(
                OPTIONS.settings(), OPTIONS.keepAlive(), false, OPTIONS.initialRtt(), deadline);
    }

    protected static Credentials anonymous() {
        return Credentials.anonymous(client.authorities());
    }

    /** Both ends of one connection. */
    protected record Connections(QuicConnection client, QuicConnection server) {}

    protected Connections connections() throws IOException {
        return connections(client.credentials(false));
    }

    protected Connections connections(Credentials shown) throws IOException {
        QuicListener listener = track(transport.listen(ANY_PORT, QUIC, server.credentials(true)));
        QuicConnection connection =
                transport.connect(
                        listener.localAddress(), "::1", QUIC, shown, Duration.ofSeconds(10));
        return new Connections(track(connection), listener.accept());
    }

    /** Both ends of one session. */
    public record Sessions(Session client, Session server) {}

    protected Sessions sessions(SessionHandler handler) throws IOException {
        return sessions(OPTIONS, SessionHandler.NONE, OPTIONS, handler);
    }

    protected Sessions sessions(
            SessionOptions clientOptions,
            SessionHandler clientHandler,
            SessionOptions serverOptions,
            SessionHandler serverHandler)
            throws IOException {
        Connections connections = connections();
        return new Sessions(
                Session.open(connections.client, clientOptions, clientHandler),
                Session.open(connections.server, serverOptions, serverHandler));
    }

    protected <T extends AutoCloseable> T track(T closeable) {
        open.add(closeable);
        return closeable;
    }

    protected static <T> FutureTask<T> start(Callable<T> work) {
        FutureTask<T> task = new FutureTask<>(work);
        Thread.ofVirtual().start(task);
        return task;
    }

    protected static StoqErrorCode codeOf(ThrowingCallable call) {
        StoqException failure = catchThrowableOfType(StoqException.class, call);
        assertThat(failure).isNotNull();
        return failure.code();
    }

    public static byte[] readAll(ReadableByteChannel channel) throws IOException {
        ByteBuffer all = ByteBuffer.allocate(1 << 10);
        while (channel.read(all) >= 0) {
            if (!all.hasRemaining()) {
                all = ByteBuffer.allocate(4 * all.capacity()).put(all.flip());
            }
        }
        byte[] bytes = new byte[all.position()];
        all.flip().get(bytes);
        return bytes;
    }
}
