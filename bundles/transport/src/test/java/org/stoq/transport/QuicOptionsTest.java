package org.stoq.transport;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.netty.handler.codec.quic.QuicCongestionControlAlgorithm;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.stoq.sdk.StoqErrorCode;
import org.stoq.sdk.StoqException;
import org.stoq.sdk.transport.QuicConnection;
import org.stoq.sdk.transport.QuicListener;
import org.stoq.sdk.transport.QuicOptions;
import org.stoq.sdk.transport.QuicStream;
import org.stoq.trust.Certified;
import org.stoq.trust.StoqHome;

/**
 * Each option has an effect; those of {@code max_connections} and {@code idle_timeout} are in the
 * contract.
 */
@Timeout(60)
class QuicOptionsTest {
    private static final InetAddress LOOPBACK = InetAddress.ofLiteral("::1");
    private static final InetSocketAddress ANY_PORT = new InetSocketAddress(LOOPBACK, 0);
    private static final NettyTransport TRANSPORT = new NettyTransport();

    @TempDir private static Path temporary;

    private static Certified node;

    @BeforeAll
    static void makeCertificates() throws IOException {
        node =
                new StoqHome(temporary.resolve("home"))
                        .node(temporary.resolve("node"), List.of(), InstantSource.system());
    }

    @AfterAll
    static void close() {
        TRANSPORT.close();
    }

    private static QuicOptions options(int maxDatagramBytes, String congestion, int maxStreams) {
        return QuicOptions.DEFAULTS.toBuilder()
                .maxConnections(10)
                .idleTimeout(Duration.ofSeconds(20))
                .maxDatagramBytes(maxDatagramBytes)
                .congestionAlgorithm(congestion)
                .maxStreams(maxStreams)
                .build();
    }

    private static QuicConnection connect(InetSocketAddress to, QuicOptions options)
            throws IOException {
        return TRANSPORT.connect(
                to, "::1", options, node.credentials(false), Duration.ofSeconds(10));
    }

    private static int transfer(QuicConnection from, QuicConnection to) throws IOException {
        QuicStream stream = from.openStream(false);
        Thread.ofVirtual().start(() -> write(stream));
        QuicStream accepted = to.acceptStream();
        ByteBuffer buffer = ByteBuffer.allocate(1 << 16);
        int total = 0;
        for (int read = accepted.read(buffer); read >= 0; read = accepted.read(buffer)) {
            total += read;
            buffer.clear();
        }
        return total;
    }

    private static void write(QuicStream stream) {
        try {
            stream.finish(ByteBuffer.allocate(1 << 20));
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    void aKeyLogHoldsTheSecretsForItsOwnerOnly() throws Exception {
        Path file = temporary.resolve("keys.log");
        QuicOptions logging = QuicOptions.DEFAULTS.toBuilder().keyLog(file).build();
        try (QuicListener listener =
                        TRANSPORT.listen(ANY_PORT, QuicOptions.DEFAULTS, node.credentials(false));
                QuicConnection client = connect(listener.localAddress(), logging)) {
            assertThat(transfer(client, listener.accept())).isEqualTo(1 << 20);
        }
        assertThat(Files.readAllLines(file))
                .anyMatch(line -> line.matches("CLIENT_TRAFFIC_SECRET_0 [0-9a-f]{64} [0-9a-f]+"))
                .anyMatch(line -> line.startsWith("SERVER_HANDSHAKE_TRAFFIC_SECRET "));
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                .isEqualTo("rw-------");
    }

    @ParameterizedTest
    @CsvSource({"cubic, CUBIC", "reno, RENO", "bbr, BBR"})
    void congestionAlgorithmsHaveTheirNamesAndWork(
            String name, QuicCongestionControlAlgorithm algorithm) throws Exception {
        assertThat(Controllers.own(name)).contains(algorithm);
        QuicOptions options = options(1_350, name, 10);
        try (QuicListener listener = TRANSPORT.listen(ANY_PORT, options, node.credentials(false));
                QuicConnection client = connect(listener.localAddress(), options)) {
            assertThat(transfer(client, listener.accept())).isEqualTo(1 << 20);
        }
    }

    @Test
    void otherCongestionAlgorithmsAreRefusedByBothSidesWithTheirNames() throws Exception {
        QuicOptions odd = options(1_350, "vegas", 10);
        try (QuicListener listener =
                TRANSPORT.listen(ANY_PORT, options(1_350, "cubic", 10), node.credentials(false))) {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> connect(listener.localAddress(), odd))
                    .withMessageContaining("vegas")
                    .withMessageContaining("reno, cubic, bbr");
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1_200, 1_350, 1_472})
    void noDatagramIsLongerThanTheLimitAndTheLimitIsUsed(int limit) throws Exception {
        QuicOptions options = options(limit, "cubic", 10);
        try (QuicListener listener = TRANSPORT.listen(ANY_PORT, options, node.credentials(false));
                Relay relay = new Relay(listener.localAddress());
                QuicConnection client = connect(relay.address(), options)) {
            assertThat(transfer(client, listener.accept())).isEqualTo(1 << 20);
            assertThat(relay.longestToServer.get()).isEqualTo(limit);
            assertThat(relay.longestToClient.get()).isBetween(1_200, limit);
        }
    }

    @Test
    void aProtocolHasOneTo255Bytes() {
        QuicOptions.Builder builder = QuicOptions.DEFAULTS.toBuilder();
        assertThat(builder.protocols(List.of("x".repeat(255))).build().protocols()).hasSize(1);
        for (List<String> wrong :
                List.of(List.<String>of(), List.of(""), List.of("x".repeat(256)))) {
            assertThatIllegalArgumentException().isThrownBy(() -> builder.protocols(wrong).build());
        }
    }

    @Test
    void aPeerThatOpensTwiceAsManyStreamsAsAllowedGetsTheNextOneReset() throws Exception {
        int allowed = 4;
        try (QuicListener listener =
                        TRANSPORT.listen(
                                ANY_PORT,
                                options(1_350, "cubic", allowed),
                                node.credentials(false));
                QuicConnection client =
                        connect(listener.localAddress(), options(1_350, "cubic", 100))) {
            QuicConnection server = listener.accept();
            for (int i = 0; i < 2 * allowed; i++) {
                client.openStream(true).write(ByteBuffer.allocate(1));
                assertThat(server.acceptStream().id()).isEqualTo(4L * i);
            }
            QuicStream tooMany = client.openStream(true);
            tooMany.write(ByteBuffer.allocate(1));
            StoqException reset =
                    catchThrowableOfType(
                            StoqException.class, () -> tooMany.read(ByteBuffer.allocate(1)));
            assertThat(reset.code()).isEqualTo(StoqErrorCode.RATE_LIMITED);
        }
    }

    /** Hands datagrams on between one client and a server, and measures them. */
    private static final class Relay implements AutoCloseable {
        private final AtomicInteger longestToServer = new AtomicInteger();
        private final AtomicInteger longestToClient = new AtomicInteger();
        private final DatagramSocket socket = new DatagramSocket(ANY_PORT);
        private final InetSocketAddress server;

        Relay(InetSocketAddress server) throws SocketException {
            this.server = server;
            Thread.ofPlatform().daemon().name("relay").start(this::run);
        }

        InetSocketAddress address() {
            return new InetSocketAddress(LOOPBACK, socket.getLocalPort());
        }

        private void run() {
            InetSocketAddress client = server;
            DatagramPacket packet = new DatagramPacket(new byte[65_535], 65_535);
            try {
                while (true) {
                    packet.setLength(65_535);
                    socket.receive(packet);
                    boolean fromServer = packet.getSocketAddress().equals(server);
                    (fromServer ? longestToClient : longestToServer)
                            .accumulateAndGet(packet.getLength(), Math::max);
                    if (!fromServer) {
                        client = (InetSocketAddress) packet.getSocketAddress();
                    }
                    packet.setSocketAddress(fromServer ? client : server);
                    socket.send(packet);
                }
            } catch (IOException e) {
                assertThat(socket.isClosed()).isTrue();
            }
        }

        @Override
        public void close() {
            socket.close();
        }
    }
}
