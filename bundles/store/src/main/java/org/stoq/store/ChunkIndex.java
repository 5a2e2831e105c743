package org.stoq.store;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.locks.ReentrantLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import org.jspecify.annotations.Nullable;
import org.stoq.sdk.Digest;

/**
 * Where everything lies: a table on the disk, over it the chunks that are being taken in, over them
 * the chunks since. Names go into the table at once. Any thread may ask; changes are made under the
 * lock of the store.
 *
 * <p>All of it is derived from the log. The table is committed only in moments in which the log is
 * durable ({@link Barrier}), so it is never ahead of it; what it lacks is replayed from its
 * checkpoint on. A table that cannot be read is thrown away and made anew from the whole log.
 *
 * <p>Digests are random keys: taken in one by one, each would change another page of the table.
 * Gathered and sorted, many change the same page.
 */
final class ChunkIndex implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger(ChunkIndex.class.getName());
    private static final int ATTEMPTS = 3;
    private static final int NAMES_AT_ONCE = 1_000;

    private final Disk disk;
    private final Path path;
    private final KeyRing keys;
    private final int cacheMegabytes;
    private final Mender mender;
    private final ReentrantLock checkpointLock = new ReentrantLock();
    // Guards the table's place: shared to use it, alone to put another there.
    private final ReentrantReadWriteLock tableLock = new ReentrantReadWriteLock();
    private volatile IndexTable table;
    // Read in the order active, frozen, table; changes move in that order, so none is missed.
    private volatile ConcurrentMap<Digest, Location> active = new ConcurrentHashMap<>();
    private volatile @Nullable ConcurrentMap<Digest, Location> frozen;
    private volatile long frozenPosition;
    // Changed under the store's lock.
    private volatile Totals totals;
    private volatile int nameChanges;

    /** Finds a moment in which nobody changes log or index and all of the log is durable. */
    interface Barrier {
        /** Runs the action in it. */
        void run(Moment action) throws IOException;
    }

    /** What to do in that moment. */
    interface Moment {
        /**
         * Acts.
         *
         * @param end position at which the log ends
         */
        void at(long end) throws IOException;
    }

    /** Puts the log into the index, from the position of its checkpoint on. */
    interface Replay {
        /** Replays. */
        void from(long checkpoint) throws IOException;
    }

    /** Calls {@link #reopen} under the lock of the store. */
    interface Mender {
        /** Mends; the table that failed may have been replaced by another thread already. */
        void mend(IndexTable broken, boolean discard) throws IOException;
    }

    /** Sees one name after the other, in order. */
    interface NameVisitor {
        void at(Name.Bound name) throws IOException;
    }

    private interface Use<R> {
        R on(IndexTable table) throws IOException;
    }

    /**
     * Opens the index; one that is missing or damaged is replaced by an empty one.
     *
     * @param mender called when a table fails later
     */
    ChunkIndex(Disk disk, Path path, KeyRing keys, int cacheMegabytes, Mender mender)
            throws IOException {
        this.disk = disk;
        this.path = path;
        this.keys = keys;
        this.cacheMegabytes = cacheMegabytes;
        this.mender = mender;
        table = openTable();
        totals = table.totals();
    }

    /**
     * Opens the table again and replays what it lacks; who asks meanwhile waits. Does nothing if
     * the broken table is not in use anymore. Under the store's lock.
     *
     * @param discard whether to begin with an empty table
     */
    void reopen(IndexTable broken, boolean discard, Replay replay) throws IOException {
        tableLock.writeLock().lock();
        try {
            if (table != broken) {
                return;
            }
            broken.abandon();
            if (discard) {
                Files.deleteIfExists(path);
            }
            table = openTable();
            active = new ConcurrentHashMap<>();
            frozen = null;
            nameChanges = 0;
            totals = table.totals();
            replay.from(checkpoint());
        } finally {
            tableLock.writeLock().unlock();
        }
    }

    IndexTable table() {
        return table;
    }

    /** Returns the position of the log up to which the table is complete. */
    long checkpoint() {
        return table.checkpoint();
    }

    /** Returns where a chunk lies, or nothing if it is not here. */
    @Nullable Location location(Digest digest) {
        // All three under one hold of the lock: a table is only replaced together with what is over
        // it.
        Location location =
                onTable(current -> Optional.ofNullable(location(digest, current))).orElse(null);
        return location == null || location.isGone() ? null : location;
    }

    private @Nullable Location location(Digest digest, IndexTable current) throws IndexFailure {
        Location location = active.get(digest);
        ConcurrentMap<Digest, Location> middle = frozen;
        if (location == null && middle != null) {
            location = middle.get(digest);
        }
        return location != null ? location : current.get(digest);
    }

    /**
     * Takes in where a chunk lies.
     *
     * @param before what {@link #location} says at the moment
     * @param after nothing to forget it
     */
    void put(Digest digest, @Nullable Location before, @Nullable Location after) {
        active.put(digest, after == null ? Location.GONE : after);
        totals = totals.plus(Totals.change(before, after));
    }

    /** Returns what a name is bound to, or nothing if it is not bound. */
    Name.@Nullable Entry entry(Name name) {
        return onTable(current -> Optional.ofNullable(current.get(name))).orElse(null);
    }

    /** Binds a name, or forgets it if there is no entry. */
    @SuppressWarnings("NonAtomicVolatileUpdate") // changes come under the store's lock
    void put(Name name, Name.@Nullable Entry entry) {
        onTable(current -> {
            current.put(name, entry);
            return true;
        });
        nameChanges++;
    }

    /**
     * Returns names in order.
     *
     * @param prefix they begin with it
     * @param after they are behind it
     */
    List<Name.Bound> names(Name prefix, Name after, int limit) {
        boolean fromPrefix = prefix.compareTo(after) > 0;
        Name first = fromPrefix ? prefix : after;
        return onTable(current -> current.names(first, fromPrefix, prefix, limit));
    }

    /** Shows every name; changes made meanwhile may show or not. */
    void forEachName(NameVisitor visitor) throws IOException {
        Name all = Name.of("");
        Name last = all;
        while (true) {
            List<Name.Bound> page = names(all, last, NAMES_AT_ONCE);
            if (page.isEmpty()) {
                return;
            }
            for (Name.Bound name : page) {
                visitor.at(name);
            }
            last = page.getLast().name();
        }
    }

    Totals totals() {
        return totals;
    }

    long nameCount() {
        return onTable(IndexTable::nameCount);
    }

    long diskBytes() {
        return onTable(IndexTable::diskBytes);
    }

    /** Returns how many changes a checkpoint would take in. */
    int pending() {
        return active.size() + nameChanges;
    }

    /** Shows every chunk of the table: those of the last checkpoint, and maybe later ones. */
    void forEachChunk(IndexTable.ChunkVisitor visitor) throws IOException {
        IndexTable used = table;
        try {
            used.forEachChunk(visitor);
        } catch (IndexFailure e) {
            // Half a walk is no walk: whoever asked begins again.
            mender.mend(used, !e.writing());
            throw e;
        }
    }

    /** Takes every change so far into the table. Not under the store's lock. */
    void checkpoint(Barrier barrier) throws IOException {
        checkpointLock.lock();
        try {
            checkpoint(table, barrier);
        } finally {
            checkpointLock.unlock();
        }
    }

    private void checkpoint(IndexTable used, Barrier barrier) throws IOException {
        try {
            barrier.run(end -> {
                if (frozen == null) {
                    frozenPosition = end;
                    frozen = active;
                    active = new ConcurrentHashMap<>();
                    nameChanges = 0;
                }
            });
            Map<Digest, Location> changes = frozen;
            if (changes == null) {
                return;
            }
            for (Map.Entry<Digest, Location> change : new TreeMap<>(changes).entrySet()) {
                Location after = change.getValue().isGone() ? null : change.getValue();
                if (on(used, current -> current.put(change.getKey(), after))) {
                    barrier.run(_ -> commit(used, used.checkpoint()));
                }
            }
            barrier.run(_ -> {
                commit(used, frozenPosition);
                frozen = null;
                on(
                        used,
                        current -> {
                            current.compact();
                            return true;
                        });
            });
            on(
                    used,
                    current -> {
                        current.sync();
                        return true;
                    });
        } catch (IndexFailure e) {
            mender.mend(used, !e.writing());
            throw e;
        }
    }

    /**
     * Takes every change so far into the table, unless somebody is about it. For the replay, which
     * may run under the store's lock.
     */
    void tryCheckpoint(Barrier barrier) throws IOException {
        if (checkpointLock.tryLock()) {
            try {
                checkpoint(barrier);
            } finally {
                checkpointLock.unlock();
            }
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

    private void commit(IndexTable used, long position) throws IOException {
        on(
                used,
                current -> {
                    current.commit(position);
                    return true;
                });
    }

    private IndexTable openTable() throws IOException {
        try {
            return IndexTable.open(disk, path, keys, cacheMegabytes);
        } catch (IndexFailure e) {
            LOG.log(
                    System.Logger.Level.WARNING,
                    "the index is damaged and is made anew: {0}",
                    e.getMessage());
            Files.deleteIfExists(path);
            return IndexTable.open(disk, path, keys, cacheMegabytes);
        }
    }

    private <R> R on(IndexTable used, Use<R> use) throws IOException {
        tableLock.readLock().lock();
        try {
            if (table != used) {
                throw new IOException("the index was made anew meanwhile");
            }
            return use.on(used);
        } finally {
            tableLock.readLock().unlock();
        }
    }

    private <R> R onTable(Use<R> use) {
        try {
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
                LOG.log(System.Logger.Level.WARNING, "the index fails: {0}", failure.getMessage());
                mender.mend(used, !failure.writing());
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
