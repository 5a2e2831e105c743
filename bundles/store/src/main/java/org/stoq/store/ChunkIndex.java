package org.stoq.store;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.ReentrantLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import org.jspecify.annotations.Nullable;
import org.stoq.sdk.Digest;

/**
 * Where everything lies: a table on the disk, over it the changes that are being taken in, over them
 * the changes since. Any thread; reads block on the disk.
 *
 * <p>All of it is derived from the log. A table that cannot be read is opened again, then thrown away
 * and made anew; who asks meanwhile waits.
 *
 * <p>Changes are made only within {@link SegmentLog#change}, so that {@link #checkpoint} can find a
 * moment in which log and index say the same.
 */
final class ChunkIndex implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger(ChunkIndex.class.getName());
    private static final int ATTEMPTS = 3;

    private final Disk disk;
    private final Path path;
    private final KeyRing keys;
    private final int cacheMegabytes;
    private final ReentrantLock checkpointLock = new ReentrantLock();
    // Guards the table's place: shared to use it, alone to put another there.
    private final ReentrantReadWriteLock tableLock = new ReentrantReadWriteLock();
    private final AtomicReference<Totals> totals;
    private IndexTable table;
    // Read in the order active, frozen, table; changes move in that order, so none is missed.
    private volatile Overlay active = new Overlay();
    private volatile @Nullable Overlay frozen;
    private volatile long frozenPosition;
    private @Nullable Rebuild rebuild;

    /** Fills an empty index from the log. */
    interface Rebuild {
        /**
         * Replays the log.
         *
         * @param target the index to fill
         * @param to position at which to stop
         */
        void replay(ChunkIndex target, long to) throws IOException;
    }

    /** Finds a moment in which no change is under way and all of the log is durable. */
    interface Quiescence {
        /** Runs the action in it, with the end of the log. */
        void at(java.util.function.LongConsumer action) throws IOException;
    }

    private interface TableUse<R> {
        R on(IndexTable table) throws IOException;
    }

    private ChunkIndex(Disk disk, Path path, KeyRing keys, int cacheMegabytes, IndexTable table) {
        this.disk = disk;
        this.path = path;
        this.keys = keys;
        this.cacheMegabytes = cacheMegabytes;
        this.table = table;
        totals = new AtomicReference<>(table.totals());
    }

    /** Opens the index; an index that is damaged is replaced by an empty one. */
    static ChunkIndex open(Disk disk, Path path, KeyRing keys, int cacheMegabytes)
            throws IOException {
        IndexTable table;
        try {
            table = IndexTable.open(disk, path, keys, cacheMegabytes);
        } catch (IndexFailure e) {
            LOG.log(System.Logger.Level.WARNING, "the index is damaged: {0}", e.getMessage());
            Files.deleteIfExists(path);
            table = IndexTable.open(disk, path, keys, cacheMegabytes);
        }
        return new ChunkIndex(disk, path, keys, cacheMegabytes, table);
    }

    /** Throws everything away. */
    void clear() throws IOException {
        tableLock.writeLock().lock();
        try {
            table.abandon();
            Files.deleteIfExists(path);
            table = IndexTable.open(disk, path, keys, cacheMegabytes);
            active = new Overlay();
            frozen = null;
            totals.set(table.totals());
        } finally {
            tableLock.writeLock().unlock();
        }
    }

    /** Says how to fill a table anew; from then on a damaged one is mended. */
    void mendWith(Rebuild how) {
        rebuild = how;
    }

    /** Returns where a chunk lies, or nothing if it is not here. */
    @Nullable Location location(Digest digest) {
        Location location = active.chunks.get(digest);
        Overlay middle = frozen;
        if (location == null && middle != null) {
            location = middle.chunks.get(digest);
        }
        if (location == null) {
            location = onTable(current -> java.util.Optional.ofNullable(current.get(digest))).orElse(null);
        }
        return location == Location.GONE ? null : location;
    }

    /** Returns where a name leads, or nothing if it is not bound. */
    Name.@Nullable Entry entry(Name name) {
        Name.Entry entry = active.names.get(name);
        Overlay middle = frozen;
        if (entry == null && middle != null) {
            entry = middle.names.get(name);
        }
        if (entry == null) {
            entry = onTable(current -> java.util.Optional.ofNullable(current.get(name))).orElse(null);
        }
        return entry == Name.Entry.GONE ? null : entry;
    }

    /**
     * Returns names in order.
     *
     * @param prefix they begin with it
     * @param after they are behind it; nothing to begin
     */
    List<Name.Bound> names(Name prefix, @Nullable Name after, int limit) {
        List<Name.Bound> found = new ArrayList<>();
        Name last = after;
        while (found.size() < limit) {
            int wanted = limit - found.size();
            TreeMap<Name, Name.Entry> page = new TreeMap<>();
            // The three layers in the order in which changes move; later ones must not win.
            TreeMap<Name, Name.Entry> upper = new TreeMap<>();
            TreeMap<Name, Name.Entry> middle = new TreeMap<>();
            collect(active, prefix, last, wanted, upper);
            Overlay old = frozen;
            if (old != null) {
                collect(old, prefix, last, wanted, middle);
            }
            Name first = first(prefix, last);
            int count = last == null ? wanted : wanted + 1;
            onTable(
                    current -> {
                        page.clear();
                        current.names(first, prefix, count, page);
                        return true;
                    });
            if (last != null) {
                page.headMap(last, true).clear();
            }
            // A layer that gave all it was asked for may hold more behind its last name.
            Name horizon = horizon(wanted, page, middle, upper);
            page.putAll(middle);
            page.putAll(upper);
            if (horizon != null) {
                page.tailMap(horizon, false).clear();
            }
            for (var one : page.entrySet()) {
                if (one.getValue() != Name.Entry.GONE && found.size() < limit) {
                    found.add(new Name.Bound(one.getKey(), one.getValue()));
                }
            }
            if (horizon == null) {
                break;
            }
            last = horizon;
        }
        return found;
    }

    /** Puts a chunk in; {@code before} is what {@link #location} says at the moment. */
    void put(Digest digest, @Nullable Location before, Location after) {
        active.chunks.put(digest, after);
        count(Totals.change(before, after));
    }

    /** Forgets a chunk; {@code before} is what {@link #location} says at the moment. */
    void remove(Digest digest, Location before) {
        active.chunks.put(digest, Location.GONE);
        count(Totals.change(before, null));
    }

    /** Binds a name; {@code before} is what {@link #entry} says at the moment. */
    void put(Name name, Name.@Nullable Entry before, Name.Entry after) {
        active.put(name, after);
        count(Totals.change(before, after));
    }

    /** Forgets a name; {@code before} is what {@link #entry} says at the moment. */
    void remove(Name name, Name.Entry before) {
        active.put(name, Name.Entry.GONE);
        count(Totals.change(before, null));
    }

    Totals totals() {
        return totals.get();
    }

    /** Returns how many changes the table has not taken in. */
    long pending() {
        return active.size();
    }

    /** Returns the position of the log behind which the table knows nothing. */
    long checkpointPosition() {
        tableLock.readLock().lock();
        try {
            return table.checkpoint();
        } finally {
            tableLock.readLock().unlock();
        }
    }

    long diskBytes() {
        tableLock.readLock().lock();
        try {
            return table.diskBytes();
        } finally {
            tableLock.readLock().unlock();
        }
    }

    /** Makes the table take in every change so far. Blocks on the disk. */
    void checkpoint(Quiescence quiescence) throws IOException {
        checkpointLock.lock();
        try {
            if (frozen == null) {
                quiescence.at(
                        position -> {
                            frozenPosition = position;
                            frozen = active;
                            active = new Overlay();
                        });
            }
            Overlay changes = frozen;
            if (changes != null) {
                long position = frozenPosition;
                onTableChecked(
                        current -> {
                            current.merge(changes, position);
                            return true;
                        });
                frozen = null;
            }
        } finally {
            checkpointLock.unlock();
        }
    }

    /** Shows every chunk that the table knows. */
    void forEachChunk(IndexTable.ChunkVisitor visitor) throws IOException {
        tableLock.readLock().lock();
        try {
            table.forEachChunk(visitor);
        } finally {
            tableLock.readLock().unlock();
        }
    }

    /** Shows every name that the table knows. */
    void forEachName(java.util.function.Consumer<Name.Bound> visitor) throws IOException {
        tableLock.readLock().lock();
        try {
            table.forEachName(visitor);
        } finally {
            tableLock.readLock().unlock();
        }
    }

    @Override
    public void close() throws IOException {
        tableLock.writeLock().lock();
        try {
            table.close();
        } finally {
            tableLock.writeLock().unlock();
        }
    }

    private void count(Totals change) {
        totals.accumulateAndGet(change, Totals::plus);
    }

    private static Name first(Name prefix, @Nullable Name after) {
        return after == null || after.compareTo(prefix) < 0 ? prefix : after;
    }

    private static void collect(
            Overlay from,
            Name prefix,
            @Nullable Name after,
            int limit,
            TreeMap<Name, Name.Entry> into) {
        boolean exclusive = after != null && after.compareTo(prefix) >= 0;
        for (var one : from.names.tailMap(first(prefix, after), !exclusive).entrySet()) {
            if (into.size() == limit || !one.getKey().startsWith(prefix)) {
                break;
            }
            into.put(one.getKey(), one.getValue());
        }
    }

    /** Returns the first of the last names of the full layers; nothing if none is full. */
    @SafeVarargs
    private static @Nullable Name horizon(int full, TreeMap<Name, Name.Entry>... layers) {
        Name horizon = null;
        for (TreeMap<Name, Name.Entry> layer : layers) {
            if (layer.size() >= full && (horizon == null || layer.lastKey().compareTo(horizon) < 0)) {
                horizon = layer.lastKey();
            }
        }
        return horizon;
    }

    private <R> R onTable(TableUse<R> use) {
        try {
            return onTableChecked(use);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private <R> R onTableChecked(TableUse<R> use) throws IOException {
        for (int attempt = 1; ; attempt++) {
            IndexTable used;
            IndexFailure failure;
            tableLock.readLock().lock();
            try {
                used = table;
                return use.on(used);
            } catch (IndexFailure e) {
                used = table;
                failure = e;
            } finally {
                tableLock.readLock().unlock();
            }
            if (attempt == ATTEMPTS) {
                throw failure;
            }
            mend(used, failure, attempt);
        }
    }

    /** Opens the table again; makes it anew if that did not help and its content is to blame. */
    private void mend(IndexTable broken, IndexFailure failure, int attempt) throws IOException {
        tableLock.writeLock().lock();
        try {
            if (table != broken) {
                return;
            }
            LOG.log(System.Logger.Level.WARNING, "the index fails: {0}", failure.getMessage());
            long checkpoint = broken.checkpoint();
            broken.abandon();
            Rebuild how = rebuild;
            if (how == null || failure.writing() || attempt == 1) {
                try {
                    table = IndexTable.open(disk, path, keys, cacheMegabytes);
                    if (how == null || table.checkpoint() == checkpoint) {
                        return;
                    }
                    table.abandon();
                } catch (IndexFailure e) {
                    if (how == null || e.writing()) {
                        throw e;
                    }
                }
            }
            // Overlays hold what came behind the checkpoint; the table must hold all before it.
            Files.deleteIfExists(path);
            ChunkIndex fresh = open(disk, path, keys, cacheMegabytes);
            how.replay(fresh, checkpoint);
            fresh.checkpoint(action -> action.accept(checkpoint));
            table = fresh.table;
        } finally {
            tableLock.writeLock().unlock();
        }
    }
}
