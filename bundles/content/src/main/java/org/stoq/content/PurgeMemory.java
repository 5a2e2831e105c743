package org.stoq.content;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReentrantLock;
import org.stoq.sdk.Digest;
import org.stoq.sdk.NodeId;
import org.stoq.sdk.StoqErrorCode;
import org.stoq.sdk.StoqException;
import org.stoq.sdk.cbor.CborMap;
import org.stoq.sdk.chunk.EncodedChunk;

/**
 * What a node remembers to tell whether it was away for too long: when it was in step with whom,
 * and up to when it has forgotten purges. One chunk in the store. Any thread; blocks on the disk.
 *
 * <p>Meetings are written an hour apart at most: one that is thought to be older than it was costs
 * a walk through names, not more.
 */
final class PurgeMemory {
    /** Most nodes whose meetings are remembered; the one that is longest ago leaves. */
    static final int MAX_NODES = 1_024;

    private static final String NAME = PurgeLedger.RESERVED + "purge-memory";
    private static final long WRITE_MILLIS = Duration.ofHours(1).toMillis();
    private static final int FLOOR = 1;
    private static final int MET = 2;

    private final LocalChunks local;

    /** Held while the chunk is stored and noted. */
    private final Lock gate;

    private final ReentrantLock lock = new ReentrantLock();

    // Guarded by the lock.
    private final Map<NodeId, Long> met = new HashMap<>();
    private final Map<NodeId, Long> metAsWritten = new HashMap<>();
    private long floor = PurgeIndex.NEVER;
    private Optional<ChunkRef> chunk = Optional.empty();

    PurgeMemory(LocalChunks local, Lock gate) {
        this.local = local;
        this.gate = gate;
    }

    /** Returns the chunk that a collection must keep. */
    Optional<ChunkRef> chunk() {
        lock.lock();
        try {
            return chunk;
        } finally {
            lock.unlock();
        }
    }

    /** Returns the time up to which purges were forgotten; {@link PurgeIndex#NEVER} if none was. */
    long floor() {
        lock.lock();
        try {
            return floor;
        } finally {
            lock.unlock();
        }
    }

    /** Raises the floor. */
    void raiseFloor(long millis) throws StoqException {
        boolean higher;
        lock.lock();
        try {
            higher = millis > floor;
            floor = Math.max(floor, millis);
        } finally {
            lock.unlock();
        }
        if (higher) {
            write();
        }
    }

    /**
     * Returns when this node was in step with that one last, or with any if with that one never.
     */
    OptionalLong met(NodeId node) {
        lock.lock();
        try {
            Long last = met.get(node);
            if (last != null) {
                return OptionalLong.of(last);
            }
            return met.isEmpty()
                    ? OptionalLong.empty()
                    : OptionalLong.of(Collections.max(met.values()));
        } finally {
            lock.unlock();
        }
    }

    /** The two nodes are in step now. */
    void meet(NodeId node, long nowMillis) throws StoqException {
        boolean due;
        lock.lock();
        try {
            met.put(node, nowMillis);
            if (met.size() > MAX_NODES) {
                met.entrySet().stream()
                        .min(Map.Entry.comparingByValue())
                        .map(Map.Entry::getKey)
                        .ifPresent(met::remove);
            }
            Long written = metAsWritten.get(node);
            due = written == null || nowMillis - written >= WRITE_MILLIS;
        } finally {
            lock.unlock();
        }
        if (due) {
            write();
        }
    }

    private void write() throws StoqException {
        gate.lock();
        try {
            lock.lock();
            try {
                List<Object> flat = new ArrayList<>();
                met.forEach((node, millis) -> {
                    flat.add(node.digest().toBytes());
                    flat.add(millis);
                });
                byte[] plain = CborMap.builder().put(FLOOR, floor).put(MET, flat).build().encode();
                Digest digest = Digest.of(plain);
                local.keepVerified(digest, EncodedChunk.plain(plain), plain);
                local.withStore(store -> {
                    store.bind(NAME, digest);
                    return true;
                });
                chunk = Optional.of(new ChunkRef(digest, plain.length));
                metAsWritten.clear();
                metAsWritten.putAll(met);
            } finally {
                lock.unlock();
            }
        } finally {
            gate.unlock();
        }
    }

    /** Reads what was written before, beside what is in memory. */
    void load() throws StoqException {
        Optional<Digest> bound = local.withStore(store -> store.lookup(NAME));
        Optional<byte[]> plain = bound.isEmpty() ? Optional.empty() : local.plain(bound.get());
        if (plain.isEmpty()) {
            return;
        }
        CborMap map = CborMap.decode(plain.get());
        List<?> flat = map.list(MET);
        lock.lock();
        try {
            for (int i = 0; i + 1 < flat.size(); i += 2) {
                if (!(flat.get(i) instanceof byte[] node)
                        || !(flat.get(i + 1) instanceof Long at)) {
                    throw new StoqException(
                            StoqErrorCode.INTEGRITY, "the memory of purges is of another form");
                }
                met.merge(new NodeId(Digest.copyOf(node)), at, Math::max);
            }
            metAsWritten.putAll(met);
            floor = Math.max(floor, map.integer(FLOOR));
            chunk = Optional.of(new ChunkRef(bound.orElseThrow(), plain.get().length));
        } finally {
            lock.unlock();
        }
    }
}
