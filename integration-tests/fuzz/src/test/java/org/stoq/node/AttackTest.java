package org.stoq.node;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.stoq.fuzz.Carrier;
import org.stoq.fuzz.Complaints;
import org.stoq.fuzz.ScriptedConnection;
import org.stoq.fuzz.ScriptedStream;
import org.stoq.sdk.StoqErrorCode;
import org.stoq.sdk.call.Request;
import org.stoq.sdk.cbor.CborMap;
import org.stoq.sdk.frame.ContinuationFrame;
import org.stoq.sdk.frame.DataFrame;
import org.stoq.sdk.frame.Frame;
import org.stoq.sdk.frame.FrameCodec;
import org.stoq.sdk.frame.FrameHeader;
import org.stoq.sdk.frame.FrameType;
import org.stoq.sdk.frame.HeadersFrame;
import org.stoq.sdk.frame.PingFrame;
import org.stoq.sdk.frame.Settings;
import org.stoq.sdk.frame.SettingsFrame;

/** Attacks that end the attacker's connection at once, each with the code that names it. */
@Timeout(60)
class AttackTest {
    private static final int MAX_HEADER_BYTES = HostNode.OPTIONS.settings().maxHeaderBytes();
    private static final int CREDIT = HostNode.OPTIONS.settings().initialCreditBytes();

    private final Complaints complaints = new Complaints();

    /** What a client does with its control stream and one stream for a call. */
    @FunctionalInterface
    interface Attack {
        void by(ScriptedConnection client, ScriptedStream control, ScriptedStream call);
    }

    private static Arguments attack(String name, StoqErrorCode code, Attack attack) {
        return Arguments.argumentSet(name, code, attack);
    }

    private static Arguments onCall(String name, StoqErrorCode code, Frame... frames) {
        return attack(name, code, (client, control, call) -> send(call, frames));
    }

    private static void send(ScriptedStream stream, Frame... frames) {
        for (Frame frame : frames) {
            stream.peerSends(FrameCodec.encode(frame), false);
        }
    }

    private static Arguments lieOnCall(String name, StoqErrorCode code, FrameType type, int size) {
        return attack(
                name,
                code,
                (client, control, call) -> call.peerSends(header(type, call.id(), size), false));
    }

    private static Arguments lieOnControl(String name, FrameType type, long about, int size) {
        return attack(
                name,
                StoqErrorCode.FRAME_MALFORMED,
                (client, control, call) -> control.peerSends(header(type, about, size), false));
    }

    static byte[] header(FrameType type, long about, int payloadBytes) {
        byte[] header = new byte[Frame.HEADER_BYTES];
        new FrameHeader(type, about, payloadBytes).write(ByteBuffer.wrap(header));
        return header;
    }

    /** The first bytes of a block that claims a length; it comes on the first stream for calls. */
    private static HeadersFrame blockOf(long totalBytes, int firstBytes) {
        return new HeadersFrame(0, totalBytes, new byte[firstBytes]);
    }

    static Stream<Arguments> frameLengthLies() {
        int most = Frame.MAX_PAYLOAD_BYTES;
        return Stream.of(
                lieOnCall(
                        "HEADERS that promise the most",
                        StoqErrorCode.FRAME_TOO_LARGE,
                        FrameType.HEADERS,
                        most),
                lieOnCall(
                        "HEADERS that promise a byte too much",
                        StoqErrorCode.FRAME_TOO_LARGE,
                        FrameType.HEADERS,
                        MAX_HEADER_BYTES + Long.BYTES + 1),
                lieOnCall(
                        "HEADERS of nothing", StoqErrorCode.FRAME_MALFORMED, FrameType.HEADERS, 0),
                onCall(
                        "a block that claims a byte too much",
                        StoqErrorCode.FRAME_TOO_LARGE,
                        blockOf(MAX_HEADER_BYTES + 1, 1)),
                onCall(
                        "a block that claims the most there is",
                        StoqErrorCode.FRAME_TOO_LARGE,
                        blockOf((1L << 62) - 1, 1)),
                attack(
                        "a block that is longer than it says",
                        StoqErrorCode.FRAME_MALFORMED,
                        (client, control, call) -> {
                            byte[] frame = FrameCodec.encode(blockOf(2, 3));
                            call.peerSends(frame, false);
                        }),
                attack(
                        "a frame that breaks off",
                        StoqErrorCode.FRAME_MALFORMED,
                        (client, control, call) -> {
                            byte[] frame = FrameCodec.encode(blockOf(9, 9));
                            call.peerSends(Arrays.copyOf(frame, frame.length - 1), true);
                        }),
                lieOnCall(
                        "RST_STREAM of the most",
                        StoqErrorCode.FRAME_MALFORMED,
                        FrameType.RST_STREAM,
                        most),
                lieOnControl("SETTINGS too long", FrameType.SETTINGS, Frame.CONNECTION, 4_097),
                lieOnControl("PING of the most", FrameType.PING, Frame.CONNECTION, most),
                lieOnControl("PING a byte too long", FrameType.PING, Frame.CONNECTION, 10),
                lieOnControl("PING of nothing", FrameType.PING, Frame.CONNECTION, 0),
                lieOnControl("GOAWAY too long", FrameType.GOAWAY, Frame.CONNECTION, 17),
                lieOnControl("PRIORITY too long", FrameType.PRIORITY, 0, 3),
                lieOnControl("RST_STREAM too long", FrameType.RST_STREAM, 0, 9),
                lieOnControl("WINDOW_UPDATE too long", FrameType.WINDOW_UPDATE, 0, 5),
                lieOnControl(
                        "an announcement of nothing",
                        FrameType.CHUNK_ANNOUNCE,
                        Frame.CONNECTION,
                        0),
                attack(
                        "PUSH_PROMISE too long",
                        StoqErrorCode.FRAME_MALFORMED,
                        (client, control, call) -> {
                            ScriptedStream push = client.peerOpens(false).orElseThrow();
                            push.peerSends(header(FrameType.PUSH_PROMISE, push.id(), 4_097), false);
                        }));
    }

    static Stream<Arguments> floodsOfContinuations() {
        return Stream.of(
                onCall(
                        "before any HEADERS",
                        StoqErrorCode.PROTOCOL_VIOLATION,
                        new ContinuationFrame(0, new byte[1])),
                onCall(
                        "of nothing",
                        StoqErrorCode.FRAME_MALFORMED,
                        blockOf(9, 1),
                        new ContinuationFrame(0, new byte[0])),
                onCall(
                        "beyond the block",
                        StoqErrorCode.FRAME_MALFORMED,
                        blockOf(9, 1),
                        new ContinuationFrame(0, new byte[4]),
                        new ContinuationFrame(0, new byte[5])),
                onCall(
                        "the longest for the shortest block",
                        StoqErrorCode.FRAME_MALFORMED,
                        blockOf(2, 1),
                        new ContinuationFrame(0, new byte[Frame.MAX_PAYLOAD_BYTES])),
                onCall(
                        "HEADERS in between",
                        StoqErrorCode.PROTOCOL_VIOLATION,
                        blockOf(9, 1),
                        blockOf(9, 1)),
                onCall(
                        "DATA in between",
                        StoqErrorCode.PROTOCOL_VIOLATION,
                        blockOf(9, 1),
                        new DataFrame(0, new byte[1])),
                attack(
                        "byte by byte, and on behind the block",
                        StoqErrorCode.PROTOCOL_VIOLATION,
                        (client, control, call) -> {
                            byte[] block = Request.of("shop", "echo", CborMap.EMPTY).encode();
                            send(call, new HeadersFrame(0, block.length, new byte[] {block[0]}));
                            for (int i = 1; i < block.length; i++) {
                                send(call, new ContinuationFrame(0, new byte[] {block[i]}));
                            }
                            for (int i = 0; i < 10_000; i++) {
                                send(call, new ContinuationFrame(0, new byte[1]));
                            }
                        }));
    }

    static Stream<Arguments> floodsOnTheControlStream() {
        return Stream.of(
                attack(
                        "PINGs",
                        StoqErrorCode.PROTOCOL_VIOLATION,
                        (client, control, call) -> {
                            for (int i = 0; i < 10_000; i++) {
                                send(control, new PingFrame(false, i));
                            }
                        }),
                attack(
                        "SETTINGS",
                        StoqErrorCode.SETTINGS_INVALID,
                        (client, control, call) ->
                                send(control, new SettingsFrame(false, Settings.DEFAULT))),
                attack(
                        "acknowledgements",
                        StoqErrorCode.SETTINGS_INVALID,
                        (client, control, call) ->
                                send(
                                        control,
                                        new SettingsFrame(true, Settings.DEFAULT),
                                        new SettingsFrame(true, Settings.DEFAULT))),
                attack(
                        "control streams",
                        StoqErrorCode.CONTROL_STREAM,
                        (client, control, call) -> HostNode.settingsOn(client)));
    }

    static Stream<Arguments> windowLies() {
        return Stream.of(
                attack(
                        "a byte more than the credit, for nobody who reads",
                        StoqErrorCode.CREDIT_EXCEEDED,
                        (client, control, call) -> {
                            // An unreadable head is refused, and its body gets no credit.
                            send(call, new HeadersFrame(0, 1, new byte[1]));
                            send(call, new DataFrame(0, new byte[CREDIT / 2]));
                            send(call, new DataFrame(0, new byte[CREDIT / 2]));
                            send(call, new DataFrame(0, new byte[1]));
                        }),
                lieOnControl("credit of nothing", FrameType.WINDOW_UPDATE, 0, 0),
                attack(
                        "credit that is negative",
                        StoqErrorCode.FRAME_MALFORMED,
                        (client, control, call) -> {
                            control.peerSends(header(FrameType.WINDOW_UPDATE, 0, 4), false);
                            control.peerSends(new byte[] {-1, -1, -1, -1}, false);
                        }));
    }

    @ParameterizedTest
    @MethodSource({
        "frameLengthLies",
        "floodsOfContinuations",
        "floodsOnTheControlStream",
        "windowLies"
    })
    void endsWithTheCodeThatNamesIt(StoqErrorCode code, Attack attack) throws Exception {
        Carrier.run(() -> {
            HostNode host = new HostNode();
            host.requireService();
            long threads = Carrier.virtualThreads();
            HostNode.Guest guest = host.admit(List.of(), 4, true);
            ScriptedStream control = HostNode.settingsOn(guest.connection());
            ScriptedStream call = guest.connection().peerOpens(true).orElseThrow();
            assertThat(call.id()).isZero();

            attack.by(guest.connection(), control, call);
            Carrier.settle();

            assertThat(guest.connection().endCode()).contains(code);
            assertThat(guest.connection().openStreams()).isZero();
            assertThat(host.guests()).isZero();
            assertThat(Carrier.virtualThreads()).isEqualTo(threads);
            host.requireService();
        });
        complaints.requireNone();
    }

    @AfterEach
    void stopListening() {
        complaints.close();
    }
}
