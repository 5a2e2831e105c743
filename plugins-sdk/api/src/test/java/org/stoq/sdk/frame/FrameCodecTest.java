package org.stoq.sdk.frame;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.stoq.sdk.Digest;
import org.stoq.sdk.NodeId;
import org.stoq.sdk.StoqErrorCode;
import org.stoq.sdk.StoqException;
import org.stoq.sdk.cose.Ed25519Signer;
import org.stoq.sdk.routing.Link;

class FrameCodecTest {
    private static final Ed25519Signer SIGNER = new Ed25519Signer(new byte[32]);
    private static final NodeId OTHER = new NodeId(Digest.of(new byte[] {1}));

    static Stream<Frame> frames() {
        return Stream.of(
                new DataFrame(4, new byte[] {1, 2, 3}),
                new HeadersFrame(4, 16_000, new byte[] {9}),
                new ContinuationFrame(4, new byte[] {8}),
                new PriorityFrame(8, 7, true),
                new RstStreamFrame(4, StoqErrorCode.CANCELLED.wireCode()),
                new SettingsFrame(false, new Settings(1, 2_048, 65_536)),
                new SettingsFrame(true, Settings.DEFAULT),
                new PushPromiseFrame(
                        7,
                        new PushPromise(
                                Digest.of(new byte[0]), 10, PushPromise.Kind.MANIFEST, "a/b")),
                new PingFrame(true, Long.MIN_VALUE),
                new GoAwayFrame(400, StoqErrorCode.GOING_AWAY.wireCode()),
                new WindowUpdateFrame(0xFFFF_FFFEL, Integer.MAX_VALUE),
                new ChunkAnnounceFrame(
                        new HaveList(List.of(new HaveList.Entry(Digest.of(new byte[0]), 5, 60)))
                                .sign(SIGNER)),
                new RouteUpdateFrame(
                        255,
                        new LinkStateAdvert(
                                        SIGNER.id(),
                                        3,
                                        List.of(new Link(SIGNER.id(), OTHER, 100, 0, 5)))
                                .sign(SIGNER)));
    }

    @ParameterizedTest
    @MethodSource("frames")
    void survivesTheWire(Frame frame) throws StoqException {
        byte[] bytes = FrameCodec.encode(frame);
        Frame read = decode(bytes);
        assertThat(read).usingRecursiveComparison().isEqualTo(frame);
        assertThat(FrameCodec.encode(read)).isEqualTo(bytes);
    }

    @Test
    void everyTypeIsTried() {
        EnumSet<FrameType> tried = EnumSet.noneOf(FrameType.class);
        frames().forEach(frame -> tried.add(frame.type()));
        assertThat(tried).isEqualTo(EnumSet.allOf(FrameType.class));
    }

    /** The header of the seed: type (1), stream id (4), length (2), big-endian. */
    @ParameterizedTest
    @CsvSource({
        "0000000004000161, DATA, 4, 1",
        "04ffffffff000101, SETTINGS, 4294967295, 1",
        "0bfffffffeffff, ROUTE_UPDATE, 4294967294, 65535"
    })
    void headersAreThoseOfTheSeed(String hex, FrameType type, long stream, int length)
            throws StoqException {
        byte[] bytes = HexFormat.of().parseHex(hex);
        FrameHeader header = FrameHeader.read(ByteBuffer.wrap(bytes));
        assertThat(header).isEqualTo(new FrameHeader(type, stream, length));
        ByteBuffer written = ByteBuffer.allocate(Frame.HEADER_BYTES);
        header.write(written);
        assertThat(written.array()).isEqualTo(Arrays.copyOf(bytes, 7));
    }

    @ParameterizedTest
    @CsvSource({
        "0c000000040000, FRAME_MALFORMED", // no such type
        "00ffffffff0000, STREAM_MISMATCH", // DATA about the connection
        "06000000040000, STREAM_MISMATCH", // PING about a stream
        "01000000040000, FRAME_MALFORMED", // HEADERS without length
        "0100000004000140, FRAME_MALFORMED", // HEADERS with half a length
        "0100000004000300ffff, FRAME_MALFORMED", // HEADERS longer than its block
        "09000000040000, FRAME_MALFORMED", // empty CONTINUATION
        "020000000400020800, FRAME_MALFORMED", // urgency 8
        "020000000400020102, FRAME_MALFORMED", // incremental 2
        "030000000400020000, FRAME_MALFORMED", // short RST_STREAM
        "04ffffffff0000, FRAME_MALFORMED", // SETTINGS without kind
        "04ffffffff000102, FRAME_MALFORMED", // SETTINGS of kind 2
        "04ffffffff00020100, FRAME_MALFORMED", // acknowledgement with content
        "04ffffffff000900a3010102000300, SETTINGS_INVALID", // impossible values
        "04ffffffff000200a0, SETTINGS_INVALID", // no values
        "04ffffffff000200ff, SETTINGS_INVALID", // no map
        "06ffffffff000100, FRAME_MALFORMED", // short PING
        "07ffffffff000100, FRAME_MALFORMED", // short GOAWAY
        "0800000004000400000000, FRAME_MALFORMED", // no credit
        "0800000004000480000000, FRAME_MALFORMED", // credit of 2^31
        "0affffffff0000, FRAME_MALFORMED", // empty announcement
        "0bffffffff0000, FRAME_MALFORMED" // empty update
    })
    void refusesWhatIsMalformed(String hex, StoqErrorCode code) {
        byte[] bytes = HexFormat.of().parseHex(hex);
        assertThat(catchThrowableOfType(StoqException.class, () -> decode(bytes)).code())
                .isEqualTo(code);
    }

    @Test
    void aPayloadFillsTwoBytesOfLengthAndNoMore() {
        assertThat(FrameCodec.encode(new DataFrame(0, new byte[65_535]))).hasSize(65_542);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> FrameCodec.encode(new DataFrame(0, new byte[65_536])));
    }

    @Test
    void signedListsNameTheirSigner() throws StoqException {
        byte[] have =
                new HaveList(List.of(new HaveList.Entry(Digest.of(new byte[0]), 5, 60)))
                        .sign(SIGNER);
        assertThat(HaveList.verify(have).holder()).isEqualTo(SIGNER.id());
        assertThat(
                        catchThrowableOfType(
                                        StoqException.class, () -> LinkStateAdvert.verify(have))
                                .code())
                .isEqualTo(StoqErrorCode.INTEGRITY);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new LinkStateAdvert(OTHER, 1, List.of()).sign(SIGNER));
    }

    @Test
    void variableLengthIntegersAgreeWithTheStandard() throws StoqException {
        // RFC 9000 appendix A.1.
        long[] values = {151_288_809_941_952_652L, 494_878_333, 15_293, 37};
        String[] encodings = {"c2197c5eff14e88c", "9d7f3e7d", "7bbd", "25"};
        for (int i = 0; i < values.length; i++) {
            byte[] encoded = HexFormat.of().parseHex(encodings[i]);
            assertThat(VarInt.encode(values[i])).isEqualTo(encoded);
            assertThat(VarInt.read(ByteBuffer.wrap(encoded))).isEqualTo(values[i]);
        }
    }

    @Test
    void noInputDoesMoreThanRefuse() {
        Random random = new Random(7);
        List<byte[]> seeds = frames().map(FrameCodec::encode).toList();
        int accepted = 0;
        for (int i = 0; i < 100_000; i++) {
            byte[] input = seeds.get(random.nextInt(seeds.size())).clone();
            for (int flips = random.nextInt(3); flips >= 0; flips--) {
                input[random.nextInt(input.length)] = (byte) random.nextInt();
            }
            try {
                decode(input);
                accepted++;
            } catch (StoqException e) {
                assertThat(e.code()).isNotEqualTo(StoqErrorCode.INTERNAL);
            }
        }
        assertThat(accepted).isPositive();
    }

    /** Decodes a frame whose length field says no more than is there. */
    private static Frame decode(byte[] bytes) throws StoqException {
        ByteBuffer in = ByteBuffer.wrap(bytes);
        FrameHeader header = FrameHeader.read(in);
        byte[] payload = new byte[Math.min(header.length(), in.remaining())];
        in.get(payload);
        return FrameCodec.decode(header, payload);
    }
}
