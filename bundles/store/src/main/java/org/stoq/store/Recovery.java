package org.stoq.store;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Brings a log and its index to a common state when a store is opened. One thread; blocks on the
 * disk.
 *
 * <p>The index knows the log up to its checkpoint; the rest is replayed. What lies behind the durable
 * mark was never acknowledged: it is taken as far as it is whole, and cut from the first record on
 * that is not.
 */
final class Recovery {
    private static final System.Logger LOG = System.getLogger(Recovery.class.getName());
    private static final Pattern SEGMENT = Pattern.compile("(\\d{8,10})\\.seg");

    private final Disk disk;
    private final Path folder;
    private final KeyRing keys;
    private final SegmentLog log;
    private final int checkpointEntries;
    private int highest;

    Recovery(Disk disk, Path folder, KeyRing keys, SegmentLog log, int checkpointEntries) {
        this.disk = disk;
        this.folder = folder;
        this.keys = keys;
        this.log = log;
        this.checkpointEntries = checkpointEntries;
    }

    /** Returns the numbers of the segments in a folder. */
    static List<Integer> numbers(Path folder) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.map(file -> SEGMENT.matcher(String.valueOf(file.getFileName())))
                    .filter(Matcher::matches)
                    .map(matcher -> Integer.valueOf(matcher.group(1)))
                    .sorted()
                    .toList();
        }
    }

    /** Gives the log the segments that are there. Returns the highest number ever seen. */
    int openSegments() throws IOException {
        for (int number : numbers(folder)) {
            highest = Math.max(highest, number);
            Path path = folder.resolve(Segment.fileName(number));
            try {
                log.add(Segment.open(disk, path, number, keys));
            } catch (DamagedRecordException e) {
                if (Files.size(path) <= Segment.FIRST_RECORD) {
                    // The process died while it made this segment; nothing was in it.
                    Files.delete(path);
                } else {
                    LOG.log(
                            System.Logger.Level.WARNING,
                            "nothing in this segment can be read: {0}",
                            e.getMessage());
                }
            }
        }
        return highest;
    }

    /**
     * Replays what the index does not know, and cuts the torn tail.
     *
     * @param durable the durable mark, -1 if there is none
     */
    void recover(ChunkIndex index, long durable) throws IOException {
        long checkpoint = usableCheckpoint(index);
        highest = Math.max(highest, (int) (Math.max(durable, checkpoint) >> 32));
        long trusted = durable < 0 ? Long.MAX_VALUE : Math.max(durable, checkpoint);
        Workbench bench = log.benches().take();
        Replay replay = new Replay(index, bench, checkpointEntries);
        boolean cut = false;
        for (Segment segment : log.segments()) {
            int number = segment.number();
            if (number < checkpoint >> 32) {
                continue;
            }
            int from =
                    number == checkpoint >> 32
                            ? Math.max((int) checkpoint, Segment.FIRST_RECORD)
                            : Segment.FIRST_RECORD;
            int border = border(segment, trusted);
            if (number == durable >> 32 && segment.end() < (int) durable) {
                LOG.log(
                        System.Logger.Level.WARNING,
                        "{0} has lost {1} bytes that had been synced",
                        segment.path(),
                        Integer.toString((int) durable - segment.end()));
            }
            if (from < border) {
                replay.durable(segment, from, border);
            }
            int start = Math.max(from, border);
            int end = cut ? start : replay.tail(segment, start, segment.end());
            if (end < segment.end()) {
                LOG.log(
                        System.Logger.Level.INFO,
                        "cut {0} bytes that were never acknowledged from the end of {1}",
                        Integer.toString(segment.end() - end),
                        segment.path());
                segment.truncate(end);
                cut = true;
            }
            if (border < segment.end() || cut) {
                segment.file().force();
            }
        }
        log.benches().putBack(bench);
    }

    /** Fills an empty index with the log up to a position. */
    void rebuild(ChunkIndex index, long to) throws IOException {
        LOG.log(System.Logger.Level.INFO, "making the index anew from the log in {0}", folder);
        Workbench bench = log.benches().take();
        Replay replay = new Replay(index, bench, checkpointEntries);
        for (Segment segment : log.segments()) {
            int end = border(segment, to);
            if (end > Segment.FIRST_RECORD) {
                replay.durable(segment, Segment.FIRST_RECORD, end);
            }
        }
        log.benches().putBack(bench);
    }

    /** Returns the highest number that a segment is known to have had. */
    int highest() {
        return highest;
    }

    /** Returns where in a segment a position lies: at its end if behind, at its begin if before. */
    private static int border(Segment segment, long position) {
        if (segment.number() < position >> 32) {
            return segment.end();
        }
        return segment.number() > position >> 32
                ? Segment.FIRST_RECORD
                : Math.clamp((int) position, Segment.FIRST_RECORD, segment.end());
    }

    private long usableCheckpoint(ChunkIndex index) throws IOException {
        long checkpoint = index.checkpointPosition();
        int number = (int) (checkpoint >> 32);
        Segment segment = log.segment(number);
        boolean fits =
                checkpoint == 0
                        ? index.totals().chunks() == 0
                        : segment == null
                                ? log.segments().isEmpty() && index.totals().chunks() == 0
                                : segment.end() >= (int) checkpoint;
        if (!fits) {
            LOG.log(
                    System.Logger.Level.WARNING,
                    "the index does not belong to the log in {0}",
                    folder);
            index.clear();
            return 0;
        }
        if (checkpoint == 0 && !log.segments().isEmpty()) {
            LOG.log(System.Logger.Level.INFO, "making the index from the log in {0}", folder);
        }
        return checkpoint;
    }
}
