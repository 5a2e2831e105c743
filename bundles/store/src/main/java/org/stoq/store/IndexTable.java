package org.stoq.store;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import org.h2.mvstore.Cursor;
import org.h2.mvstore.DataUtils;
import org.h2.mvstore.MVMap;
import org.h2.mvstore.MVStore;
import org.h2.mvstore.MVStoreException;
import org.jspecify.annotations.Nullable;
import org.stoq.sdk.Digest;

/**
 * The index on the disk: where each chunk lies and where each name leads, as of a checkpoint of the
 * log. Many readers; chunks are put by one thread at a time, names by one at a time. Blocks on the
 * disk.
 */
final class IndexTable implements AutoCloseable {
    private static final String KEY = "state";
    private static final int SLICE_MEMORY = 8 << 20;
    private static final int FILL_RATE = 60;
    // Old pages are only kept for a file whose last pages were torn, which is made anew anyway.
    private static final int RETENTION_MILLIS = 1_000;
    private static final int COMPACTED_BYTES = 4 << 20;

    private final Path path;
    private final MVStore store;
    private final MVMap<String, String> state;
    private final MVMap<Digest, Location> chunks;
    private final MVMap<Name, Name.Entry> names;
    // Of the last commit.
    private volatile IndexState last;
    // Changed by whoever puts chunks, read by stats.
    private volatile Totals totals;

    /** Sees one chunk after the other, in the order of digests. */
    interface ChunkVisitor {
        void at(Digest digest, Location location) throws IOException;
    }

    private IndexTable(Path path, MVStore store, KeyRing keys) {
        this.path = path;
        this.store = store;
        state = store.openMap("state", new MVMap.Builder<String, String>());
        IndexState now =
                state.isEmpty() ? IndexState.fresh(keys) : IndexState.parse(state.get(KEY));
        SealedNameType nameType =
                new SealedNameType(keys.derive(now.key(), now.salt(), "stoq index names"));
        chunks =
                store.openMap(
                        "chunks",
                        new MVMap.Builder<Digest, Location>()
                                .keyType(DigestType.INSTANCE)
                                .valueType(LocationType.INSTANCE));
        names =
                store.openMap(
                        "names",
                        new MVMap.Builder<Name, Name.Entry>()
                                .keyType(nameType)
                                .valueType(EntryType.INSTANCE));
        if (chunks.sizeAsLong() != now.totals().chunks() || names.sizeAsLong() != now.names()) {
            throw new IllegalArgumentException("entries are missing");
        }
        last = now;
        totals = now.totals();
    }

    /**
     * Opens the table or makes an empty one.
     *
     * @throws IndexFailure if the file is damaged
     */
    static IndexTable open(Disk disk, Path path, KeyRing keys, int cacheMegabytes)
            throws IOException {
        IndexFile file = IndexFile.open(disk, path, cacheMegabytes);
        return guarded(
                path,
                () -> {
                    MVStore store = null;
                    try {
                        store =
                                new MVStore.Builder()
                                        .adoptFileStore(file)
                                        .autoCommitDisabled()
                                        .autoCommitBufferSize(0)
                                        .open();
                        store.setVersionsToKeep(0);
                        store.setRetentionTime(RETENTION_MILLIS);
                        return new IndexTable(path, store, keys);
                    } catch (RuntimeException e) {
                        if (store != null) {
                            store.closeImmediately();
                        } else {
                            file.close();
                        }
                        throw e;
                    }
                });
    }

    @Nullable Location get(Digest digest) throws IndexFailure {
        return guardedOrNull(() -> chunks.get(digest));
    }

    Name.@Nullable Entry get(Name name) throws IndexFailure {
        return guardedOrNull(() -> names.get(name));
    }

    /** Returns names in order, from {@code first} on, as long as they begin with the prefix. */
    List<Name.Bound> names(Name first, boolean inclusive, Name prefix, int limit)
            throws IndexFailure {
        return guarded(
                path,
                () -> {
                    List<Name.Bound> found = new ArrayList<>();
                    MVStore.TxCounter version = store.registerVersionUsage();
                    try {
                        Cursor<Name, Name.Entry> cursor = names.cursor(first);
                        while (found.size() < limit && cursor.hasNext()) {
                            Name name = cursor.next();
                            if (!name.startsWith(prefix)) {
                                break;
                            }
                            if (inclusive || !name.equals(first)) {
                                found.add(new Name.Bound(name, cursor.getValue()));
                            }
                        }
                        return found;
                    } finally {
                        store.deregisterVersionUsage(version);
                    }
                });
    }

    /** Shows every chunk of the moment in which the call began. */
    void forEachChunk(ChunkVisitor visitor) throws IOException {
        MVStore.TxCounter version = guarded(path, store::registerVersionUsage);
        try {
            Cursor<Digest, Location> cursor = guarded(path, () -> chunks.cursor(null));
            while (has(cursor::hasNext)) {
                Digest digest = guarded(path, cursor::next);
                visitor.at(digest, cursor.getValue());
            }
        } finally {
            store.deregisterVersionUsage(version);
        }
    }

    /**
     * Takes in where a chunk lies now, which shows at once and is durable after {@link #commit}.
     *
     * @param after nothing if the chunk was forgotten
     * @return whether so much was taken in since the last commit that another is due
     */
    boolean put(Digest digest, @Nullable Location after) throws IndexFailure {
        return guarded(
                path,
                () -> {
                    Location before =
                            after == null ? chunks.remove(digest) : chunks.put(digest, after);
                    totals = totals.plus(Totals.change(before, after));
                    return store.getUnsavedMemory() > SLICE_MEMORY;
                });
    }

    /** Takes in a name, as {@link #put(Digest, Location)} does a chunk. */
    void put(Name name, Name.@Nullable Entry after) throws IndexFailure {
        guarded(
                path,
                () -> {
                    if (after == null) {
                        names.remove(name);
                    } else {
                        names.put(name, after);
                    }
                    return true;
                });
    }

    /** Makes all that was taken in durable, but for {@link #sync}, together with a position. */
    void commit(long newCheckpoint) throws IndexFailure {
        guarded(
                path,
                () -> {
                    IndexState next = last.at(newCheckpoint, totals, names.sizeAsLong());
                    state.put(KEY, next.format());
                    store.commit();
                    last = next;
                    return true;
                });
    }

    /** Gives back space in the file; commits. */
    void compact() throws IndexFailure {
        guarded(path, () -> store.compact(FILL_RATE, COMPACTED_BYTES));
    }

    /** Makes what was committed survive a power cut. */
    void sync() throws IndexFailure {
        guarded(
                path,
                () -> {
                    store.sync();
                    return true;
                });
    }

    Totals totals() {
        return totals;
    }

    /** Returns how many names are bound. */
    long nameCount() {
        return names.sizeAsLong();
    }

    /** Returns the position of the log up to which this table is complete. */
    long checkpoint() {
        return last.checkpoint();
    }

    /** Returns the length of the file in bytes. */
    long diskBytes() {
        return store.getFileStore().size();
    }

    /** Closes the file. */
    @Override
    public void close() throws IndexFailure {
        guarded(
                path,
                () -> {
                    store.close();
                    return true;
                });
    }

    /** Closes the file without writing anything. */
    void abandon() {
        store.closeImmediately();
    }

    private boolean has(BooleanSupplier more) throws IndexFailure {
        return guarded(path, more::getAsBoolean);
    }

    private <T> @Nullable T guardedOrNull(Supplier<@Nullable T> use) throws IndexFailure {
        try {
            return use.get();
        } catch (RuntimeException e) {
            throw failure(path, e);
        }
    }

    /**
     * Runs code of the library. It answers damaged bytes with whatever exception they lead to, not
     * only with its own.
     */
    private static <T> T guarded(Path path, Supplier<T> use) throws IndexFailure {
        try {
            return use.get();
        } catch (RuntimeException e) {
            throw failure(path, e);
        }
    }

    private static IndexFailure failure(Path path, RuntimeException cause) {
        boolean writing =
                cause instanceof MVStoreException e
                        && e.getErrorCode() == DataUtils.ERROR_WRITING_FAILED;
        return new IndexFailure(path + ": " + cause.getMessage(), writing, cause);
    }
}
