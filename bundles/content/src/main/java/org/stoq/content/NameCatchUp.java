package org.stoq.content;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import org.stoq.sdk.Digest;
import org.stoq.sdk.StoqErrorCode;
import org.stoq.sdk.StoqException;
import org.stoq.sdk.call.Reply;
import org.stoq.sdk.call.Request;
import org.stoq.sdk.cbor.CborMap;
import org.stoq.sdk.chunk.EncodedChunk;
import org.stoq.sdk.node.Peer;
import org.stoq.sdk.store.NameBinding;

/**
 * Goes through the names of a peer and fetches the manifests that are not here. Any thread; blocks
 * for the peer.
 *
 * <p>A node that was away for so long that purges may have been forgotten does the opposite too:
 * what it holds since before, and the peer does not list any more, it drops.
 */
final class NameCatchUp {
    private static final System.Logger LOG = System.getLogger(NameCatchUp.class.getName());

    /** Most names that one catching up takes from a peer, whatever it claims to have. */
    private static final int MAX_NAMES = 1_000_000;

    /** Bad manifests after which a peer is left alone. */
    private static final int MAX_REFUSED = 1_000;

    /** Most names in a page that is believed. */
    private static final int MAX_PAGE = 1_024;

    private static final int OWN_PAGE = 1_000;
    private static final Duration PAGE_DEADLINE = Duration.ofSeconds(30);

    private final Catalog catalog;
    private final LocalChunks local;
    private final Taking taking;

    /** Takes a manifest over. */
    @FunctionalInterface
    interface Taking {
        void take(Peer from, Digest digest, byte[] signed) throws StoqException;
    }

    NameCatchUp(Catalog catalog, LocalChunks local, Taking taking) {
        this.catalog = catalog;
        this.local = local;
        this.taking = taking;
    }

    /**
     * Goes through all names of a peer.
     *
     * @param take whether manifests that are not here are fetched
     * @param awaySince if set, names that are not among the peer's are dropped: those of other
     *     nodes, for they were learned while this node was not away, and own ones that were
     *     published up to that time; milliseconds since 1970
     * @throws StoqException if the peer's names are not as they must be
     */
    void with(Peer peer, boolean take, OptionalLong awaySince) throws IOException {
        String after = "";
        int names = 0;
        int refused = 0;
        int dropped = 0;
        boolean more = true;
        while (more && names < MAX_NAMES) {
            CborMap page = page(peer, after);
            List<?> items = page.list(1);
            if (items.size() > MAX_PAGE) {
                throw new StoqException(
                        StoqErrorCode.TOO_LARGE, "a page of " + items.size() + " names");
            }
            List<Digest> unknown = new ArrayList<>();
            Set<String> listed = new HashSet<>();
            String last = after;
            for (Object item : items) {
                if (!(item instanceof CborMap binding)) {
                    throw new StoqException(
                            StoqErrorCode.INVALID_REQUEST, "a list of names holds maps");
                }
                last = next(last, binding.text(1));
                listed.add(last);
                if (take && catalog.byDigest(binding.digest(2)).isEmpty()) {
                    unknown.add(binding.digest(2));
                }
            }
            for (int from = 0; from < unknown.size(); from += ChunkTransfer.MAX_CHUNKS) {
                int to = Math.min(unknown.size(), from + ChunkTransfer.MAX_CHUNKS);
                refused += take(peer, unknown.subList(from, to));
                if (refused > MAX_REFUSED) {
                    throw new StoqException(
                            StoqErrorCode.INTEGRITY, refused + " manifests that are not valid");
                }
            }
            names += items.size();
            more = page.bool(2);
            if (more && items.isEmpty()) {
                throw new StoqException(StoqErrorCode.INVALID_REQUEST, "a page without a name");
            }
            String until = more ? next(after, page.text(3)) : "";
            if (awaySince.isPresent()) {
                dropped += dropOthers(listed, after, until, awaySince.getAsLong());
            }
            after = until;
        }
        if (awaySince.isPresent() && more) {
            throw new StoqException(
                    StoqErrorCode.TOO_LARGE, "more names than can be compared: " + names);
        }
        if (dropped > 0) {
            LOG.log(
                    System.Logger.Level.WARNING,
                    "this node was away for long: {0} names were dropped that {1} does not have",
                    dropped,
                    peer.id().shortName());
        }
    }

    /**
     * Drops old names of a range that are not among the listed ones.
     *
     * @param after behind this name
     * @param until up to this one; empty for all that follow
     */
    private int dropOthers(Set<String> listed, String after, String until, long awaySince)
            throws StoqException {
        int dropped = 0;
        String last = after;
        List<NameBinding> page;
        do {
            page = catalog.list("", last, OWN_PAGE);
            for (NameBinding binding : page) {
                last = binding.name();
                if (!until.isEmpty() && compare(until, last) < 0) {
                    return dropped;
                }
                Optional<Catalog.Entry> entry = catalog.boundTo(binding.manifest());
                if (!listed.contains(last)
                        && entry.isPresent()
                        && isOld(entry.get().manifest(), awaySince)) {
                    catalog.forget(last, binding.manifest());
                    dropped++;
                }
            }
        } while (page.size() == OWN_PAGE);
        return dropped;
    }

    private boolean isOld(Manifest manifest, long awaySince) {
        return !manifest.isTombstone()
                && (!catalog.isOwn(manifest) || manifest.createdMillis() <= awaySince);
    }

    private static CborMap page(Peer peer, String after) throws IOException {
        CborMap arguments = CborMap.builder().put(1, after).build();
        Request request =
                Request.of(ContentAdapter.SERVICE, "names", arguments).within(PAGE_DEADLINE);
        try (Reply reply = peer.call(request)) {
            return reply.response().results();
        }
    }

    /** Requires names to ascend: a peer cannot keep this node busy with the same ones. */
    private static String next(String after, String name) throws StoqException {
        if (compare(after, name) >= 0) {
            throw new StoqException(
                    StoqErrorCode.INVALID_REQUEST, "a list of names that does not ascend");
        }
        return name;
    }

    private static int compare(String one, String other) {
        return Arrays.compareUnsigned(
                one.getBytes(StandardCharsets.UTF_8), other.getBytes(StandardCharsets.UTF_8));
    }

    /**
     * Fetches manifests from a peer, all in one call. One that it has no more is left out.
     *
     * @return how many were not valid
     */
    int take(Peer peer, List<Digest> digests) throws IOException {
        Request request =
                Request.of(
                                ContentAdapter.SERVICE,
                                ChunkTransfer.METHOD,
                                ChunkTransfer.arguments(digests))
                        .within(PAGE_DEADLINE);
        int refused = 0;
        try (Reply reply = peer.call(request)) {
            for (Digest digest : digests) {
                Optional<EncodedChunk> chunk = ChunkTransfer.read(reply.body());
                if (chunk.isEmpty()) {
                    continue;
                }
                refused += tryTake(peer, digest, local.verify(digest, chunk.get())) ? 0 : 1;
            }
        }
        return refused;
    }

    /** Returns whether a manifest was valid; one bad manifest does not hide those behind it. */
    private boolean tryTake(Peer peer, Digest digest, byte[] signed) throws StoqException {
        try {
            taking.take(peer, digest, signed);
            return true;
        } catch (StoqException e) {
            return switch (e.code()) {
                case UNSUPPORTED, INVALID_REQUEST, INTEGRITY, TOO_LARGE -> {
                    LOG.log(
                            System.Logger.Level.DEBUG,
                            "manifest {0} from {1} is refused: {2}",
                            digest,
                            peer.id().shortName(),
                            e.getMessage());
                    yield false;
                }
                default -> throw e;
            };
        }
    }
}
