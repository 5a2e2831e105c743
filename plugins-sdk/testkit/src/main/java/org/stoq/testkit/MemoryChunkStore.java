package org.stoq.testkit;

import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.stoq.sdk.Digest;
import org.stoq.sdk.StoqErrorCode;
import org.stoq.sdk.StoqException;
import org.stoq.sdk.chunk.EncodedChunk;
import org.stoq.sdk.store.ChunkStore;
import org.stoq.sdk.store.NameBinding;
import org.stoq.sdk.store.StoreCheck;
import org.stoq.sdk.store.StoreCollection;
import org.stoq.sdk.store.StoreStats;

/**
 * A chunk store in memory, for tests of whatever uses one. It keeps the contract but for one thing:
 * nothing survives the process, so {@link #sync} has nothing to do.
 *
 * <p>Thread-safe: every operation holds one lock.
 */
public final class MemoryChunkStore implements ChunkStore {
    private static final int NAME_BYTES = 1_024;
    private static final int LIST_LIMIT = 10_000;

    private final ReentrantLock lock = new ReentrantLock();
    private final long capacityBytes;
    private final Map<Digest, EncodedChunk> chunks = new HashMap<>();
    private final Set<Digest> damaged = new HashSet<>();
    private final NavigableMap<byte[], NameBinding> names =
            new TreeMap<>((Comparator<byte[]>) Arrays::compareUnsigned);
    private @Nullable Collection collection;
    private long storedBytes;

    /** Creates an empty store that takes as much as the heap can hold. */
    public MemoryChunkStore() {
        this(Long.MAX_VALUE);
    }

    /**
     * Creates an empty store.
     *
     * @param capacityBytes how many stored bytes of chunks it takes before it is full
     */
    public MemoryChunkStore(long capacityBytes) {
        this.capacityBytes = capacityBytes;
    }

    @Override
    public String name() {
        return "memory";
    }

    /** Damages a chunk, as a bad disk would: the next {@link #read} finds that out. */
    public void damage(Digest digest) {
        locked(() -> chunks.containsKey(digest) && damaged.add(digest));
    }

    @Override
    public boolean keepsBases() {
        return true;
    }

    @Override
    public boolean contains(Digest digest) {
        return locked(() -> {
            pin(digest);
            return bases(digest) >= 0;
        });
    }

    @Override
    public Optional<EncodedChunk> read(Digest digest) throws StoqException {
        lock.lock();
        try {
            if (damaged.contains(digest)) {
                remove(digest);
                throw new StoqException(StoqErrorCode.INTEGRITY, digest + " is damaged");
            }
            return bases(digest) < 0 ? Optional.empty() : Optional.ofNullable(chunks.get(digest));
        } finally {
            lock.unlock();
        }
    }

    @Override
    public boolean write(Digest digest, EncodedChunk chunk) throws StoqException {
        lock.lock();
        try {
            pin(digest);
            if (bases(digest) >= 0) {
                return false;
            }
            if (chunk.base().isPresent()) {
                int bases = bases(chunk.base().get());
                if (bases < 0 || bases == MAX_BASES) {
                    throw new StoqException(
                            StoqErrorCode.PRECONDITION_FAILED,
                            "the base of %s is not here, or has too many bases".formatted(digest));
                }
                pin(chunk.base().get());
            }
            int length = chunk.bytes().length;
            if (length > capacityBytes - storedBytes) {
                throw full();
            }
            remove(digest);
            chunks.put(
                    digest,
                    new EncodedChunk(
                            chunk.algorithm(),
                            chunk.plainLength(),
                            chunk.bytes().clone(),
                            chunk.base()));
            storedBytes += length;
            return true;
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void bind(String name, Digest manifest) throws StoqException {
        byte[] key = checkedName(name);
        lock.lock();
        try {
            if (storedBytes >= capacityBytes) {
                throw full();
            }
            names.put(key, new NameBinding(name, manifest));
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void unbind(String name) {
        byte[] key = checkedName(name);
        locked(() -> names.remove(key) != null);
    }

    @Override
    public Optional<Digest> lookup(String name) {
        byte[] key = checkedName(name);
        return locked(() -> Optional.ofNullable(names.get(key))).map(NameBinding::manifest);
    }

    @Override
    public List<NameBinding> list(String prefix, String after, int limit) {
        if (limit < 1 || limit > LIST_LIMIT) {
            throw new IllegalArgumentException("limit " + limit + " is not 1 to " + LIST_LIMIT);
        }
        byte[] first = utf8(prefix);
        byte[] behind = utf8(after);
        boolean fromPrefix = Arrays.compareUnsigned(first, behind) > 0;
        return locked(() -> {
            List<NameBinding> found = new ArrayList<>();
            for (NameBinding binding :
                    names.tailMap(fromPrefix ? first : behind, fromPrefix).values()) {
                if (found.size() == limit || !binding.name().startsWith(prefix)) {
                    break;
                }
                found.add(binding);
            }
            return found;
        });
    }

    @Override
    public void sync() {}

    @Override
    public StoreCollection beginCollection() throws StoqException {
        lock.lock();
        try {
            if (collection != null) {
                throw new StoqException(
                        StoqErrorCode.CONFLICT, "a collection is under way; try again later");
            }
            Collection begun = new Collection();
            collection = begun;
            return begun;
        } finally {
            lock.unlock();
        }
    }

    @Override
    public StoreCheck verify(Progress progress) {
        return locked(() -> {
            List<Digest> found = damaged.stream().sorted().limit(1_000).toList();
            StoreCheck check = new StoreCheck(chunks.size(), storedBytes, found, true);
            List.copyOf(damaged).forEach(this::remove);
            progress.at(check.bytes(), check.bytes());
            return check;
        });
    }

    @Override
    public StoreStats stats() {
        return locked(() -> {
            List<EncodedChunk> deltas =
                    chunks.values().stream().filter(one -> one.base().isPresent()).toList();
            return new StoreStats(
                    chunks.size(),
                    names.size(),
                    chunks.values().stream().mapToLong(EncodedChunk::plainLength).sum(),
                    storedBytes,
                    storedBytes,
                    capacityBytes - storedBytes,
                    storedBytes >= capacityBytes,
                    deltas.size(),
                    deltas.stream().mapToLong(EncodedChunk::plainLength).sum(),
                    deltas.stream().mapToLong(one -> one.bytes().length).sum());
        });
    }

    /** Returns how many bases a chunk needs; less than 0 if it or one of them is not here. */
    private int bases(Digest digest) {
        EncodedChunk chunk = chunks.get(digest);
        int bases = 0;
        while (chunk != null && chunk.base().isPresent() && bases <= MAX_BASES) {
            chunk = chunks.get(chunk.base().get());
            bases++;
        }
        return chunk == null || bases > MAX_BASES ? -1 : bases;
    }

    private void pin(Digest digest) {
        if (collection != null) {
            collection.pinned.add(digest);
        }
    }

    private void remove(Digest digest) {
        EncodedChunk removed = chunks.remove(digest);
        damaged.remove(digest);
        storedBytes -= removed == null ? 0 : removed.bytes().length;
    }

    private <R> R locked(Supplier<R> work) {
        lock.lock();
        try {
            return work.get();
        } finally {
            lock.unlock();
        }
    }

    private StoqException full() {
        return new StoqException(
                StoqErrorCode.STORAGE_FULL, "the store is full at " + capacityBytes + " bytes");
    }

    private static byte[] checkedName(String name) {
        byte[] key = utf8(name);
        if (key.length < 1 || key.length > NAME_BYTES) {
            throw new IllegalArgumentException(
                    "a name has 1 to " + NAME_BYTES + " bytes, this one has " + key.length);
        }
        return key;
    }

    private static byte[] utf8(String text) {
        try {
            ByteBuffer bytes = StandardCharsets.UTF_8.newEncoder().encode(CharBuffer.wrap(text));
            byte[] exact = new byte[bytes.remaining()];
            bytes.get(exact);
            return exact;
        } catch (CharacterCodingException e) {
            throw new IllegalArgumentException("half a surrogate pair in a name", e);
        }
    }

    private final class Collection implements StoreCollection {
        // What the collector keeps and what writers need are apart: a chunk that a writer asked for
        // must not look to the collector as if its tree were walked already.
        private final Set<Digest> kept = new HashSet<>();
        private final Set<Digest> pinned = new HashSet<>();
        private boolean swept;

        @Override
        public boolean keep(Digest digest) {
            return locked(() -> kept.add(digest));
        }

        @Override
        public SweepResult sweep(Progress progress) {
            return locked(() -> {
                if (swept || collection != this) {
                    throw new IllegalStateException("this collection is over");
                }
                swept = true;
                long before = storedBytes;
                Set<Digest> needed = new HashSet<>(kept);
                needed.addAll(pinned);
                List.copyOf(needed).forEach(one -> addBases(one, needed));
                List<Digest> garbage =
                        chunks.keySet().stream().filter(one -> !needed.contains(one)).toList();
                garbage.forEach(MemoryChunkStore.this::remove);
                progress.at(before, before);
                return new SweepResult(chunks.size(), garbage.size(), before - storedBytes);
            });
        }

        private void addBases(Digest digest, Set<Digest> needed) {
            EncodedChunk chunk = chunks.get(digest);
            if (chunk != null && chunk.base().filter(needed::add).isPresent()) {
                addBases(chunk.base().get(), needed);
            }
        }

        @Override
        public void close() {
            locked(() -> {
                boolean mine = collection == this;
                collection = mine ? null : collection;
                return mine;
            });
        }
    }
}
