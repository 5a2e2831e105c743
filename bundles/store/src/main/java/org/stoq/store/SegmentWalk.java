package org.stoq.store;

import java.io.IOException;
import java.nio.channels.ClosedChannelException;
import java.nio.file.NoSuchFileException;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * A walk over the headers of a segment, from record to record. What is not a record is a gap: the
 * walk looks for the next header behind it. One thread.
 */
final class SegmentWalk {
    private static final int WINDOW_BYTES = 64 << 10;
    private static final int HEADER_WINDOW_BYTES = 4 << 10;

    private final Segment segment;
    private final int to;
    private final byte[] window = new byte[WINDOW_BYTES];
    private int windowStart;
    private int windowLength;
    private int at;

    /**
     * A piece of the log.
     *
     * @param offset where it begins
     * @param end where it ends
     * @param header what it is; nothing for a gap
     */
    record Step(int offset, int end, @Nullable RecordHeader header) {}

    SegmentWalk(Segment segment, int from, int to) {
        this.segment = segment;
        this.at = from;
        this.to = to;
    }

    /** Returns the next piece, or nothing at the end. */
    @Nullable Step next() throws IOException {
        if (at >= to) {
            return null;
        }
        int begin = at;
        RecordHeader header = headerAt(begin);
        if (header == null) {
            at = nextHeader(begin + RecordHeader.ALIGNMENT);
            return new Step(begin, at, null);
        }
        at = begin + header.recordLength();
        return new Step(begin, at, header);
    }

    private @Nullable RecordHeader headerAt(int offset) throws IOException {
        fill(offset, RecordHeader.MAX_BYTES, HEADER_WINDOW_BYTES);
        RecordHeader header =
                RecordHeader.decode(
                        window,
                        offset - windowStart,
                        windowStart + windowLength - offset,
                        segment.number());
        return header != null && (long) offset + header.recordLength() <= to ? header : null;
    }

    private int nextHeader(int from) throws IOException {
        for (int offset = from; offset < to; offset += RecordHeader.ALIGNMENT) {
            fill(offset, 4, WINDOW_BYTES);
            if (windowStart + windowLength - offset >= 4
                    && RecordHeader.mayBegin(window, offset - windowStart)
                    && headerAt(offset) != null) {
                return offset;
            }
        }
        return to;
    }

    /** Makes the window hold {@code needed} bytes from an offset on, as far as the segment goes. */
    private void fill(int offset, int needed, int ahead) throws IOException {
        int wanted = Math.min(offset + needed, to);
        if (offset >= windowStart && wanted <= windowStart + windowLength) {
            return;
        }
        windowStart = offset;
        windowLength = 0;
        windowLength = readable(offset, Math.min(ahead, to - offset));
    }

    /** Reads what the disk gives; a sector that it cannot read is taken for zeros. */
    private int readable(int offset, int length) throws IOException {
        try {
            int count = segment.file().read(window, 0, length, offset);
            Arrays.fill(window, count, length, (byte) 0);
            return length;
        } catch (NoSuchFileException | ClosedChannelException e) {
            throw e;
        } catch (IOException e) {
            Arrays.fill(window, 0, length, (byte) 0);
            int sector = 4 << 10;
            for (int at = 0; at < length; at += sector) {
                readSector(offset, at, Math.min(sector, length - at));
            }
            return length;
        }
    }

    private void readSector(int offset, int at, int length) {
        try {
            segment.file().read(window, at, length, (long) offset + at);
        } catch (IOException e) {
            System.getLogger(SegmentWalk.class.getName())
                    .log(
                            System.Logger.Level.WARNING,
                            "{0}: the disk cannot read {1} bytes at {2}",
                            segment.path(),
                            length,
                            offset + at);
        }
    }
}
