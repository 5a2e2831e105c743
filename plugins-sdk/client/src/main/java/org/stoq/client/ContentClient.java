package org.stoq.client;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.ReadableByteChannel;
import java.nio.channels.WritableByteChannel;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.function.LongConsumer;
import org.stoq.client.session.OutgoingCall;
import org.stoq.client.session.Session;
import org.stoq.sdk.Digest;
import org.stoq.sdk.StoqErrorCode;
import org.stoq.sdk.StoqException;
import org.stoq.sdk.call.Reply;
import org.stoq.sdk.call.Request;
import org.stoq.sdk.cbor.CborMap;

/**
 * The content network as one node serves it: the calls of the service {@code content}. Thread-safe;
 * everything blocks.
 */
public final class ContentClient {
    private static final String SERVICE = "content";

    /** A body's deadline: transfers are as long as they are, and stalls end with the connection. */
    private static final Duration TRANSFER = Duration.ofHours(1);

    private static final int BUFFER_BYTES = 1 << 17;
    private static final int URGENCY = 3;

    private final Session session;

    ContentClient(Session session) {
        this.session = session;
    }

    /**
     * What is put beside the bytes.
     *
     * @param name name of the object
     * @param mediaType media type
     * @param kind what it stands for in a file system
     * @param mode POSIX permission bits; 0 where unknown
     * @param modifiedMillis last change, milliseconds since 1970 UTC; 0 where unknown
     */
    public record Put(
            String name, String mediaType, ObjectInfo.Kind kind, int mode, long modifiedMillis) {
        /** Returns a plain object. */
        public static Put of(String name) {
            return new Put(name, "application/octet-stream", ObjectInfo.Kind.FILE, 0, 0);
        }
    }

    /**
     * Publishes an object. Returns when it is durable on the node.
     *
     * @param length how many bytes will come, if that is known
     * @param progress told how many bytes were sent, again and again
     */
    public Published put(
            Put what, ReadableByteChannel source, OptionalLong length, LongConsumer progress)
            throws IOException {
        CborMap attributes =
                CborMap.builder()
                        .put(1, (long) what.kind.ordinal())
                        .put(2, (long) what.mode)
                        .put(3, what.modifiedMillis)
                        .build();
        CborMap arguments =
                CborMap.builder()
                        .put(1, what.name)
                        .put(2, what.mediaType)
                        .put(3, attributes)
                        .build();
        Request request = Request.of(SERVICE, "put", arguments).within(TRANSFER);
        if (length.isPresent()) {
            request = request.withBody(length.getAsLong());
        }
        try (OutgoingCall call = session.begin(request, URGENCY)) {
            ByteBuffer buffer = ByteBuffer.allocateDirect(BUFFER_BYTES);
            while (source.read(buffer) >= 0) {
                progress.accept(buffer.flip().remaining());
                call.body().write(buffer);
                buffer.clear();
            }
            try (Reply reply = call.reply()) {
                return Published.of(reply.response().results());
            }
        }
    }

    /** Publishes an object that is in memory. */
    public Published put(String name, byte[] content) throws IOException {
        try (ReadableByteChannel source =
                Channels.newChannel(
                        new ByteArrayInputStream(content))) {
            return put(Put.of(name), source, OptionalLong.of(content.length), bytes -> {});
        }
    }

    /** Gets an object; its content is the reply's body. Close the reply. */
    public Reply get(String name) throws IOException {
        return session.call(
                Request.of(SERVICE, "get", CborMap.builder().put(1, name).build())
                        .within(TRANSFER));
    }

    /** Gets a part of an object. */
    public Reply get(String name, long offset, long length) throws IOException {
        return session.call(
                Request.of(
                                SERVICE,
                                "get",
                                CborMap.builder()
                                        .put(1, name)
                                        .put(3, offset)
                                        .put(4, length)
                                        .build())
                        .within(TRANSFER));
    }

    /**
     * Gets a whole object and checks it against its digest.
     *
     * @param progress told how many bytes have come, again and again
     * @throws StoqException INTEGRITY if the bytes are not those that were published
     */
    public ObjectInfo download(String name, WritableByteChannel target, LongConsumer progress)
            throws IOException {
        try (Reply reply = get(name)) {
            ObjectInfo info = ObjectInfo.ofHead(reply.response().results());
            MessageDigest sha256 = sha256();
            ByteBuffer buffer = ByteBuffer.allocate(BUFFER_BYTES);
            long total = 0;
            while (reply.body().read(buffer) >= 0) {
                buffer.flip();
                total += buffer.remaining();
                progress.accept(buffer.remaining());
                sha256.update(buffer.duplicate());
                while (buffer.hasRemaining()) {
                    target.write(buffer);
                }
                buffer.clear();
            }
            Digest received = Digest.copyOf(sha256.digest());
            if (total != info.size() || !received.equals(info.object())) {
                throw new StoqException(
                        StoqErrorCode.INTEGRITY,
                        "%s came as %d bytes with digest %s, published were %d with %s"
                                .formatted(name, total, received, info.size(), info.object()));
            }
            return info;
        }
    }

    /** Returns what the node says of an object. */
    public ObjectInfo head(String name) throws IOException {
        return ObjectInfo.ofHead(results("head", CborMap.builder().put(1, name).build()));
    }

    /** Returns the objects whose names begin with a prefix, in the order of their names. */
    public List<ObjectInfo> list(String prefix) throws IOException {
        List<ObjectInfo> all = new ArrayList<>();
        String after = "";
        boolean more = true;
        while (more) {
            CborMap page =
                    results("ls", CborMap.builder().put(1, prefix).put(2, after).build());
            for (Object item : page.list(1)) {
                all.add(ObjectInfo.ofItem((CborMap) item));
            }
            after = page.findText(3).orElse("");
            more = page.bool(2);
        }
        return all;
    }

    /** Removes a name. What it held goes with the next collection, unless something else needs it. */
    public void remove(String name) throws IOException {
        results("rm", CborMap.builder().put(1, name).build());
    }

    /** Returns the counters of the node's content store (docs/spec/content.md). */
    public CborMap stats() throws IOException {
        return results("stats", CborMap.EMPTY);
    }

    private CborMap results(String method, CborMap arguments) throws IOException {
        try (Reply reply = session.call(Request.of(SERVICE, method, arguments))) {
            return reply.response().results();
        }
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }
}
