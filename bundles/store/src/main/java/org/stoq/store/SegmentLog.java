package org.stoq.store;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.Collection;
import java.util.List;
import java.util.NavigableMap;
import java.util.Objects;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.locks.ReentrantLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;
import org.stoq.sdk.Digest;
import org.stoq.sdk.StoqErrorCode;
import org.stoq.sdk.StoqException;

/**
 * The log: segments of records, the last of which grows. Any thread; blocks on the disk.
 *
 * <p>Writers reserve space, then encrypt and write at the same time, each at its own offset. They
 * share the gate; whoever needs a moment in which no record is half written takes it alone.
 *
 * <p>After a failed fsync the kernel may call pages clean that never reached the disk. Therefore the
 * records behind the last good sync are suspect until they were read back, authenticated and written
 * again to a fresh segment; before that, nothing more is accepted and no sync returns. If one of them
 * cannot be read back, it is lost although its writer was told that it was written, so the log
 * refuses writes until it is opened again.
 *
 * <p>Locks are taken in the order: those of the store, sync, gate.
 */
final class SegmentLog implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger(SegmentLog.class.getName());

    private final Disk disk;
    private final Path folder;
    private final KeyRing keys;
    private final SpaceGuard space;
    private final DurableMark mark;
    private final int segmentBytes;
    private final SecureRandom random = new SecureRandom();
    private final Workbench.Shelf benches = new Workbench.Shelf();
    private final NavigableMap<Integer, Segment> segments = new ConcurrentSkipListMap<>();
    private final ReentrantLock syncLock = new ReentrantLock();
    private final ReentrantReadWriteLock gate = new ReentrantReadWriteLock();
    // Written under the gate alone; read by writers who share it, and by end().
    private volatile @Nullable Segment active;
    // Written under the sync lock, read by all.
    private volatile long durable;
    private volatile boolean suspect;
    private volatile @Nullable StoqException broken;
    private volatile boolean closed;
    private int lastNumber;
    private @Nullable Salvage salvage;

    /** What to do with a record once it is in the log. */
    interface Applied {
        void at(int segment, int offset) throws IOException;
    }

    /** A change of the index. */
    interface Change<R> {
        R apply() throws IOException;
    }

    /** Writes the live records of a range of a segment again, at the end of the log. */
    interface Salvage {
        /**
         * Copies.
         *
         * @throws DamagedRecordException if one of them cannot be read
         */
        void copy(Segment segment, int from, int to) throws IOException;
    }

    SegmentLog(
            Disk disk,
            Path folder,
            KeyRing keys,
            SpaceGuard space,
            DurableMark mark,
            int segmentBytes) {
        this.disk = disk;
        this.folder = folder;
        this.keys = keys;
        this.space = space;
        this.mark = mark;
        this.segmentBytes = segmentBytes;
    }

    /** Adds a segment that was there before. */
    void add(Segment segment) {
        segments.put(segment.number(), segment);
    }

    /**
     * Starts to take records, in new segments.
     *
     * @param numberInUse the highest number that a segment has ever had
     */
    void start(int numberInUse, Salvage how) throws IOException {
        lastNumber = numberInUse;
        salvage = how;
        durable =
                segments.isEmpty()
                        ? Location.position(numberInUse, 0)
                        : Location.position(
                                segments.lastKey(), segments.lastEntry().getValue().end());
        mark.write(durable);
    }

    Workbench.Shelf benches() {
        return benches;
    }

    @Nullable Segment segment(int number) {
        return segments.get(number);
    }

    /** Returns the segments in the order of the log. */
    Collection<Segment> segments() {
        return segments.values();
    }

    /** Returns the position behind the last record. */
    long end() {
        Segment current = active;
        return current == null ? durable : Location.position(current.number(), current.end());
    }

    long diskBytes() {
        return segments.values().stream().mapToLong(Segment::end).sum();
    }

    /**
     * Appends a record.
     *
     * @param mayUseReserve whether it may use the space that is kept for such records
     * @param applied called before anybody can take the record for durable
     * @throws StoqException STORAGE_FULL or INTERNAL if the disk refuses; nothing was changed then
     */
    void append(
            RecordHeader header, byte[] payload, boolean mayUseReserve, Applied applied)
            throws IOException {
        int length = header.recordLength();
        space.claim(length, mayUseReserve);
        Workbench bench = benches.take();
        try {
            while (!tryAppend(bench, header, payload, applied)) {
                prepareSpace(length);
            }
        } finally {
            benches.putBack(bench);
        }
    }

    /** Changes the index without a record. */
    <R> R change(Change<R> change) throws IOException {
        gate.readLock().lock();
        try {
            ensureOpen();
            return change.apply();
        } finally {
            gate.readLock().unlock();
        }
    }

    /**
     * Makes everything durable that was appended before the call.
     *
     * @throws StoqException STORAGE_FULL or INTERNAL if the disk refuses
     */
    void sync() throws IOException {
        long target = end();
        if (durable >= target && !suspect) {
            return;
        }
        syncLock.lock();
        try {
            ensureOpen();
            if (suspect) {
                salvage();
            }
            if (durable < target) {
                Segment growing;
                long reached;
                // Alone for a moment: what lies before the end is whole then.
                gate.writeLock().lock();
                try {
                    growing = active;
                    reached = end();
                } finally {
                    gate.writeLock().unlock();
                }
                force(growing, reached);
            }
        } finally {
            syncLock.unlock();
        }
    }

    /** Runs an action in a moment in which all of the log is durable and no change under way. */
    void quiesce(LongConsumer action) throws IOException {
        sync();
        syncLock.lock();
        try {
            if (suspect) {
                salvage();
            }
            gate.writeLock().lock();
            try {
                force(active, end());
                action.accept(durable);
            } finally {
                gate.writeLock().unlock();
            }
        } finally {
            syncLock.unlock();
        }
    }

    /** Closes the growing segment; returns the number of the last segment so far. */
    int seal() throws IOException {
        syncLock.lock();
        try {
            if (suspect) {
                salvage();
            }
            gate.writeLock().lock();
            try {
                force(active, end());
                active = null;
                return lastNumber;
            } finally {
                gate.writeLock().unlock();
            }
        } finally {
            syncLock.unlock();
        }
    }

    /** Deletes a segment that holds nothing anymore. Readers under way see a missing file. */
    void delete(Segment segment) throws IOException {
        segments.remove(segment.number());
        segment.file().close();
        Files.deleteIfExists(segment.path());
    }

    @Override
    public void close() throws IOException {
        syncLock.lock();
        try {
            gate.writeLock().lock();
            try {
                closed = true;
                active = null;
                for (Segment segment : segments.values()) {
                    segment.file().close();
                }
            } finally {
                gate.writeLock().unlock();
            }
        } finally {
            syncLock.unlock();
        }
    }

    private boolean tryAppend(
            Workbench bench, RecordHeader header, byte[] payload, Applied applied)
            throws IOException {
        gate.readLock().lock();
        try {
            ensureOpen();
            Segment segment = active;
            // Who holds the gate alone is the salvage: it writes although the log is suspect.
            if (segment == null || (suspect && !gate.isWriteLockedByCurrentThread())) {
                return false;
            }
            int offset = segment.reserve(header.recordLength(), segmentBytes);
            if (offset < 0) {
                return false;
            }
            try {
                segment.write(bench, offset, header, payload);
            } catch (IOException e) {
                leaveVoid(bench, segment, offset, header);
                throw space.failure("writing to " + segment.path(), e, header.recordLength());
            }
            applied.at(segment.number(), offset);
            return true;
        } finally {
            gate.readLock().unlock();
        }
    }

    private void leaveVoid(Workbench bench, Segment segment, int offset, RecordHeader header) {
        try {
            segment.writeVoid(bench, offset, header);
        } catch (IOException e) {
            LOG.log(
                    System.Logger.Level.WARNING,
                    "{0} has a gap of {1} bytes at {2}: {3}",
                    segment.path(),
                    header.recordLength(),
                    offset,
                    e.getMessage());
        }
    }

    /** Makes a growing segment that has space, or none that is suspect. */
    private void prepareSpace(int length) throws IOException {
        syncLock.lock();
        try {
            ensureOpen();
            if (suspect && !gate.isWriteLockedByCurrentThread()) {
                salvage();
            }
            gate.writeLock().lock();
            try {
                Segment current = active;
                if (current != null
                        && (current.end() == Segment.FIRST_RECORD
                                || current.end() + (long) length <= segmentBytes)) {
                    return;
                }
                force(current, end());
                active = null;
                active = create();
            } finally {
                gate.writeLock().unlock();
            }
        } finally {
            syncLock.unlock();
        }
    }

    private Segment create() throws IOException {
        byte[] salt = new byte[Digest.BYTES];
        random.nextBytes(salt);
        lastNumber++;
        try {
            Segment created = Segment.create(disk, folder, lastNumber, keys, salt);
            segments.put(created.number(), created);
            return created;
        } catch (IOException e) {
            throw space.failure("making a segment in " + folder, e, Segment.FIRST_RECORD);
        }
    }

    /**
     * Makes the growing segment durable up to a position. Under the sync lock.
     *
     * @throws StoqException if the disk refuses; what is behind the durable position is suspect then
     */
    private void force(@Nullable Segment segment, long reached) throws StoqException {
        if (segment == null || reached <= durable) {
            return;
        }
        try {
            segment.file().force();
        } catch (IOException e) {
            suspect = true;
            throw space.failure("sync of " + segment.path(), e, 0);
        }
        // Copies that a salvage has made say nothing about the suspect records behind them.
        if (!suspect) {
            durable = reached;
            writeMark();
        }
    }

    private void writeMark() {
        try {
            mark.write(durable);
        } catch (IOException e) {
            LOG.log(System.Logger.Level.WARNING, "the mark of the last sync: {0}", e.getMessage());
        }
    }

    /** Writes the suspect records again. Under the sync lock. */
    private void salvage() throws IOException {
        StoqException why = broken;
        if (why != null) {
            throw new StoqException(why.code(), why.getMessage(), why);
        }
        gate.writeLock().lock();
        try {
            long from = durable;
            List<Segment> doubtful =
                    List.copyOf(segments.tailMap((int) (from >> 32), true).values());
            active = null;
            active = create();
            for (Segment segment : doubtful) {
                copy(segment, start(segment, from));
            }
            Segment current = active;
            if (current != null) {
                current.file().force();
            }
            suspect = false;
            durable = end();
            writeMark();
            LOG.log(
                    System.Logger.Level.WARNING,
                    "a sync had failed; everything since the one before was written again");
            for (Segment segment : doubtful) {
                segment.truncate(start(segment, from));
            }
        } catch (IOException e) {
            throw space.failure("writing again after a failed sync", e, 0);
        } finally {
            gate.writeLock().unlock();
        }
    }

    private static int start(Segment segment, long from) {
        return segment.number() == (int) (from >> 32)
                ? Math.max((int) from, Segment.FIRST_RECORD)
                : Segment.FIRST_RECORD;
    }

    private void copy(Segment segment, int from) throws IOException {
        Salvage how = Objects.requireNonNull(salvage, "not started");
        try {
            how.copy(segment, from, segment.end());
        } catch (DamagedRecordException e) {
            StoqException lost =
                    new StoqException(
                            StoqErrorCode.INTERNAL,
                            "the disk has lost what was written since the last sync; the store"
                                    + " takes no more until it is opened again",
                            e);
            broken = lost;
            throw lost;
        }
    }

    private void ensureOpen() {
        if (closed) {
            throw new IllegalStateException("the store is closed");
        }
    }
}
