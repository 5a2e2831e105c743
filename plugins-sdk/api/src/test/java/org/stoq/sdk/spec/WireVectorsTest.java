package org.stoq.sdk.spec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.stoq.sdk.Digest;
import org.stoq.sdk.NodeId;
import org.stoq.sdk.StoqErrorCode;
import org.stoq.sdk.StoqException;
import org.stoq.sdk.call.Request;
import org.stoq.sdk.call.Response;
import org.stoq.sdk.cbor.CborMap;
import org.stoq.sdk.cose.CoseSign1;
import org.stoq.sdk.cose.Ed25519Signer;
import org.stoq.sdk.cose.SigningDomain;
import org.stoq.sdk.frame.ChunkAnnounceFrame;
import org.stoq.sdk.frame.ContinuationFrame;
import org.stoq.sdk.frame.DataFrame;
import org.stoq.sdk.frame.Frame;
import org.stoq.sdk.frame.FrameCodec;
import org.stoq.sdk.frame.FrameHeader;
import org.stoq.sdk.frame.FrameType;
import org.stoq.sdk.frame.GoAwayFrame;
import org.stoq.sdk.frame.HaveList;
import org.stoq.sdk.frame.HeadersFrame;
import org.stoq.sdk.frame.LinkStateAdvert;
import org.stoq.sdk.frame.PingFrame;
import org.stoq.sdk.frame.PriorityFrame;
import org.stoq.sdk.frame.PushPromise;
import org.stoq.sdk.frame.PushPromiseFrame;
import org.stoq.sdk.frame.RouteUpdateFrame;
import org.stoq.sdk.frame.RstStreamFrame;
import org.stoq.sdk.frame.Settings;
import org.stoq.sdk.frame.SettingsFrame;
import org.stoq.sdk.frame.WindowUpdateFrame;
import org.stoq.sdk.routing.Link;

/** The published test vectors (docs/spec/vectors) say what this implementation does. */
class WireVectorsTest {
    /** The secret key of RFC 8032 s.7.1, test 1. */
    private static final Ed25519Signer SIGNER =
            new Ed25519Signer(
                    HexFormat.of()
                            .parseHex(
                                    "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60"));

    private static final Digest EMPTY = Digest.of(new byte[0]);
    private static final byte[] REQUEST =
            Request.of("content", "get", CborMap.builder().put(1, "a/b").build())
                    .within(Duration.ofSeconds(30))
                    .encode();
    private static final HaveList HAVE = new HaveList(List.of(new HaveList.Entry(EMPTY, 5, 60)));
    private static final LinkStateAdvert LINKS =
            new LinkStateAdvert(
                    SIGNER.id(),
                    3,
                    List.of(new Link(SIGNER.id(), new NodeId(EMPTY), 250, 1_000_000_000, 5)));

    /** One line: what it is called, its bytes, and what is to know of them. */
    record Vector(String name, String hex, String meaning) {
        byte[] bytes() {
            return HexFormat.of().parseHex(hex);
        }

        @Override
        public String toString() {
            return name;
        }
    }

    private static List<Vector> read(String file) throws IOException {
        Path folder =
                Path.of(System.getProperty("basedir", ".")).resolve("../../docs/spec/vectors");
        return Files.readAllLines(folder.resolve(file)).stream()
                .filter(line -> !line.isBlank() && !line.startsWith("#"))
                .map(line -> line.split("\\s*;\\s*", 3))
                .map(parts -> new Vector(parts[0], parts[1], parts[2]))
                .toList();
    }

    static Map<String, Frame> frames() {
        Map<String, Frame> frames = new LinkedHashMap<>();
        frames.put("data", new DataFrame(4, new byte[] {1, 2, 3}));
        frames.put("data-empty", new DataFrame(0xFFFF_FFFEL, new byte[0]));
        frames.put("headers-whole", new HeadersFrame(0, REQUEST.length, REQUEST));
        frames.put("headers-begin", new HeadersFrame(4, 16_000, new byte[] {(byte) 0xA1}));
        frames.put("continuation", new ContinuationFrame(4, new byte[] {1, 2}));
        frames.put("priority", new PriorityFrame(8, 0, true));
        frames.put("priority-last", new PriorityFrame(8, 7, false));
        frames.put("rst-stream", new RstStreamFrame(4, StoqErrorCode.CANCELLED.wireCode()));
        frames.put("settings", new SettingsFrame(false, Settings.DEFAULT));
        frames.put("settings-ack", new SettingsFrame(true, Settings.DEFAULT));
        frames.put(
                "push-promise",
                new PushPromiseFrame(
                        6, new PushPromise(EMPTY, 10, PushPromise.Kind.MANIFEST, "a/b")));
        frames.put("ping", new PingFrame(false, 7));
        frames.put("ping-ack", new PingFrame(true, -1));
        frames.put("goaway", new GoAwayFrame(400, StoqErrorCode.NO_ERROR.wireCode()));
        frames.put("window-update", new WindowUpdateFrame(4, 1 << 20));
        frames.put("window-update-most", new WindowUpdateFrame(4, Integer.MAX_VALUE));
        frames.put("chunk-announce", new ChunkAnnounceFrame(HAVE.sign(SIGNER)));
        frames.put("route-update", new RouteUpdateFrame(10, LINKS.sign(SIGNER)));
        return frames;
    }

    static Map<String, byte[]> headers() {
        Map<String, byte[]> blocks = new LinkedHashMap<>();
        blocks.put("request", REQUEST);
        blocks.put(
                "request-with-all",
                new Request(
                                "content",
                                "put",
                                1,
                                Duration.ofHours(1),
                                OptionalLong.of(1_000),
                                Optional.of("once"),
                                CborMap.builder().put(1, "a/b").build())
                        .encode());
        blocks.put("response", Response.ok().encode());
        blocks.put(
                "response-with-results",
                Response.ok(CborMap.builder().put(3, 1_000).build()).withBody(1_000).encode());
        blocks.put(
                "response-refusing",
                Response.failed(new StoqException(StoqErrorCode.NOT_FOUND, "no such name"))
                        .encode());
        return blocks;
    }

    static Map<String, byte[]> signed() {
        Map<String, byte[]> objects = new LinkedHashMap<>();
        objects.put(
                "sign1",
                CoseSign1.sign(SIGNER, new SigningDomain("test", "text"), new byte[] {1, 2, 3})
                        .encoded());
        objects.put("have-list", HAVE.sign(SIGNER));
        objects.put("link-state", LINKS.sign(SIGNER));
        return objects;
    }

    @Test
    void everyTypeOfFrameHasAVector() {
        assertThat(frames().values().stream().map(Frame::type).distinct())
                .containsExactlyInAnyOrder(FrameType.values());
    }

    static Stream<Vector> frameVectors() throws IOException {
        assertThat(read("frames.txt").stream().map(Vector::name))
                .containsExactlyElementsOf(frames().keySet());
        return read("frames.txt").stream();
    }

    @ParameterizedTest
    @MethodSource("frameVectors")
    void framesAreEncodedAndDecodedAsPublished(Vector vector) throws StoqException {
        Frame frame = Objects.requireNonNull(frames().get(vector.name));
        assertThat(FrameCodec.encode(frame)).isEqualTo(vector.bytes());
        assertThat(decode(vector.bytes())).usingRecursiveComparison().isEqualTo(frame);
    }

    static Stream<Vector> refusedVectors() throws IOException {
        return read("refused-frames.txt").stream();
    }

    @ParameterizedTest
    @MethodSource("refusedVectors")
    void badFramesAreRefusedAsPublished(Vector vector) {
        StoqException refusal =
                catchThrowableOfType(StoqException.class, () -> decode(vector.bytes()));
        assertThat(refusal).isNotNull();
        assertThat(refusal.code().name()).isEqualTo(vector.name);
    }

    @Test
    void headerBlocksAreEncodedAndDecodedAsPublished() throws Exception {
        List<Vector> vectors = read("headers.txt");
        assertThat(vectors.stream().map(Vector::name))
                .containsExactlyElementsOf(headers().keySet());
        for (Vector vector : vectors) {
            assertThat(vector.bytes()).as(vector.name).isEqualTo(headers().get(vector.name));
            byte[] again =
                    vector.name.startsWith("request")
                            ? Request.decode(vector.bytes()).encode()
                            : Response.decode(vector.bytes()).encode();
            assertThat(again).isEqualTo(vector.bytes());
        }
    }

    @Test
    void signedObjectsAreMadeAndVerifiedAsPublished() throws Exception {
        List<Vector> vectors = read("cose.txt");
        assertThat(vectors.stream().map(Vector::name)).containsExactlyElementsOf(signed().keySet());
        for (Vector vector : vectors) {
            assertThat(vector.bytes()).as(vector.name).isEqualTo(signed().get(vector.name));
        }
        CoseSign1 plain =
                CoseSign1.verify(vectors.get(0).bytes(), new SigningDomain("test", "text"));
        assertThat(plain.payload()).containsExactly(1, 2, 3);
        assertThat(plain.signer()).isEqualTo(SIGNER.id());
        assertThat(HaveList.verify(vectors.get(1).bytes()).entries()).isEqualTo(HAVE.entries());
        assertThat(LinkStateAdvert.verify(vectors.get(2).bytes())).isEqualTo(LINKS);
    }

    private static Frame decode(byte[] bytes) throws StoqException {
        ByteBuffer in = ByteBuffer.wrap(bytes);
        FrameHeader header = FrameHeader.read(in);
        byte[] payload = new byte[in.remaining()];
        in.get(payload);
        assertThat(payload).hasSize(header.length());
        return FrameCodec.decode(header, payload);
    }
}
