package org.stoq.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.stoq.client.session.Session;
import org.stoq.client.session.SessionHandler;
import org.stoq.client.session.SessionOptions;
import org.stoq.sdk.StoqErrorCode;
import org.stoq.sdk.StoqException;
import org.stoq.sdk.call.Call;
import org.stoq.sdk.call.Request;
import org.stoq.sdk.call.Response;
import org.stoq.sdk.cbor.CborMap;
import org.stoq.sdk.transport.Credentials;
import org.stoq.sdk.transport.QuicConnection;
import org.stoq.sdk.transport.QuicListener;
import org.stoq.sdk.transport.QuicOptions;
import org.stoq.sdk.transport.Transport;
import org.stoq.testkit.SimulatedNetwork;
import org.stoq.testkit.TransportContract;
import org.stoq.trust.Certified;
import org.stoq.trust.StoqHome;

/** The network in memory keeps every promise of an engine, and breaks what a test tells it to. */
class SimulatedNetworkTest extends TransportContract {
    private static final InetSocketAddress ANY_PORT =
            new InetSocketAddress(InetAddress.ofLiteral("::1"), 0);
    private static final Request REQUEST = Request.of("test", "work", CborMap.EMPTY);

    @TempDir private static Path temporary;

    private static Certified trusted;
    private static Certified stranger;
    private static Certified expired;

    private final SimulatedNetwork network = new SimulatedNetwork(1);

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

    @Override
    protected Transport transport() {
        return network.transport("only");
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

    /** Answers every call. */
    private static final class Yes implements SessionHandler {
        @Override
        public void call(Session session, Call call) throws IOException {
            call.respond(Response.ok().withBody(0)).close();
        }
    }

    private QuicConnection connect(String from, QuicListener to) throws IOException {
        return network.transport(from)
                .connect(
                        to.localAddress(),
                        "::1",
                        options(),
                        trusted(false),
                        Duration.ofSeconds(10));
    }

    private Session session(String from, QuicListener to) throws IOException {
        QuicConnection connection = connect(from, to);
        Session.open(to.accept(), SessionOptions.DEFAULT, new Yes());
        return Session.open(connection, SessionOptions.DEFAULT, SessionHandler.NONE);
    }

    private static StoqErrorCode codeOf(Session session, Duration deadline) {
        StoqException failure =
                catchThrowableOfType(
                        StoqException.class, () -> session.call(REQUEST.within(deadline)));
        assertThat(failure).isNotNull();
        return failure.code();
    }

    @Test
    void sessionsRunOnIt() throws Exception {
        QuicListener listener = network.transport("a").listen(ANY_PORT, options(), trusted(false));
        Session session = session("b", listener);

        session.call(REQUEST).close();
        assertThat(session.peer().id()).contains(trusted.identity().id());
    }

    @Test
    void aPartitionStopsEverythingUntilItHeals() throws Exception {
        QuicListener listener = network.transport("a").listen(ANY_PORT, options(), trusted(false));
        Session apart = session("b", listener);
        Session beside = session("a", listener);
        apart.call(REQUEST).close();
        beside.call(REQUEST).close();
        network.partition(Set.of("b", "c"));

        assertThat(codeOf(apart, Duration.ofMillis(50))).isEqualTo(StoqErrorCode.DEADLINE_EXCEEDED);
        assertThat(apart.isOpen()).isTrue();
        beside.call(REQUEST).close();
        StoqException unreachable =
                catchThrowableOfType(StoqException.class, () -> connect("c", listener));
        assertThat(unreachable.code()).isEqualTo(StoqErrorCode.DEADLINE_EXCEEDED);

        network.heal();
        apart.call(REQUEST).close();
    }

    @Test
    void aPartitionThatLastsEndsTheConnection() throws Exception {
        QuicOptions impatient =
                QuicOptions.DEFAULTS.toBuilder().idleTimeout(Duration.ofMillis(100)).build();
        QuicListener listener = network.transport("a").listen(ANY_PORT, impatient, trusted(false));
        Session session = session("b", listener);
        network.partition(Set.of("b"));

        StoqException reason = session.closed().toCompletableFuture().get(10, TimeUnit.SECONDS);
        assertThat(reason.code()).isEqualTo(StoqErrorCode.CONNECTION_LOST);
    }

    @Test
    void bytesAreDelayed() throws Exception {
        network.delay(Duration.ofMillis(20), Duration.ofMillis(30));
        QuicListener listener = network.transport("a").listen(ANY_PORT, options(), trusted(false));
        Session session = session("b", listener);

        long before = System.nanoTime();
        session.call(REQUEST).close();
        assertThat(Duration.ofNanos(System.nanoTime() - before))
                .isGreaterThanOrEqualTo(Duration.ofMillis(40));
    }

    @Test
    void theSeedDecidesWhichConnectionsAreLost() throws Exception {
        List<List<Boolean>> runs = new ArrayList<>();
        for (long seed : new long[] {7, 7, 8}) {
            SimulatedNetwork seeded = new SimulatedNetwork(seed);
            QuicListener listener =
                    seeded.transport("a").listen(ANY_PORT, options(), trusted(false));
            List<QuicConnection> connections = new ArrayList<>();
            for (int i = 0; i < 50; i++) {
                connections.add(
                        seeded.transport("b")
                                .connect(
                                        listener.localAddress(),
                                        "::1",
                                        options(),
                                        trusted(false),
                                        Duration.ofSeconds(1)));
            }
            int lost = seeded.lose(0.3);
            List<Boolean> open = connections.stream().map(QuicConnection::isOpen).toList();
            assertThat(open.stream().filter(isOpen -> !isOpen).count()).isEqualTo(lost);
            assertThat(lost).isBetween(5, 25);
            runs.add(open);
        }
        assertThat(runs.get(0)).isEqualTo(runs.get(1)).isNotEqualTo(runs.get(2));
    }
}
