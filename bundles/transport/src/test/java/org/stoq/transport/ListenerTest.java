package org.stoq.transport;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.BindException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetSocketAddress;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.FutureTask;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.stoq.sdk.transport.HandshakeLimits;
import org.stoq.sdk.transport.QuicConnection;
import org.stoq.sdk.transport.QuicListener;
import org.stoq.sdk.transport.QuicOptions;
import org.stoq.sdk.transport.QuicStream;
import org.stoq.testkit.impair.Direction;
import org.stoq.testkit.impair.Recording;
import org.stoq.testkit.impair.Tap;
import org.stoq.trust.Certified;
import org.stoq.trust.StoqHome;

/** A port on every core, and what it does for those who have not shown who they are. */
@Timeout(60)
class ListenerTest {
    @TempDir private Path folder;

    private RealPair pair(HandshakeLimits limits) throws Exception {
        return new RealPair(folder, QuicOptions.DEFAULTS.toBuilder().handshakes(limits).build());
    }

    private static HandshakeLimits retryAbove(int handshakes) {
        return new HandshakeLimits(handshakes, 1_000, Duration.ofSeconds(10));
    }

    private static void echo(QuicConnection client, QuicConnection server) throws Exception {
        byte[] question = {1, 2, 3};
        QuicStream stream = client.openStream(true);
        stream.finish(ByteBuffer.wrap(question));
        QuicStream asked = server.acceptStream();
        asked.finish(ByteBuffer.wrap(RealPair.read(asked, question.length)));
        assertThat(RealPair.read(stream, question.length)).isEqualTo(question);
    }

    @Test
    void aPortThatIsInUseIsRefusedEvenBetweenEnginesThatWouldShareIt() throws Exception {
        try (RealPair pair = new RealPair(folder, QuicOptions.DEFAULTS);
                NettyTransport other = new NettyTransport()) {
            InetSocketAddress taken = pair.listener().localAddress();
            for (NettyTransport engine : List.of(pair.transport, other)) {
                assertThatThrownBy(() ->
                                engine.listen(taken, pair.options, pair.node.credentials(true)))
                        .isInstanceOf(BindException.class)
                        .hasMessageContaining("cannot bind");
            }
        }
    }

    @Test
    void theConfigurationSaysOnHowManyLoopsAPortIsServed() throws Exception {
        Certified node =
                new StoqHome(folder.resolve("home"))
                        .node(folder.resolve("node"), List.of(), InstantSource.system());
        Map<Integer, Integer> shards =
                Map.of(0, Runtime.getRuntime().availableProcessors(), 1, 1, 3, 3);
        for (Map.Entry<Integer, Integer> expected : shards.entrySet()) {
            try (NettyTransport transport = new NettyTransport()) {
                transport.configure(Map.of("event_loops", expected.getKey()));
                NettyListener listener =
                        (NettyListener)
                                transport.listen(
                                        RealPair.ANY_PORT,
                                        QuicOptions.DEFAULTS,
                                        node.credentials(true));
                assertThat(listener.shards().count()).isEqualTo(expected.getValue());
            }
        }
    }

    @Test
    void connectionsSpreadOverTheLoopsAndStayOnTheirs() throws Exception {
        Certified node =
                new StoqHome(folder.resolve("home"))
                        .node(folder.resolve("node"), List.of(), InstantSource.system());
        // Without the kernel's help as well as with it.
        for (boolean steering : new boolean[] {true, false}) {
            try (NettyTransport transport = new NettyTransport(4, steering, () -> null)) {
                QuicListener listener =
                        transport.listen(
                                RealPair.ANY_PORT, QuicOptions.DEFAULTS, node.credentials(true));
                Set<Thread> loops = new HashSet<>();
                for (int i = 0; i < 40; i++) {
                    QuicConnection client =
                            transport.connect(
                                    listener.localAddress(),
                                    "::1",
                                    QuicOptions.DEFAULTS,
                                    node.credentials(false),
                                    RealPair.PATIENCE);
                    NettyConnection server = (NettyConnection) listener.accept();
                    Thread before = server.loop();
                    loops.add(before);
                    // Moved, its packets come to whatever socket the kernel chooses.
                    client.migrate(RealPair.ANY_PORT);
                    echo(client, server);
                    assertThat(server.loop()).isEqualTo(before);
                    client.close();
                }
                assertThat(loops).hasSizeGreaterThan(1);
            }
        }
    }

    @Test
    void aboveTheLimitAClientProvesItsAddressAndIsServed() throws Exception {
        try (RealPair pair = pair(retryAbove(0))) {
            Recording recording = new Recording(100, 1 << 20);
            pair.path.tap(recording);
            QuicConnection client = pair.connect();
            echo(client, pair.listener().accept());
            assertThat(recording.datagrams(Direction.TO_CLIENT).getFirst())
                    .satisfies(first -> assertThat(isRetry(first)).isTrue());
            assertThat(((NettyListener) pair.listener()).counts().retried()).isPositive();
        }
    }

    @Test
    void belowTheLimitNobodyIsAsked() throws Exception {
        try (RealPair pair = pair(retryAbove(10))) {
            Recording recording = new Recording(100, 1 << 20);
            pair.path.tap(recording);
            echo(pair.connect(), pair.listener().accept());
            assertThat(recording.datagrams(Direction.TO_CLIENT)).noneMatch(ListenerTest::isRetry);
        }
    }

    /** A long header with the type of a Retry (RFC 9000 s.17.2.5). */
    private static boolean isRetry(Tap.Seen seen) {
        return (seen.bytes()[0] & 0xF0) == 0xF0;
    }

    /** Returns what a client says first, one list for each of so many clients. */
    private static List<List<byte[]>> firstFlights(RealPair pair, int count) throws Exception {
        Recording recording = new Recording(1_000, 4 << 20);
        pair.path.tap(recording);
        pair.path.partition(true);
        for (int i = 0; i < count; i++) {
            FutureTask<QuicConnection> connecting = new FutureTask<>(pair::connect);
            Thread thread = Thread.ofVirtual().start(connecting);
            int wanted = i + 1;
            Await.until("it has begun", () -> byClient(recording).size() == wanted);
            Await.until("its hello is whole", () -> byClient(recording).getLast().size() >= 2);
            thread.interrupt();
        }
        pair.path.partition(false);
        return byClient(recording);
    }

    private static List<List<byte[]>> byClient(Recording recording) {
        List<List<byte[]>> flights = new ArrayList<>();
        InetSocketAddress last = null;
        for (Tap.Seen seen : recording.datagrams(Direction.TO_SERVER)) {
            if (!seen.client().equals(last)) {
                flights.add(new ArrayList<>());
                last = seen.client();
            }
            flights.getLast().add(seen.bytes());
        }
        return flights;
    }

    @ParameterizedTest
    @CsvSource({"1, 100", "2, 100", "1, 0", "2, 0"})
    void whoNeverAnswersGetsAtMostThreeTimesWhatHeHasSent(int datagrams, int retryAbove)
            throws Exception {
        try (RealPair pair = pair(new HandshakeLimits(retryAbove, 100, Duration.ofSeconds(1)));
                DatagramSocket silent = new DatagramSocket(RealPair.ANY_PORT)) {
            List<byte[]> hello = firstFlights(pair, 1).getFirst().subList(0, datagrams);
            long sent = 0;
            for (byte[] datagram : hello) {
                silent.send(
                        new DatagramPacket(
                                datagram, datagram.length, pair.listener().localAddress()));
                sent += datagram.length;
            }
            silent.setSoTimeout(1_500);
            long received = 0;
            DatagramPacket answer = new DatagramPacket(new byte[1 << 16], 1 << 16);
            try {
                while (true) {
                    silent.receive(answer);
                    received += answer.getLength();
                }
            } catch (SocketTimeoutException e) {
                // The server has given up.
                assertThat(e).isNotNull();
            }
            assertThat(received).isPositive().isLessThanOrEqualTo(3 * sent);
        }
    }

    @Test
    void aFloodOfHellosHoldsNothingForLongAndHonestClientsAreServed() throws Exception {
        try (RealPair pair = pair(new HandshakeLimits(8, 1_000, Duration.ofMillis(1_500)))) {
            NettyListener listener = (NettyListener) pair.listener();
            List<List<byte[]>> flights = firstFlights(pair, 20);
            List<DatagramSocket> silent = new ArrayList<>();
            for (List<byte[]> flight : flights) {
                DatagramSocket socket = new DatagramSocket(RealPair.ANY_PORT);
                silent.add(socket);
                for (byte[] datagram : flight) {
                    socket.send(
                            new DatagramPacket(datagram, datagram.length, listener.localAddress()));
                }
            }
            Await.until("the limit is reached", () -> listener.counts().retried() > 0);
            int served = 0;
            for (int i = 0; i < 20; i++) {
                echo(pair.connect(), pair.listener().accept());
                served++;
            }
            assertThat(served).isEqualTo(20);
            // Each loop may let in one more, since they do not wait for each other.
            assertThat(listener.counts().underWay())
                    .isLessThanOrEqualTo(8 + Runtime.getRuntime().availableProcessors());
            Await.until("the half-open are gone", () -> listener.counts().underWay() == 0);
            silent.forEach(DatagramSocket::close);
        }
    }

    @Test
    void aNewCertificateIsShownToNewConnectionsAndOldOnesGoOn() throws Exception {
        // A client that has a ticket is not shown any certificate, so a stranger comes.
        try (RealPair pair = new RealPair(folder, QuicOptions.DEFAULTS);
                NettyTransport stranger = new NettyTransport()) {
            QuicConnection old = pair.connect();
            QuicConnection oldServer = pair.listener().accept();
            Certified next =
                    new StoqHome(folder.resolve("home"))
                            .node(folder.resolve("other"), List.of(), InstantSource.system());
            pair.listener().renew(next.credentials(true));
            QuicConnection fresh =
                    stranger.connect(
                            pair.listener().localAddress(),
                            "::1",
                            pair.options,
                            pair.node.credentials(false),
                            RealPair.PATIENCE);
            echo(fresh, pair.listener().accept());
            echo(old, oldServer);
            assertThat(fresh.peerCertificates().getFirst())
                    .isEqualTo(next.chain().getFirst())
                    .isNotEqualTo(old.peerCertificates().getFirst());
        }
    }
}
