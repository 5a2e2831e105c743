package org.stoq.client;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.stoq.sdk.Digest;
import org.stoq.sdk.StoqErrorCode;
import org.stoq.sdk.StoqException;
import org.stoq.sdk.call.Role;
import org.stoq.sdk.transport.QuicOptions;
import org.stoq.testkit.SeededBytes;

/** The verbs of applications: connect, accept, send, receive, streams. */
class StoqConnectionTest extends RealNetwork {
    private StoqServer listening;
    private StoqConnection near;
    private StoqConnection far;

    @BeforeEach
    void connect() throws IOException {
        listening =
                track(
                        StoqServer.builder()
                                .transport(transport)
                                .quic(QUIC)
                                .session(OPTIONS)
                                .credentials(server.credentials(true))
                                .listen(ANY_PORT));
        near = track(clientWith().connect("[::1]:" + listening.localAddress().getPort()));
        far = listening.accept();
    }

    private StoqClient clientWith() {
        return track(
                StoqClient.builder()
                        .transport(transport)
                        .quic(QUIC)
                        .session(OPTIONS)
                        .credentials(operator.credentials(false))
                        .build());
    }

    @Test
    void messagesGoBothWays() throws Exception {
        FutureTask<byte[]> received = start(far::recv);
        near.send("Hello, STOQ!".getBytes(UTF_8));
        assertThat(received.get()).asString(UTF_8).isEqualTo("Hello, STOQ!");

        FutureTask<byte[]> answer = start(near::recv);
        far.send(new byte[0]);
        assertThat(answer.get()).isEmpty();
        assertThat(far.peer().role()).isEqualTo(Role.OPERATOR);
        assertThat(near.peer().id()).contains(server.identity().id());
    }

    @Test
    void aMessageMayBeAsLongAsTheLimitAndNotLonger() throws Exception {
        byte[] longest = SeededBytes.random(1, StoqConnection.MAX_MESSAGE_BYTES);
        FutureTask<Digest> received = start(() -> Digest.of(far.recv()));
        near.send(longest);
        assertThat(received.get()).isEqualTo(Digest.of(longest));

        FutureTask<StoqErrorCode> refused = start(() -> codeOf(() -> far.recv()));
        byte[] longer = new byte[StoqConnection.MAX_MESSAGE_BYTES + 1];
        assertThat(codeOf(() -> near.send(longer))).isEqualTo(StoqErrorCode.TOO_LARGE);
        assertThat(refused.get()).isEqualTo(StoqErrorCode.TOO_LARGE);
        assertThat(near.isOpen()).isTrue();
    }

    @Test
    void streamsCarryBytesBothWays() throws Exception {
        byte[] bytes = SeededBytes.random(2, 3 << 20);
        FutureTask<Void> echo =
                start(() -> {
                    try (StoqStream stream = far.acceptStream().orElseThrow()) {
                        ByteBuffer buffer = ByteBuffer.allocate(10_000);
                        while (stream.read(buffer) >= 0) {
                            stream.write(buffer.flip());
                            buffer.clear();
                        }
                        stream.finish();
                    }
                    return null;
                });
        try (StoqStream stream = near.openStream()) {
            FutureTask<Void> writing =
                    start(() -> {
                        stream.write(ByteBuffer.wrap(bytes));
                        stream.finish();
                        return null;
                    });
            assertThat(Digest.of(stream.readAll(4 << 20))).isEqualTo(Digest.of(bytes));
            writing.get();
        }
        echo.get();
    }

    @Test
    void aStreamThatIsResetEndsAtTheOtherSideWithTheCode() throws Exception {
        StoqStream stream = near.openStream();
        stream.write(ByteBuffer.allocate(1));
        StoqStream accepted = far.acceptStream().orElseThrow();
        assertThat(accepted.read(ByteBuffer.allocate(1))).isEqualTo(1);

        stream.reset(StoqErrorCode.CONFLICT);

        assertThat(codeOf(() -> accepted.readAll(10))).isEqualTo(StoqErrorCode.CONFLICT);
        accepted.close();
    }

    @Test
    void streamsThatNobodyAcceptsWaitUpToALimitAndAreRefusedThen() throws Exception {
        // A wider connection, or QUIC's own limit would hold the last one back.
        QuicOptions wide = QUIC.toBuilder().maxStreams(256).build();
        StoqServer server =
                track(
                        StoqServer.builder()
                                .transport(transport)
                                .quic(wide)
                                .credentials(RealNetwork.server.credentials(true))
                                .listen(ANY_PORT));
        StoqClient client =
                track(
                        StoqClient.builder()
                                .transport(transport)
                                .quic(wide)
                                .credentials(anonymous())
                                .build());
        StoqConnection opener = track(client.connect("[::1]:" + server.localAddress().getPort()));
        StoqConnection acceptor = server.accept();
        BlockingQueue<StoqErrorCode> refused = new ArrayBlockingQueue<>(100);
        for (int i = 0; i <= WaitingStreams.MAX_WAITING; i++) {
            StoqStream stream = opener.openStream();
            stream.write(ByteBuffer.allocate(1));
            Thread.ofVirtual()
                    .start(() -> refused.add(codeOf(() -> stream.read(ByteBuffer.allocate(1)))));
        }

        assertThat(refused.poll(10, TimeUnit.SECONDS)).isEqualTo(StoqErrorCode.RATE_LIMITED);
        assertThat(refused).isEmpty();
        for (int i = 0; i < WaitingStreams.MAX_WAITING; i++) {
            acceptor.acceptStream().orElseThrow().reset(StoqErrorCode.CONFLICT);
            assertThat(refused.poll(10, TimeUnit.SECONDS)).isEqualTo(StoqErrorCode.CONFLICT);
        }
    }

    @Test
    void theEndIsNothingToAcceptAndAReasonToReceive() throws Exception {
        FutureTask<Boolean> accepting = start(() -> far.acceptStream().isEmpty());
        near.close(StoqErrorCode.NO_ERROR, "done");

        assertThat(accepting.get()).isTrue();
        StoqException reason = catchThrowableOfType(StoqException.class, () -> far.recv());
        assertThat(reason.code()).isEqualTo(StoqErrorCode.CONNECTION_LOST);
        assertThat(far.isOpen()).isFalse();
        assertThat(codeOf(() -> far.openStream())).isEqualTo(StoqErrorCode.NO_ERROR);
    }

    @Test
    void aReceivedStreamThatNobodyAcceptsEndsWithItsConnection() throws Exception {
        StoqStream stream = near.openStream();
        stream.write(ByteBuffer.allocate(1));
        near.close();
        far.session().closed().toCompletableFuture().get();

        assertThat(far.session().drain(Duration.ofSeconds(10))).isTrue();
    }

    @Test
    void aClosedServerAcceptsNothing() throws Exception {
        FutureTask<Void> accepting =
                start(() -> {
                    listening.accept();
                    return null;
                });
        listening.close();

        assertThatThrownBy(accepting::get).hasCauseInstanceOf(ClosedChannelException.class);
        assertThat(near.session().closed().toCompletableFuture().get().code())
                .isEqualTo(StoqErrorCode.NO_ERROR);
    }

    @Test
    void ipv4IsRefusedWithAHint() {
        for (String target : List.of("127.0.0.1:4433", "[::ffff:127.0.0.1]:4433")) {
            assertThatThrownBy(() -> clientWith().connect(target))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("IPv6");
        }
        assertThatIllegalArgumentException()
                .isThrownBy(() ->
                        StoqServer.builder()
                                .transport(transport)
                                .credentials(server.credentials(false))
                                .listen(
                                        new InetSocketAddress(
                                                InetAddress.ofLiteral("127.0.0.1"), 0)))
                .withMessageContaining("IPv6 only");
    }

    @Test
    void anUnknownNameIsNotFound() {
        assertThat(codeOf(() -> clientWith().connect("no-such-host.invalid:4433")))
                .isEqualTo(StoqErrorCode.NOT_FOUND);
    }
}
