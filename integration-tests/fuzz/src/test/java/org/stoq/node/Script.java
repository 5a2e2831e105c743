package org.stoq.node;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.stoq.client.session.Session;
import org.stoq.fuzz.Carrier;
import org.stoq.fuzz.Input;
import org.stoq.fuzz.ScriptedStream;
import org.stoq.sdk.Digest;
import org.stoq.sdk.StoqErrorCode;
import org.stoq.sdk.StoqException;
import org.stoq.sdk.call.Reply;
import org.stoq.sdk.call.Request;
import org.stoq.sdk.call.Response;
import org.stoq.sdk.cbor.CborMap;
import org.stoq.sdk.frame.ChunkAnnounceFrame;
import org.stoq.sdk.frame.ContinuationFrame;
import org.stoq.sdk.frame.DataFrame;
import org.stoq.sdk.frame.Frame;
import org.stoq.sdk.frame.FrameCodec;
import org.stoq.sdk.frame.FrameHeader;
import org.stoq.sdk.frame.FrameType;
import org.stoq.sdk.frame.GoAwayFrame;
import org.stoq.sdk.frame.HeadersFrame;
import org.stoq.sdk.frame.PingFrame;
import org.stoq.sdk.frame.PriorityFrame;
import org.stoq.sdk.frame.PushPromise;
import org.stoq.sdk.frame.PushPromiseFrame;
import org.stoq.sdk.frame.RouteUpdateFrame;
import org.stoq.sdk.frame.RstStreamFrame;
import org.stoq.sdk.frame.Settings;
import org.stoq.sdk.frame.SettingsFrame;
import org.stoq.sdk.frame.WindowUpdateFrame;

/**
 * What a client does on its connection, decoded from a fuzz input: a byte of setup, then
 * operations. An operation is a byte (its low four bits: what; bit 4: let the node's threads run
 * before the next one; the rest: a choice), a byte that says on which stream, and what it needs.
 */
final class Script {
    private static final int MAX_OPERATIONS = 96;
    private static final int MAX_STREAMS = 6;
    private static final int FILLER_BYTES = 4_096;

    /** Sizes at which something changes: the header limit, the credit, a frame. */
    private static final int[] SIZES = {0, 1, 7, 1_023, 1_024, 1_025, 32_768, 65_535};

    private final Input input;
    private final HostNode.Guest guest;
    private final List<ScriptedStream> streams = new ArrayList<>();

    Script(HostNode host, byte[] bytes, List<X509Certificate> nodeChain) throws IOException {
        this.input = new Input(bytes);
        int setup = input.u8();
        boolean isNode = (setup & 1) != 0;
        boolean early = (setup & 2) != 0;
        this.guest = host.admit(isNode ? nodeChain : List.of(), MAX_STREAMS, !early);
        if ((setup & 4) == 0) {
            streams.add(HostNode.settingsOn(guest.connection()));
        }
        if ((setup & 8) == 0) {
            Carrier.settle();
        }
    }

    HostNode.Guest guest() {
        return guest;
    }

    void play() {
        for (int left = MAX_OPERATIONS; left > 0 && input.hasMore(); left--) {
            int operation = input.u8();
            if ((operation & 15) < 3) {
                open(operation);
            } else if (!streams.isEmpty()) {
                on(streams.get(input.u8() % streams.size()), operation);
            }
            if ((operation & 16) == 0) {
                Carrier.settle();
            }
        }
    }

    private void open(int operation) {
        switch (operation & 15) {
            case 0 -> guest.connection().peerOpens(true).ifPresent(streams::add);
            case 1 -> guest.connection().peerOpens(false).ifPresent(streams::add);
            default ->
                    guest.connection()
                            .peerOpens(true)
                            .ifPresent(stream -> {
                                streams.add(stream);
                                call(stream);
                            });
        }
    }

    private void on(ScriptedStream stream, int operation) {
        int choice = operation >>> 5;
        switch (operation & 15) {
            case 3 -> call(stream);
            case 4 -> stream.peerSends(FrameCodec.encode(frame(stream)), (choice & 1) == 1);
            case 5 -> stream.peerSends(input.bytes(input.u8()), (choice & 1) == 1);
            case 6 -> lie(stream, choice);
            case 7 -> filler(stream, choice);
            case 8 -> stream.peerResets(code());
            case 9 -> stream.peerSends(ending(stream), true);
            case 10 -> read(choice);
            case 11 -> nodeCalls(choice);
            case 12 -> guest.connection().peerFinishesHandshake();
            case 13 -> answer(stream);
            case 14 -> {
                if (choice == 7) {
                    nodeDoes(guest.session()::goAway);
                }
            }
            default -> {
                if (choice == 7) {
                    guest.connection().peerCloses(StoqErrorCode.CONNECTION_LOST);
                }
            }
        }
    }

    /** A call as it should be, or nearly. */
    private void call(ScriptedStream stream) {
        int method = input.u8();
        Request request =
                Request.of(
                        (method & 64) == 0 ? "shop" : "elsewhere",
                        HostNode.METHODS.get(method % HostNode.METHODS.size()),
                        CborMap.EMPTY);
        if ((method & 128) != 0) {
            request =
                    new Request(
                            request.service(),
                            request.method(),
                            input.u8(),
                            Duration.ofMillis(input.i64() | 1L << 32),
                            OptionalLong.of(input.i64()),
                            Optional.of("k"),
                            CborMap.EMPTY);
        }
        byte[] head = HostNode.head(stream.id(), request);
        int end = input.u8();
        if ((end & 1) == 0) {
            stream.peerSends(head, false);
        } else {
            int cut = (end >>> 1) % head.length;
            stream.peerSends(Arrays.copyOf(head, cut), false);
            stream.peerSends(Arrays.copyOfRange(head, cut, head.length), false);
        }
    }

    private Frame frame(ScriptedStream stream) {
        int what = input.u8();
        long about = (what & 16) == 0 ? stream.id() : input.u8();
        int size = SIZES[what >>> 5];
        return switch (FrameType.ofCode(what & 15).orElse(FrameType.DATA)) {
            case DATA -> new DataFrame(about, new byte[size]);
            case HEADERS -> new HeadersFrame(about, input.u16(), input.bytes(input.u8()));
            case PRIORITY -> new PriorityFrame(about, input.u8() & 7, (what & 32) != 0);
            case RST_STREAM -> new RstStreamFrame(about, input.u8());
            case SETTINGS -> new SettingsFrame((what & 32) != 0, new Settings(1, 1 << 10, 1 << 16));
            case PUSH_PROMISE ->
                    new PushPromiseFrame(
                            about,
                            new PushPromise(
                                    Digest.of(new byte[0]),
                                    1 + input.u16(),
                                    PushPromise.Kind.values()[input.u8() & 1],
                                    "n"));
            case PING -> new PingFrame((what & 32) != 0, input.u8());
            case GOAWAY -> new GoAwayFrame(input.u8(), input.u8());
            case WINDOW_UPDATE -> new WindowUpdateFrame(about, 1 + input.u16());
            case CONTINUATION -> new ContinuationFrame(about, new byte[Math.max(1, size)]);
            case CHUNK_ANNOUNCE -> new ChunkAnnounceFrame(new byte[Math.max(1, size)]);
            case ROUTE_UPDATE -> new RouteUpdateFrame(input.u8(), input.bytes(input.u8()));
        };
    }

    /** A header that promises more than comes, or something else. */
    private void lie(ScriptedStream stream, int choice) {
        byte[] header = new byte[Frame.HEADER_BYTES];
        FrameType type = FrameType.ofCode(input.u8() % 12).orElseThrow();
        long about = (choice & 1) == 0 ? stream.id() : Frame.CONNECTION;
        new FrameHeader(type, about, input.u16()).write(ByteBuffer.wrap(header));
        stream.peerSends(header, false);
        stream.peerSends(input.bytes(input.u8()), (choice & 2) != 0);
    }

    /** Bytes that mean nothing, many of them. */
    private void filler(ScriptedStream stream, int choice) {
        byte[] filler = new byte[FILLER_BYTES << (choice & 3)];
        Arrays.fill(filler, (byte) input.u8());
        stream.peerSends(filler, (choice & 4) != 0);
    }

    private static byte[] ending(ScriptedStream stream) {
        return FrameCodec.encode(new DataFrame(stream.id(), new byte[0]));
    }

    private StoqErrorCode code() {
        StoqErrorCode[] codes = StoqErrorCode.values();
        return codes[input.u8() % codes.length];
    }

    /** The client reads some of what the node has sent; it meets the node's streams here too. */
    private void read(int choice) {
        guest.connection().peerAccepts().ifPresent(streams::add);
        streams.forEach(stream -> stream.peerReads(1 << (2 * choice + 2)));
    }

    /** The node calls the client: both sides are alike. */
    private void nodeCalls(int choice) {
        Session session = guest.session();
        nodeDoes(() -> {
            try (Reply reply =
                    session.call(Request.of("client", "method" + choice, CborMap.EMPTY))) {
                ByteBuffer part = ByteBuffer.allocate(512);
                while (reply.body().read(part) >= 0) {
                    part.clear();
                }
            }
        });
    }

    /** Something that the node begins, and that ends well or with any code that has a name. */
    private static void nodeDoes(Deed deed) {
        Thread.ofVirtual()
                .name("fuzz-node")
                .start(() -> {
                    try {
                        deed.run();
                    } catch (StoqException e) {
                        // Any code will do, for the peer may have chosen it.
                    } catch (IOException e) {
                        throw new AssertionError("a failure without a name", e);
                    }
                });
    }

    /** What the node does by itself. */
    @FunctionalInterface
    private interface Deed {
        void run() throws IOException;
    }

    /** An answer to a call of the node's. */
    private void answer(ScriptedStream stream) {
        int what = input.u8();
        Response response =
                (what & 1) == 0
                        ? Response.ok(CborMap.EMPTY)
                        : Response.failed(new StoqException(code(), "no"));
        if ((what & 2) != 0) {
            response = response.withBody(input.u8());
        }
        byte[] block = response.encode();
        stream.peerSends(
                FrameCodec.encode(new HeadersFrame(stream.id(), block.length, block)),
                (what & 4) != 0);
    }
}
