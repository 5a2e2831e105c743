package org.stoq.interop;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.FutureTask;
import org.stoq.interop.Peer.Manner;
import org.stoq.interop.Wire.Kind;
import org.stoq.sdk.Digest;
import org.stoq.sdk.transport.QuicConnection;
import org.stoq.sdk.transport.QuicOptions;
import org.stoq.sdk.transport.QuicStream;
import org.stoq.sdk.transport.Transport;
import org.stoq.testkit.impair.Direction;
import org.stoq.testkit.impair.Impairment;
import org.stoq.testkit.impair.UdpImpairment;

/** Our client at the server of a peer. */
record ClientExperiments(Transport transport, Workspace workspace, Peer peer)
        implements Experiments {
    private static final Duration LIMIT = Duration.ofSeconds(10);
    private static final InetSocketAddress ANY_PORT =
            new InetSocketAddress(InetAddress.ofLiteral("::1"), 0);

    /** A MiB takes a quarter of a second. */
    private static final Impairment SLOW = Impairment.NONE.withRate(4 << 20, 64 << 10);

    /** The server of the peer, behind a network that can be impaired and is watched. */
    private record Site(PeerServer server, UdpImpairment network, Wire wire, byte[] content)
            implements AutoCloseable {
        @Override
        public void close() {
            network.close();
            server.close();
        }
    }

    private Site site(Manner manner, int bytes) throws IOException {
        byte[] content = Workspace.content(bytes);
        PeerServer server = peer.serve(workspace, content, manner);
        try {
            Wire wire = new Wire();
            UdpImpairment network = UdpImpairment.inFrontOf(server.address(), 1);
            network.tap(wire);
            return new Site(server, network, wire, content);
        } catch (IOException e) {
            server.close();
            throw e;
        }
    }

    private QuicConnection connect(Site site, boolean early) throws IOException {
        QuicOptions options =
                QuicOptions.DEFAULTS.toBuilder()
                        .idleTimeout(LIMIT)
                        .earlyData(early)
                        .protocols(List.of(peer.web().protocol()))
                        .build();
        return transport.connect(
                site.network().address(),
                PeerServer.NAME,
                options,
                workspace.identity().credentials(false),
                LIMIT);
    }

    private static void requireContent(byte[] found, Site site) {
        Experiments.requireContent(
                new Peer.Answer(found.length, Digest.of(found).hex()), site.content());
    }

    /** Asks for the file twice, on a connection of its own. */
    private void get(Site site, boolean early) throws IOException {
        try (QuicConnection connection = connect(site, early)) {
            Web.Conversation conversation = peer.web().on(connection);
            requireContent(conversation.answer(conversation.ask()), site);
            // The ticket comes when the server likes, and has come when this is answered.
            requireContent(conversation.answer(conversation.ask()), site);
        }
    }

    /** Something that happens to a connection. */
    private interface Event {
        void happen(QuicConnection connection) throws IOException;
    }

    /** Asks for the file, and lets something happen when a quarter of it has come. */
    private void interrupted(Site site, Event event) throws Exception {
        site.network().impair(SLOW);
        try (QuicConnection connection = connect(site, false)) {
            Web.Conversation conversation = peer.web().on(connection);
            QuicStream asked = conversation.ask();
            FutureTask<byte[]> answer = new FutureTask<>(() -> conversation.answer(asked));
            Thread.ofVirtual().name("answer").start(answer);
            long quarter = site.content().length / 4;
            Await.until(
                    "the transfer is under way",
                    LIMIT,
                    () -> site.wire().bytes(Direction.TO_CLIENT, Kind.ONE_RTT) > quarter);
            assertThat(answer).as("the transfer").isNotDone();
            event.happen(connection);
            requireContent(answer.get(), site);
        }
    }

    @Override
    public String handshake() throws IOException {
        try (Site site = site(Manner.ONCE, SMALL)) {
            try (QuicConnection connection = connect(site, false)) {
                assertThat(connection.peerCertificates()).isEqualTo(workspace.identity().chain());
                Web.Conversation conversation = peer.web().on(connection);
                requireContent(conversation.answer(conversation.ask()), site);
            }
            return "TLS 1.3 with an Ed25519 certificate that we verify, %s"
                    .formatted(peer.web().protocol());
        }
    }

    @Override
    public String transfer() throws IOException {
        try (Site site = site(Manner.ONCE, 4 * MEBIBYTE)) {
            get(site, false);
            return "SHA-256 is the same";
        }
    }

    @Override
    public String retry() throws IOException {
        try (Site site = site(Manner.RETRY, MEBIBYTE)) {
            get(site, false);
            return Experiments.requireRetry(site.wire());
        }
    }

    @Override
    public String resumption() throws Exception {
        try (Site site = site(Manner.ONCE, SMALL)) {
            get(site, false);
            get(site, false);
            return Experiments.requireResumption(site.wire(), workspace);
        }
    }

    @Override
    public String earlyData() throws IOException {
        // More than what a server sends before the handshake is over when it only pads.
        try (Site site = site(Manner.ONCE, 3 * SMALL)) {
            get(site, true);
            // What the server sends reaches us late: what it does until then it does for our
            // first packets alone.
            site.network()
                    .impair(Direction.TO_CLIENT, Impairment.NONE.withDelay(Duration.ofSeconds(1)));
            try (QuicConnection connection = connect(site, true)) {
                Web.Conversation conversation = peer.web().on(connection);
                QuicStream asked = conversation.ask();
                Wire wire = site.wire();
                Await.until(
                        "the server sends as much as an answer",
                        LIMIT,
                        () ->
                                wire.flows().size() > 1
                                        && wire.flows()
                                                        .getLast()
                                                        .bytes(Direction.TO_CLIENT, Kind.ONE_RTT)
                                                >= 3 * SMALL);
                assertThat(connection.handshake().toCompletableFuture())
                        .as("our handshake, when the answer was sent")
                        .isNotDone();
                assertThat(wire.packets(Direction.TO_SERVER, Kind.EARLY)).isPositive();
                requireContent(conversation.answer(asked), site);
            }
            return "the answer leaves before anything of the server's has reached us";
        }
    }

    @Override
    public String keyUpdate() throws Exception {
        try (Site site = site(Manner.KEY_UPDATE, MEBIBYTE)) {
            get(site, false);
            assertThat(site.server().said()).containsPattern(peer.updatedKeys());
            return "the server begins, we follow";
        }
    }

    @Override
    public String migration() throws Exception {
        try (Site site = site(Manner.ONCE, MEBIBYTE)) {
            interrupted(site, connection -> connection.migrate(ANY_PORT));
            assertThat(site.wire().flows()).as("client addresses").hasSize(2);
            assertThat(site.wire().flows().getLast().packets(Direction.TO_CLIENT, Kind.ONE_RTT))
                    .as("packets to the new address")
                    .isGreaterThan(10);
            return "in the middle of a transfer";
        }
    }

    @Override
    public String rebinding() throws Exception {
        try (Site site = site(Manner.ONCE, MEBIBYTE)) {
            interrupted(site, connection -> site.network().rebind());
            return "in the middle of a transfer";
        }
    }

    @Override
    public String versionNegotiation() {
        throw new UnsupportedOperationException("our client speaks version 1 only");
    }

    @Override
    public String loss() throws IOException {
        try (Site site = site(Manner.ONCE, MEBIBYTE)) {
            site.network().impair(Impairment.NONE.withDelay(Duration.ofMillis(5)).withLoss(0.02));
            get(site, false);
            long lost =
                    site.network().counts(Direction.TO_CLIENT).lost()
                            + site.network().counts(Direction.TO_SERVER).lost();
            assertThat(lost).as("lost datagrams").isPositive();
            return "%d datagrams of 2 %% lost, SHA-256 is the same".formatted(lost);
        }
    }
}
