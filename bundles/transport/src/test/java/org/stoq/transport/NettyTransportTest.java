package org.stoq.transport;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketTimeoutException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.stoq.sdk.transport.Credentials;
import org.stoq.sdk.transport.QuicListener;
import org.stoq.sdk.transport.Transport;
import org.stoq.testkit.TransportContract;
import org.stoq.trust.Certified;
import org.stoq.trust.StoqHome;

class NettyTransportTest extends TransportContract {
    @TempDir private static Path temporary;

    private static final NettyTransport TRANSPORT = new NettyTransport();
    private static Certified trusted;
    private static Certified stranger;
    private static Certified expired;

    @BeforeAll
    static void makeCertificates() throws IOException {
        InstantSource now = InstantSource.system();
        StoqHome home = new StoqHome(temporary.resolve("home"));
        trusted = home.node(temporary.resolve("node"), List.of(), now);
        stranger =
                new StoqHome(temporary.resolve("elsewhere"))
                        .node(temporary.resolve("stranger"), List.of(), now);
        Instant longAgo = now.instant().minus(Duration.ofDays(60));
        expired = home.node(temporary.resolve("expired"), List.of(), InstantSource.fixed(longAgo));
    }

    @AfterAll
    static void leavesNoThreadBehind() {
        assertThat(loopThreads()).isNotEmpty();
        TRANSPORT.close();
        assertThat(loopThreads()).isEmpty();
    }

    @Override
    protected Transport transport() {
        return TRANSPORT;
    }

    @Override
    protected Credentials trusted(boolean anonymousPeers) {
        return trusted.credentials(anonymousPeers);
    }

    @Override
    protected Credentials stranger() {
        return stranger.credentials(false);
    }

    @Override
    protected Credentials expired() {
        return expired.credentials(false);
    }

    @Test
    void answersNoDatagramFromIpv4() throws Exception {
        // A version that nobody speaks makes every QUIC server answer (RFC 9000 s.6).
        byte[] initial = new byte[1_200];
        initial[0] = (byte) 0xC0;
        initial[1] = 0x1A;
        initial[2] = 0x2A;
        initial[3] = 0x3A;
        initial[4] = 0x4A;
        initial[5] = 8;
        initial[14] = 8;
        InetSocketAddress all = new InetSocketAddress(InetAddress.ofLiteral("::"), 0);
        try (QuicListener listener = TRANSPORT.listen(all, options(), trusted(false))) {
            int port = listener.localAddress().getPort();
            assertThat(isAnswered(initial, "::1", port)).isTrue();
            assertThat(isAnswered(initial, "127.0.0.1", port)).isFalse();
            assertThat(isAnswered(initial, "::ffff:127.0.0.1", port)).isFalse();
        }
    }

    private static boolean isAnswered(byte[] bytes, String host, int port) throws IOException {
        try (DatagramSocket socket = new DatagramSocket()) {
            socket.setSoTimeout(500);
            socket.send(new DatagramPacket(bytes, bytes.length, InetAddress.ofLiteral(host), port));
            socket.receive(new DatagramPacket(new byte[2_000], 2_000));
            return true;
        } catch (SocketTimeoutException e) {
            return false;
        }
    }

    private static Set<String> loopThreads() {
        return Thread.getAllStackTraces().keySet().stream()
                .map(Thread::getName)
                .filter(name -> name.startsWith("stoq-quic"))
                .collect(Collectors.toSet());
    }
}
