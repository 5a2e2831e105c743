package org.stoq.store;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.locks.ReentrantLock;
import org.stoq.sdk.Digest;
import org.stoq.sdk.StoqErrorCode;
import org.stoq.sdk.StoqException;
import org.stoq.sdk.store.ChunkStore;
import org.stoq.sdk.store.StoreCollection;

/**
 * One collection. Segments with much garbage are emptied: what is live moves to the end of the log,
 * then the file goes. In the others garbage stays, and a record says that it was forgotten.
 *
 * <p>Marks may come from any thread; one thread sweeps, and writers go on meanwhile.
 */
final class SegmentCollection implements StoreCollection {
    /** A segment is emptied if more than one part in so many is garbage. */
    private static final int GARBAGE_PART = 8;

    /** So many segments that are small, because their process ended, are put together. */
    private static final int SMALL_SEGMENTS = 8;

    private static final System.Logger LOG = System.getLogger(SegmentCollection.class.getName());

    private final SegmentChunkStore store;
    private final SegmentLog log;
    private final ChunkIndex index;
    private final ReentrantLock lock;
    private final MarkSet kept = new MarkSet();
    // Apart from what is kept: a chunk that a writer needs must not look as if it were walked.
    private final MarkSet pinned = new MarkSet();
    private boolean swept;
    private long removed;
    private long movedBytes;

    SegmentCollection(
            SegmentChunkStore store, SegmentLog log, ChunkIndex index, ReentrantLock lock) {
        this.store = store;
        this.log = log;
        this.index = index;
        this.lock = lock;
    }

    /** Keeps a chunk that a writer needs. Under the store's lock. */
    void pin(Digest digest) {
        pinned.add(digest);
    }

    @Override
    public boolean keep(Digest digest) {
        return kept.add(digest);
    }

    @Override
    public SweepResult sweep(ChunkStore.Progress progress) throws StoqException {
        if (swept) {
            throw new IllegalStateException("this collection has swept");
        }
        swept = true;
        try {
            List<Segment> before;
            lock.lock();
            try {
                store.ensureOpen();
                // Under the same hold of the lock: a segment that grows must not be a candidate.
                before = log.roll();
            } finally {
                lock.unlock();
            }
            store.checkpoint();
            keepBases();
            List<Segment> victims = victims(before, liveBytes());
            forgetGarbage(numbers(victims));
            // The log does not say what went with a segment. The index must have forgotten it
            // before the file goes, or after a crash it would lead to chunks that are nowhere.
            store.checkpoint();
            long freed = empty(victims, progress);
            store.checkpoint();
            return new SweepResult(
                    index.totals().chunks(), removed, Math.max(0, freed - movedBytes));
        } catch (IOException e) {
            throw SegmentChunkStore.named(e, "the collection");
        }
    }

    @Override
    public void close() {
        store.ended(this);
    }

    private boolean isGarbage(Digest digest) {
        return !kept.contains(digest) && !pinned.contains(digest);
    }

    /**
     * Keeps the bases of what is kept. Those of what writers need were pinned with it: under the
     * lock, so that no base is forgotten in between.
     */
    private void keepBases() throws IOException {
        index.forEachChunk((digest, location) -> {
            Digest base = location.base();
            if (base == null || isGarbage(digest)) {
                return;
            }
            for (int bases = 0; base != null && bases < ChunkStore.MAX_BASES; bases++) {
                kept.add(base);
                Location next = index.location(base);
                base = next == null ? null : next.base();
            }
        });
    }

    /** Returns how many bytes of each segment are needed. */
    private Map<Integer, Long> liveBytes() throws IOException {
        Map<Integer, Long> live = new HashMap<>();
        index.forEachChunk((digest, location) -> {
            if (!isGarbage(digest)) {
                live.merge(location.segment(), (long) location.recordLength(), Long::sum);
            }
        });
        index.forEachName(name ->
                live.merge(name.entry().segment(), (long) name.name().recordLength(), Long::sum));
        return live;
    }

    /** Returns the segments to empty, those first that need least room elsewhere. */
    private List<Segment> victims(List<Segment> candidates, Map<Integer, Long> live) {
        long small = candidates.stream().filter(one -> one.end() < log.segmentBytes() / 8).count();
        List<Segment> victims = new ArrayList<>();
        for (Segment segment : candidates) {
            long size = (long) segment.end() - Segment.FIRST_RECORD;
            long garbage = size - live.getOrDefault(segment.number(), 0L);
            boolean isSmall = segment.end() < log.segmentBytes() / 8;
            // What was forgotten in a segment must be remembered as long as there is an older one:
            // so the oldest goes even for little.
            boolean isOldest = segment.equals(candidates.getFirst());
            if (garbage * GARBAGE_PART > size
                    || (isOldest && garbage > 0)
                    || (isSmall && small >= SMALL_SEGMENTS)) {
                victims.add(segment);
            }
        }
        victims.sort(Comparator.comparingLong(one -> live.getOrDefault(one.number(), 0L)));
        return victims;
    }

    private void forgetGarbage(Set<Integer> goingAway) throws IOException {
        index.forEachChunk((digest, location) -> {
            if (!isGarbage(digest)) {
                return;
            }
            lock.lock();
            try {
                if (isGarbage(digest) && location.equals(index.location(digest))) {
                    if (!goingAway.contains(location.segment())) {
                        store.forgetInLog(digest, location.segment());
                    }
                    index.put(digest, location, null);
                    removed++;
                }
            } finally {
                lock.unlock();
            }
            store.checkpointIfDue();
        });
    }

    private long empty(List<Segment> victims, ChunkStore.Progress progress) throws IOException {
        moveNames(numbers(victims));
        long total = victims.stream().mapToLong(Segment::end).sum();
        long done = 0;
        long freed = 0;
        for (Segment victim : victims) {
            try {
                moveRecords(victim);
                log.sync();
                log.delete(victim);
                freed += victim.end();
            } catch (StoqException e) {
                if (e.code() != StoqErrorCode.STORAGE_FULL) {
                    throw e;
                }
                // The others may still give space back.
                LOG.log(
                        System.Logger.Level.WARNING,
                        "no room to empty {0}: {1}",
                        victim.path(),
                        e.getMessage());
            }
            done += victim.end();
            progress.at(done, total);
        }
        return freed;
    }

    private void moveNames(Set<Integer> goingAway) throws IOException {
        index.forEachName(name -> {
            if (goingAway.contains(name.entry().segment())) {
                store.bindAgain(name);
                movedBytes += name.name().recordLength();
            }
        });
    }

    private void moveRecords(Segment victim) throws IOException {
        Workbench bench = log.benches().take();
        try {
            SegmentWalk walk = new SegmentWalk(victim, Segment.FIRST_RECORD, victim.end());
            for (SegmentWalk.Step step = walk.next(); step != null; step = walk.next()) {
                RecordHeader header = step.header();
                if (header != null) {
                    move(bench, victim, step.offset(), header);
                    store.checkpointIfDue();
                }
            }
        } finally {
            log.benches().putBack(bench);
        }
    }

    private void move(Workbench bench, Segment victim, int offset, RecordHeader header)
            throws IOException {
        Location here = SegmentLog.location(victim, offset, header);
        if (header.type() == RecordType.BIND
                || header.type() == RecordType.MARK
                || (header.type().isChunk() && !here.equals(index.location(header.digest())))) {
            return;
        }
        byte[] payload;
        try {
            payload = victim.open(bench, offset, header);
        } catch (DamagedRecordException e) {
            LOG.log(System.Logger.Level.WARNING, "{0}", e.getMessage());
            if (header.type().isChunk()) {
                store.forget(header.digest(), here);
            }
            return;
        }
        lock.lock();
        try {
            store.ensureOpen();
            boolean moved =
                    switch (header.type()) {
                        case CHUNK, DELTA -> moveChunk(header, here, payload);
                        case UNBIND -> moveUnbind(payload);
                        case FORGET -> moveForget(header.digest(), payload);
                        case BIND, MARK -> false;
                    };
            movedBytes += moved ? header.recordLength() : 0;
        } finally {
            lock.unlock();
        }
    }

    private boolean moveChunk(RecordHeader header, Location here, byte[] payload)
            throws IOException {
        if (!here.equals(index.location(header.digest()))) {
            return false;
        }
        index.put(header.digest(), here, log.append(header, payload));
        return true;
    }

    private boolean moveUnbind(byte[] payload) throws IOException {
        int segment = ByteBuffer.wrap(payload).getInt();
        Name name = LogReplay.nameIn(payload, Integer.BYTES);
        if (!isThereUpTo(segment) || index.entry(name) != null) {
            return false;
        }
        store.unbind(name, segment);
        return true;
    }

    private boolean moveForget(Digest digest, byte[] payload) throws IOException {
        int segment = ByteBuffer.wrap(payload).getInt();
        if (!isThereUpTo(segment) || index.location(digest) != null) {
            return false;
        }
        store.forgetInLog(digest, segment);
        return true;
    }

    /** Returns whether a segment is left that may hold what was forgotten. */
    private boolean isThereUpTo(int segment) {
        return log.segments().iterator().next().number() <= segment;
    }

    private static Set<Integer> numbers(List<Segment> segments) {
        Set<Integer> numbers = new HashSet<>();
        segments.forEach(one -> numbers.add(one.number()));
        return numbers;
    }
}
