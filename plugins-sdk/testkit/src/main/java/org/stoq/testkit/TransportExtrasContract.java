package org.stoq.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.stoq.sdk.StoqErrorCode;
import org.stoq.sdk.StoqException;
import org.stoq.sdk.transport.Credentials;
import org.stoq.sdk.transport.QuicConnection;
import org.stoq.sdk.transport.QuicListener;
import org.stoq.sdk.transport.QuicOptions;
import org.stoq.sdk.transport.QuicStream;
import org.stoq.sdk.transport.Transport;

/**
 * What a {@link Transport} may leave out, early data and datagrams: how they work where they are
 * there, and what takes their place where they are not. A part of {@link TransportContract}.
 */
abstract class TransportExtrasContract {
    static final InetSocketAddress ANY_PORT =
            new InetSocketAddress(InetAddress.ofLiteral("::1"), 0);
    static final Duration PATIENCE = Duration.ofSeconds(10);

    /** The first flight may be late now and then: the handshake is faster. */
    private static final int ATTEMPTS = 50;

    private final List<AutoCloseable> open = new ArrayList<>();

    /** Returns the engine to test. */
    protected abstract Transport transport();

    /** Returns credentials that each side believes, for {@code ::1}. */
    protected abstract Credentials trusted(boolean anonymousPeers);

    /** Returns whether the engine has 0-RTT. Without it early data is sent after the handshake. */
    protected boolean hasEarlyData() {
        return true;
    }

    /** Returns whether the engine has DATAGRAM frames. Without them it says UNSUPPORTED. */
    protected boolean hasDatagrams() {
        return true;
    }

    /** Returns options that fit a test. */
    protected QuicOptions options() {
        return QuicOptions.DEFAULTS.toBuilder()
                .maxConnections(100)
                .idleTimeout(Duration.ofSeconds(20))
                .maxStreams(64)
                .build();
    }

    @AfterEach
    protected void closeAll() throws Exception {
        for (AutoCloseable closeable : open.reversed()) {
            closeable.close();
        }
    }

    @Test
    protected void withoutEarlyDataTheHandshakeIsOverWhenTheConnectionIsThere() throws Exception {
        QuicListener listener = track(transport().listen(ANY_PORT, options(), trusted(false)));
        for (int i = 0; i < 2; i++) {
            QuicConnection client = connect(listener, options());
            assertThat(client.handshake().toCompletableFuture()).isCompleted();
            QuicConnection server = listener.accept();
            server.handshake().toCompletableFuture().get(10, TimeUnit.SECONDS);
            assertThat(server.peerCertificates()).isNotEmpty();
        }
    }

    @Test
    protected void earlyDataArrivesOnceAndTellsThatItIsEarly() throws Exception {
        QuicListener listener = track(transport().listen(ANY_PORT, early(), trusted(false)));
        List<X509Certificate> shown = getTicket(listener);
        boolean early = false;
        for (int i = 0; i < ATTEMPTS && !early; i++) {
            Arrival arrival = sendAtOnce(listener);
            early = arrival.stream.early();
            arrival.server.handshake().toCompletableFuture().get(10, TimeUnit.SECONDS);
            assertThat(arrival.server.peerCertificates()).isEqualTo(shown);
            arrival.client.close();
            arrival.server.closed().toCompletableFuture().get(10, TimeUnit.SECONDS);
            if (!hasEarlyData()) {
                break;
            }
        }
        assertThat(early).isEqualTo(hasEarlyData());
    }

    @Test
    protected void earlyDataThatIsRefusedArrivesOnceAfterTheHandshake() throws Exception {
        QuicListener first = transport().listen(ANY_PORT, early(), trusted(false));
        InetSocketAddress address = first.localAddress();
        getTicket(first);
        first.close();
        for (QuicOptions refusing : List.of(options(), early())) {
            // This listener has not given the ticket, whether it takes early data or not.
            QuicListener second = transport().listen(address, refusing, trusted(false));
            Arrival arrival = sendAtOnce(second);
            assertThat(arrival.stream.early()).isFalse();
            assertThat(arrival.server.peerCertificates()).isNotEmpty();
            arrival.client.handshake().toCompletableFuture().get(10, TimeUnit.SECONDS);
            second.close();
        }
    }

    @Test
    protected void datagramsGoBothWaysUpToALimit() throws Exception {
        QuicListener listener = track(transport().listen(ANY_PORT, options(), trusted(false)));
        QuicConnection client = connect(listener, options());
        QuicConnection server = listener.accept();
        if (!hasDatagrams()) {
            assertThat(client.maxDatagramBytes()).isZero();
            assertThat(codeOf(() -> client.sendDatagram(ByteBuffer.allocate(1))))
                    .isEqualTo(StoqErrorCode.UNSUPPORTED);
            assertThat(codeOf(client::receiveDatagram)).isEqualTo(StoqErrorCode.UNSUPPORTED);
            return;
        }
        assertThat(client.maxDatagramBytes()).isBetween(1_000, options().maxDatagramBytes());
        sendsDatagrams(client, server);
        sendsDatagrams(server, client);
    }

    private static void sendsDatagrams(QuicConnection sender, QuicConnection receiver)
            throws Exception {
        byte[] most = SeededBytes.random(1, sender.maxDatagramBytes());
        FutureTask<ByteBuffer> receiving = new FutureTask<>(receiver::receiveDatagram);
        Thread.ofVirtual().start(receiving);
        CountDownLatch never = new CountDownLatch(1);
        while (!receiving.isDone()) {
            // Nobody promises that one of them arrives.
            sender.sendDatagram(ByteBuffer.wrap(most));
            assertThat(never.await(5, TimeUnit.MILLISECONDS)).isFalse();
        }
        assertThat(receiving.get()).isEqualTo(ByteBuffer.wrap(most));
        ByteBuffer longer = ByteBuffer.allocate(most.length + 1);
        assertThat(codeOf(() -> sender.sendDatagram(longer))).isEqualTo(StoqErrorCode.TOO_LARGE);
    }

    @Test
    protected void theEndOfTheConnectionWakesWhoWaitsForADatagram() throws Exception {
        QuicListener listener = track(transport().listen(ANY_PORT, options(), trusted(false)));
        QuicConnection client = connect(listener, options());
        QuicConnection server = listener.accept();
        FutureTask<StoqErrorCode> waiting = new FutureTask<>(() -> codeOf(client::receiveDatagram));
        Thread.ofVirtual().start(waiting);
        server.close(StoqErrorCode.UNAVAILABLE, "enough");
        assertThat(waiting.get(10, TimeUnit.SECONDS))
                .isEqualTo(hasDatagrams() ? StoqErrorCode.UNAVAILABLE : StoqErrorCode.UNSUPPORTED);
        if (hasDatagrams()) {
            assertThat(codeOf(() -> client.sendDatagram(ByteBuffer.allocate(1))))
                    .isEqualTo(StoqErrorCode.UNAVAILABLE);
        }
    }

    private QuicOptions early() {
        return options().toBuilder().earlyData(true).build();
    }

    final QuicConnection connect(QuicListener listener, QuicOptions options) throws IOException {
        return track(
                transport()
                        .connect(
                                listener.localAddress(), "::1", options, trusted(false), PATIENCE));
    }

    /** Connects once, so that the client has what it needs for early data. */
    private List<X509Certificate> getTicket(QuicListener listener) throws Exception {
        QuicConnection client = connect(listener, early());
        QuicConnection server = listener.accept();
        // The ticket comes before what the server says after it.
        server.openStream(false).finish(ByteBuffer.wrap(new byte[] {1}));
        readAll(client.acceptStream(), 1);
        List<X509Certificate> shown = server.peerCertificates();
        client.close();
        server.closed().toCompletableFuture().get(10, TimeUnit.SECONDS);
        return shown;
    }

    /** A connection with a stream whose bytes have come. */
    private record Arrival(QuicConnection client, QuicConnection server, QuicStream stream) {}

    private Arrival sendAtOnce(QuicListener listener) throws Exception {
        QuicConnection client = connect(listener, early());
        byte[] bytes = SeededBytes.random(2, 1_000);
        client.openStream(true).finish(ByteBuffer.wrap(bytes));
        QuicConnection server = listener.accept();
        QuicStream stream = server.acceptStream();
        assertThat(readAll(stream, bytes.length)).isEqualTo(bytes);
        return new Arrival(client, server, stream);
    }

    final <T extends AutoCloseable> T track(T closeable) {
        open.add(closeable);
        return closeable;
    }

    static byte[] readAll(QuicStream stream, int length) throws IOException {
        ByteBuffer all = ByteBuffer.allocate(length + 1);
        int read = 0;
        while (read >= 0) {
            read = stream.read(all);
        }
        byte[] bytes = new byte[all.position()];
        all.flip().get(bytes);
        return bytes;
    }

    static StoqErrorCode codeOf(ThrowingCallable call) {
        StoqException failure = catchThrowableOfType(StoqException.class, call);
        assertThat(failure).isNotNull();
        return failure.code();
    }
}
