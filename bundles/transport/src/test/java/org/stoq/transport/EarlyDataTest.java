package org.stoq.transport;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.stoq.sdk.StoqErrorCode;
import org.stoq.sdk.StoqException;
import org.stoq.sdk.transport.HandshakeLimits;
import org.stoq.sdk.transport.QuicConnection;
import org.stoq.sdk.transport.QuicOptions;
import org.stoq.sdk.transport.QuicStream;
import org.stoq.testkit.impair.Direction;
import org.stoq.testkit.impair.Recording;
import org.stoq.testkit.impair.Tap;

/** 0-RTT over the wire: what arrives before the handshake, and what becomes of it if refused. */
@Timeout(60)
class EarlyDataTest {
    private static final QuicOptions EARLY =
            QuicOptions.DEFAULTS.toBuilder()
                    .earlyData(true)
                    .handshakes(new HandshakeLimits(256, 64, Duration.ofSeconds(3)))
                    .build();
    private static final byte[] QUESTION = "question".getBytes(UTF_8);
    private static final byte[] ANSWER = "answer".getBytes(UTF_8);

    private RealPair pair;

    @BeforeEach
    void open(@TempDir Path folder) throws Exception {
        pair = new RealPair(folder, EARLY);
    }

    @AfterEach
    void close() throws Exception {
        pair.close();
    }

    /** Makes a connection as a first visit does, and leaves when its ticket has come. */
    private void visit() throws Exception {
        try (QuicConnection client = pair.connect();
                QuicConnection server = pair.listener().accept()) {
            // The ticket travels before the answer.
            QuicStream stream = ask(client);
            QuicStream asked = server.acceptStream();
            assertThat(asked.early()).isFalse();
            RealPair.read(asked, QUESTION.length);
            asked.finish(ByteBuffer.wrap(ANSWER));
            assertThat(RealPair.read(stream, ANSWER.length)).isEqualTo(ANSWER);
        }
    }

    private static QuicStream ask(QuicConnection connection) throws Exception {
        QuicStream stream = connection.openStream(true);
        stream.finish(ByteBuffer.wrap(QUESTION));
        return stream;
    }

    /** Whether it begins with a 0-RTT packet (RFC 9000 s.17.2). */
    private static boolean isEarly(byte[] datagram) {
        return (datagram[0] & 0xF0) == 0xD0;
    }

    private static void await(CompletionStage<?> stage) throws Exception {
        stage.toCompletableFuture().get(RealPair.PATIENCE.toSeconds(), TimeUnit.SECONDS);
    }

    @Test
    void aReturningClientIsHeardBeforeItHasHeardAnything() throws Exception {
        visit();
        pair.path.partition(Direction.TO_CLIENT, true);
        QuicConnection client = pair.connect();
        assertThat(client.isOpen()).isTrue();
        assertThat(client.handshake().toCompletableFuture()).isNotDone();
        QuicStream stream = ask(client);

        QuicConnection server = pair.listener().accept();
        assertThat(server.handshake().toCompletableFuture()).isNotDone();
        assertThat(server.peerCertificates()).isEmpty();
        QuicStream asked = server.acceptStream();
        assertThat(asked.early()).isTrue();
        assertThat(RealPair.read(asked, QUESTION.length)).isEqualTo(QUESTION);
        asked.finish(ByteBuffer.wrap(ANSWER));

        pair.path.partition(Direction.TO_CLIENT, false);
        assertThat(RealPair.read(stream, ANSWER.length)).isEqualTo(ANSWER);
        await(client.handshake());
        await(server.handshake());
        assertThat(server.peerCertificates()).isEqualTo(pair.node.credentials(false).chain());
        QuicStream late = ask(client);
        QuicStream lateAsked = server.acceptStream();
        assertThat(lateAsked.early()).isFalse();
        assertThat(late.id()).isEqualTo(lateAsked.id());
    }

    @Test
    void earlyDataThatIsRefusedArrivesAfterTheHandshake() throws Exception {
        visit();
        pair.forget();
        QuicConnection client = pair.connect();
        QuicStream stream = ask(client);
        QuicConnection server = pair.listener().accept();
        QuicStream asked = server.acceptStream();
        assertThat(asked.early()).isFalse();
        assertThat(RealPair.read(asked, QUESTION.length)).isEqualTo(QUESTION);
        asked.finish(ByteBuffer.wrap(ANSWER));
        assertThat(RealPair.read(stream, ANSWER.length)).isEqualTo(ANSWER);
        await(server.handshake());
        assertThat(server.peerCertificates()).isNotEmpty();
    }

    @Test
    void aClientThatDidNotAskForItWaitsForTheHandshake() throws Exception {
        visit();
        QuicConnection client =
                pair.connect(
                        pair.node.credentials(false), EARLY.toBuilder().earlyData(false).build());
        assertThat(client.handshake().toCompletableFuture()).isDone();
    }

    @Test
    void whoReplaysARecordedFlightIsNeverTakenForTheClient() throws Exception {
        visit();
        Recording recording = new Recording(100, 1 << 20);
        pair.path.tap(recording);
        pair.path.partition(true);
        QuicConnection client = pair.connect();
        ask(client);
        Await.until(
                "the first flight is recorded",
                () ->
                        recording.datagrams(Direction.TO_SERVER).stream()
                                .anyMatch(seen -> isEarly(seen.bytes())));

        // Whoever has recorded it sends it from somewhere else.
        InetSocketAddress name = recording.datagrams(Direction.TO_SERVER).getLast().client();
        pair.path.rebind(name);
        for (Tap.Seen seen : recording.datagrams(Direction.TO_SERVER)) {
            assertThat(pair.path.inject(Direction.TO_SERVER, name, seen.bytes())).isTrue();
        }
        QuicConnection replayed = pair.listener().accept();
        QuicStream asked = replayed.acceptStream();
        assertThat(asked.early()).isTrue();
        assertThat(RealPair.read(asked, QUESTION.length)).isEqualTo(QUESTION);
        // Whoever cannot finish the handshake stays a stranger, and not for long.
        assertThat(replayed.handshake().toCompletableFuture()).isNotDone();
        assertThat(replayed.peerCertificates()).isEmpty();
        StoqException end =
                replayed.closed()
                        .toCompletableFuture()
                        .get(RealPair.PATIENCE.toSeconds(), TimeUnit.SECONDS);
        assertThat(end.code()).isEqualTo(StoqErrorCode.DEADLINE_EXCEEDED);
        assertThat(((NettyListener) pair.listener()).counts().served()).isZero();
    }
}
