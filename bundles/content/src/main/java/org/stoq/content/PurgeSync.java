package org.stoq.content;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ReadableByteChannel;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.stoq.sdk.Digest;
import org.stoq.sdk.StoqErrorCode;
import org.stoq.sdk.StoqException;
import org.stoq.sdk.call.Reply;
import org.stoq.sdk.call.Request;
import org.stoq.sdk.cbor.CborMap;
import org.stoq.sdk.chunk.EncodedChunk;
import org.stoq.sdk.node.Peer;

/**
 * Brings this node in step with a peer: whatever purges the peer has are here afterwards, durable.
 * Any thread; blocks for the peer and the disk.
 *
 * <p>Two nodes with the same set say so with one digest. Else the peer lists the digests of its
 * purges, and those that are not here are fetched like chunks.
 */
final class PurgeSync {
    static final String METHOD = "purges";

    /** How long one exchange may take in all. */
    static final Duration PATIENCE = Duration.ofSeconds(30);

    /** How long the peer may take for one answer. */
    static final Duration ANSWER = Duration.ofSeconds(5);

    /** Most purges that a peer is believed to have. */
    private static final int MAX_LISTED = 2 * PurgeLedger.MAX_PURGES;

    private final PurgeLedger ledger;
    private final LocalChunks local;
    private final InstantSource clock;
    private final News news;

    /** Hears of each purge that was not known before. */
    @FunctionalInterface
    interface News {
        void of(PurgeSet.Entry entry, byte[] signed, Peer from) throws StoqException;
    }

    /**
     * What is to be done about names.
     *
     * @param awaySince set if this node was away for so long that purges may have been forgotten
     *     which it has missed: when the two were in step last, milliseconds since 1970
     * @param peerAway whether the peer was, and its names are not to be taken until it says more
     */
    record Step(OptionalLong awaySince, boolean peerAway) {}

    PurgeSync(PurgeLedger ledger, LocalChunks local, InstantSource clock, News news) {
        this.ledger = ledger;
        this.local = local;
        this.clock = clock;
        this.news = news;
    }

    /** Returns whether a call has failed because the peer keeps no content. */
    static boolean isNoContentNode(IOException failure) {
        return failure instanceof StoqException named
                && (named.code() == StoqErrorCode.NOT_FOUND
                        || named.code() == StoqErrorCode.UNSUPPORTED);
    }

    /**
     * Fetches the purges of a peer that are not here.
     *
     * @throws StoqException TOO_LARGE, INVALID_REQUEST or INTEGRITY if it lists what cannot be;
     *     DEADLINE_EXCEEDED
     */
    Step with(Peer peer) throws IOException {
        long endMillis = clock.millis() + PATIENCE.toMillis();
        PurgeSet here = ledger.purges();
        CborMap arguments = CborMap.builder().put(1, here.fingerprint()).build();
        List<Digest> missing = new ArrayList<>();
        long floor;
        OptionalLong peerMet;
        Request request = Request.of(ContentAdapter.SERVICE, METHOD, arguments).within(ANSWER);
        try (Reply reply = peer.call(request)) {
            CborMap results = reply.response().results();
            floor = results.integer(2);
            peerMet = results.findInteger(3);
            if (!results.bool(1)) {
                for (Digest digest : digests(reply.body())) {
                    if (here.find(digest).isEmpty()) {
                        missing.add(digest);
                    }
                }
            }
        }
        for (int from = 0; from < missing.size(); from += ChunkTransfer.MAX_CHUNKS) {
            int to = Math.min(missing.size(), from + ChunkTransfer.MAX_CHUNKS);
            requireTime(endMillis);
            take(peer, missing.subList(from, to));
        }
        OptionalLong met = ledger.met(peer.id());
        boolean peerAway = peerMet.isPresent() && peerMet.getAsLong() < ledger.floor();
        boolean away = met.isPresent() && met.getAsLong() < floor;
        ledger.raiseFloor(floor);
        return new Step(away ? met : OptionalLong.empty(), peerAway);
    }

    private void requireTime(long endMillis) throws StoqException {
        if (clock.millis() > endMillis) {
            throw new StoqException(
                    StoqErrorCode.DEADLINE_EXCEEDED, "the purges of a peer take too long");
        }
    }

    private static List<Digest> digests(ReadableByteChannel body) throws IOException {
        List<Digest> digests = new ArrayList<>();
        ByteBuffer buffer = ByteBuffer.allocate(Digest.BYTES * 1_024);
        while (body.read(buffer) >= 0) {
            buffer.flip();
            while (buffer.remaining() >= Digest.BYTES) {
                digests.add(Digest.read(buffer));
            }
            buffer.compact();
            if (digests.size() > MAX_LISTED) {
                throw new StoqException(
                        StoqErrorCode.TOO_LARGE, "more than " + MAX_LISTED + " purges");
            }
        }
        if (buffer.position() > 0) {
            throw new StoqException(StoqErrorCode.INVALID_REQUEST, "a list of parts of digests");
        }
        return digests;
    }

    private void take(Peer peer, List<Digest> digests) throws IOException {
        Request request =
                Request.of(
                                ContentAdapter.SERVICE,
                                ChunkTransfer.METHOD,
                                ChunkTransfer.arguments(digests))
                        .within(ANSWER);
        List<PurgeSet.Entry> taken = new ArrayList<>();
        try (Reply reply = peer.call(request)) {
            for (Digest digest : digests) {
                // One that is not there was replaced since; what has replaced it is on its way.
                Optional<EncodedChunk> chunk = ChunkTransfer.read(reply.body());
                if (chunk.isPresent()) {
                    byte[] signed = local.verify(digest, chunk.get());
                    PurgeLedger.Accepted accepted = ledger.accept(signed);
                    accepted.entry().ifPresent(taken::add);
                    if (accepted.news() && accepted.entry().isPresent()) {
                        news.of(accepted.entry().get(), signed, peer);
                    }
                }
            }
        }
        for (PurgeSet.Entry entry : taken) {
            ledger.sync(entry);
        }
    }
}
