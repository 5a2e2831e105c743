package org.stoq.content;

import java.io.IOException;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReentrantLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.function.Supplier;
import org.stoq.sdk.Digest;
import org.stoq.sdk.StoqErrorCode;
import org.stoq.sdk.StoqException;
import org.stoq.sdk.cbor.CborMap;
import org.stoq.sdk.store.ChunkStore;
import org.stoq.sdk.store.NameBinding;
import org.stoq.sdk.store.StoreCheck;
import org.stoq.sdk.store.StoreCollection;
import org.stoq.sdk.strategy.Lease;

/**
 * Garbage collection: what no bound name leads to, and no call at work needs, leaves the disk.
 *
 * <p>Whoever stores chunks that no name leads to yet holds the {@link #gate} while storing one and
 * noting it, and a {@link Pin} that tells what was noted. A collection begins and reads the pins
 * with the other side of the gate in its hand; what is stored after that the store itself keeps.
 * Any thread; one collection at a time.
 */
final class Collector {
    private static final int PAGE = 1_000;
    private static final int MAX_REPORTED = 100;

    private final LocalChunks local;
    private final Catalog catalog;
    private final ChunkFetcher fetcher;
    private final InstantSource clock;

    /** Storing threads share it, the beginning of a collection has it alone. */
    private final ReentrantReadWriteLock gate;

    private final ReentrantLock collecting = new ReentrantLock();
    private final Set<Pin> pins = ConcurrentHashMap.newKeySet();

    /**
     * Creates a collector.
     *
     * @param gate what the catalog and the publishers hold when they store
     */
    Collector(
            LocalChunks local,
            Catalog catalog,
            ChunkFetcher fetcher,
            InstantSource clock,
            ReentrantReadWriteLock gate) {
        this.local = local;
        this.catalog = catalog;
        this.fetcher = fetcher;
        this.clock = clock;
        this.gate = gate;
    }

    /**
     * What a collection has found.
     *
     * @param swept what it has removed
     * @param foreign digests of all bound manifests of other nodes
     */
    record Outcome(StoreCollection.SweepResult swept, Set<Digest> foreign) {
        CborMap toCbor() {
            return CborMap.builder()
                    .put(1, swept.chunksKept())
                    .put(2, swept.chunksRemoved())
                    .put(3, swept.bytesFreed())
                    .build();
        }
    }

    /** Keeps what a call at work needs, until it is closed. */
    final class Pin implements AutoCloseable {
        private final Supplier<List<List<ChunkRef>>> needed;

        /** What is being read; empty if something is being published. */
        private final Optional<Digest> manifest;

        private Pin(Supplier<List<List<ChunkRef>>> needed, Optional<Digest> manifest) {
            this.needed = needed;
            this.manifest = manifest;
            pins.add(this);
        }

        /** Ends it; a second call changes nothing. */
        @Override
        public void close() {
            pins.remove(this);
        }
    }

    /** Returns what to hold while something is stored and noted. */
    Lock gate() {
        return gate.readLock();
    }

    /** Keeps what an object that is being published has needed so far. */
    Pin pin(Supplier<List<List<ChunkRef>>> pending) {
        return new Pin(pending, Optional.empty());
    }

    /** Keeps what is here of an object that is being read. */
    Pin pin(Catalog.Entry entry) {
        Manifest manifest = entry.manifest();
        List<List<ChunkRef>> levels = new ArrayList<>();
        for (int depth = 0; depth < manifest.depth(); depth++) {
            levels.add(List.of());
        }
        levels.add(manifest.refs());
        return new Pin(() -> levels, Optional.of(entry.digest()));
    }

    /** Returns whether an object is being read. */
    boolean isPinned(Digest manifest) {
        return pins.stream().anyMatch(pin -> pin.manifest.equals(Optional.of(manifest)));
    }

    /**
     * Removes what is not needed. Blocks for long.
     *
     * @param cold manifests of other nodes whose content is to go, though their names stay
     * @throws StoqException CONFLICT if a collection is under way; INTEGRITY, NOT_FOUND or
     *     UNAVAILABLE if a list that tells what an own object needs is damaged, and no peer has it:
     *     nothing is removed then
     */
    Outcome collect(Set<Digest> cold, ChunkStore.Progress progress) throws IOException {
        if (!collecting.tryLock()) {
            throw new StoqException(StoqErrorCode.CONFLICT, "a collection is under way already");
        }
        try (Lease<ChunkStore> lease = local.acquire()) {
            List<List<List<ChunkRef>>> pinned = new ArrayList<>();
            StoreCollection collection;
            gate.writeLock().lock();
            try {
                collection = lease.strategy().beginCollection();
                pins.forEach(pin -> pinned.add(pin.needed.get()));
            } finally {
                gate.writeLock().unlock();
            }
            try (collection) {
                Marking marking = new Marking(local, collection);
                for (List<List<ChunkRef>> needed : pinned) {
                    marking.keepLevels(needed);
                }
                Set<Digest> foreign = keepNames(cold, marking);
                for (Pin pin : pins) {
                    // Readings that have begun since. Publishings need no second look, and their
                    // lists are not to be read without the gate.
                    if (pin.manifest.isPresent()) {
                        marking.keepLevels(pin.needed.get());
                    }
                }
                return new Outcome(collection.sweep(progress), foreign);
            }
        } finally {
            collecting.unlock();
        }
    }

    /**
     * Reads every record of the store; what is damaged is dropped, so that it is fetched again.
     *
     * @return the results of the method {@code verify}
     */
    CborMap verify(ChunkStore.Progress progress) throws StoqException {
        StoreCheck check = local.withStore(store -> store.verify(progress));
        List<Object> damaged = new ArrayList<>();
        for (Digest digest : check.damaged()) {
            local.dropDamaged(digest);
            if (damaged.size() < MAX_REPORTED) {
                damaged.add(digest.toBytes());
            }
        }
        return CborMap.builder()
                .put(1, check.records())
                .put(2, check.bytes())
                .put(3, check.damaged().size())
                .put(4, damaged)
                .put(5, check.complete())
                .build();
    }

    /** Marks what names lead to. Returns the manifests of other nodes among them. */
    private Set<Digest> keepNames(Set<Digest> cold, Marking marking) throws IOException {
        Set<Digest> foreign = new HashSet<>();
        long now = clock.millis();
        String after = "";
        List<NameBinding> page;
        do {
            page = catalog.list("", after, PAGE);
            for (NameBinding binding : page) {
                after = binding.name();
                marking.keep(binding.manifest());
                Manifest manifest = manifest(binding);
                if (Catalog.isForgotten(manifest, now)) {
                    catalog.forget(binding.name(), binding.manifest());
                } else if (catalog.isOwn(manifest)) {
                    marking.keepAll(binding.manifest(), manifest, fetcher::fetch);
                } else {
                    foreign.add(binding.manifest());
                    if (!cold.contains(binding.manifest())) {
                        marking.keepWhatIsHere(manifest);
                    }
                }
            }
        } while (page.size() == PAGE);
        return foreign;
    }

    /**
     * Reads a manifest; one that was damaged may still be with a peer, while its content is here.
     */
    private Manifest manifest(NameBinding binding) throws IOException {
        Optional<Catalog.Entry> entry = catalog.boundTo(binding.manifest());
        if (entry.isEmpty()) {
            fetcher.fetch(binding.manifest(), List.of(binding.manifest()));
            entry = catalog.boundTo(binding.manifest());
        }
        return entry.orElseThrow(() ->
                        new StoqException(
                                StoqErrorCode.INTEGRITY,
                                "the manifest of '%s' is damaged: publish or remove it"
                                        .formatted(binding.name())))
                .manifest();
    }
}
