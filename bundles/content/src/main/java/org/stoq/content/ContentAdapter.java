package org.stoq.content;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.WritableByteChannel;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.stoq.sdk.Digest;
import org.stoq.sdk.StoqErrorCode;
import org.stoq.sdk.StoqException;
import org.stoq.sdk.call.Adapter;
import org.stoq.sdk.call.Call;
import org.stoq.sdk.call.Response;
import org.stoq.sdk.call.Role;
import org.stoq.sdk.cbor.CborMap;
import org.stoq.sdk.chunk.Chunker;
import org.stoq.sdk.chunk.EncodedChunk;
import org.stoq.sdk.cose.Signer;
import org.stoq.sdk.store.NameBinding;
import org.stoq.sdk.strategy.StrategySlot;

/**
 * The service {@code content}: one method here per method of the protocol (docs/spec/content.md).
 *
 * <p>Runs on the virtual thread of each call. Nothing is acknowledged before it is durable.
 */
final class ContentAdapter implements Adapter {
    static final String SERVICE = "content";

    private static final String DEFAULT_MEDIA_TYPE = "application/octet-stream";

    /** Past it a page of names would not fit the head of an answer anyway. */
    private static final int MAX_PAGE = 256;

    private static final Set<String> READING = Set.of("get", "head", "ls");
    private static final Set<String> OPERATING = Set.of("gc", "verify");

    private final LocalChunks local;
    private final Catalog catalog;
    private final ObjectReader reader;
    private final NameGossip gossip;
    private final Collector collector;
    private final StrategySlot<Chunker> chunkers;
    private final Signer self;
    private final InstantSource clock;
    private final ContentStats stats;

    /** One method of the service. */
    @FunctionalInterface
    private interface Method {
        void answer(Call call) throws IOException;
    }

    private final Map<String, Method> methods =
            Map.ofEntries(
                    Map.entry("put", this::put),
                    Map.entry("get", this::get),
                    Map.entry("head", this::head),
                    Map.entry("ls", this::list),
                    Map.entry("rm", this::remove),
                    Map.entry("stats", this::stats),
                    Map.entry("gc", this::collect),
                    Map.entry("verify", this::verify),
                    Map.entry("names", this::names),
                    Map.entry("manifest", this::manifest),
                    Map.entry(ChunkTransfer.METHOD, this::chunks));

    ContentAdapter(
            ContentParts parts, StrategySlot<Chunker> chunkers, Signer self, InstantSource clock) {
        this.local = parts.local();
        this.catalog = parts.catalog();
        this.reader = parts.reader();
        this.gossip = parts.gossip();
        this.collector = parts.collector();
        this.stats = parts.stats();
        this.chunkers = chunkers;
        this.self = self;
        this.clock = clock;
    }

    @Override
    public String service() {
        return SERVICE;
    }

    @Override
    public Role requiredRole(String method) {
        if (READING.contains(method)) {
            return Role.ANONYMOUS;
        }
        return OPERATING.contains(method) ? Role.OPERATOR : Role.NODE;
    }

    @Override
    public void handle(Call call) throws IOException {
        Method method = methods.get(call.request().method());
        if (method == null) {
            throw new StoqException(
                    StoqErrorCode.NOT_FOUND,
                    "the service content has no method '" + call.request().method() + "'");
        }
        method.answer(call);
    }

    private void put(Call call) throws IOException {
        CborMap arguments = call.request().arguments();
        String name = Manifest.checkName(arguments.text(1));
        String mediaType = arguments.findText(2).orElse(DEFAULT_MEDIA_TYPE);
        if (mediaType.length() > Manifest.MAX_MEDIA_TYPE) {
            throw new StoqException(
                    StoqErrorCode.TOO_LARGE, "a media type of " + mediaType.length() + " characters");
        }
        Attributes attributes = Attributes.of(arguments.findMap(3).orElse(CborMap.EMPTY));
        if (attributes.kind() == Attributes.Kind.TOMBSTONE) {
            throw new StoqException(StoqErrorCode.INVALID_REQUEST, "names are removed with rm");
        }
        Publisher publisher =
                new Publisher(local, chunkers, collector.gate(), call.request().bodyLength());
        try (Collector.Pin pin = collector.pin(publisher::pending)) {
            Publisher.Stored stored = publisher.store(call.body());
            Optional<Digest> expected = arguments.findDigest(4);
            if (expected.isPresent() && !expected.get().equals(stored.object())) {
                throw new StoqException(
                        StoqErrorCode.INTEGRITY,
                        "received %s where %s was announced"
                                .formatted(stored.object(), expected.get()));
            }
            Catalog.Entry entry =
                    catalog.publish(
                            name,
                            version -> manifest(name, mediaType, stored, version, attributes));
            spread(entry);
            gossip.announce(entry.digest(), stored.size());
            stats.published(stored.size());
            call.respond(Response.ok(published(entry, stored)).withBody(0)).close();
        }
    }

    private void get(Call call) throws IOException {
        CborMap arguments = call.request().arguments();
        Catalog.Entry entry = wanted(arguments);
        Manifest manifest = entry.manifest();
        long offset = arguments.findInteger(3).orElse(0);
        long length = arguments.findInteger(4).orElse(manifest.size() - offset);
        if (offset < 0 || length < 0 || offset > manifest.size() - length) {
            throw new StoqException(
                    StoqErrorCode.PRECONDITION_FAILED,
                    "bytes %d to %d of an object of %d"
                            .formatted(offset, offset + length, manifest.size()));
        }
        CborMap head =
                describe(entry).put(6, offset).put(7, length).build();
        try (WritableByteChannel body = call.respond(Response.ok(head).withBody(length))) {
            reader.write(manifest, entry.digest(), offset, length, body);
        }
        stats.served(length);
        if (length == manifest.size() && !manifest.publisher().equals(self.id())) {
            gossip.announce(entry.digest(), length);
        }
    }

    private void head(Call call) throws IOException {
        answer(call, describe(wanted(call.request().arguments())).build());
    }

    private void list(Call call) throws IOException {
        CborMap arguments = call.request().arguments();
        Page page = new Page();
        List<NameBinding> bindings = bindings(arguments.findText(1).orElse(""), arguments, 2);
        boolean more = bindings.size() == MAX_PAGE;
        for (NameBinding binding : bindings) {
            Optional<Catalog.Entry> entry = catalog.byDigest(binding.manifest());
            if (entry.isEmpty() || entry.get().manifest().isTombstone()) {
                continue;
            }
            Manifest manifest = entry.get().manifest();
            if (!page.add(
                    CborMap.builder()
                            .put(1, manifest.name())
                            .put(2, manifest.size())
                            .put(3, entry.get().digest())
                            .put(4, manifest.mediaType())
                            .put(5, manifest.createdMillis())
                            .put(6, manifest.object())
                            .put(7, manifest.attributes().toCbor())
                            .build())) {
                more = true;
                break;
            }
        }
        answer(call, page.toCbor(more));
    }

    private void remove(Call call) throws IOException {
        String name = call.request().arguments().text(1);
        Catalog.Entry current = wanted(call.request().arguments());
        Publisher.Stored nothing =
                new Publisher.Stored(0, Digest.of(new byte[0]), 0, List.of(), 0, 0, 0);
        Attributes tombstone = new Attributes(Attributes.Kind.TOMBSTONE, 0, 0);
        Catalog.Entry entry =
                catalog.publish(
                        name,
                        version ->
                                manifest(
                                        name,
                                        current.manifest().mediaType(),
                                        nothing,
                                        version,
                                        tombstone));
        spread(entry);
        answer(call, CborMap.builder().put(1, entry.digest()).build());
    }

    private void stats(Call call) throws IOException {
        answer(call, stats.toCbor(local));
    }

    private void collect(Call call) throws IOException {
        try (ProgressBody body = new ProgressBody(call.respond(Response.ok()))) {
            body.result(collector.collect(body));
        }
    }

    private void verify(Call call) throws IOException {
        try (ProgressBody body = new ProgressBody(call.respond(Response.ok()))) {
            body.result(collector.verify(body));
        }
    }

    private void names(Call call) throws IOException {
        Page page = new Page();
        List<NameBinding> bindings = bindings("", call.request().arguments(), 1);
        boolean more = bindings.size() == MAX_PAGE;
        for (NameBinding binding : bindings) {
            if (!page.add(
                    CborMap.builder()
                            .put(1, binding.name())
                            .put(2, binding.manifest())
                            .build())) {
                more = true;
                break;
            }
        }
        answer(call, page.toCbor(more));
    }

    private void manifest(Call call) throws IOException {
        Digest digest = wantedEntry(call.request().arguments()).digest();
        byte[] signed = local.plain(digest).orElseThrow(() -> notFound(digest.toString()));
        try (WritableByteChannel body = call.respond(Response.ok().withBody(signed.length))) {
            ChunkTransfer.writeAll(body, ByteBuffer.wrap(signed));
        }
    }

    private void chunks(Call call) throws IOException {
        List<Digest> digests = ChunkTransfer.digests(call.request().arguments());
        try (WritableByteChannel body = call.respond(Response.ok())) {
            for (Digest digest : digests) {
                Optional<EncodedChunk> chunk = local.encoded(digest);
                ChunkTransfer.write(body, chunk);
                stats.served(chunk.map(c -> (long) c.bytes().length).orElse(0L));
            }
        }
    }

    /** Returns the entry that name (1) or manifest digest (2) stand for, unless it was removed. */
    private Catalog.Entry wanted(CborMap arguments) throws StoqException {
        Catalog.Entry entry = wantedEntry(arguments);
        if (entry.manifest().isTombstone()) {
            throw notFound(entry.manifest().name());
        }
        return entry;
    }

    private Catalog.Entry wantedEntry(CborMap arguments) throws StoqException {
        Optional<Digest> digest = arguments.findDigest(2);
        if (digest.isPresent()) {
            return catalog.byDigest(digest.get())
                    .orElseThrow(() -> notFound(digest.get().toString()));
        }
        String name = arguments.text(1);
        return catalog.find(name).orElseThrow(() -> notFound(name));
    }

    private List<NameBinding> bindings(String prefix, CborMap arguments, int afterKey)
            throws StoqException {
        long limit = arguments.findInteger(afterKey + 1).orElse(MAX_PAGE);
        if (limit < 1) {
            throw new StoqException(StoqErrorCode.INVALID_REQUEST, "a page of " + limit + " names");
        }
        return catalog.list(prefix, arguments.findText(afterKey).orElse(""), MAX_PAGE);
    }

    private Manifest manifest(
            String name,
            String mediaType,
            Publisher.Stored stored,
            VersionVector version,
            Attributes attributes) {
        return new Manifest(
                name,
                mediaType,
                stored.size(),
                stored.object(),
                stored.depth(),
                stored.refs(),
                version,
                self.id(),
                clock.millis(),
                attributes);
    }

    private void spread(Catalog.Entry entry) throws StoqException {
        Optional<byte[]> signed = local.plain(entry.digest());
        signed.ifPresent(bytes -> gossip.spread(entry, bytes, Optional.empty()));
    }

    private static CborMap published(Catalog.Entry entry, Publisher.Stored stored) {
        return CborMap.builder()
                .put(1, entry.digest())
                .put(2, stored.object())
                .put(3, stored.size())
                .put(4, stored.newBytes())
                .put(5, stored.chunks())
                .put(6, stored.newChunks())
                .build();
    }

    private static CborMap.Builder describe(Catalog.Entry entry) {
        Manifest manifest = entry.manifest();
        return CborMap.builder()
                .put(1, entry.digest())
                .put(2, manifest.object())
                .put(3, manifest.size())
                .put(4, manifest.mediaType())
                .put(5, manifest.attributes().toCbor())
                .put(8, manifest.version().toCbor())
                .put(9, manifest.publisher().digest())
                .put(10, manifest.createdMillis())
                .put(11, manifest.name());
    }

    private static void answer(Call call, CborMap results) throws IOException {
        call.respond(Response.ok(results).withBody(0)).close();
    }

    private static StoqException notFound(String what) {
        return new StoqException(
                StoqErrorCode.NOT_FOUND, "'" + what + "' is not known here; stoq ls shows what is");
    }
}
