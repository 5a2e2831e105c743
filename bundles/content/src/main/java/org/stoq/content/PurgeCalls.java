package org.stoq.content;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.WritableByteChannel;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.function.LongSupplier;
import org.stoq.sdk.Digest;
import org.stoq.sdk.NodeId;
import org.stoq.sdk.StoqErrorCode;
import org.stoq.sdk.StoqException;
import org.stoq.sdk.call.Call;
import org.stoq.sdk.call.Response;
import org.stoq.sdk.call.Role;
import org.stoq.sdk.cbor.CborMap;
import org.stoq.sdk.cose.Signer;
import org.stoq.sdk.node.Peer;
import org.stoq.sdk.node.Peers;

/** The methods of the service {@code content} that are about purges (docs/spec/content.md). */
final class PurgeCalls {
    static final String PURGE = "purge";
    static final String PURGED = "purged";

    /** How long the answer waits for peers, if the caller does not say. */
    private static final long PATIENCE_MILLIS = 2_000;

    /** Past it nobody waits for an answer. */
    private static final long MAX_PATIENCE_MILLIS = 20_000;

    private final PurgeLedger ledger;
    private final NameGossip gossip;
    private final Peers peers;
    private final Signer self;
    private final LongSupplier nanoTime;

    PurgeCalls(
            PurgeLedger ledger,
            NameGossip gossip,
            Peers peers,
            Signer self,
            LongSupplier nanoTime) {
        this.ledger = ledger;
        this.gossip = gossip;
        this.peers = peers;
        this.self = self;
        this.nanoTime = nanoTime;
    }

    /** Purges: everybody's objects for an operator, else what this node has published. */
    void purge(Call call) throws IOException {
        CborMap arguments = call.request().arguments();
        Selector selector = Selector.of(arguments, 1);
        boolean soft = arguments.has(3) && arguments.bool(3);
        Duration patience = patience(arguments);
        boolean own = !call.caller().role().includes(Role.OPERATOR);
        Optional<NodeId> publisher = own ? Optional.of(self.id()) : Optional.empty();
        // What lies on the disk may have to be read, before the time of this purge is taken.
        ledger.purges();
        long millis = ledger.timeOf(selector, publisher);
        byte[] signed = new Purge(selector, soft, own, self.id(), millis).sign(self);

        long begin = nanoTime.getAsLong();
        PurgeLedger.Accepted accepted = ledger.accept(signed);
        PurgeSet.Entry holding =
                accepted.entry()
                        .orElseThrow(() ->
                                new StoqException(
                                        StoqErrorCode.INTERNAL, "a purge of now that is too old"));
        byte[] telling = signed;
        if (!holding.digest().equals(Digest.of(signed))) {
            // A later one about the same is here already: it says more than this one.
            telling =
                    ledger.signed(holding.digest())
                            .orElseThrow(() ->
                                    new StoqException(
                                            StoqErrorCode.CONFLICT,
                                            "a later purge of the same came in between"));
        }
        Confirmations confirmations = gossip.spread(holding, telling, Set.of());
        ledger.sync(holding);
        long here = nanoTime.getAsLong() - begin;
        List<Duration> took = confirmations.await(patience);
        call.answer(
                CborMap.builder()
                        .put(1, holding.digest())
                        .put(2, holding.purge().millis())
                        .put(3, own)
                        .put(4, Duration.ofNanos(here).toNanos() / 1_000)
                        .put(5, (long) confirmations.asked())
                        .put(6, (long) took.size())
                        .put(7, micros(took, 50))
                        .put(8, micros(took, 99))
                        .put(9, micros(took, 100))
                        .build());
    }

    private static Duration patience(CborMap arguments) throws StoqException {
        long millis = arguments.findInteger(4).orElse(PATIENCE_MILLIS);
        if (millis < 0 || millis > MAX_PATIENCE_MILLIS) {
            throw new StoqException(
                    StoqErrorCode.INVALID_REQUEST,
                    "peers are waited for for 0 to %d ms, not %d"
                            .formatted(MAX_PATIENCE_MILLIS, millis));
        }
        return Duration.ofMillis(millis);
    }

    /** Returns the time within which so many percent have answered, in microseconds. */
    private static long micros(List<Duration> sorted, int percent) {
        if (sorted.isEmpty()) {
            return 0;
        }
        int rank = (sorted.size() * percent + 99) / 100;
        return sorted.get(Math.max(1, rank) - 1).toNanos() / 1_000;
    }

    /** Takes over a purge that a connected node has sent. */
    void purged(Call call) throws IOException {
        PassedOn purge = PassedOn.of(call.request().arguments());
        Optional<Peer> peer = call.caller().id().flatMap(peers::find);
        if (peer.isEmpty()) {
            throw new StoqException(
                    StoqErrorCode.FORBIDDEN, "purges are passed on by nodes that are connected");
        }
        boolean news = gossip.purged(peer.get(), purge);
        call.answer(CborMap.EMPTY);
        if (news) {
            gossip.passOnLater(peer.get(), purge);
        }
    }

    /** Lists the purges that hold here, unless the caller has the same ones. */
    void purges(Call call) throws IOException {
        PurgeSet set = ledger.purges();
        boolean same = call.request().arguments().digest(1).equals(set.fingerprint());
        CborMap.Builder head = CborMap.builder().put(1, same).put(2, Math.max(0, ledger.floor()));
        Optional<NodeId> caller = call.caller().id();
        if (caller.isPresent()) {
            OptionalLong met = ledger.met(caller.get());
            met.ifPresent(millis -> head.put(3, millis));
        }
        List<Digest> digests = same ? List.of() : set.digests();
        ByteBuffer body = ByteBuffer.allocate(Digest.BYTES * digests.size());
        digests.forEach(digest -> digest.write(body));
        try (WritableByteChannel target =
                call.respond(Response.ok(head.build()).withBody(body.capacity()))) {
            ChunkTransfer.writeAll(target, body.flip());
        }
    }
}
