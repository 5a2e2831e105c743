package org.stoq.client.session;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ReadableByteChannel;
import java.time.Duration;
import java.util.HexFormat;
import java.util.concurrent.FutureTask;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.stoq.client.RealNetwork;
import org.stoq.sdk.Digest;
import org.stoq.sdk.StoqErrorCode;
import org.stoq.sdk.StoqException;
import org.stoq.sdk.call.Request;
import org.stoq.sdk.call.Response;
import org.stoq.sdk.cbor.CborMap;
import org.stoq.sdk.frame.ChunkAnnounceFrame;
import org.stoq.sdk.frame.ContinuationFrame;
import org.stoq.sdk.frame.DataFrame;
import org.stoq.sdk.frame.HeadersFrame;
import org.stoq.sdk.frame.PingFrame;
import org.stoq.sdk.frame.PriorityFrame;
import org.stoq.sdk.frame.PushPromise;
import org.stoq.sdk.frame.PushPromiseFrame;
import org.stoq.sdk.frame.RstStreamFrame;
import org.stoq.sdk.frame.Settings;
import org.stoq.sdk.frame.SettingsFrame;
import org.stoq.sdk.frame.WindowUpdateFrame;
import org.stoq.sdk.transport.QuicConnection;
import org.stoq.sdk.transport.QuicListener;
import org.stoq.sdk.transport.QuicStream;

/**
 * A peer that speaks QUIC well and STOQ badly: it loses its connection with the code that names its
 * fault, and the node goes on serving the others.
 */
class HostilePeerTest extends RealNetwork {
    private static final Request ECHO = Request.of("test", "echo", CborMap.EMPTY);

    /** What the peer does. */
    @FunctionalInterface
    private interface Attack {
        void against(RawPeer peer) throws IOException;
    }

    /** Lets a peer misbehave beside a good one, and returns how its connection ends. */
    private StoqErrorCode endOf(SessionOptions options, Attack attack) throws Exception {
        QuicListener listener = track(transport.listen(ANY_PORT, QUIC, server.credentials(true)));
        Session good = Session.open(connect(listener), OPTIONS, SessionHandler.NONE);
        Session.open(listener.accept(), options, new EchoHandler());
        RawPeer bad = new RawPeer(connect(listener));
        Session attacked = Session.open(listener.accept(), options, new EchoHandler());

        try {
            attack.against(bad);
        } catch (StoqException e) {
            // One that takes long is cut short by the end that it brings.
            assertThat(bad.connection().isOpen()).isFalse();
        }

        StoqErrorCode code = bad.end();
        assertThat(attacked.isOpen()).isFalse();
        good.call(ECHO).close();
        return code;
    }

    private StoqErrorCode endOf(Attack attack) throws Exception {
        return endOf(OPTIONS, attack);
    }

    private QuicConnection connect(QuicListener listener) throws IOException {
        return track(
                transport.connect(
                        listener.localAddress(),
                        "::1",
                        QUIC,
                        client.credentials(false),
                        Duration.ofSeconds(10)));
    }

    @Test
    void aPeerThatSendsNoSettings() throws Exception {
        assertThat(endOf(IMPATIENT, peer -> {})).isEqualTo(StoqErrorCode.CONTROL_STREAM);
    }

    @Test
    void aPeerThatSendsHalfItsSettings() throws Exception {
        assertThat(
                        endOf(
                                IMPATIENT,
                                peer -> peer.write(peer.connection().openStream(false), "04ffff")))
                .isEqualTo(StoqErrorCode.CONTROL_STREAM);
    }

    @Test
    void twoControlStreams() throws Exception {
        assertThat(
                        endOf(peer -> {
                            peer.openControl();
                            peer.openControl();
                        }))
                .isEqualTo(StoqErrorCode.CONTROL_STREAM);
    }

    @Test
    void aControlStreamThatEnds() throws Exception {
        assertThat(endOf(peer -> peer.finish(peer.openControl(), new PingFrame(false, 1))))
                .isEqualTo(StoqErrorCode.CONTROL_STREAM);
    }

    @Test
    void aControlStreamThatIsReset() throws Exception {
        assertThat(
                        endOf(peer -> {
                            QuicStream control = peer.openControl();
                            // SETTINGS were read when they are acknowledged.
                            QuicStream answers = peer.connection().acceptStream();
                            SettingsFrame read = new SettingsFrame(true, Settings.DEFAULT);
                            while (!peer.read(answers).equals(read)) {
                                assertThat(peer.connection().isOpen()).isTrue();
                            }
                            control.abort(StoqErrorCode.CANCELLED);
                        }))
                .isEqualTo(StoqErrorCode.CONTROL_STREAM);
    }

    @Test
    void aControlStreamForCalls() throws Exception {
        assertThat(
                        endOf(peer ->
                                peer.write(
                                        peer.connection().openStream(true),
                                        new SettingsFrame(false, Settings.DEFAULT))))
                .isEqualTo(StoqErrorCode.PROTOCOL_VIOLATION);
    }

    @ParameterizedTest
    @CsvSource({
        "06ffffffff0009000000000000000001, SETTINGS_INVALID", // PING before SETTINGS
        "04ffffffff000101, SETTINGS_INVALID", // an acknowledgement before SETTINGS
        "04ffffffff000800a3010202000300, SETTINGS_INVALID", // impossible values
        "04ffffffff000200a0, SETTINGS_INVALID", // no values
        "04000000040002a0a0, STREAM_MISMATCH", // SETTINGS about a stream
        "0c00000002000100, FRAME_MALFORMED", // no such type
        "0000000006000100, STREAM_MISMATCH", // about another stream
        "0000000002000100, PROTOCOL_VIOLATION", // DATA on a unidirectional stream
    })
    void badFirstFramesOnAUnidirectionalStream(String hex, StoqErrorCode code) throws Exception {
        assertThat(
                        endOf(peer -> {
                            QuicStream stream = peer.connection().openStream(false);
                            assertThat(stream.id()).isEqualTo(2);
                            peer.write(stream, hex);
                        }))
                .isEqualTo(code);
    }

    @ParameterizedTest
    @CsvSource({
        "00000000060001ff, PROTOCOL_VIOLATION", // DATA
        "0100000006000101, PROTOCOL_VIOLATION", // HEADERS
        "ff00000006000101, FRAME_MALFORMED", // no such type
        "06ffffffff000101, FRAME_MALFORMED", // a short PING
        "04ffffffff000e00a3010102194000031a00010000, SETTINGS_INVALID", // SETTINGS again
    })
    void badLaterFramesOnTheControlStream(String hex, StoqErrorCode code) throws Exception {
        assertThat(endOf(peer -> peer.write(peer.openControl(), hex))).isEqualTo(code);
    }

    @ParameterizedTest
    @CsvSource({
        "09000000000001ff, PROTOCOL_VIOLATION", // CONTINUATION first
        "05000000000001a0, PROTOCOL_VIOLATION", // a push where calls belong
        "06ffffffff0009000000000000000001, PROTOCOL_VIOLATION", // PING
        "0100000004000101, STREAM_MISMATCH", // HEADERS about another stream
        "01ffffffff000101, STREAM_MISMATCH", // HEADERS about the connection
        "010000000000020500, PROTOCOL_VIOLATION" // a block that breaks off with DATA
                + "",
    })
    void badFirstFramesOnABidirectionalStream(String hex, StoqErrorCode code) throws Exception {
        assertThat(
                        endOf(peer -> {
                            peer.openControl();
                            QuicStream stream = peer.connection().openStream(true);
                            assertThat(stream.id()).isZero();
                            peer.write(stream, hex);
                            peer.write(stream, new DataFrame(stream.id(), new byte[1]));
                        }))
                .isEqualTo(code);
    }

    @Test
    void aHeaderBlockOneByteTooLong() throws Exception {
        int limit = OPTIONS.settings().maxHeaderBytes();
        assertThat(
                        endOf(peer -> {
                            peer.openControl();
                            QuicStream stream = peer.connection().openStream(true);
                            peer.write(
                                    stream, new HeadersFrame(stream.id(), limit + 1, new byte[1]));
                        }))
                .isEqualTo(StoqErrorCode.FRAME_TOO_LARGE);
    }

    @Test
    void moreContinuationsThanTheBlockSays() throws Exception {
        assertThat(
                        endOf(peer -> {
                            peer.openControl();
                            QuicStream stream = peer.connection().openStream(true);
                            long id = stream.id();
                            peer.write(stream, new HeadersFrame(id, 3, new byte[1]));
                            peer.write(stream, new ContinuationFrame(id, new byte[1]));
                            peer.write(stream, new ContinuationFrame(id, new byte[2]));
                        }))
                .isEqualTo(StoqErrorCode.FRAME_MALFORMED);
    }

    @Test
    void aContinuationAfterTheBlock() throws Exception {
        assertThat(
                        endOf(peer -> {
                            peer.openControl();
                            QuicStream stream = peer.beginCall(ECHO);
                            peer.write(stream, new ContinuationFrame(stream.id(), new byte[1]));
                        }))
                .isEqualTo(StoqErrorCode.PROTOCOL_VIOLATION);
    }

    @Test
    void aByteMoreThanTheCredit() throws Exception {
        assertThat(
                        endOf(peer -> {
                            peer.openControl();
                            // A call that nobody reads: an unreadable head is refused first.
                            QuicStream stream = peer.connection().openStream(true);
                            long id = stream.id();
                            peer.write(stream, new HeadersFrame(id, 1, new byte[1]));
                            peer.write(stream, new DataFrame(id, new byte[CREDIT / 2]));
                            peer.write(stream, new DataFrame(id, new byte[CREDIT / 2]));
                            peer.write(stream, new DataFrame(id, new byte[1]));
                        }))
                .isEqualTo(StoqErrorCode.CREDIT_EXCEEDED);
    }

    @Test
    void aBodyThatBreaksOff() throws Exception {
        assertThat(
                        endOf(peer -> {
                            peer.openControl();
                            QuicStream stream = peer.beginCall(ECHO);
                            // A frame of 100 bytes, of which two come.
                            byte[] frame = HexFormat.of().parseHex("000000000000640102");
                            stream.finish(ByteBuffer.wrap(frame));
                        }))
                .isEqualTo(StoqErrorCode.FRAME_MALFORMED);
    }

    @Test
    void aStreamOfNothing() throws Exception {
        assertThat(
                        endOf(peer -> {
                            peer.openControl();
                            QuicStream stream = peer.connection().openStream(true);
                            // Half a frame header is as near to nothing as an engine sends.
                            stream.finish(ByteBuffer.wrap(new byte[3]));
                        }))
                .isEqualTo(StoqErrorCode.FRAME_MALFORMED);
    }

    @Test
    void aFloodOfPings() throws Exception {
        assertThat(
                        endOf(peer -> {
                            QuicStream control = peer.openControl();
                            for (int i = 0; i < 10_000; i++) {
                                peer.write(control, new PingFrame(false, i));
                            }
                        }))
                .isEqualTo(StoqErrorCode.PROTOCOL_VIOLATION);
    }

    @Test
    void anAnswerThatIsNone() throws Exception {
        Connections connections = connections();
        Session calling = Session.open(connections.client(), OPTIONS, SessionHandler.NONE);
        RawPeer peer = RawPeer.withSettings(connections.server());
        FutureTask<StoqErrorCode> call = start(() -> codeOf(() -> calling.call(ECHO)));
        QuicStream stream = nextCall(peer);

        peer.write(stream, new DataFrame(stream.id(), new byte[1]));

        assertThat(call.get()).isEqualTo(StoqErrorCode.PROTOCOL_VIOLATION);
        assertThat(peer.end()).isEqualTo(StoqErrorCode.PROTOCOL_VIOLATION);
    }

    @Test
    void anAnswerThatEndsBeforeItBegins() throws Exception {
        Connections connections = connections();
        Session calling = Session.open(connections.client(), OPTIONS, SessionHandler.NONE);
        RawPeer peer = RawPeer.withSettings(connections.server());
        FutureTask<StoqErrorCode> call = start(() -> codeOf(() -> calling.call(ECHO)));
        QuicStream stream = nextCall(peer);

        peer.finish(stream, new RstStreamFrame(stream.id(), 0x08));

        assertThat(call.get()).isEqualTo(StoqErrorCode.RATE_LIMITED);
        assertThat(calling.isOpen()).isTrue();
    }

    @Test
    void anAnswerBeyondTheCredit() throws Exception {
        Connections connections = connections();
        Session calling = Session.open(connections.client(), OPTIONS, SessionHandler.NONE);
        RawPeer peer = RawPeer.withSettings(connections.server());
        FutureTask<StoqErrorCode> call =
                start(() -> codeOf(() -> readAll(calling.call(ECHO).body())));
        QuicStream stream = nextCall(peer);
        byte[] head = Response.ok().encode();
        peer.write(stream, new HeadersFrame(stream.id(), head.length, head));

        // Credit is given for what was read, so some of this will be too much.
        StoqException refusal =
                catchThrowableOfType(
                        StoqException.class,
                        () -> {
                            while (true) {
                                peer.write(stream, new DataFrame(stream.id(), new byte[65_535]));
                            }
                        });

        assertThat(refusal).isNotNull();
        assertThat(call.get()).isEqualTo(StoqErrorCode.CREDIT_EXCEEDED);
        assertThat(peer.end()).isEqualTo(StoqErrorCode.CREDIT_EXCEEDED);
    }

    private static QuicStream nextCall(RawPeer peer) throws IOException {
        QuicStream stream = peer.connection().acceptStream();
        while (!stream.bidirectional()) {
            stream = peer.connection().acceptStream();
        }
        return stream;
    }

    @Test
    void aHeadThatNeverComesWholeIsResetAndTheConnectionLives() throws Exception {
        Connections connections = connections();
        Session.open(connections.server(), IMPATIENT, new EchoHandler());
        RawPeer peer = RawPeer.withSettings(connections.client());
        QuicStream slow = peer.connection().openStream(true);
        peer.write(slow, new HeadersFrame(slow.id(), 100, new byte[1]));

        assertThat(peer.resetOf(slow)).isEqualTo(StoqErrorCode.DEADLINE_EXCEEDED);
        assertThat(peer.read(peer.call(ECHO))).isInstanceOf(HeadersFrame.class);
    }

    @Test
    void whatCannotBeUnderstoodIsAnsweredAndTheConnectionLives() throws Exception {
        Connections connections = connections();
        Session.open(connections.server(), OPTIONS, new EchoHandler());
        RawPeer peer = RawPeer.withSettings(connections.client());
        QuicStream stream = peer.connection().openStream(true);
        byte[] block = {(byte) 0xFF};
        peer.write(stream, new HeadersFrame(stream.id(), 1, block));
        peer.finish(stream, new DataFrame(stream.id(), new byte[0]));

        HeadersFrame answer = (HeadersFrame) peer.read(stream);

        assertThat(Response.decode(answer.fragment()).error().orElseThrow().code())
                .isEqualTo(StoqErrorCode.INVALID_REQUEST);
        assertThat(peer.read(peer.call(ECHO))).isInstanceOf(HeadersFrame.class);
    }

    @Test
    void uselessControlFramesDoNoHarm() throws Exception {
        Connections connections = connections();
        Session.open(connections.server(), OPTIONS, new EchoHandler());
        RawPeer peer = new RawPeer(connections.client());
        QuicStream control = peer.openControl();
        for (int i = 0; i < 3 * StreamTable.MAX_REMEMBERED; i++) {
            peer.write(control, new PriorityFrame(4L * i, 7, false));
            peer.write(control, new WindowUpdateFrame(4L * i, Integer.MAX_VALUE));
            peer.write(control, new RstStreamFrame(400 + 4L * i, 1));
        }
        peer.write(control, new PingFrame(true, 99));

        assertThat(peer.read(peer.call(ECHO))).isInstanceOf(HeadersFrame.class);
    }

    @Test
    void aPeerThatDoesNotReadItsControlStreamLosesTheConnection() throws Exception {
        Connections connections = connections();
        Session session = Session.open(connections.server(), IMPATIENT, new EchoHandler());
        RawPeer peer = RawPeer.withSettings(connections.client());

        FutureTask<StoqErrorCode> sending =
                start(() ->
                        codeOf(() -> {
                            while (true) {
                                session.send(new ChunkAnnounceFrame(new byte[60_000]));
                            }
                        }));

        assertThat(sending.get()).isEqualTo(StoqErrorCode.CONTROL_STREAM);
        assertThat(peer.end()).isEqualTo(StoqErrorCode.CONTROL_STREAM);
    }

    @Test
    void aPushLongerThanItsPromiseIsGivenUp() throws Exception {
        Connections connections = connections();
        Session.open(
                connections.server(),
                OPTIONS,
                new SessionHandler() {
                    @Override
                    public boolean pushed(
                            Session session, PushPromise promise, ReadableByteChannel body)
                            throws IOException {
                        readAll(body);
                        return true;
                    }
                });
        RawPeer peer = RawPeer.withSettings(connections.client());
        QuicStream stream = peer.connection().openStream(false);
        PushPromise promise =
                new PushPromise(Digest.of(new byte[0]), 10, PushPromise.Kind.CHUNK, "");
        peer.write(stream, new PushPromiseFrame(stream.id(), promise));
        peer.write(stream, new DataFrame(stream.id(), new byte[11]));

        assertThat(peer.nextReset()).isEqualTo(new RstStreamFrame(stream.id(), 0x02));
        assertThat(peer.connection().isOpen()).isTrue();
    }
}
