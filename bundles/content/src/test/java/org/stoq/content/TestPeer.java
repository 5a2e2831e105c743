package org.stoq.content;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.ReadableByteChannel;
import java.nio.channels.WritableByteChannel;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import org.stoq.sdk.Digest;
import org.stoq.sdk.NodeId;
import org.stoq.sdk.StoqErrorCode;
import org.stoq.sdk.StoqException;
import org.stoq.sdk.call.Call;
import org.stoq.sdk.call.Caller;
import org.stoq.sdk.call.Reply;
import org.stoq.sdk.call.Request;
import org.stoq.sdk.call.Response;
import org.stoq.sdk.call.Role;
import org.stoq.sdk.frame.Frame;
import org.stoq.sdk.frame.PushPromise;
import org.stoq.sdk.node.Peer;

/** How one node sees another: calls run the other's adapter, on a thread of their own. */
final class TestPeer implements Peer {
    private final TestNode from;
    private final TestNode to;

    /** Digests that were asked for with {@code chunks}, in order. */
    final List<Digest> asked = new CopyOnWriteArrayList<>();

    final ConcurrentLinkedQueue<String> methods = new ConcurrentLinkedQueue<>();
    volatile boolean dead;
    volatile Duration roundTrip = Duration.ofMillis(1);

    /** What is done to the other's answers. */
    volatile Meddling meddling = (request, body) -> body;

    /** Sees every call before it is made. */
    volatile Gate gate = request -> {};

    /** Runs before each push. */
    volatile Runnable beforePush = () -> {};

    /** Changes the body of an answer on its way. */
    @FunctionalInterface
    interface Meddling {
        ReadableByteChannel with(Request request, ReadableByteChannel body);
    }

    /** May hold a call up, or refuse it. */
    @FunctionalInterface
    interface Gate {
        void before(Request request) throws IOException;
    }

    TestPeer(TestNode from, TestNode to) {
        this.from = from;
        this.to = to;
    }

    @Override
    public NodeId id() {
        return to.id();
    }

    @Override
    public InetSocketAddress address() {
        return new InetSocketAddress(InetAddress.ofLiteral("::1"), 4433);
    }

    @Override
    public Duration roundTrip() {
        return roundTrip;
    }

    @Override
    public boolean isConnected() {
        return !dead;
    }

    @Override
    public Reply call(Request request) throws IOException {
        requireAlive();
        gate.before(request);
        methods.add(request.method());
        if (request.method().equals(ChunkTransfer.METHOD)) {
            asked.addAll(ChunkTransfer.digests(request.arguments()));
        }
        if (!Role.NODE.includes(to.adapter.requiredRole(request.method()))) {
            throw new StoqException(StoqErrorCode.FORBIDDEN, request.method());
        }
        Pipe pipe = new Pipe();
        CompletableFuture<Response> head = new CompletableFuture<>();
        Caller caller = new Caller(Optional.of(from.id()), Role.NODE, address());
        // Through the codec, as over a wire.
        Request decoded = Request.decode(request.encode());
        Thread.ofVirtual().start(() -> answer(new InMemoryCall(decoded, caller, head, pipe)));
        Response response;
        try {
            response = head.get();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new StoqException(StoqErrorCode.CANCELLED, "interrupted", e);
        } catch (ExecutionException e) {
            throw new IllegalStateException(e);
        }
        requireAlive();
        response.orThrow();
        ReadableByteChannel body = meddling.with(request, pipe.out);
        return new Reply() {
            @Override
            public Response response() {
                return response;
            }

            @Override
            public ReadableByteChannel body() {
                return body;
            }

            @Override
            public void close() {
                pipe.abandon();
            }
        };
    }

    @Override
    public void send(Frame frame) throws IOException {
        requireAlive();
        to.parts.gossip().announced(to.peer(from), frame);
    }

    @Override
    public boolean push(PushPromise promise, ByteBuffer body) throws IOException {
        requireAlive();
        beforePush.run();
        byte[] bytes = new byte[body.remaining()];
        body.get(bytes);
        return to.parts
                .gossip()
                .pushed(
                        to.peer(from),
                        promise,
                        Channels.newChannel(new ByteArrayInputStream(bytes)));
    }

    private void requireAlive() throws StoqException {
        if (dead) {
            throw new StoqException(StoqErrorCode.CONNECTION_LOST, "the peer is dead");
        }
    }

    private void answer(InMemoryCall call) {
        try {
            to.adapter.handle(call);
            call.pipe.end(null);
            call.head.complete(Response.ok());
        } catch (IOException | RuntimeException e) {
            StoqException failure =
                    e instanceof StoqException named
                            ? named
                            : new StoqException(StoqErrorCode.INTERNAL, String.valueOf(e), e);
            call.pipe.end(failure);
            call.head.complete(Response.failed(failure));
        }
    }

    private record InMemoryCall(
            Request request, Caller caller, CompletableFuture<Response> head, Pipe pipe)
            implements Call {
        @Override
        public ReadableByteChannel body() {
            return Channels.newChannel(InputStream.nullInputStream());
        }

        @Override
        public WritableByteChannel respond(Response response) throws IOException {
            Response decoded = Response.decode(response.encode());
            if (response.encode().length > 16 << 10) {
                throw new StoqException(StoqErrorCode.TOO_LARGE, "the head of an answer");
            }
            if (!head.complete(decoded)) {
                throw new IllegalStateException("answered twice");
            }
            return pipe.in;
        }
    }
}
