package org.stoq.cli;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.ReadableByteChannel;
import java.nio.channels.WritableByteChannel;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.ServiceLoader;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.stoq.client.StoqServer;
import org.stoq.client.session.Session;
import org.stoq.client.session.SessionHandler;
import org.stoq.client.session.SessionOptions;
import org.stoq.sdk.Digest;
import org.stoq.sdk.StoqErrorCode;
import org.stoq.sdk.StoqException;
import org.stoq.sdk.call.Call;
import org.stoq.sdk.call.Request;
import org.stoq.sdk.call.Response;
import org.stoq.sdk.cbor.CborMap;
import org.stoq.sdk.cose.CoseSign1;
import org.stoq.sdk.cose.SigningDomain;
import org.stoq.sdk.transport.QuicConnection;
import org.stoq.sdk.transport.QuicListener;
import org.stoq.sdk.transport.Transport;
import org.stoq.trust.Certified;

/**
 * A node that keeps objects in a map. It speaks the real protocol over the real transport, and lies
 * where a test tells it to.
 */
final class FakeNode implements SessionHandler {
    private static final int BUFFER_BYTES = 1 << 16;
    private static final int PAGE = 3;

    /** An object as it is kept. */
    record Stored(String name, byte[] bytes, String mediaType, CborMap attributes, byte[] signed) {
        Digest manifest() {
            return Digest.of(signed);
        }
    }

    private final Certified identity;
    private final Transport transport;
    private final QuicListener listener;
    private final Thread accepting;
    private final List<Session> sessions = new ArrayList<>();

    final ConcurrentSkipListMap<String, Stored> objects = new ConcurrentSkipListMap<>();

    /** Bytes that are sent in the place of an object's own. */
    final Map<String, byte[]> forged = new ConcurrentHashMap<>();

    /** What other calls answer, by service and method: results, or the map in the body. */
    final Map<String, CborMap> results = new HashMap<>();

    final Map<String, CborMap> bodies = new HashMap<>();

    /** Bodies that are no single map. */
    final Map<String, byte[]> rawBodies = new HashMap<>();

    /** The method after which the node lets go of the connection. */
    volatile String endsAfter = "";

    /** What the heads of objects say of tags, and whether they say that objects are stale. */
    volatile List<String> tags = List.of();

    /** How many objects were sent. */
    final AtomicInteger gets = new AtomicInteger();

    /** Arguments and body of the last call of another method. */
    final Map<String, byte[]> received = new ConcurrentHashMap<>();

    FakeNode(Certified identity) throws IOException {
        this.identity = identity;
        this.transport = ServiceLoader.load(Transport.class).findFirst().orElseThrow();
        this.listener =
                transport.listen(
                        new InetSocketAddress(InetAddress.ofLiteral("::1"), 0),
                        StoqServer.DEFAULT_QUIC,
                        identity.credentials(false));
        this.accepting = Thread.ofVirtual().start(this::acceptAll);
    }

    /** Returns the object of that name. */
    Stored object(String name) {
        return Objects.requireNonNull(objects.get(name), name);
    }

    /** Returns the arguments of the last call of a method. */
    CborMap arguments(String method) throws StoqException {
        return CborMap.decode(Objects.requireNonNull(received.get(method), method));
    }

    String address() {
        return "[::1]:" + listener.localAddress().getPort();
    }

    Stored put(String name, String content) throws IOException {
        return put(name, content.getBytes(StandardCharsets.UTF_8), 0, 0644, 0);
    }

    /** Keeps an object, whatever its name: a real node would not take some of them. */
    Stored put(String name, byte[] content, int kind, int mode, long modified) throws IOException {
        CborMap attributes = CborMap.builder().put(1, kind).put(2, mode).put(3, modified).build();
        Stored stored = stored(name, content, "text/plain", attributes);
        objects.put(name, stored);
        return stored;
    }

    private Stored stored(String name, byte[] content, String type, CborMap attributes) {
        byte[] payload =
                CborMap.builder()
                        .put(1, 1L)
                        .put(2, name)
                        .put(4, (long) content.length)
                        .put(5, Digest.of(content))
                        .build()
                        .encode();
        byte[] signed =
                CoseSign1.sign(
                                identity.identity(),
                                new SigningDomain("content", "manifest"),
                                payload)
                        .encoded();
        return new Stored(name, content, type, attributes, signed);
    }

    private void acceptAll() {
        try {
            while (true) {
                open(listener.accept());
            }
        } catch (ClosedChannelException e) {
            // The test is over.
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** A client that is gone already must not keep the next one out. */
    private void open(QuicConnection connection) {
        try {
            sessions.add(Session.open(connection, SessionOptions.DEFAULT, this));
        } catch (IOException e) {
            connection.close(StoqErrorCode.NO_ERROR, "");
        }
    }

    @Override
    public void call(Session session, Call call) throws IOException {
        Request request = call.request();
        String method = request.service() + "." + request.method();
        CborMap arguments = request.arguments();
        switch (method) {
            case "content.put" -> put(call, arguments);
            case "content.get" -> get(call, arguments);
            case "content.head" -> {
                CborMap.Builder head = head(wanted(arguments));
                if (!tags.isEmpty()) {
                    head.put(12, tags).put(13, true);
                }
                answer(call, head.build());
            }
            case "content.ls" -> answer(call, page(arguments));
            case "content.rm" -> {
                wanted(arguments);
                objects.remove(arguments.text(1));
                answer(call, CborMap.EMPTY);
            }
            case "content.manifest" -> body(call, wanted(arguments).signed());
            default -> other(call, method, arguments);
        }
        if (method.equals(endsAfter)) {
            session.close();
        }
    }

    private void other(Call call, String method, CborMap arguments) throws IOException {
        received.put(method, arguments.encode());
        received.put(method + ".body", readAll(call.body()));
        if (results.containsKey(method)) {
            answer(call, results.get(method));
        } else if (bodies.containsKey(method)) {
            body(call, bodies.get(method).encode());
        } else if (rawBodies.containsKey(method)) {
            body(call, rawBodies.get(method));
        } else {
            throw new StoqException(StoqErrorCode.NOT_FOUND, "there is no method " + method);
        }
    }

    private void put(Call call, CborMap arguments) throws IOException {
        received.put("content.put", arguments.encode());
        byte[] content = readAll(call.body());
        boolean known =
                objects.values().stream().anyMatch(other -> Arrays.equals(other.bytes, content));
        Stored stored =
                stored(
                        arguments.text(1),
                        content,
                        arguments.text(2),
                        arguments.findMap(3).orElse(CborMap.EMPTY));
        objects.put(stored.name, stored);
        answer(
                call,
                CborMap.builder()
                        .put(1, stored.manifest())
                        .put(2, Digest.of(content))
                        .put(3, (long) content.length)
                        .put(4, known ? 0L : content.length)
                        .put(5, 1L)
                        .put(6, known ? 0L : 1L)
                        .build());
    }

    private void get(Call call, CborMap arguments) throws IOException {
        Stored stored = wanted(arguments);
        gets.incrementAndGet();
        byte[] bytes = forged.getOrDefault(stored.name, stored.bytes);
        int offset = (int) arguments.findInteger(3).orElse(0);
        int length = (int) arguments.findInteger(4).orElse(bytes.length - offset);
        if (offset + length > bytes.length) {
            throw new StoqException(StoqErrorCode.PRECONDITION_FAILED, "past the end");
        }
        try (WritableByteChannel body =
                call.respond(Response.ok(head(stored).build()).withBody(length))) {
            ByteBuffer part = ByteBuffer.wrap(bytes, offset, length);
            while (part.hasRemaining()) {
                body.write(part);
            }
        }
    }

    private Stored wanted(CborMap arguments) throws StoqException {
        var digest = arguments.findDigest(2);
        if (digest.isPresent()) {
            return objects.values().stream()
                    .filter(stored -> stored.manifest().equals(digest.get()))
                    .findFirst()
                    .orElseThrow(() -> missing(digest.get().toString()));
        }
        Stored stored = objects.get(arguments.text(1));
        if (stored == null) {
            throw missing(arguments.text(1));
        }
        return stored;
    }

    private static StoqException missing(String what) {
        return new StoqException(StoqErrorCode.NOT_FOUND, "'" + what + "' is not known here");
    }

    private static CborMap.Builder head(Stored stored) {
        return CborMap.builder()
                .put(1, stored.manifest())
                .put(2, Digest.of(stored.bytes))
                .put(3, (long) stored.bytes.length)
                .put(4, stored.mediaType)
                .put(5, stored.attributes)
                .put(10, 1_700_000_000_000L)
                .put(11, stored.name);
    }

    private CborMap page(CborMap arguments) throws StoqException {
        String prefix = arguments.text(1);
        List<Object> items = new ArrayList<>();
        for (Stored stored : objects.tailMap(arguments.text(2), false).values()) {
            if (stored.name.startsWith(prefix)) {
                items.add(
                        CborMap.builder()
                                .put(1, stored.name)
                                .put(2, (long) stored.bytes.length)
                                .put(3, stored.manifest())
                                .put(4, stored.mediaType)
                                .put(5, 1_700_000_000_000L)
                                .put(6, Digest.of(stored.bytes))
                                .put(7, stored.attributes)
                                .build());
            }
        }
        boolean more = items.size() > PAGE;
        return CborMap.builder().put(1, more ? items.subList(0, PAGE) : items).put(2, more).build();
    }

    private static void answer(Call call, CborMap results) throws IOException {
        call.respond(Response.ok(results).withBody(0)).close();
    }

    private static void body(Call call, byte[] bytes) throws IOException {
        try (WritableByteChannel body = call.respond(Response.ok().withBody(bytes.length))) {
            ByteBuffer all = ByteBuffer.wrap(bytes);
            while (all.hasRemaining()) {
                body.write(all);
            }
        }
    }

    private static byte[] readAll(ReadableByteChannel channel) throws IOException {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        ByteBuffer buffer = ByteBuffer.allocate(BUFFER_BYTES);
        while (channel.read(buffer) >= 0) {
            all.write(buffer.array(), 0, buffer.position());
            buffer.clear();
        }
        return all.toByteArray();
    }

    void close() throws Exception {
        listener.close();
        accepting.join();
        sessions.forEach(Session::close);
        if (transport instanceof AutoCloseable closeable) {
            closeable.close();
        }
    }
}
