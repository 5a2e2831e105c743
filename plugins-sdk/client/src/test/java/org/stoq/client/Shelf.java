package org.stoq.client;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.WritableByteChannel;
import java.util.ArrayList;
import java.util.List;
import java.util.NavigableMap;
import java.util.Objects;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import org.stoq.client.session.Session;
import org.stoq.client.session.SessionHandler;
import org.stoq.sdk.Digest;
import org.stoq.sdk.StoqErrorCode;
import org.stoq.sdk.StoqException;
import org.stoq.sdk.call.Call;
import org.stoq.sdk.call.Response;
import org.stoq.sdk.cbor.CborMap;

/** A content service that keeps everything in memory, two names to a page. */
class Shelf implements SessionHandler {
    private static final int PAGE = 2;

    final NavigableMap<String, byte[]> objects = new ConcurrentSkipListMap<>();
    final AtomicInteger pages = new AtomicInteger();

    /** Tags of the last object that was put; those that every object is said to have. */
    final List<Object> tags = new CopyOnWriteArrayList<>();

    /** Arguments of the last purge. */
    volatile CborMap purged = CborMap.EMPTY;

    static Digest manifestOf(String name) {
        return Digest.of(("manifest of " + name).getBytes(UTF_8));
    }

    @Override
    public void call(Session session, Call call) throws IOException {
        CborMap arguments = call.request().arguments();
        switch (call.request().method()) {
            case "put" -> {
                tags.clear();
                tags.addAll(arguments.has(5) ? arguments.list(5) : List.of());
                put(call, arguments.text(1));
            }
            case "get" -> get(call, arguments);
            case "head" -> answer(call, describe(wanted(arguments)));
            case "ls" -> list(call, arguments);
            case "rm" -> {
                objects.remove(wanted(arguments));
                answer(call, CborMap.EMPTY);
            }
            case "purge" -> {
                purged = arguments;
                answer(
                        call,
                        CborMap.builder()
                                .put(1, Digest.of(new byte[1]))
                                .put(2, 5_000)
                                .put(3, true)
                                .put(4, 1_200)
                                .put(5, 9)
                                .put(6, 8)
                                .put(7, 2_000)
                                .put(8, 3_000)
                                .put(9, 4_000)
                                .build());
            }
            case "stats" -> answer(call, CborMap.builder().put(1, objects.size()).build());
            case "gc" -> progress(call);
            default -> throw new StoqException(StoqErrorCode.NOT_FOUND, "no such method");
        }
    }

    /** The bytes that come are those that are kept, unless a test falsifies them here. */
    byte[] keep(byte[] received) {
        return received;
    }

    private void put(Call call, String name) throws IOException {
        byte[] content = keep(RealNetwork.readAll(call.body()));
        objects.put(name, content);
        answer(
                call,
                CborMap.builder()
                        .put(1, manifestOf(name))
                        .put(2, Digest.of(content))
                        .put(3, content.length)
                        .put(4, content.length)
                        .put(5, 1)
                        .put(6, 1)
                        .build());
    }

    private void get(Call call, CborMap arguments) throws IOException {
        String name = wanted(arguments);
        byte[] content = Objects.requireNonNull(objects.get(name));
        int offset = (int) arguments.findInteger(3).orElse(0);
        int length = (int) arguments.findInteger(4).orElse(content.length - offset);
        try (WritableByteChannel body =
                call.respond(Response.ok(describe(name)).withBody(length))) {
            body.write(ByteBuffer.wrap(content, offset, length));
        }
    }

    void list(Call call, CborMap arguments) throws IOException {
        pages.incrementAndGet();
        String prefix = arguments.text(1);
        String after = arguments.text(2);
        List<CborMap> items = new ArrayList<>();
        String from = after.isEmpty() ? prefix : after;
        for (String name : objects.tailMap(from, after.isEmpty()).keySet()) {
            if (name.startsWith(prefix)) {
                items.add(item(name));
            }
        }
        boolean more = items.size() > PAGE;
        answer(
                call,
                CborMap.builder()
                        .put(1, items.subList(0, Math.min(PAGE, items.size())))
                        .put(2, more)
                        .build());
    }

    private void progress(Call call) throws IOException {
        try (WritableByteChannel body = call.respond(Response.ok())) {
            write(body, CborMap.builder().put(1, 5).put(2, 10).build());
            write(body, CborMap.builder().put(1, 10).put(2, 10).build());
            CborMap results = CborMap.builder().put(1, 7).build();
            write(body, CborMap.builder().put(3, results).build());
        }
    }

    private static void write(WritableByteChannel body, CborMap map) throws IOException {
        byte[] bytes = map.encode();
        body.write(ByteBuffer.allocate(4 + bytes.length).putInt(bytes.length).put(bytes).flip());
    }

    private String wanted(CborMap arguments) throws StoqException {
        for (String name : objects.keySet()) {
            if (arguments.findText(1).filter(name::equals).isPresent()
                    || arguments.findDigest(2).filter(manifestOf(name)::equals).isPresent()) {
                return name;
            }
        }
        throw new StoqException(StoqErrorCode.NOT_FOUND, "not here");
    }

    CborMap item(String name) {
        byte[] content = Objects.requireNonNull(objects.get(name));
        return CborMap.builder()
                .put(1, name)
                .put(2, content.length)
                .put(3, manifestOf(name))
                .put(4, "text/plain")
                .put(5, 1_000)
                .put(6, Digest.of(content))
                .put(7, CborMap.EMPTY)
                .build();
    }

    CborMap describe(String name) {
        byte[] content = Objects.requireNonNull(objects.get(name));
        CborMap.Builder description = CborMap.builder();
        if (!tags.isEmpty()) {
            description.put(12, tags).put(13, true);
        }
        return description
                .put(1, manifestOf(name))
                .put(2, Digest.of(content))
                .put(3, content.length)
                .put(4, "text/plain")
                .put(5, CborMap.builder().put(1, 1).put(2, 0755).put(3, 99).build())
                .put(10, 1_000)
                .put(11, name)
                .build();
    }

    static void answer(Call call, CborMap results) throws IOException {
        call.respond(Response.ok(results).withBody(0)).close();
    }
}
