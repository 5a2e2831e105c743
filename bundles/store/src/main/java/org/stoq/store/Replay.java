package org.stoq.store;

import java.io.IOException;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.stoq.sdk.Digest;

/**
 * Tells an index what the log says. Can be repeated over records that the index knows already: the
 * last word about a chunk or name wins. One thread, and nobody else changes the index meanwhile.
 */
final class Replay {
    private static final System.Logger LOG = System.getLogger(Replay.class.getName());
    private static final long REPORT_NANOS = Duration.ofSeconds(5).toNanos();

    private final ChunkIndex index;
    private final Workbench bench;
    private final int checkpointEntries;
    private long reported = System.nanoTime();

    Replay(ChunkIndex index, Workbench bench, int checkpointEntries) {
        this.index = index;
        this.bench = bench;
        this.checkpointEntries = checkpointEntries;
    }

    /**
     * Replays a range of a segment whose records are durable, without reading the content of chunks.
     * Damage is reported and stepped over.
     */
    void durable(Segment segment, int from, int to) throws IOException {
        SegmentWalk walk = new SegmentWalk(segment, from, to);
        for (var step = walk.next(); step != null; step = walk.next()) {
            RecordHeader header = step.header();
            if (header == null) {
                reportDamage(segment, step, "no record can be recognised");
            } else {
                try {
                    apply(segment, step.offset(), header, null);
                } catch (DamagedRecordException e) {
                    reportDamage(segment, step, String.valueOf(e.getMessage()));
                }
            }
            keepBounded(Location.position(segment.number(), step.end()));
            report(segment, step.end());
        }
    }

    /**
     * Replays a range whose records were perhaps not yet durable, up to the first that is not whole.
     *
     * @return where that one begins, or {@code to}
     */
    int tail(Segment segment, int from, int to) throws IOException {
        SegmentWalk walk = new SegmentWalk(segment, from, to);
        for (var step = walk.next(); step != null; step = walk.next()) {
            RecordHeader header = step.header();
            if (header == null) {
                return step.offset();
            }
            try {
                byte @Nullable [] payload =
                        header.type() == RecordType.VOID
                                ? null
                                : segment.read(bench, step.offset(), header.payloadLength())
                                        .payload();
                apply(segment, step.offset(), header, payload);
            } catch (DamagedRecordException e) {
                return step.offset();
            }
            keepBounded(Location.position(segment.number(), step.end()));
            report(segment, step.end());
        }
        return to;
    }

    private void apply(
            Segment segment, int offset, RecordHeader header, byte @Nullable [] known)
            throws IOException {
        int number = segment.number();
        switch (header.type()) {
            case CHUNK -> {
                Digest digest = header.digest();
                index.put(
                        digest,
                        index.location(digest),
                        new Location(
                                number, offset, header.payloadLength(), header.plainLength()));
            }
            case BIND -> {
                LogEvents.Bind bind = LogEvents.bind(payload(segment, offset, header, known));
                index.put(
                        bind.name(),
                        index.entry(bind.name()),
                        new Name.Entry(bind.manifest(), number, offset));
            }
            case UNBIND -> {
                LogEvents.Unbind unbind =
                        LogEvents.unbind(payload(segment, offset, header, known));
                Name.Entry before = index.entry(unbind.name());
                if (before != null) {
                    index.remove(unbind.name(), before);
                }
            }
            case DROP -> {
                for (Location.Of drop :
                        LogEvents.drops(payload(segment, offset, header, known))) {
                    Location before = index.location(drop.digest());
                    Location dropped = drop.location();
                    if (before != null && before.isAt(dropped.segment(), dropped.offset())) {
                        index.remove(drop.digest(), before);
                    }
                }
            }
            case VOID -> {}
        }
    }

    private byte[] payload(
            Segment segment, int offset, RecordHeader header, byte @Nullable [] known)
            throws IOException {
        return known != null
                ? known
                : segment.read(bench, offset, header.payloadLength()).payload();
    }

    private void keepBounded(long position) throws IOException {
        if (index.pending() >= checkpointEntries) {
            index.checkpoint(action -> action.accept(position));
        }
    }

    private void report(Segment segment, int offset) {
        long now = System.nanoTime();
        if (now - reported > REPORT_NANOS) {
            reported = now;
            LOG.log(
                    System.Logger.Level.INFO,
                    "the index is being made from the log: {0}, {1} MiB, {2} chunks so far",
                    segment.path().getFileName(),
                    offset >> 20,
                    index.totals().chunks());
        }
    }

    private static void reportDamage(Segment segment, SegmentWalk.Step step, String what) {
        LOG.log(
                System.Logger.Level.WARNING,
                "{0} is damaged from {1} to {2} ({3}); what is behind it is kept",
                segment.path(),
                Integer.toString(step.offset()),
                Integer.toString(step.end()),
                what);
    }
}
