package org.stoq.store;

import java.io.IOException;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.Map;
import java.util.TreeMap;
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
 * log. Many readers and one {@link #merge} at a time; blocks on the disk.
 */
final class IndexTable implements AutoCloseable {
    private static final String FORMAT = "1";
    private static final int SLICE_MEMORY = 8 << 20;
    private static final int FILL_RATE = 60;
    private static final int COMPACTED_BYTES = 4 << 20;

    private final Path path;
    private final MVStore store;
    private final MVMap<String, String> state;
    private final MVMap<Digest, Location> chunks;
    private final MVMap<Name, Name.Entry> names;
    // Changed by merge, read by stats.
    private volatile Totals totals;
    private volatile long checkpoint;

    /** Sees one chunk after the other, in the order of digests. */
    interface ChunkVisitor {
        void at(Digest digest, Location location) throws IOException;
    }

    private IndexTable(Path path, MVStore store, KeyRing keys) {
        this.path = path;
        this.store = store;
        state = store.openMap("state", new MVMap.Builder<String, String>());
        if (state.isEmpty()) {
            byte[] salt = new byte[Digest.BYTES];
            new SecureRandom().nextBytes(salt);
            state.put("format", FORMAT);
            state.put("salt", HexFormat.of().formatHex(salt));
            state.put("key", Integer.toString(keys.current()));
            state.put("totals", Totals.ZERO.format());
            state.put("checkpoint", "0");
        }
        if (!FORMAT.equals(state.get("format"))) {
            throw new IllegalArgumentException("format " + state.get("format"));
        }
        totals = Totals.parse(value("totals"));
        checkpoint = Long.parseLong(value("checkpoint"));
        SealedNameType nameType =
                new SealedNameType(
                        keys.derive(
                                Integer.parseInt(value("key")),
                                HexFormat.of().parseHex(value("salt")),
                                "stoq index names"));
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

    /** Puts names from {@code first} on into a map, with those that begin with the prefix only. */
    void names(Name first, Name prefix, int limit, TreeMap<Name, Name.Entry> into)
            throws IndexFailure {
        guarded(
                path,
                () -> {
                    MVStore.TxCounter version = store.registerVersionUsage();
                    try {
                        Cursor<Name, Name.Entry> cursor = names.cursor(first);
                        for (int count = 0; count < limit && cursor.hasNext(); count++) {
                            Name name = cursor.next();
                            if (!name.startsWith(prefix)) {
                                break;
                            }
                            into.put(name, cursor.getValue());
                        }
                        return true;
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

    /** Shows where the record of each name lies. */
    void forEachName(java.util.function.Consumer<Name.Bound> visitor) throws IOException {
        MVStore.TxCounter version = guarded(path, store::registerVersionUsage);
        try {
            Cursor<Name, Name.Entry> cursor = guarded(path, () -> names.cursor(null));
            while (has(cursor::hasNext)) {
                Name name = guarded(path, cursor::next);
                visitor.accept(new Name.Bound(name, cursor.getValue()));
            }
        } finally {
            store.deregisterVersionUsage(version);
        }
    }

    /**
     * Takes in changes, and makes them durable together with the checkpoint. Can be repeated after a
     * failure: what was taken in already changes nothing.
     */
    void merge(Overlay changes, long newCheckpoint) throws IndexFailure {
        guarded(
                path,
                () -> {
                    for (var change : new TreeMap<>(changes.chunks).entrySet()) {
                        Location after = change.getValue() == Location.GONE ? null : change.getValue();
                        Location before =
                                after == null
                                        ? chunks.remove(change.getKey())
                                        : chunks.put(change.getKey(), after);
                        totals = totals.plus(Totals.change(before, after));
                        commitSlice();
                    }
                    for (Map.Entry<Name, Name.Entry> change : changes.names.entrySet()) {
                        Name.Entry after =
                                change.getValue() == Name.Entry.GONE ? null : change.getValue();
                        Name.Entry before =
                                after == null
                                        ? names.remove(change.getKey())
                                        : names.put(change.getKey(), after);
                        totals = totals.plus(Totals.change(before, after));
                        commitSlice();
                    }
                    commit(newCheckpoint);
                    store.sync();
                    checkpoint = newCheckpoint;
                    store.compact(FILL_RATE, COMPACTED_BYTES);
                    return true;
                });
    }

    Totals totals() {
        return totals;
    }

    /** Returns the position of the log up to which this table is complete. */
    long checkpoint() {
        return checkpoint;
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

    /** Commits when much has changed: a commit holds all changed pages in memory. */
    private void commitSlice() {
        if (store.getUnsavedMemory() > SLICE_MEMORY) {
            commit(checkpoint);
        }
    }

    private void commit(long position) {
        state.put("totals", totals.format());
        state.put("checkpoint", Long.toString(position));
        store.commit();
    }

    private String value(String key) {
        String value = state.get(key);
        if (value == null) {
            throw new IllegalArgumentException("no " + key);
        }
        return value;
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
