package org.stoq.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.channels.ReadableByteChannel;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.FutureTask;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.stoq.client.session.Session;
import org.stoq.client.session.SessionHandler;
import org.stoq.client.session.SessionOptions;
import org.stoq.sdk.StoqErrorCode;
import org.stoq.sdk.StoqException;
import org.stoq.sdk.call.Call;
import org.stoq.sdk.call.Caller;
import org.stoq.sdk.call.Methods;
import org.stoq.sdk.call.MethodsAdapter;
import org.stoq.sdk.call.Request;
import org.stoq.sdk.call.Role;
import org.stoq.sdk.cbor.CborMap;
import org.stoq.sdk.frame.Frame;
import org.stoq.sdk.frame.PushPromise;
import org.stoq.sdk.guard.GuardRule;
import org.stoq.sdk.guard.Verdict;
import org.stoq.sdk.node.Peer;
import org.stoq.sdk.node.PeerListener;
import org.stoq.sdk.transport.Credentials;
import org.stoq.sdk.transport.QuicConnection;
import org.stoq.sdk.transport.QuicListener;
import org.stoq.sdk.transport.QuicOptions;
import org.stoq.testkit.SimulatedNetwork;
import org.stoq.trust.Certified;
import org.stoq.trust.StoqHome;

/** Who gets an answer from a node, and when, on a network in memory. */
@Timeout(60)
class NodeSessionsTest {
    private static final QuicOptions EARLY =
            QuicOptions.DEFAULTS.toBuilder().earlyData(true).build();
    private static final InetSocketAddress ANY_PORT =
            new InetSocketAddress(InetAddress.ofLiteral("::1"), 0);

    @TempDir private static Path temporary;

    private static Certified node;
    private static Certified other;
    private static Certified operator;

    private final SimulatedNetwork network = new SimulatedNetwork(1);
    private final AdapterTable adapters = new AdapterTable();
    private final List<GuardRule> rules = new CopyOnWriteArrayList<>();
    private final PeerTable peers = new PeerTable();
    private final BlockingQueue<Caller> calls = new LinkedBlockingQueue<>();
    private final BlockingQueue<Peer> connected = new LinkedBlockingQueue<>();
    private final BlockingQueue<Object> begun = new LinkedBlockingQueue<>();

    private volatile boolean anonymousReaders = true;
    private NodeSessions sessions;
    private QuicListener listener;

    /** Answers everything, and says whose calls came. */
    private final class Shop implements MethodsAdapter {
        private final Methods methods =
                Methods.of("shop")
                        .addRead("look", Role.ANONYMOUS, this::answer)
                        .addRead("secret", Role.NODE, this::answer)
                        .add("buy", Role.ANONYMOUS, this::answer)
                        .add("close", Role.OPERATOR, this::answer)
                        .build();

        private void answer(Call call) throws IOException {
            calls.add(call.caller());
            call.answer(CborMap.EMPTY);
        }

        @Override
        public Methods methods() {
            return methods;
        }
    }

    /** Hears of peers. */
    private final class Ear implements PeerListener {
        @Override
        public void connected(Peer peer) {
            connected.add(peer);
        }

        @Override
        public void disconnected(Peer peer) {}

        @Override
        public void announced(Peer peer, Frame frame) {}

        @Override
        public boolean pushed(Peer peer, PushPromise promise, ReadableByteChannel body) {
            return false;
        }
    }

    @BeforeAll
    static void makeCertificates() throws IOException {
        StoqHome home = new StoqHome(temporary.resolve("home"));
        node = home.node(temporary.resolve("node"), List.of(), InstantSource.system());
        other = home.node(temporary.resolve("other"), List.of(), InstantSource.system());
        operator = home.operator(InstantSource.system());
    }

    @BeforeEach
    void listen() throws Exception {
        adapters.add(new Shop(), 0);
        PeerListener ear = new Ear();
        sessions =
                new NodeSessions(
                        new Dispatch(adapters, () -> rules),
                        () -> List.of(ear),
                        peers,
                        node.identity().id(),
                        () -> anonymousReaders);
        listener = network.transport("node").listen(ANY_PORT, EARLY, node.credentials(true));
    }

    @AfterEach
    void close() {
        listener.close();
    }

    /** Gets a ticket for a client, and begins sessions with whoever comes from then on. */
    private void serve(Credentials credentials) throws IOException {
        connect(credentials).close();
        listener.accept().closed().toCompletableFuture().join();
        Thread.ofVirtual()
                .start(() -> {
                    try {
                        while (true) {
                            QuicConnection connection = listener.accept();
                            Thread.ofVirtual().start(() -> begin(connection));
                        }
                    } catch (IOException e) {
                        begun.add(e);
                    }
                });
    }

    private void begin(QuicConnection connection) {
        try {
            begun.add(sessions.begin(connection, SessionOptions.DEFAULT));
        } catch (IOException e) {
            begun.add(e);
        }
    }

    private QuicConnection connect(Credentials credentials) throws IOException {
        return network.transport("client")
                .connect(
                        listener.localAddress(), "::1", EARLY, credentials, Duration.ofSeconds(10));
    }

    private Session session(Credentials credentials) throws IOException {
        return Session.open(connect(credentials), SessionOptions.DEFAULT, SessionHandler.NONE);
    }

    private static Credentials anonymous() {
        return Credentials.anonymous(node.authorities());
    }

    private static Request request(String method) {
        return Request.of("shop", method, CborMap.EMPTY);
    }

    /** Sends a call as early data, whatever it is: what a node must not rely on callers for. */
    private static FutureTask<StoqErrorCode> startEarly(Session session, String method) {
        FutureTask<StoqErrorCode> task =
                new FutureTask<>(() -> {
                    try {
                        session.read(request(method)).close();
                        return StoqErrorCode.NO_ERROR;
                    } catch (StoqException e) {
                        return e.code();
                    }
                });
        Thread.ofVirtual().start(task);
        return task;
    }

    private static StoqErrorCode codeOf(ThrowingCallable call) {
        StoqException failure = catchThrowableOfType(StoqException.class, call);
        assertThat(failure).isNotNull();
        return failure.code();
    }

    private static <T> T next(BlockingQueue<T> queue) throws InterruptedException {
        T next = queue.poll(10, TimeUnit.SECONDS);
        assertThat(next).isNotNull();
        return next;
    }

    @Test
    void anEarlyReadThatEverybodyMayMakeIsAnsweredAtOnce() throws Exception {
        serve(other.credentials(false));
        network.holdHandshakes();
        Session session = session(other.credentials(false));

        session.read(request("look")).close();

        assertThat(next(calls).role()).isEqualTo(Role.ANONYMOUS);
        assertThat(connected).isEmpty();
        network.releaseHandshakes();
        assertThat(next(connected).id()).isEqualTo(other.identity().id());
    }

    @Test
    void anEarlyCallThatIsNoReadOrNotForEverybodyWaitsForTheCallersIdentity() throws Exception {
        serve(other.credentials(false));
        for (String method : List.of("buy", "secret")) {
            network.holdHandshakes();
            Session session = session(other.credentials(false));
            FutureTask<StoqErrorCode> waiting = startEarly(session, method);
            session.read(request("look")).close();
            assertThat(next(calls).role()).isEqualTo(Role.ANONYMOUS);
            assertThat(calls).isEmpty();

            network.releaseHandshakes();

            assertThat(waiting.get(10, TimeUnit.SECONDS)).isEqualTo(StoqErrorCode.NO_ERROR);
            assertThat(next(calls).id()).contains(other.identity().id());
        }
    }

    @Test
    void anEarlyCallIsJudgedByTheRoleThatTheHandshakeProves() throws Exception {
        serve(anonymous());
        network.holdHandshakes();
        Session session = session(anonymous());
        FutureTask<StoqErrorCode> secret = startEarly(session, "secret");
        FutureTask<StoqErrorCode> nowhere = startEarly(session, "no-such-method");
        session.read(request("look")).close();
        assertThat(secret).isNotDone();

        network.releaseHandshakes();

        assertThat(secret.get(10, TimeUnit.SECONDS)).isEqualTo(StoqErrorCode.UNAUTHENTICATED);
        assertThat(nowhere.get(10, TimeUnit.SECONDS)).isEqualTo(StoqErrorCode.NOT_FOUND);
        assertThat(calls).hasSize(1);
    }

    @Test
    void whereAnonymousReadersAreNotWelcomeNothingIsAnsweredBeforeTheHandshake() throws Exception {
        anonymousReaders = false;
        serve(other.credentials(false));
        network.holdHandshakes();
        Session session = session(other.credentials(false));
        FutureTask<StoqErrorCode> reading = startEarly(session, "look");
        assertThat(begun).isEmpty();
        assertThat(reading).isNotDone();

        network.releaseHandshakes();

        assertThat(reading.get(10, TimeUnit.SECONDS)).isEqualTo(StoqErrorCode.NO_ERROR);
        assertThat(next(calls).role()).isEqualTo(Role.NODE);
    }

    @Test
    void whoIsNotWelcomeLearnsThatWithTheHandshake() throws Exception {
        serve(anonymous());
        anonymousReaders = false;
        network.holdHandshakes();
        Session session = session(anonymous());
        FutureTask<StoqErrorCode> reading = startEarly(session, "look");
        network.releaseHandshakes();
        assertThat(reading.get(10, TimeUnit.SECONDS)).isEqualTo(StoqErrorCode.UNAUTHENTICATED);

        // The node itself, which nobody could know before.
        anonymousReaders = true;
        connect(node.credentials(false)).close();
        network.holdHandshakes();
        Session self = session(node.credentials(false));
        self.read(request("look")).close();
        network.releaseHandshakes();
        assertThat(self.closed().toCompletableFuture().get(10, TimeUnit.SECONDS).code())
                .isEqualTo(StoqErrorCode.CONFLICT);
        assertThat(peers.connected()).isEmpty();
        assertThat(connected).isEmpty();
    }

    @Test
    void whoIsDialledHasAnsweredBeforeASessionBegins() throws Exception {
        serve(other.credentials(false));
        network.holdHandshakes();
        QuicConnection deaf = connect(other.credentials(false));
        assertThat(
                        codeOf(() ->
                                sessions.dialled(
                                        deaf, SessionOptions.DEFAULT, Duration.ofMillis(50))))
                .isEqualTo(StoqErrorCode.DEADLINE_EXCEEDED);
        assertThat(deaf.isOpen()).isFalse();

        QuicConnection slow = connect(other.credentials(false));
        FutureTask<Session> dialling =
                new FutureTask<>(() ->
                        sessions.dialled(slow, SessionOptions.DEFAULT, Duration.ofSeconds(10)));
        Thread.ofVirtual().start(dialling);
        network.releaseHandshakes();
        // This node answers itself here, which it can only say once it knows.
        assertThatThrownBy(() -> dialling.get(10, TimeUnit.SECONDS))
                .hasCauseInstanceOf(StoqException.class)
                .hasMessageContaining("reached itself");
    }

    @Test
    void aRoleThatIsTooLowIsRefusedByName() throws Exception {
        serve(anonymous());
        assertThat(codeOf(() -> session(anonymous()).call(request("close"))))
                .isEqualTo(StoqErrorCode.UNAUTHENTICATED);
        assertThat(codeOf(() -> session(other.credentials(false)).call(request("close"))))
                .isEqualTo(StoqErrorCode.FORBIDDEN);
        session(operator.credentials(false)).call(request("close")).close();
        assertThat(next(calls).role()).isEqualTo(Role.OPERATOR);
        assertThat(
                        codeOf(() ->
                                session(anonymous())
                                        .call(Request.of("no-such", "x", CborMap.EMPTY))))
                .isEqualTo(StoqErrorCode.NOT_FOUND);
    }

    @Test
    void rulesAreAskedAboutEarlyCallsToo() throws Exception {
        rules.add(
                new GuardRule() {
                    @Override
                    public String name() {
                        return "closed";
                    }

                    @Override
                    public Verdict judge(Request request, Caller caller, long nowNanos) {
                        assertThat(caller.role()).isEqualTo(Role.ANONYMOUS);
                        return Verdict.refuse(StoqErrorCode.RATE_LIMITED, "not now");
                    }
                });
        serve(other.credentials(false));
        network.holdHandshakes();
        Session session = session(other.credentials(false));
        assertThat(codeOf(() -> session.read(request("look"))))
                .isEqualTo(StoqErrorCode.RATE_LIMITED);
        assertThat(calls).isEmpty();
    }
}
