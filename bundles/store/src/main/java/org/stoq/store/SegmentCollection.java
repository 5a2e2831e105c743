package org.stoq.store;

import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.locks.ReentrantLock;
import org.stoq.sdk.Digest;
import org.stoq.sdk.store.ChunkStore;
import org.stoq.sdk.store.StoreCollection;

/**
 * A collection over the segments that were there when it began.
 *
 * <p>Chunks that are not kept are dropped with a record that says so. Then segments in which too much
 * is dead are compacted: what lives is copied to the end of the log, synced, taken into the index,
 * and only then the segment is deleted. Killed at any instant, every live record is in the log at
 * least once.
 *
 * <p>Marks may come from any thread; one thread sweeps.
 */
final class SegmentCollection implements StoreCollection {
    private static final int DROPS_PER_RECORD = 1_024;
    private static final double LIVE_ENOUGH = 0.8;
    private static final long COPIES_PER_CHECKPOINT = 64L << 20;

    private final SegmentChunkStore store;
    private final SegmentLog log;
    private final ChunkIndex index;
    private final DigestLocks digestLocks;
    private final Relocator relocator;
    private final MarkSet marks;
    private final int lastSegment;
    // Set by the sweep, read by whoever marks: behind it nothing is removed anymore.
    private volatile boolean swept;
    private final ReentrantLock sweeping = new ReentrantLock();

    SegmentCollection(
            SegmentChunkStore store,
            SegmentLog log,
            ChunkIndex index,
            DigestLocks digestLocks,
            Relocator relocator,
            MarkSet marks,
            int lastSegment) {
        this.store = store;
        this.log = log;
        this.index = index;
        this.digestLocks = digestLocks;
        this.relocator = relocator;
        this.marks = marks;
        this.lastSegment = lastSegment;
    }

    @Override
    public boolean keep(Digest digest) {
        ReentrantLock lock = digestLocks.of(digest);
        lock.lock();
        try {
            Location location = index.location(digest);
            return location != null && mark(location);
        } finally {
            lock.unlock();
        }
    }

    /** Keeps a chunk; under its lock. */
    boolean mark(Location location) {
        return !swept && marks.mark(location);
    }

    @Override
    public SweepResult sweep(ChunkStore.Progress progress) throws org.stoq.sdk.StoqException {
        sweeping.lock();
        try {
            if (swept) {
                throw new IllegalStateException("this collection was swept already");
            }
            return store.guarded("collection", () -> sweepAll(progress));
        } finally {
            sweeping.unlock();
        }
    }

    @Override
    public void close() {
        swept = true;
        store.ended(this);
    }

    private SweepResult sweepAll(ChunkStore.Progress progress) throws IOException {
        List<Segment> candidates =
                log.segments().stream().filter(s -> s.number() <= lastSegment).toList();
        long total = candidates.stream().mapToLong(Segment::end).sum();
        progress.at(0, total);
        Map<Integer, Long> live = new HashMap<>();
        long removed = drop(live);
        swept = true;
        index.forEachName(
                bound ->
                        live.merge(
                                bound.entry().segment(),
                                (long)
                                        RecordHeader.of(
                                                        RecordType.BIND,
                                                        Digest.BYTES
                                                                + bound.name().bytes().length)
                                                .recordLength(),
                                Long::sum));
        log.sync();
        long kept = index.totals().chunks();
        long freed = compact(candidates, live, total, progress);
        progress.at(total, total);
        return new SweepResult(kept, removed, freed);
    }

    /** Forgets what is not kept; counts the bytes of what is. */
    private long drop(Map<Integer, Long> live) throws IOException {
        long[] removed = new long[1];
        List<Location.Of> doomed = new ArrayList<>();
        index.forEachChunk(
                (digest, location) -> {
                    if (marks.isDoomed(location)) {
                        doomed.add(new Location.Of(digest, location));
                    } else {
                        countLive(live, location);
                    }
                    if (doomed.size() == DROPS_PER_RECORD) {
                        removed[0] += dropNow(doomed, live);
                    }
                });
        return removed[0] + dropNow(doomed, live);
    }

    private static void countLive(Map<Integer, Long> live, Location location) {
        // The names of compressors are short; eight bytes stand for them.
        live.merge(
                location.segment(),
                (long)
                        RecordHeader.align(
                                RecordHeader.FIXED_BYTES
                                        + 8
                                        + location.storedLength()
                                        + RecordHeader.TAG_BYTES),
                Long::sum);
    }

    private int dropNow(List<Location.Of> doomed, Map<Integer, Long> live) throws IOException {
        List<Location.Of> dropped = new ArrayList<>();
        for (Location.Of one : doomed) {
            ReentrantLock lock = digestLocks.of(one.digest());
            lock.lock();
            try {
                // Somebody may have asked for it, or found it damaged, since it was listed.
                Location now = index.location(one.digest());
                if (now == null || !now.equals(one.location())) {
                    continue;
                }
                if (marks.isDoomed(now)) {
                    log.change(
                            () -> {
                                index.remove(one.digest(), now);
                                return true;
                            });
                    dropped.add(one);
                } else {
                    countLive(live, now);
                }
            } finally {
                lock.unlock();
            }
        }
        doomed.clear();
        store.appendDrops(dropped);
        return dropped.size();
    }

    private long compact(
            List<Segment> candidates,
            Map<Integer, Long> live,
            long total,
            ChunkStore.Progress progress)
            throws IOException {
        long freed = 0;
        long copied = 0;
        long done = 0;
        List<Segment> leaving = new ArrayList<>();
        Set<Integer> leavingNumbers = new HashSet<>();
        int small = (int) candidates.stream().filter(store::isSmall).count();
        for (Segment segment : candidates) {
            long size = segment.end();
            long alive = live.getOrDefault(segment.number(), 0L);
            boolean merge = small > SegmentChunkStore.SMALL_SEGMENTS && store.isSmall(segment);
            if (merge || alive < LIVE_ENOUGH * size) {
                leavingNumbers.add(segment.number());
                Relocator.Copied copies =
                        relocator.copy(
                                segment, Segment.FIRST_RECORD, segment.end(), leavingNumbers);
                store.reportDamaged(copies.damaged());
                leaving.add(segment);
                freed += size - copies.bytes();
                copied += copies.bytes();
                if (copied >= COPIES_PER_CHECKPOINT) {
                    delete(leaving);
                    copied = 0;
                }
            }
            done += size;
            progress.at(done, total);
        }
        delete(leaving);
        return freed;
    }

    /**
     * Deletes segments, oldest first: the record that a name was forgotten must not leave before the
     * older record that bound it.
     */
    private void delete(List<Segment> leaving) throws IOException {
        if (leaving.isEmpty()) {
            return;
        }
        store.checkpoint();
        for (Segment segment : leaving) {
            store.deleteSegment(segment);
        }
        leaving.clear();
    }
}
