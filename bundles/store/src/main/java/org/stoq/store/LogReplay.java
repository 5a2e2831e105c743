package org.stoq.store;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;
import org.stoq.sdk.Digest;

/**
 * Reads the log again: to find where it is torn, and to bring an index up to date. One thread,
 * while nobody else changes the log.
 *
 * <p>Every record says up to which position the log was durable when it was made. What is damaged
 * before the highest such position was damaged on the disk: it is passed over, and the rest counts.
 * What is damaged behind it may be half written, and what follows may have lost what it builds on:
 * the log is cut there.
 */
final class LogReplay {
    private static final System.Logger LOG = System.getLogger(LogReplay.class.getName());

    private final SegmentLog log;

    /** Sees one piece of the log after the other. */
    private interface Visitor {
        /** Sees a record, or a gap if there is no header; returns whether to go on. */
        boolean at(Segment segment, SegmentWalk.Step step) throws IOException;
    }

    LogReplay(SegmentLog log) {
        this.log = log;
    }

    /**
     * Cuts the log where it is torn.
     *
     * @param durable position up to which it is known to be durable
     * @return the position up to which its own records say so, at least {@code durable}
     */
    long cutTornTail(long durable) throws IOException {
        long[] claimed = {durable};
        walk(
                durable,
                (_, step) -> {
                    RecordHeader header = step.header();
                    claimed[0] = Math.max(claimed[0], header == null ? 0 : header.durable());
                    return true;
                });
        long[] torn = {-1};
        walk(
                claimed[0],
                (segment, step) -> {
                    RecordHeader header = step.header();
                    if (header == null || payload(segment, step.offset(), header) == null) {
                        torn[0] = Location.position(segment.number(), step.offset());
                    }
                    return torn[0] < 0;
                });
        if (torn[0] >= 0) {
            LOG.log(
                    System.Logger.Level.INFO,
                    "cutting the log at segment {0}, byte {1}: what is behind was never durable",
                    Location.segmentOf(torn[0]),
                    Location.offsetOf(torn[0]));
            log.cut(torn[0]);
        }
        return claimed[0];
    }

    /**
     * Takes the log into an index.
     *
     * @param from position from which on the index lacks it
     * @param gather called after every record with the position behind it
     */
    void apply(ChunkIndex index, long from, ChunkIndex.Moment gather) throws IOException {
        walk(
                from,
                (segment, step) -> {
                    RecordHeader header = step.header();
                    if (header == null) {
                        LOG.log(
                                System.Logger.Level.WARNING,
                                "{0} is damaged from byte {1} to {2}",
                                segment.path(),
                                step.offset(),
                                step.end());
                    } else {
                        apply(index, segment, step.offset(), header);
                    }
                    gather.at(Location.position(segment.number(), step.end()));
                    return true;
                });
    }

    private void apply(ChunkIndex index, Segment segment, int offset, RecordHeader header)
            throws IOException {
        if (header.type().isChunk()) {
            index.put(
                    header.digest(),
                    index.location(header.digest()),
                    SegmentLog.location(segment, offset, header));
            return;
        }
        byte[] payload = payload(segment, offset, header);
        if (payload == null) {
            LOG.log(
                    System.Logger.Level.WARNING,
                    "{0} is damaged at byte {1}",
                    segment.path(),
                    offset);
            return;
        }
        switch (header.type()) {
            case BIND ->
                    index.put(
                            nameIn(payload, Digest.BYTES),
                            new Name.Entry(
                                    Digest.read(ByteBuffer.wrap(payload)),
                                    segment.number(),
                                    offset));
            case UNBIND -> index.put(nameIn(payload, Integer.BYTES), null);
            case FORGET -> {
                Location before = index.location(header.digest());
                if (before != null) {
                    index.put(header.digest(), before, null);
                }
            }
            case CHUNK, DELTA, MARK -> {}
        }
    }

    /** Returns the name that ends the payload of a record about a name. */
    static Name nameIn(byte[] payload, int from) {
        return new Name(Arrays.copyOfRange(payload, from, payload.length));
    }

    private byte @Nullable [] payload(Segment segment, int offset, RecordHeader header)
            throws IOException {
        Workbench bench = log.benches().take();
        try {
            return segment.open(bench, offset, header);
        } catch (DamagedRecordException e) {
            return null;
        } finally {
            log.benches().putBack(bench);
        }
    }

    private void walk(long from, Visitor visitor) throws IOException {
        int first = Location.segmentOf(from);
        for (Segment segment : log.segments()) {
            if (segment.number() < first) {
                continue;
            }
            int start = segment.number() == first ? Location.offsetOf(from) : 0;
            SegmentWalk walk =
                    new SegmentWalk(segment, Math.max(start, Segment.FIRST_RECORD), segment.end());
            for (SegmentWalk.Step step = walk.next(); step != null; step = walk.next()) {
                if (!visitor.at(segment, step)) {
                    return;
                }
            }
        }
    }
}
