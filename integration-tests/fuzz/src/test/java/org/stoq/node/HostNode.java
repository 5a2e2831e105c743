package org.stoq.node;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ReadableByteChannel;
import java.nio.channels.WritableByteChannel;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.stoq.client.session.Session;
import org.stoq.client.session.SessionOptions;
import org.stoq.fuzz.Carrier;
import org.stoq.fuzz.Oracle;
import org.stoq.fuzz.ScriptedConnection;
import org.stoq.fuzz.ScriptedStream;
import org.stoq.sdk.Digest;
import org.stoq.sdk.NodeId;
import org.stoq.sdk.StoqErrorCode;
import org.stoq.sdk.StoqException;
import org.stoq.sdk.call.Call;
import org.stoq.sdk.call.Methods;
import org.stoq.sdk.call.MethodsAdapter;
import org.stoq.sdk.call.Request;
import org.stoq.sdk.call.Response;
import org.stoq.sdk.call.Role;
import org.stoq.sdk.cbor.CborMap;
import org.stoq.sdk.frame.ChunkAnnounceFrame;
import org.stoq.sdk.frame.DataFrame;
import org.stoq.sdk.frame.Frame;
import org.stoq.sdk.frame.FrameCodec;
import org.stoq.sdk.frame.FrameHeader;
import org.stoq.sdk.frame.HaveList;
import org.stoq.sdk.frame.HeadersFrame;
import org.stoq.sdk.frame.LinkStateAdvert;
import org.stoq.sdk.frame.PushPromise;
import org.stoq.sdk.frame.RouteUpdateFrame;
import org.stoq.sdk.frame.Settings;
import org.stoq.sdk.frame.SettingsFrame;
import org.stoq.sdk.node.Peer;
import org.stoq.sdk.node.PeerListener;

/**
 * The sessions of a node as they are, with a service of methods that behave in every way there is,
 * and one honest client. Used on the {@link Carrier}.
 */
final class HostNode {
    /** Methods of the service {@code shop}. */
    static final List<String> METHODS =
            List.of("echo", "large", "wait", "refuse", "half", "none", "secret", "lost");

    /** The least that SETTINGS may say, so that short inputs go beyond it. */
    static final SessionOptions OPTIONS =
            new SessionOptions(
                    new Settings(1, 1 << 10, 1 << 16),
                    Duration.ZERO,
                    false,
                    Duration.ofMillis(1),
                    Duration.ofMinutes(5));

    private static final int LARGE_BYTES = 1 << 18;
    private static final int LARGE_PART_BYTES = 1 << 12;
    private static final ByteBuffer PART = ByteBuffer.allocate(LARGE_PART_BYTES).asReadOnlyBuffer();

    private final NodeSessions sessions;
    private final ScriptedConnection honest = new ScriptedConnection(List.of(), 1);

    /** A client that is a script, and the session with it. */
    record Guest(ScriptedConnection connection, Session session) {}

    /** Makes one whose listener judges what is announced, and takes what is pushed. */
    HostNode() throws IOException {
        this(new Ear());
    }

    HostNode(PeerListener ear) throws IOException {
        AdapterTable adapters = new AdapterTable();
        adapters.add(new Shop(), 0);
        this.sessions =
                new NodeSessions(
                        new Dispatch(adapters, List::of),
                        () -> List.of(ear),
                        new PeerTable(),
                        new NodeId(Digest.of(new byte[0])),
                        () -> true);
        honest.peerFinishesHandshake();
        Session session = sessions.begin(honest, OPTIONS);
        Carrier.settle();
        Oracle.require(session.isOpen(), "the honest client is in");
        settingsOn(honest);
    }

    /** Lets one more client in. */
    Guest admit(List<X509Certificate> chain, int maxStreams, boolean handshakeDone)
            throws IOException {
        return admit(chain, maxStreams, handshakeDone, OPTIONS);
    }

    Guest admit(
            List<X509Certificate> chain,
            int maxStreams,
            boolean handshakeDone,
            SessionOptions options)
            throws IOException {
        ScriptedConnection connection = new ScriptedConnection(chain, maxStreams);
        if (handshakeDone) {
            connection.peerFinishesHandshake();
        }
        return new Guest(connection, sessions.begin(connection, options));
    }

    /** Returns how many sessions there are beside that of the honest client. */
    int guests() {
        return sessions.count() - 1;
    }

    /** Opens a client's control stream as it should be. */
    static ScriptedStream settingsOn(ScriptedConnection connection) {
        ScriptedStream control = connection.peerOpens(false).orElseThrow();
        SettingsFrame settings = new SettingsFrame(false, new Settings(1, 1 << 14, 1 << 16));
        control.peerSends(FrameCodec.encode(settings), false);
        return control;
    }

    /** Returns the head of a call as bytes. */
    static byte[] head(long streamId, Request request) {
        byte[] block = request.encode();
        return FrameCodec.encode(new HeadersFrame(streamId, block.length, block));
    }

    /** Requires that the honest client gets its answer. */
    void requireService() throws StoqException {
        ScriptedStream stream = honest.peerOpens(true).orElseThrow();
        Request request = Request.of("shop", "echo", CborMap.builder().put(1, 7).build());
        stream.peerSends(head(stream.id(), request), false);
        stream.peerSends(FrameCodec.encode(new DataFrame(stream.id(), new byte[0])), true);
        Carrier.settle();
        ByteBuffer answer = ByteBuffer.wrap(stream.peerReads(Integer.MAX_VALUE));
        Oracle.require(answer.remaining() > Frame.HEADER_BYTES, "an answer comes");
        FrameHeader header = FrameHeader.read(answer);
        byte[] payload = new byte[header.length()];
        answer.get(payload);
        Response response =
                Response.decode(((HeadersFrame) FrameCodec.decode(header, payload)).fragment());
        Oracle.same(7L, response.orThrow().results().integer(1), "the honest client's answer");
    }

    /** Hears announcements and takes pushes, as far as a node must to judge them. */
    private static final class Ear implements PeerListener {
        @Override
        public void connected(Peer peer) {}

        @Override
        public void disconnected(Peer peer) {}

        @Override
        public void announced(Peer peer, Frame frame) throws StoqException {
            if (frame instanceof ChunkAnnounceFrame announce) {
                HaveList.verify(announce.signed());
            } else if (frame instanceof RouteUpdateFrame update) {
                LinkStateAdvert.verify(update.signed());
            }
        }

        @Override
        public boolean pushed(Peer peer, PushPromise promise, ReadableByteChannel body)
                throws StoqException {
            if (promise.kind() == PushPromise.Kind.CHUNK) {
                return false;
            }
            try {
                return drain(body) >= 0;
            } catch (StoqException e) {
                throw e;
            } catch (IOException e) {
                throw new AssertionError("a failure without a name", e);
            }
        }
    }

    private static int drain(ReadableByteChannel body) throws IOException {
        ByteBuffer buffer = ByteBuffer.allocate(1 << 10);
        int total = 0;
        while (body.read(buffer) >= 0) {
            total += buffer.position();
            buffer.clear();
        }
        return total;
    }

    /** Answers in every way there is. */
    private static final class Shop implements MethodsAdapter {
        private final Methods methods =
                Methods.of("shop")
                        .addRead("echo", Role.ANONYMOUS, Shop::echo)
                        .add("large", Role.ANONYMOUS, Shop::large)
                        .add("wait", Role.ANONYMOUS, Shop::waits)
                        .add("refuse", Role.ANONYMOUS, Shop::refuse)
                        .add("half", Role.ANONYMOUS, Shop::half)
                        .add("none", Role.ANONYMOUS, call -> {})
                        .add("secret", Role.NODE, Shop::echo)
                        .build();

        private static void echo(Call call) throws IOException {
            int length = drain(call.body());
            Response head = Response.ok(call.request().arguments()).withBody(length);
            try (WritableByteChannel body = call.respond(head)) {
                body.write(ByteBuffer.allocate(length));
            }
        }

        private static void large(Call call) throws IOException {
            ByteBuffer part = PART.duplicate();
            try (WritableByteChannel body = call.respond(Response.ok())) {
                for (int sent = 0; sent < LARGE_BYTES; sent += LARGE_PART_BYTES) {
                    body.write(part.clear());
                }
            }
        }

        private static void waits(Call call) throws IOException {
            try {
                new CountDownLatch(1).await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new StoqException(StoqErrorCode.CANCELLED, "interrupted", e);
            }
        }

        private static void refuse(Call call) throws IOException {
            throw new StoqException(StoqErrorCode.CONFLICT, "never");
        }

        private static void half(Call call) throws IOException {
            call.respond(Response.ok()).write(ByteBuffer.allocate(100));
            throw new StoqException(StoqErrorCode.UNAVAILABLE, "no more");
        }

        @Override
        public Methods methods() {
            return methods;
        }
    }
}
