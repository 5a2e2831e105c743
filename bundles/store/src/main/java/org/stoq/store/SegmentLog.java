package org.stoq.store;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.List;
import java.util.NavigableMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.locks.ReentrantLock;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.stoq.sdk.StoqException;

/**
 * The log: segments of records, the last of which grows. Blocks on the disk.
 *
 * <p>Records are sealed by any thread and appended by one at a time, whoever holds the lock of the
 * store; {@link #sync} takes no lock but its own, so that one sync serves all who wait for it.
 *
 * <p>After a failed fsync the kernel may call pages clean that never reached the disk, and nobody
 * can tell whose they are. So the log takes nothing more then, until it is opened again.
 */
final class SegmentLog implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger(SegmentLog.class.getName());
    private static final Pattern FILE = Pattern.compile("[0-9]{10}" + Segment.SUFFIX);

    private final Disk disk;
    private final Path folder;
    private final KeyRing keys;
    private final SpaceGuard space;
    private final int segmentBytes;
    private final Workbench.Shelf benches = new Workbench.Shelf();
    private final NavigableMap<Integer, Segment> segments = new ConcurrentSkipListMap<>();
    private final ReentrantLock syncLock = new ReentrantLock();
    // Written under the store's lock, read by those who seal for it.
    private volatile @Nullable Segment active;
    // Where the last whole record ends: written under the store's lock, read by sync.
    private volatile long end;
    // Written under the sync lock, read by all.
    private volatile long durable;
    private volatile @Nullable StoqException failure;
    private int lastNumber;

    SegmentLog(Disk disk, Path folder, KeyRing keys, SpaceGuard space, int segmentBytes) {
        this.disk = disk;
        this.folder = folder;
        this.keys = keys;
        this.space = space;
        this.segmentBytes = segmentBytes;
    }

    /**
     * Finds the segments that are there.
     *
     * @param positionInUse a position that was handed out before, so that its segment's number is
     *     not used again
     */
    void open(long positionInUse) throws IOException {
        lastNumber = Location.segmentOf(positionInUse);
        try (Stream<Path> files = Files.list(folder)) {
            for (Path path : (Iterable<Path>) files.sorted()::iterator) {
                String name = String.valueOf(path.getFileName());
                if (!FILE.matcher(name).matches()) {
                    continue;
                }
                int number = Integer.parseInt(name.substring(0, 10));
                lastNumber = Math.max(lastNumber, number);
                Segment segment = Segment.open(disk, path, number, keys);
                if (segment != null) {
                    segments.put(number, segment);
                } else if (Files.size(path) > Segment.FIRST_RECORD) {
                    LOG.log(System.Logger.Level.ERROR, "{0} is damaged: its header", path);
                } else {
                    // A crash while it was made; no record was ever in it.
                    Files.delete(path);
                }
            }
        }
        end =
                segments.isEmpty()
                        ? Location.position(lastNumber, 0)
                        : endOf(segments.lastEntry().getValue());
    }

    /** Cuts the log at a position: what is behind it was never durable. */
    void cut(long position) throws IOException {
        int number = Location.segmentOf(position);
        for (Segment later : segments.tailMap(number, false).values()) {
            delete(later);
        }
        Segment last = segments.get(number);
        if (last != null) {
            last.cut(Location.offsetOf(position));
        }
        end = position;
    }

    /** Makes the log as it was found durable from a position on. */
    void settle(long from) throws IOException {
        durable = from;
        sync();
        durable = end;
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

    /** Returns the segment that grows; nothing before the first record. */
    @Nullable Segment active() {
        return active;
    }

    long end() {
        return end;
    }

    long durable() {
        return durable;
    }

    int segmentBytes() {
        return segmentBytes;
    }

    /** Returns the length of all segments in bytes. */
    long bytes() {
        return segments.values().stream().mapToLong(Segment::end).sum();
    }

    /**
     * Returns a growing segment with room for a record, a new one if need be. Under the store's
     * lock.
     *
     * @throws StoqException STORAGE_FULL or INTERNAL if the disk refuses
     */
    Segment room(int length) throws IOException {
        refuseIfFailed();
        Segment current = active;
        if (current != null
                && (current.end() == Segment.FIRST_RECORD
                        || current.end() + (long) length <= segmentBytes)) {
            return current;
        }
        try {
            Segment fresh = Segment.create(disk, folder, lastNumber + 1, keys);
            lastNumber++;
            segments.put(fresh.number(), fresh);
            active = fresh;
            return fresh;
        } catch (IOException e) {
            throw space.failure("making a segment in " + folder, e, Segment.FIRST_RECORD);
        }
    }

    /**
     * Closes the growing segment: the next record begins another. Under the store's lock.
     *
     * @return the segments so far, none of which will ever grow again
     */
    List<Segment> roll() {
        active = null;
        return List.copyOf(segments.values());
    }

    /**
     * Appends a record that was sealed by {@link #room}'s segment. Under the store's lock.
     *
     * @return where it begins
     * @throws StoqException STORAGE_FULL or INTERNAL if the disk refuses; nothing was changed then
     */
    int append(Segment segment, byte[] record, int length) throws IOException {
        int offset = segment.end();
        try {
            segment.append(record, length);
        } catch (IOException e) {
            StoqException refusal = space.failure("writing to " + segment.path(), e, length);
            try {
                segment.cut(offset);
            } catch (IOException again) {
                // Half a record stays, and what came behind it would be taken for torn.
                refusal.addSuppressed(again);
                failure = refusal;
            }
            throw refusal;
        }
        end = endOf(segment);
        return offset;
    }

    /**
     * Seals and appends a record that is not a chunk, or one that moves. Under the store's lock.
     */
    Location append(RecordHeader header, byte[] payload) throws IOException {
        Workbench bench = benches.take();
        try {
            Segment segment = room(header.recordLength());
            segment.seal(bench, header, payload, durable);
            int offset = append(segment, bench.buffer, header.recordLength());
            return location(segment, offset, header);
        } finally {
            benches.putBack(bench);
        }
    }

    static Location location(Segment segment, int offset, RecordHeader header) {
        return new Location(
                segment.number(),
                offset,
                header.length(),
                header.payloadLength(),
                header.plainLength(),
                header.base());
    }

    /**
     * Makes everything durable that was appended before the call. Any thread.
     *
     * @throws StoqException STORAGE_FULL or INTERNAL if the disk refuses, now or before
     */
    void sync() throws IOException {
        long target = end;
        refuseIfFailed();
        if (durable >= target) {
            return;
        }
        syncLock.lock();
        try {
            refuseIfFailed();
            if (durable >= target) {
                return;
            }
            // All that is there by now, for those who wait behind this thread as well.
            long reached = end;
            for (Segment segment :
                    segments.tailMap(Location.segmentOf(durable), true)
                            .headMap(Location.segmentOf(reached), true)
                            .values()) {
                segment.file().force();
            }
            durable = reached;
        } catch (StoqException e) {
            throw e;
        } catch (IOException e) {
            StoqException refusal = space.failure("sync of " + folder, e, 0);
            failure = refusal;
            throw refusal;
        } finally {
            syncLock.unlock();
        }
    }

    /**
     * Deletes a segment that holds nothing anymore, for good. Any thread; readers under way see a
     * closed file.
     */
    void delete(Segment segment) throws IOException {
        Segment growing = active;
        if (growing != null && growing.number() == segment.number()) {
            throw new IllegalStateException(segment.path() + " is the one that grows");
        }
        // A sync under way must not meet a closed file.
        syncLock.lock();
        try {
            segments.remove(segment.number());
            segment.file().close();
            Files.deleteIfExists(segment.path());
            // It must not come back once records that say what is gone from it are gone too.
            disk.forceDirectory(folder);
        } finally {
            syncLock.unlock();
        }
    }

    /** Closes the files. Under the store's lock. */
    @Override
    public void close() throws IOException {
        syncLock.lock();
        try {
            for (Segment segment : segments.values()) {
                segment.file().close();
            }
        } finally {
            syncLock.unlock();
        }
    }

    private void refuseIfFailed() throws StoqException {
        StoqException why = failure;
        if (why != null) {
            throw new StoqException(
                    why.code(),
                    why.getMessage() + "; the store takes no writes until the node is restarted",
                    why);
        }
    }

    private static long endOf(Segment segment) {
        return Location.position(segment.number(), segment.end());
    }
}
