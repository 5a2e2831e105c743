package org.stoq.interop;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.concurrent.FutureTask;
import java.util.regex.Pattern;
import org.stoq.interop.Peer.Manner;
import org.stoq.interop.Peer.Visit;
import org.stoq.interop.Wire.Kind;
import org.stoq.sdk.transport.HandshakeLimits;
import org.stoq.sdk.transport.QuicOptions;
import org.stoq.sdk.transport.Transport;
import org.stoq.testkit.impair.Direction;
import org.stoq.testkit.impair.Impairment;

/** The clients of a peer at our server. */
record ServerExperiments(Transport transport, Workspace workspace, Peer peer)
        implements Experiments {
    private static final QuicOptions OPTIONS =
            QuicOptions.DEFAULTS.toBuilder().idleTimeout(Duration.ofSeconds(10)).build();
    private static final Duration LIMIT = Duration.ofSeconds(10);
    private static final Pattern REFUSED = Pattern.compile("early data (was )?re(fus|ject)ed");

    /** A MiB takes a quarter of a second. */
    private static final Impairment SLOW = Impairment.NONE.withRate(4 << 20, 64 << 10);

    private OurServer server(QuicOptions options, byte[] content) throws IOException {
        return new OurServer(transport, workspace, options, peer.web(), content);
    }

    /** Lets a client visit, and checks everything that it has brought home. */
    private Visit visit(OurServer server, Manner manner, byte[] content) throws IOException {
        Visit visit = peer.visit(workspace, server.address(), manner);
        assertThat(visit.answers()).as("answers").isNotEmpty();
        visit.answers().forEach(answer -> Experiments.requireContent(answer, content));
        assertThat(server.troubles()).isEmpty();
        return visit;
    }

    @Override
    public String handshake() throws IOException {
        byte[] content = Workspace.content(SMALL);
        try (OurServer server = server(OPTIONS, content)) {
            visit(server, Manner.ONCE, content);
            assertThat(server.failedHandshakes()).isZero();
            assertThat(server.connections()).hasSize(1);
            return "TLS 1.3 with our Ed25519 certificate, %s".formatted(peer.web().protocol());
        }
    }

    @Override
    public String transfer() throws IOException {
        byte[] content = Workspace.content(4 * MEBIBYTE);
        try (OurServer server = server(OPTIONS, content)) {
            visit(server, Manner.ONCE, content);
            return "SHA-256 is the same";
        }
    }

    @Override
    public String retry() throws IOException {
        byte[] content = Workspace.content(MEBIBYTE);
        QuicOptions always =
                OPTIONS.toBuilder().handshakes(new HandshakeLimits(0, 64, LIMIT)).build();
        try (OurServer server = server(always, content)) {
            visit(server, Manner.ONCE, content);
            return Experiments.requireRetry(server.wire());
        }
    }

    @Override
    public String resumption() throws Exception {
        byte[] content = Workspace.content(SMALL);
        try (OurServer server = server(OPTIONS, content)) {
            Visit visit = visit(server, Manner.RETURNING, content);
            assertThat(visit.answers()).hasSize(2);
            return Experiments.requireResumption(server.wire(), workspace);
        }
    }

    @Override
    public String earlyData() throws IOException {
        byte[] content = Workspace.content(SMALL);
        try (OurServer server = server(OPTIONS.toBuilder().earlyData(true).build(), content)) {
            Visit visit = visit(server, Manner.EARLY, content);
            assertThat(visit.answers()).hasSize(2);
            assertThat(server.wire().packets(Direction.TO_SERVER, Kind.EARLY))
                    .as("0-RTT packets")
                    .isPositive();
            assertThat(visit.said()).doesNotContainPattern(REFUSED);
            assertThat(server.earlyRequests()).as("requests before the handshake").isEqualTo(1);
            return "the request is read before the handshake has finished";
        }
    }

    @Override
    public String keyUpdate() throws IOException {
        byte[] content = Workspace.content(MEBIBYTE);
        try (OurServer server = server(OPTIONS, content)) {
            server.network().impair(SLOW);
            Visit visit = visit(server, Manner.KEY_UPDATE, content);
            assertThat(visit.said()).containsPattern(peer.updatedKeys());
            assertThat(server.connections()).hasSize(1);
            return "the client begins, we follow";
        }
    }

    @Override
    public String migration() throws IOException {
        byte[] content = Workspace.content(MEBIBYTE);
        try (OurServer server = server(OPTIONS, content)) {
            server.network().impair(SLOW);
            visit(server, Manner.MOVING, content);
            assertThat(server.wire().flows()).as("client addresses").hasSizeGreaterThan(1);
            Wire.Flow last = server.wire().flows().getLast();
            assertThat(last.packets(Direction.TO_CLIENT, Kind.ONE_RTT))
                    .as("packets to the new address")
                    .isGreaterThan(10);
            assertThat(server.connections()).hasSize(1);
            return "%d client addresses, one connection".formatted(server.wire().flows().size());
        }
    }

    @Override
    public String rebinding() throws Exception {
        byte[] content = Workspace.content(MEBIBYTE);
        try (OurServer server = server(OPTIONS, content)) {
            server.network().impair(SLOW);
            FutureTask<Visit> visit = new FutureTask<>(() -> visit(server, Manner.LONG, content));
            Thread.ofVirtual().name("client").start(visit);
            Await.until(
                    "the transfer is under way",
                    LIMIT,
                    () ->
                            visit.isDone()
                                    || server.wire().bytes(Direction.TO_CLIENT, Kind.ONE_RTT)
                                            > MEBIBYTE / 4);
            if (visit.isDone()) {
                visit.get();
            }
            InetSocketAddress before = server.connections().getFirst().remoteAddress();
            server.network().rebind();
            visit.get();
            assertThat(server.connections()).hasSize(1);
            assertThat(server.connections().getFirst().remoteAddress())
                    .as("the client's address")
                    .isNotEqualTo(before);
            return "in the middle of a transfer";
        }
    }

    @Override
    public String versionNegotiation() throws IOException {
        byte[] content = Workspace.content(SMALL);
        try (OurServer server = server(OPTIONS, content)) {
            visit(server, Manner.OTHER_VERSION, content);
            assertThat(server.wire().packets(Direction.TO_SERVER, Kind.OTHER_VERSION))
                    .as("packets of another version")
                    .isPositive();
            assertThat(server.wire().packets(Direction.TO_CLIENT, Kind.VERSION_NEGOTIATION))
                    .as("Version Negotiation packets")
                    .isPositive();
            return "the client is told our version, and takes it";
        }
    }

    @Override
    public String loss() throws IOException {
        byte[] content = Workspace.content(MEBIBYTE);
        try (OurServer server = server(OPTIONS, content)) {
            server.network().impair(Impairment.NONE.withDelay(Duration.ofMillis(5)).withLoss(0.02));
            visit(server, Manner.ONCE, content);
            long lost =
                    server.network().counts(Direction.TO_CLIENT).lost()
                            + server.network().counts(Direction.TO_SERVER).lost();
            assertThat(lost).as("lost datagrams").isPositive();
            return "%d datagrams of 2 %% lost, SHA-256 is the same".formatted(lost);
        }
    }
}
