package org.stoq.content;

import java.io.IOException;
import java.time.Duration;
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
 * a peer that sends a wrong one is not asked again in this fetch. Blocks the calling virtual
 * thread.
 */
final class ChunkFetcher {
    private static final System.Logger LOG = System.getLogger(ChunkFetcher.class.getName());

    /** Chunks to ask for in one call: about a megabyte. */
    static final int BATCH = 16;

    /**
     * Most calls at once in one fetch. Where fewer peers are there each gets several, so that one
     * call's chunks are on the way while the next call still travels to the peer.
     */
    private static final int LANES = 4;

    /** Sixteen chunks of full size take so long at two megabits per second. */
    private static final Duration BATCH_DEADLINE = Duration.ofSeconds(60);

    private final LocalChunks local;
    private final Function<Digest, List<List<Peer>>> holders;
    private final Arrivals arrivals;
    private final TaskGroup tasks;
    private final Map<Digest, CompletableFuture<Boolean>> underWay = new ConcurrentHashMap<>();

    /** Hears of every chunk that was fetched and kept. */
    @FunctionalInterface
    interface Arrivals {
        /**
         * A chunk has arrived.
         *
         * @param manifest digest of the manifest for which it was fetched
         * @param wireBytes its length on the wire
         * @param plainBytes its length
         */
        void arrived(Digest manifest, int wireBytes, int plainBytes) throws StoqException;
    }

    /**
     * Creates a fetcher.
     *
     * @param holders the peers to ask for the chunks of a manifest, in groups, best first
     */
    ChunkFetcher(
            LocalChunks local,
            Function<Digest, List<List<Peer>>> holders,
            Arrivals arrivals,
            TaskGroup tasks) {
        this.local = local;
        this.holders = holders;
        this.arrivals = arrivals;
        this.tasks = tasks;
    }

    /**
     * Makes sure that the chunks are here.
     *
     * @param manifest digest of the manifest that needs them, to find who may hold them
     * @param chunks the chunks; those that are here already cost nothing
     * @throws StoqException NOT_FOUND if every connected peer was asked and none has them,
     *     UNAVAILABLE if none is connected or one has failed, STORAGE_FULL if they cannot be kept
     */
    void fetch(Digest manifest, List<Digest> chunks) throws IOException {
        List<Digest> missing = local.missing(chunks);
        while (!missing.isEmpty()) {
            List<Digest> mine = new ArrayList<>();
            List<CompletableFuture<Boolean>> others = new ArrayList<>();
            for (Digest digest : missing) {
                CompletableFuture<Boolean> earlier =
                        underWay.putIfAbsent(digest, new CompletableFuture<>());
                if (earlier == null) {
                    mine.add(digest);
                } else {
                    others.add(earlier);
                }
            }
            try {
                // Asked again: who was fetching one of them may just have finished.
                fetchMine(manifest, local.missing(mine));
            } finally {
                mine.forEach(this::release);
            }
            for (CompletableFuture<Boolean> other : others) {
                await(other);
            }
            // Whoever fetched for us may have failed; then it is our turn.
            missing = others.isEmpty() ? List.of() : local.missing(chunks);
        }
    }

    private void release(Digest digest) {
        CompletableFuture<Boolean> promise = underWay.remove(digest);
        if (promise != null) {
            promise.complete(true);
        }
    }

    private void fetchMine(Digest manifest, List<Digest> wanted) throws IOException {
        if (wanted.isEmpty()) {
            return;
        }
        FetchPlan plan = new FetchPlan(wanted);
        boolean anybody = false;
        for (List<Peer> group : holders.apply(manifest)) {
            anybody |= !group.isEmpty();
            List<Peer> useful = group;
            while (!plan.isDone() && !useful.isEmpty()) {
                askAll(manifest, useful, plan);
                useful = useful.stream().filter(peer -> plan.hasWorkFor(peer.id())).toList();
            }
        }
        plan.throwIfAborted();
        if (!plan.isDone()) {
            throw failure(plan, anybody);
        }
    }

    private static StoqException failure(FetchPlan plan, boolean anybody) {
        if (!anybody) {
            return new StoqException(
                    StoqErrorCode.UNAVAILABLE,
                    "%d chunks are not here and no peer is connected".formatted(plan.remaining()));
        }
        return new StoqException(
                plan.hasExcluded() ? StoqErrorCode.UNAVAILABLE : StoqErrorCode.NOT_FOUND,
                "no peer gives chunk %s and %d more".formatted(plan.first(), plan.remaining() - 1));
    }

    private void askAll(Digest manifest, List<Peer> peers, FetchPlan plan) throws IOException {
        int lanes = Math.clamp((plan.remaining() + BATCH - 1) / BATCH, 1, LANES);
        List<Thread> threads = new ArrayList<>();
        try {
            for (int i = 1; i < lanes; i++) {
                Peer peer = peers.get(i % peers.size());
                threads.add(tasks.start("stoq-fetch", () -> ask(manifest, peer, plan)));
            }
            ask(manifest, peers.getFirst(), plan);
            for (Thread thread : threads) {
                thread.join();
            }
        } catch (InterruptedException e) {
            threads.forEach(Thread::interrupt);
            throw interrupted();
        }
        if (Thread.currentThread().isInterrupted()) {
            throw interrupted();
        }
    }

    /** Asks one peer for batch after batch, until it has nothing more to give. */
    private void ask(Digest manifest, Peer peer, FetchPlan plan) {
        List<Digest> batch = plan.take(peer.id(), BATCH);
        while (!batch.isEmpty()) {
            try {
                receive(manifest, peer, batch, plan);
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

    private void receive(Digest manifest, Peer peer, List<Digest> batch, FetchPlan plan)
            throws IOException {
        Request request =
                Request.of(
                                ContentAdapter.SERVICE,
                                ChunkTransfer.METHOD,
                                ChunkTransfer.arguments(batch))
                        .within(BATCH_DEADLINE);
        try (Reply reply = peer.call(request)) {
            for (Digest digest : batch) {
                Optional<EncodedChunk> chunk = ChunkTransfer.read(reply.body());
                if (chunk.isEmpty()) {
                    plan.notAt(peer.id(), digest);
                } else {
                    byte[] plain = local.verify(digest, chunk.get());
                    keep(manifest, digest, chunk.get(), plain, plan);
                }
            }
        }
    }

    /** Keeps a chunk; a failure to do so is no fault of the peer's and ends the whole fetch. */
    private void keep(
            Digest manifest, Digest digest, EncodedChunk chunk, byte[] plain, FetchPlan plan)
            throws IOException {
        try {
            if (local.keepVerified(digest, chunk, plain)) {
                arrivals.arrived(manifest, chunk.bytes().length, plain.length);
            }
        } catch (IOException e) {
            plan.abort(e);
            throw e;
        }
        plan.done(digest);
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
