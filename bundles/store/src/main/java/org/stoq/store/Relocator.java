package org.stoq.store;

import java.io.IOException;
import java.util.List;
import java.util.Set;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReentrantLock;
import org.stoq.sdk.Digest;

/**
 * Writes the records of a segment that still matter again, at the end of the log. Reads and writes go
 * on meanwhile: each record is looked up and copied under the lock of its chunk or of the names.
 */
final class Relocator {
    private static final System.Logger LOG = System.getLogger(Relocator.class.getName());

    private final SegmentLog log;
    private final ChunkIndex index;
    private final DigestLocks digestLocks;
    private final ReentrantLock nameLock;

    /** What a copy came to. */
    record Copied(long bytes, List<Location.Of> damaged) {}

    Relocator(
            SegmentLog log, ChunkIndex index, DigestLocks digestLocks, ReentrantLock nameLock) {
        this.log = log;
        this.index = index;
        this.digestLocks = digestLocks;
        this.nameLock = nameLock;
    }

    /**
     * Copies what the index needs of a range.
     *
     * @param leaving segments that will be deleted, oldest first, with this one or before it
     * @return how many bytes were copied, and the chunks that cannot be read
     */
    Copied copy(Segment segment, int from, int to, Set<Integer> leaving) throws IOException {
        return copy(segment, from, to, leaving, true);
    }

    /** Copies a range for the salvage, which holds the whole log and so takes no other locks. */
    void salvage(Segment segment, int from, int to) throws IOException {
        Copied copied = copy(segment, from, to, Set.of(), false);
        if (!copied.damaged().isEmpty()) {
            throw new DamagedRecordException(
                    "%d records of %s are lost"
                            .formatted(copied.damaged().size(), segment.path()),
                    null);
        }
    }

    private Copied copy(Segment segment, int from, int to, Set<Integer> leaving, boolean locking)
            throws IOException {
        Pass pass = new Pass(segment, leaving, locking);
        SegmentWalk walk = new SegmentWalk(segment, from, to);
        try {
            for (var step = walk.next(); step != null; step = walk.next()) {
                RecordHeader header = step.header();
                if (header == null) {
                    LOG.log(
                            System.Logger.Level.WARNING,
                            "{0} is damaged from {1} to {2}",
                            segment.path(),
                            Integer.toString(step.offset()),
                            Integer.toString(step.end()));
                } else {
                    pass.copy(step.offset(), header);
                }
            }
        } finally {
            log.benches().putBack(pass.bench);
        }
        return new Copied(pass.bytes, pass.damaged);
    }

    /** One walk over one segment. */
    private final class Pass {
        private final Segment segment;
        private final Set<Integer> leaving;
        private final boolean locking;
        private final Workbench bench = log.benches().take();
        private final List<Location.Of> damaged = new java.util.ArrayList<>();
        private long bytes;

        Pass(Segment segment, Set<Integer> leaving, boolean locking) {
            this.segment = segment;
            this.leaving = leaving;
            this.locking = locking;
        }

        void copy(int offset, RecordHeader header) throws IOException {
            switch (header.type()) {
                case CHUNK -> under(digestLocks.of(header.digest()), () -> chunk(offset, header));
                case BIND -> under(nameLock, () -> bind(offset, header));
                case UNBIND -> under(nameLock, () -> unbind(offset, header));
                case DROP -> drops(offset, header);
                case VOID -> {}
            }
        }

        private void chunk(int offset, RecordHeader header) throws IOException {
            Digest digest = header.digest();
            Location before = index.location(digest);
            if (before == null || !before.isAt(segment.number(), offset)) {
                return;
            }
            byte[] payload;
            try {
                payload = segment.read(bench, offset, header.payloadLength()).payload();
            } catch (DamagedRecordException e) {
                damaged.add(new Location.Of(digest, before));
                return;
            }
            append(
                    header,
                    payload,
                    (number, place) ->
                            index.put(
                                    digest,
                                    before,
                                    new Location(
                                            number,
                                            place,
                                            header.payloadLength(),
                                            header.plainLength())));
        }

        private void bind(int offset, RecordHeader header) throws IOException {
            byte[] payload = payload(offset, header);
            LogEvents.Bind bind = LogEvents.bind(payload);
            Name.Entry before = index.entry(bind.name());
            if (before != null && before.isAt(segment.number(), offset)) {
                append(
                        header,
                        payload,
                        (number, place) ->
                                index.put(
                                        bind.name(),
                                        before,
                                        new Name.Entry(bind.manifest(), number, place)));
            }
        }

        /** Needed as long as a segment exists that may hold an older binding of the name. */
        private void unbind(int offset, RecordHeader header) throws IOException {
            byte[] payload = payload(offset, header);
            LogEvents.Unbind unbind = LogEvents.unbind(payload);
            boolean older =
                    log.segments().stream()
                            .mapToInt(Segment::number)
                            .anyMatch(n -> n <= unbind.origin() && !leaving.contains(n));
            if (older && index.entry(unbind.name()) == null) {
                append(header, payload, (number, place) -> {});
            }
        }

        /** Needed as long as the segments exist that hold what is dropped. */
        private void drops(int offset, RecordHeader header) throws IOException {
            List<Location.Of> needed =
                    LogEvents.drops(payload(offset, header)).stream()
                            .filter(
                                    drop ->
                                            log.segment(drop.location().segment()) != null
                                                    && !leaving.contains(
                                                            drop.location().segment()))
                            .toList();
            if (!needed.isEmpty()) {
                byte[] payload = LogEvents.encode(needed);
                append(
                        RecordHeader.of(RecordType.DROP, payload.length),
                        payload,
                        (number, place) -> {});
            }
        }

        private byte[] payload(int offset, RecordHeader header) throws IOException {
            return segment.read(bench, offset, header.payloadLength()).payload();
        }

        private void append(RecordHeader header, byte[] payload, SegmentLog.Applied applied)
                throws IOException {
            log.append(header, payload, true, applied);
            bytes += header.recordLength();
        }

        private void under(Lock lock, SegmentWork work) throws IOException {
            if (!locking) {
                work.run();
                return;
            }
            lock.lock();
            try {
                work.run();
            } finally {
                lock.unlock();
            }
        }
    }

    private interface SegmentWork {
        void run() throws IOException;
    }
}
