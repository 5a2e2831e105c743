package org.stoq.store;

import java.io.IOException;
import java.nio.channels.ClosedChannelException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.stoq.sdk.Digest;
import org.stoq.sdk.store.ChunkStore;
import org.stoq.sdk.store.StoreCheck;

/**
 * Reads and authenticates every record, segment by segment, then looks whether each chunk of the
 * index was among what is good. Names whose records may be damaged are written again. One thread;
 * writers go on meanwhile.
 */
final class StoreVerifier {
    private static final System.Logger LOG = System.getLogger(StoreVerifier.class.getName());
    private static final int REPORTED = 1_000;

    private final SegmentChunkStore store;
    private final SegmentLog log;
    private final ChunkIndex index;
    private final Set<Integer> doubtful = new HashSet<>();
    private long records;
    private long bytes;

    StoreVerifier(SegmentChunkStore store, SegmentLog log, ChunkIndex index) {
        this.store = store;
        this.log = log;
        this.index = index;
    }

    StoreCheck verify(ChunkStore.Progress progress) throws IOException {
        long total = log.bytes();
        for (Segment segment : List.copyOf(log.segments())) {
            if (!read(segment, progress, total)) {
                return new StoreCheck(records, bytes, List.of(), false);
            }
        }
        List<Digest> damaged = findDamaged();
        findBaseless(damaged);
        index.forEachName(name -> {
            if (doubtful.contains(name.entry().segment())) {
                store.bindAgain(name);
            }
        });
        progress.at(bytes, Math.max(bytes, total));
        return new StoreCheck(records, bytes, damaged, true);
    }

    /** Returns false if the thread was interrupted. */
    private boolean read(Segment segment, ChunkStore.Progress progress, long total)
            throws IOException {
        Workbench bench = log.benches().take();
        try {
            SegmentWalk walk = new SegmentWalk(segment, Segment.FIRST_RECORD, segment.end());
            for (SegmentWalk.Step step = walk.next(); step != null; step = walk.next()) {
                if (Thread.currentThread().isInterrupted()) {
                    return false;
                }
                if (!isGood(bench, segment, step)) {
                    doubtful.add(segment.number());
                }
                records++;
                bytes += step.end() - step.offset();
                progress.at(bytes, Math.max(bytes, total));
            }
        } catch (ClosedChannelException e) {
            // A collection has taken the segment away; what was live in it was authenticated then.
            store.ensureOpen();
        } finally {
            log.benches().putBack(bench);
        }
        if (log.segment(segment.number()) == null) {
            doubtful.remove(segment.number());
        }
        return true;
    }

    private boolean isGood(Workbench bench, Segment segment, SegmentWalk.Step step)
            throws IOException {
        RecordHeader header = step.header();
        if (header == null) {
            LOG.log(
                    System.Logger.Level.WARNING,
                    "{0}: no record from byte {1} to {2}",
                    segment.path(),
                    step.offset(),
                    step.end());
            return false;
        }
        try {
            segment.open(bench, step.offset(), header);
            return true;
        } catch (DamagedRecordException e) {
            LOG.log(System.Logger.Level.WARNING, "{0}", e.getMessage());
            return false;
        }
    }

    /** Finds the chunks that lie in doubtful or missing segments and are damaged; forgets them. */
    private List<Digest> findDamaged() throws IOException {
        store.checkpoint();
        List<Digest> damaged = new ArrayList<>();
        Workbench bench = log.benches().take();
        try {
            index.forEachChunk((digest, location) -> {
                int number = location.segment();
                if (!doubtful.contains(number) && log.segment(number) != null) {
                    return;
                }
                try {
                    store.readAt(bench, location, digest);
                } catch (DamagedRecordException | ClosedChannelException e) {
                    store.ensureOpen();
                    if (store.forget(digest, location) && damaged.size() < REPORTED) {
                        damaged.add(digest);
                    }
                }
            });
        } finally {
            log.benches().putBack(bench);
        }
        return damaged;
    }

    /** Finds the chunks that need one that is damaged or gone; forgets them too. */
    private void findBaseless(List<Digest> damaged) throws IOException {
        if (index.totals().deltaChunks() == 0) {
            return;
        }
        store.checkpoint();
        index.forEachChunk((digest, location) -> {
            if (location.base() != null
                    && !store.isWhole(digest)
                    && store.forget(digest, location)
                    && damaged.size() < REPORTED) {
                damaged.add(digest);
            }
        });
    }
}
