package org.stoq.content;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.function.Function;
import org.stoq.sdk.Digest;
import org.stoq.sdk.StoqErrorCode;
import org.stoq.sdk.StoqException;
import org.stoq.sdk.call.Reply;
import org.stoq.sdk.call.Request;
import org.stoq.sdk.chunk.EncodedChunk;
import org.stoq.sdk.node.Peer;

/**
 * Gets chunks that are not here from the peers that hold them, several peers at once.
 *
 * <p>A chunk that two readers lack is fetched once. Every chunk is verified before anybody sees it;
 * a peer that sends a wrong one is not asked again in this fetch. Blocks the calling virtual thread.
 */
final class ChunkFetcher {
    private static final System.Logger LOG = System.getLogger(ChunkFetcher.class.getName());

    /** Chunks to ask of one peer at a time: about a megabyte. */
    private static final int BATCH = 16;

    /** Most peers to ask at once; more would only contend for this node's own link. */
    private static final int MAX_PEERS_AT_ONCE = 4;

    private final LocalChunks local;
    private final Function<Digest, List<Peer>> holders;
    private final Map<Digest, CompletableFuture<Boolean>> underWay = new ConcurrentHashMap<>();

    /**
     * Creates a fetcher.
     *
     * @param holders the peers to ask for the chunks of a manifest, best first
     */
    ChunkFetcher(LocalChunks local, Function<Digest, List<Peer>> holders) {
        this.local = local;
        this.holders = holders;
    }

    /**
     * Makes sure that the chunks are here.
     *
     * @param manifest digest of the manifest that needs them, to find who may hold them
     * @param chunks the chunks; those that are here already cost nothing
     * @throws StoqException NOT_FOUND if peers are connected and none has them, UNAVAILABLE if none
     *     is connected
     */
    void fetch(Digest manifest, List<Digest> chunks) throws IOException {
        List<Digest> mine = new ArrayList<>();
        List<CompletableFuture<Boolean>> others = new ArrayList<>();
        for (Digest digest : local.missing(chunks)) {
            CompletableFuture<Boolean> promise = new CompletableFuture<>();
            CompletableFuture<Boolean> earlier = underWay.putIfAbsent(digest, promise);
            if (earlier == null) {
                mine.add(digest);
            } else {
                others.add(earlier);
            }
        }
        try {
            fetchMine(manifest, mine);
        } finally {
            for (Digest digest : mine) {
                CompletableFuture<Boolean> promise = underWay.remove(digest);
                if (promise != null) {
                    promise.complete(true);
                }
            }
        }
        for (CompletableFuture<Boolean> other : others) {
            await(other);
        }
        // Whoever fetched for us may have failed; then it is our turn.
        if (!others.isEmpty() && !local.missing(chunks).isEmpty()) {
            fetch(manifest, chunks);
        }
    }

    private void fetchMine(Digest manifest, List<Digest> wanted) throws IOException {
        if (wanted.isEmpty()) {
            return;
        }
        List<Peer> candidates = holders.apply(manifest);
        if (candidates.isEmpty()) {
            throw new StoqException(
                    StoqErrorCode.UNAVAILABLE,
                    "%d chunks are not here and no peer is connected".formatted(wanted.size()));
        }
        FetchPlan plan = new FetchPlan(wanted);
        List<Peer> asked = new ArrayList<>(candidates);
        while (!plan.isDone() && !asked.isEmpty()) {
            List<Peer> now = asked.subList(0, Math.min(MAX_PEERS_AT_ONCE, asked.size()));
            askAll(now, plan);
            asked = new ArrayList<>(asked);
            asked.removeIf(peer -> !plan.hasWorkFor(peer.id()));
        }
        if (!plan.isDone()) {
            throw new StoqException(
                    StoqErrorCode.NOT_FOUND,
                    "none of %d peers holds chunk %s and %d more"
                            .formatted(candidates.size(), plan.first(), plan.remaining() - 1));
        }
    }

    private void askAll(List<Peer> peers, FetchPlan plan) throws IOException {
        List<Thread> threads = new ArrayList<>();
        for (Peer peer : peers.subList(1, peers.size())) {
            threads.add(Thread.ofVirtual().name("stoq-fetch").start(() -> ask(peer, plan)));
        }
        ask(peers.getFirst(), plan);
        try {
            for (Thread thread : threads) {
                thread.join();
            }
        } catch (InterruptedException e) {
            threads.forEach(Thread::interrupt);
            throw interrupted();
        }
    }

    /** Asks one peer for batch after batch, until it has nothing more to give. */
    private void ask(Peer peer, FetchPlan plan) {
        List<Digest> batch = plan.take(peer.id(), BATCH);
        while (!batch.isEmpty()) {
            try {
                receive(peer, batch, plan);
            } catch (IOException e) {
                LOG.log(
                        System.Logger.Level.DEBUG,
                        "peer {0} failed in a fetch: {1}",
                        peer.id().shortName(),
                        e);
                plan.exclude(peer.id());
                plan.giveBack(batch);
                return;
            }
            batch = plan.take(peer.id(), BATCH);
        }
    }

    private void receive(Peer peer, List<Digest> batch, FetchPlan plan) throws IOException {
        Request request =
                Request.of(
                        ContentAdapter.SERVICE,
                        ChunkTransfer.METHOD,
                        ChunkTransfer.arguments(batch));
        try (Reply reply = peer.call(request)) {
            for (Digest digest : batch) {
                Optional<EncodedChunk> chunk = ChunkTransfer.read(reply.body());
                if (chunk.isPresent()) {
                    local.keepVerified(digest, chunk.get());
                    plan.done(digest);
                } else {
                    plan.notAt(peer.id(), digest);
                }
            }
        }
    }

    private static void await(CompletableFuture<Boolean> other) throws IOException {
        try {
            other.get();
        } catch (InterruptedException e) {
            throw interrupted();
        } catch (ExecutionException e) {
            throw new IllegalStateException("promises of fetches never fail", e);
        }
    }

    private static StoqException interrupted() {
        Thread.currentThread().interrupt();
        return new StoqException(StoqErrorCode.CANCELLED, "the fetch was given up");
    }
}
