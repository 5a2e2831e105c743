package org.stoq.client;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.ReadableByteChannel;
import java.nio.channels.WritableByteChannel;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.LongConsumer;
import java.util.stream.Stream;
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
 *
 * <p>Got from a pool or a client, it makes reads again when a connection is lost, and goes on with
 * bodies where they broke off. Got from one connection, it ends with that.
 */
public final class ContentClient {
    private static final String SERVICE = "content";

    /** Deadline of a transfer: the longest that a node grants. */
    private static final Duration TRANSFER = Duration.ofHours(1);

    /** What a node may take for a purge beside waiting for its peers. */
    private static final Duration PURGING = Duration.ofSeconds(30);

    private static final int BUFFER_BYTES = 1 << 17;
    private static final int URGENCY = 3;

    /** How often a body that breaks off is asked for again without a byte in between. */
    private static final int MAX_RESUMPTIONS = 3;

    private final Calls calls;
    private final boolean resumes;

    /** Content over one connection: what breaks off stays so. */
    ContentClient(Session session) {
        this.calls = Calls.over(session);
        this.resumes = false;
    }

    /** Content over a pool: a body that breaks off goes on over another connection. */
    ContentClient(StoqPool pool) {
        this.calls = pool;
        this.resumes = true;
    }

    /**
     * What is put beside the bytes.
     *
     * @param name name of the object
     * @param mediaType media type
     * @param kind what it stands for in a file system
     * @param mode POSIX permission bits; 0 where unknown
     * @param modifiedMillis last change, milliseconds since 1970 UTC; 0 where unknown
     * @param tags what it can be purged by beside its name; at most 32 of 128 bytes each
     */
    public record Put(
            String name,
            String mediaType,
            ObjectInfo.Kind kind,
            int mode,
            long modifiedMillis,
            List<String> tags) {
        /** Copies the tags. */
        public Put {
            tags = List.copyOf(tags);
        }

        /** Creates one without tags. */
        public Put(
                String name,
                String mediaType,
                ObjectInfo.Kind kind,
                int mode,
                long modifiedMillis) {
            this(name, mediaType, kind, mode, modifiedMillis, List.of());
        }

        /** Returns a plain object. */
        public static Put of(String name) {
            return new Put(name, "application/octet-stream", ObjectInfo.Kind.FILE, 0, 0);
        }

        /** Returns the same with these tags. */
        public Put tagged(List<String> with) {
            return new Put(name, mediaType, kind, mode, modifiedMillis, with);
        }
    }

    /**
     * Publishes an object. Returns when it is durable on the node.
     *
     * @param source the bytes, read to its end; its reads block
     * @param length how many bytes will come, if that is known
     * @param progress told how many bytes were sent, after each piece of them
     * @throws StoqException INTEGRITY if the node has stored other bytes than were sent; what the
     *     node refuses with
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
        CborMap.Builder arguments =
                CborMap.builder()
                        .put(1, ObjectRef.withoutLeadingSlashes(what.name))
                        .put(2, what.mediaType)
                        .put(3, attributes);
        if (!what.tags.isEmpty()) {
            arguments.put(5, what.tags);
        }
        Request request = Request.of(SERVICE, "put", arguments.build()).within(TRANSFER);
        if (length.isPresent()) {
            request = request.withBody(length.getAsLong());
        }
        MessageDigest sha256 = Digest.sha256();
        try (OutgoingCall call = calls.begin(request, URGENCY)) {
            ByteBuffer buffer = ByteBuffer.allocate(BUFFER_BYTES);
            while (source.read(buffer) >= 0) {
                int piece = buffer.flip().remaining();
                sha256.update(buffer.duplicate());
                call.body().write(buffer);
                progress.accept(piece);
                buffer.clear();
            }
            try (Reply reply = call.reply()) {
                Published published = Published.of(reply.response().results());
                Digest sent = Digest.copyOf(sha256.digest());
                if (!published.object().equals(sent)) {
                    throw new StoqException(
                            StoqErrorCode.INTEGRITY,
                            "the node stored %s where %s was sent"
                                    .formatted(published.object(), sent));
                }
                return published;
            }
        }
    }

    /** Publishes an object that is in memory. */
    public Published put(String name, byte[] content) throws IOException {
        try (ReadableByteChannel source = Channels.newChannel(new ByteArrayInputStream(content))) {
            return put(Put.of(name), source, OptionalLong.of(content.length), bytes -> {});
        }
    }

    /** Gets the newest object under a name, as {@link #get(ObjectRef)}. */
    public Reply get(String name) throws IOException {
        return get(ObjectRef.named(name));
    }

    /**
     * Gets an object; its content is the reply's body, unchecked: {@link #download} checks it.
     * Close the reply.
     *
     * @throws StoqException NOT_FOUND if there is none
     */
    public Reply get(ObjectRef object) throws IOException {
        return resuming(0, calls.read(getRequest(object.arguments())));
    }

    /**
     * Gets a part of an object. Close the reply.
     *
     * @param offset where the part begins, from 0 on
     * @param length how many bytes it has
     * @throws StoqException PRECONDITION_FAILED if the object is shorter, NOT_FOUND if there is
     *     none
     */
    public Reply get(ObjectRef object, long offset, long length) throws IOException {
        return resuming(offset, calls.read(partRequest(object, offset, length)));
    }

    private static Request partRequest(ObjectRef object, long offset, long length) {
        return getRequest(object.arguments().put(3, offset).put(4, length));
    }

    private static Request getRequest(CborMap.Builder arguments) {
        return Request.of(SERVICE, "get", arguments.build()).within(TRANSFER);
    }

    private Reply resuming(long offset, Reply first) throws IOException {
        OptionalLong length = first.response().bodyLength();
        if (!resumes || length.isEmpty()) {
            return first;
        }
        ObjectRef exact = ObjectRef.manifest(first.response().results().digest(1));
        return new ResumingReply(
                first,
                length.getAsLong(),
                MAX_RESUMPTIONS,
                (received, missing) -> calls.read(partRequest(exact, offset + received, missing)));
    }

    /**
     * Downloads the newest object under a name, as {@link #download(ObjectRef, WritableByteChannel,
     * LongConsumer)}.
     */
    public ObjectInfo download(String name, WritableByteChannel target, LongConsumer progress)
            throws IOException {
        return download(ObjectRef.named(name), target, progress);
    }

    /**
     * Gets a whole object and checks it against its digest.
     *
     * @param target takes the bytes before they are checked: forget them if this fails
     * @param progress told how many bytes have come, after each piece of them
     * @throws StoqException INTEGRITY if the bytes are not those that were published
     */
    public ObjectInfo download(ObjectRef object, WritableByteChannel target, LongConsumer progress)
            throws IOException {
        try (Reply reply = get(object)) {
            ObjectInfo info = ObjectInfo.ofHead(reply.response().results());
            MessageDigest sha256 = Digest.sha256();
            ByteBuffer buffer = ByteBuffer.allocate(BUFFER_BYTES);
            long total = 0;
            while (reply.body().read(buffer) >= 0) {
                int piece = buffer.flip().remaining();
                total += piece;
                sha256.update(buffer.duplicate());
                while (buffer.hasRemaining()) {
                    target.write(buffer);
                }
                progress.accept(piece);
                buffer.clear();
            }
            Digest received = Digest.copyOf(sha256.digest());
            if (total != info.size() || !received.equals(info.object())) {
                throw new StoqException(
                        StoqErrorCode.INTEGRITY,
                        "%s came as %d bytes with digest %s, published were %d with %s"
                                .formatted(object, total, received, info.size(), info.object()));
            }
            return info;
        }
    }

    /** Returns what the node says of the newest object under a name. */
    public ObjectInfo head(String name) throws IOException {
        return head(ObjectRef.named(name));
    }

    /**
     * Returns what the node says of an object.
     *
     * @throws StoqException NOT_FOUND if there is none
     */
    public ObjectInfo head(ObjectRef object) throws IOException {
        return ObjectInfo.ofHead(read("head", object.arguments().build()));
    }

    /**
     * Returns the objects whose names begin with a prefix, in the order of their names. Asks for
     * one page after the other as the stream is read, and holds one at a time.
     *
     * @return not to be read by several threads; reading it throws {@link UncheckedIOException}
     */
    public Stream<ObjectInfo> list(String prefix) {
        ObjectPage before = new ObjectPage(List.of(), Optional.of(""));
        return Stream.iterate(
                        Optional.of(before),
                        Optional::isPresent,
                        page ->
                                page.orElseThrow()
                                        .next()
                                        .map(after -> uncheckedPage(prefix, after)))
                .flatMap(page -> page.orElseThrow().objects().stream());
    }

    private ObjectPage uncheckedPage(String prefix, String after) {
        try {
            return page(prefix, after);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /**
     * Returns one page of {@link #list}.
     *
     * @param after the name behind which it begins; empty for the first page
     */
    public ObjectPage page(String prefix, String after) throws IOException {
        String plain = ObjectRef.withoutLeadingSlashes(prefix);
        CborMap arguments = CborMap.builder().put(1, plain).put(2, after).build();
        return ObjectPage.of(read("ls", arguments), after);
    }

    /**
     * Removes a name. What it held goes with the next collection, unless something else needs it.
     *
     * @throws StoqException NOT_FOUND if there is none
     */
    public void remove(String name) throws IOException {
        Request request = Request.of(SERVICE, "rm", ObjectRef.named(name).arguments().build());
        calls.call(request).close();
    }

    /**
     * Purges: what is meant, and was published up to now, is never served again by a node that has
     * received the purge. Blocks until it is durable on the node, and its peers have confirmed or
     * the patience ends.
     *
     * @param soft whether objects are only marked stale, until their publisher has said that they
     *     are the current ones
     * @param patience how long to wait for the node's peers, 0 to 20 seconds
     * @throws StoqException INVALID_REQUEST if the selector is not as the node wants it
     */
    public Purged purge(PurgeSelector what, boolean soft, Duration patience) throws IOException {
        CborMap arguments = what.arguments().put(3, soft).put(4, patience.toMillis()).build();
        Request request = Request.of(SERVICE, "purge", arguments).within(patience.plus(PURGING));
        try (Reply reply = calls.call(request)) {
            return Purged.of(reply.response().results());
        }
    }

    /** Returns the counters of the node's content store (docs/spec/content.md). */
    public CborMap stats() throws IOException {
        return read("stats", CborMap.EMPTY);
    }

    /**
     * Collects what nothing needs any more. Needs an operator's certificate. Blocks until it is
     * done.
     *
     * @return what was done (docs/spec/content.md)
     */
    public CborMap gc(Progress progress) throws IOException {
        return watched("gc", progress);
    }

    /**
     * Reads everything that is stored and checks it. Needs an operator's certificate. Blocks until
     * it is done.
     *
     * @return what was found (docs/spec/content.md)
     */
    public CborMap verify(Progress progress) throws IOException {
        return watched("verify", progress);
    }

    private CborMap watched(String method, Progress progress) throws IOException {
        Request request = Request.of(SERVICE, method, CborMap.EMPTY).within(TRANSFER);
        try (Reply reply = calls.call(request)) {
            return new ProgressReader(reply.body()).results(progress);
        }
    }

    private CborMap read(String method, CborMap arguments) throws IOException {
        try (Reply reply = calls.read(Request.of(SERVICE, method, arguments))) {
            return reply.response().results();
        }
    }
}
