package org.stoq.content;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.WritableByteChannel;
import java.util.List;
import java.util.Optional;
import java.util.function.LongSupplier;
import org.stoq.sdk.Digest;
import org.stoq.sdk.NodeId;
import org.stoq.sdk.StoqErrorCode;
import org.stoq.sdk.StoqException;
import org.stoq.sdk.call.Call;
import org.stoq.sdk.call.Methods;
import org.stoq.sdk.call.MethodsAdapter;
import org.stoq.sdk.call.Response;
import org.stoq.sdk.call.Role;
import org.stoq.sdk.cbor.CborMap;
import org.stoq.sdk.chunk.Chunker;
import org.stoq.sdk.chunk.EncodedChunk;
import org.stoq.sdk.cose.Signer;
import org.stoq.sdk.node.Peer;
import org.stoq.sdk.store.NameBinding;
import org.stoq.sdk.strategy.StrategySlot;

/**
 * The service {@code content}: one method here per method of the protocol (docs/spec/content.md).
 *
 * <p>Runs on the virtual thread of each call. Nothing is acknowledged before it is durable. All
 * methods stand here but the three about purges, so that the protocol can be read in one place;
 * what they do lies in the parts that they call.
 */
final class ContentAdapter implements MethodsAdapter {
    static final String SERVICE = "content";

    private static final String DEFAULT_MEDIA_TYPE = "application/octet-stream";

    /** Past it a page of names would not fit the head of an answer anyway. */
    private static final int MAX_PAGE = 256;

    /** Names that are looked at for one page, removed ones among them. */
    private static final int MAX_SCANNED = 4_096;

    private final ContentParts parts;
    private final LocalChunks local;
    private final Catalog catalog;
    private final StrategySlot<Chunker> chunkers;
    private final Signer self;
    private final LongSupplier nanoTime;
    private final Methods methods;

    ContentAdapter(
            ContentParts parts,
            StrategySlot<Chunker> chunkers,
            Signer self,
            LongSupplier nanoTime) {
        this.parts = parts;
        this.local = parts.local();
        this.catalog = parts.catalog();
        this.chunkers = chunkers;
        this.self = self;
        this.nanoTime = nanoTime;
        this.methods =
                methods(
                        new PurgeCalls(
                                parts.purges(), parts.gossip(), parts.peers(), self, nanoTime));
    }

    private Methods methods(PurgeCalls purges) {
        return Methods.of(SERVICE)
                .addRead("get", Role.ANONYMOUS, this::get)
                .addRead("head", Role.ANONYMOUS, this::head)
                .addRead("ls", Role.ANONYMOUS, this::list)
                .add("put", Role.NODE, this::put)
                .add("rm", Role.NODE, this::remove)
                .addRead("stats", Role.NODE, this::stats)
                .addRead("names", Role.NODE, this::names)
                .addRead("manifest", Role.NODE, this::manifest)
                .addRead(ChunkTransfer.METHOD, Role.NODE, this::chunks)
                .add(Replicator.METHOD, Role.NODE, this::pull)
                .add(PurgeCalls.PURGE, Role.NODE, purges::purge)
                .add(PurgeCalls.PURGED, Role.NODE, purges::purged)
                .addRead(PurgeSync.METHOD, Role.NODE, purges::purges)
                .add(PeerLink.BEHIND, Role.NODE, this::behind)
                .add("gc", Role.OPERATOR, this::collect)
                .add("verify", Role.OPERATOR, this::verify)
                .build();
    }

    @Override
    public Methods methods() {
        return methods;
    }

    private void put(Call call) throws IOException {
        CborMap arguments = call.request().arguments();
        String name = Manifest.checkName(arguments.text(1));
        String mediaType = arguments.findText(2).orElse(DEFAULT_MEDIA_TYPE);
        if (mediaType.length() > Manifest.MAX_MEDIA_TYPE) {
            throw new StoqException(
                    StoqErrorCode.TOO_LARGE,
                    "a media type of " + mediaType.length() + " characters");
        }
        Attributes attributes = Attributes.of(arguments.findMap(3).orElse(CborMap.EMPTY));
        if (attributes.kind() == Attributes.Kind.TOMBSTONE) {
            throw new StoqException(StoqErrorCode.INVALID_REQUEST, "names are removed with rm");
        }
        List<String> tags = arguments.has(5) ? Tags.ofCbor(arguments.list(5)) : List.of();
        Collector collector = parts.collector();
        Publisher publisher =
                new Publisher(
                        local,
                        chunkers,
                        collector.gate(),
                        parts.tasks(),
                        call.request().bodyLength());
        Catalog.Entry entry;
        Publisher.Stored stored;
        try (Collector.Pin _ = collector.pin(publisher::pending)) {
            stored = publisher.store(call.body());
            Optional<Digest> expected = arguments.findDigest(4);
            if (expected.isPresent() && !expected.get().equals(stored.object())) {
                throw new StoqException(
                        StoqErrorCode.INTEGRITY,
                        "received %s where %s was announced"
                                .formatted(stored.object(), expected.get()));
            }
            entry = catalog.publish(name, tags, draft(name, mediaType, stored, attributes, tags));
        }
        parts.gossip().spread(entry, Optional.empty());
        parts.replicator().published(entry.digest());
        parts.stats().published(stored.size());
        call.answer(published(entry, stored));
    }

    private void get(Call call) throws IOException {
        CborMap arguments = call.request().arguments();
        parts.gossip().awaitPurges();
        long seen = parts.purges().changes();
        Catalog.Entry entry = fresh(arguments);
        Manifest manifest = entry.manifest();
        long offset = arguments.findInteger(3).orElse(0);
        long length = arguments.findInteger(4).orElse(manifest.size() - offset);
        if (offset < 0 || length < 0 || offset > manifest.size() - length) {
            throw new StoqException(
                    StoqErrorCode.PRECONDITION_FAILED,
                    "%d bytes from %d on, of an object of %d"
                            .formatted(length, offset, manifest.size()));
        }
        parts.cacheLimit().used(entry);
        try (Collector.Pin _ = parts.collector().pin(entry);
                ObjectReader.Reading reading = parts.reader().begin(entry, offset, length)) {
            CborMap head = describe(entry).put(6, offset).put(7, length).build();
            try (WritableByteChannel body =
                    new UnpurgedBody(
                            call.respond(Response.ok(head).withBody(length)),
                            manifest,
                            parts.purges(),
                            seen)) {
                reading.writeTo(body);
            }
        } finally {
            parts.cacheLimit().check();
        }
        parts.stats().served(length);
        if (length == manifest.size()) {
            announce(entry);
        }
    }

    private void head(Call call) throws IOException {
        parts.gossip().awaitPurges();
        call.answer(describe(fresh(call.request().arguments())).build());
    }

    private void list(Call call) throws IOException {
        parts.gossip().awaitPurges();
        CborMap arguments = call.request().arguments();
        call.answer(
                page(
                        arguments.findText(1).orElse(""),
                        arguments.findText(2).orElse(""),
                        limit(arguments, 3),
                        this::item));
    }

    /** Returns what a listing says of a name; nothing if it was removed or purged. */
    private Optional<CborMap> item(NameBinding binding) throws StoqException {
        Optional<Catalog.Entry> entry = catalog.boundTo(binding.manifest());
        if (entry.isEmpty() || isGone(entry.get())) {
            return Optional.empty();
        }
        Manifest manifest = entry.get().manifest();
        return Optional.of(
                CborMap.builder()
                        .put(1, manifest.name())
                        .put(2, manifest.size())
                        .put(3, entry.get().digest())
                        .put(4, manifest.mediaType())
                        .put(5, manifest.createdMillis())
                        .put(6, manifest.object())
                        .put(7, manifest.attributes().toCbor())
                        .build());
    }

    private void remove(Call call) throws IOException {
        String name = Manifest.checkName(call.request().arguments().text(1));
        if (catalog.bound(name).isEmpty()) {
            throw notFound(name);
        }
        Optional<Catalog.Entry> current = catalog.findAny(name);
        if (current.isPresent() && isGone(current.get())) {
            throw notFound(name);
        }
        String mediaType =
                current.map(entry -> entry.manifest().mediaType()).orElse(DEFAULT_MEDIA_TYPE);
        Attributes tombstone = new Attributes(Attributes.Kind.TOMBSTONE, 0, 0);
        Catalog.Entry entry =
                catalog.publish(
                        name,
                        List.of(),
                        draft(name, mediaType, Publisher.Stored.NOTHING, tombstone, List.of()));
        parts.gossip().spread(entry, Optional.empty());
        call.answer(CborMap.builder().put(1, entry.digest()).build());
    }

    private void stats(Call call) throws IOException {
        call.answer(parts.stats().toCbor(local, parts.purges().reservedNames()));
    }

    private void collect(Call call) throws IOException {
        try (ProgressBody body = new ProgressBody(() -> call.respond(Response.ok()), nanoTime)) {
            body.result(parts.cacheLimit().collect(body).toCbor());
        }
    }

    private void verify(Call call) throws IOException {
        try (ProgressBody body = new ProgressBody(() -> call.respond(Response.ok()), nanoTime)) {
            body.result(parts.collector().verify(body));
        }
    }

    private void names(Call call) throws IOException {
        CborMap arguments = call.request().arguments();
        call.answer(
                page(
                        "",
                        arguments.findText(1).orElse(""),
                        limit(arguments, 2),
                        binding ->
                                Optional.of(
                                        CborMap.builder()
                                                .put(1, binding.name())
                                                .put(2, binding.manifest())
                                                .build())));
    }

    private void manifest(Call call) throws IOException {
        parts.gossip().awaitPurges();
        Digest digest = wantedEntry(call.request().arguments()).digest();
        byte[] signed = local.plain(digest).orElseThrow(() -> notFound(digest.toString()));
        try (WritableByteChannel body = call.respond(Response.ok().withBody(signed.length))) {
            ChunkTransfer.writeAll(body, ByteBuffer.wrap(signed));
        }
    }

    private void pull(Call call) throws IOException {
        Digest digest = call.request().arguments().digest(2);
        Optional<NodeId> caller = call.caller().id();
        if (catalog.byDigest(digest).isEmpty() && caller.isPresent()) {
            Optional<Peer> peer = parts.peers().find(caller.get());
            if (peer.isPresent()) {
                parts.gossip().obtain(peer.get(), digest);
            }
        }
        parts.gossip().awaitPurges();
        Catalog.Entry entry = wanted(call.request().arguments());
        parts.cacheLimit().require(entry.manifest().size());
        parts.cacheLimit().used(entry);
        try (Collector.Pin _ = parts.collector().pin(entry)) {
            parts.reader().pull(entry);
            local.sync();
        } finally {
            parts.cacheLimit().check();
        }
        announce(entry);
        call.answer(CborMap.EMPTY);
    }

    private void behind(Call call) throws IOException {
        call.caller().id().ifPresent(parts.gossip()::behind);
        call.answer(CborMap.EMPTY);
    }

    private void chunks(Call call) throws IOException {
        List<Digest> digests = ChunkTransfer.digests(call.request().arguments());
        try (WritableByteChannel body = call.respond(Response.ok())) {
            for (Digest digest : digests) {
                Optional<EncodedChunk> chunk = local.encoded(digest);
                ChunkTransfer.write(body, chunk);
                parts.stats().served(chunk.map(c -> (long) c.bytes().length).orElse(0L));
            }
        }
    }

    private boolean isGone(Catalog.Entry entry) throws StoqException {
        return entry.manifest().isTombstone() || parts.purges().isVoid(entry.manifest());
    }

    /** Returns what is wanted; if a name's is stale its publisher is asked for it first. */
    private Catalog.Entry fresh(CborMap arguments) throws IOException {
        Catalog.Entry entry = wanted(arguments);
        return arguments.has(2) ? entry : parts.staleness().fresh(entry);
    }

    /** Returns the entry that name (1) or manifest digest (2) stand for, unless it was removed. */
    private Catalog.Entry wanted(CborMap arguments) throws IOException {
        Catalog.Entry entry = wantedEntry(arguments);
        String name = entry.manifest().name();
        // A version that was overwritten may still be asked for, one that was removed may not.
        if (entry.manifest().isTombstone()
                || catalog.find(name).filter(e -> e.manifest().isTombstone()).isPresent()) {
            throw notFound(name);
        }
        return entry;
    }

    private Catalog.Entry wantedEntry(CborMap arguments) throws IOException {
        Optional<Digest> digest = arguments.findDigest(2);
        if (digest.isPresent()) {
            Catalog.Entry exact =
                    catalog.byDigest(digest.get())
                            .orElseThrow(() -> notFound(digest.get().toString()));
            if (parts.purges().isVoid(exact.manifest())) {
                throw notFound(digest.get().toString());
            }
            return exact;
        }
        String name = Manifest.checkName(arguments.text(1));
        Optional<Catalog.Entry> entry = catalog.find(name);
        if (entry.isEmpty()) {
            Digest bound = catalog.bound(name).orElseThrow(() -> notFound(name));
            // The manifest was damaged on this disk; peers have it too.
            parts.fetcher().fetch(bound, List.of(bound));
            entry = catalog.find(name);
        }
        return entry.orElseThrow(() -> notFound(name));
    }

    private static int limit(CborMap arguments, int key) throws StoqException {
        long limit = arguments.findInteger(key).orElse(MAX_PAGE);
        if (limit < 1) {
            throw new StoqException(StoqErrorCode.INVALID_REQUEST, "a page of " + limit + " names");
        }
        return (int) Math.min(limit, MAX_PAGE);
    }

    /** What a page says of a name. */
    @FunctionalInterface
    private interface Item {
        Optional<CborMap> of(NameBinding binding) throws StoqException;
    }

    private CborMap page(String prefix, String after, int limit, Item item) throws StoqException {
        Page page = new Page(limit);
        String last = after;
        for (int scanned = 0; scanned < MAX_SCANNED; scanned += MAX_PAGE) {
            List<NameBinding> bindings = catalog.list(prefix, last, MAX_PAGE);
            for (NameBinding binding : bindings) {
                Optional<CborMap> described = item.of(binding);
                if (described.isPresent() && !page.add(described.get())) {
                    return page.toCbor(true, last);
                }
                last = binding.name();
            }
            if (bindings.size() < MAX_PAGE) {
                return page.toCbor(false, last);
            }
        }
        return page.toCbor(true, last);
    }

    private Catalog.Draft draft(
            String name,
            String mediaType,
            Publisher.Stored stored,
            Attributes attributes,
            List<String> tags) {
        return (version, createdMillis) ->
                new Manifest(
                        name,
                        mediaType,
                        stored.size(),
                        stored.object(),
                        stored.depth(),
                        stored.refs(),
                        version,
                        self.id(),
                        createdMillis,
                        attributes,
                        tags);
    }

    /** Tells others that an object of another node is here whole; of own ones they know. */
    private void announce(Catalog.Entry entry) {
        if (!catalog.isOwn(entry.manifest())) {
            parts.gossip().announce(entry.digest(), entry.manifest().size());
        }
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

    private CborMap.Builder describe(Catalog.Entry entry) throws StoqException {
        Manifest manifest = entry.manifest();
        CborMap.Builder head = CborMap.builder();
        if (!manifest.tags().isEmpty()) {
            head.put(12, manifest.tags());
        }
        if (parts.staleness().isStale(entry)) {
            head.put(13, true);
        }
        return head.put(1, entry.digest())
                .put(2, manifest.object())
                .put(3, manifest.size())
                .put(4, manifest.mediaType())
                .put(5, manifest.attributes().toCbor())
                .put(8, manifest.version().toCbor())
                .put(9, manifest.publisher().digest())
                .put(10, manifest.createdMillis())
                .put(11, manifest.name());
    }

    private static StoqException notFound(String what) {
        return new StoqException(
                StoqErrorCode.NOT_FOUND, "'" + what + "' is not known here; stoq ls shows what is");
    }
}
