package org.stoq.client.session;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import org.stoq.sdk.StoqErrorCode;
import org.stoq.sdk.StoqException;
import org.stoq.sdk.frame.ContinuationFrame;
import org.stoq.sdk.frame.Frame;
import org.stoq.sdk.frame.FrameHeader;
import org.stoq.sdk.frame.FrameType;
import org.stoq.sdk.frame.HeadersFrame;

/** Header blocks as HEADERS and, where one frame does not hold them, CONTINUATION (decision 10). */
final class HeaderBlocks {
    /** Longest form of the total length before the first fragment. */
    private static final int MAX_LENGTH_BYTES = 8;

    private static final int MAX_FRAGMENT_BYTES = Frame.MAX_PAYLOAD_BYTES - MAX_LENGTH_BYTES;

    private HeaderBlocks() {}

    /**
     * Writes a block.
     *
     * @param maxBytes what the peer takes, by its SETTINGS
     * @throws StoqException TOO_LARGE if it is more
     */
    static void write(FrameStream stream, byte[] block, int maxBytes) throws IOException {
        requireSize(block, maxBytes);
        int first = Math.min(block.length, MAX_FRAGMENT_BYTES);
        stream.write(
                new HeadersFrame(stream.id(), block.length, Arrays.copyOfRange(block, 0, first)));
        for (int at = first; at < block.length; ) {
            int end = Math.min(block.length, at + MAX_FRAGMENT_BYTES);
            stream.write(new ContinuationFrame(stream.id(), Arrays.copyOfRange(block, at, end)));
            at = end;
        }
    }

    /**
     * Requires that the peer takes a block.
     *
     * @throws StoqException TOO_LARGE if it does not
     */
    static void requireSize(byte[] block, int maxBytes) throws StoqException {
        if (block.length > maxBytes) {
            throw new StoqException(
                    StoqErrorCode.TOO_LARGE,
                    "a header block of %d bytes where the peer takes %d"
                            .formatted(block.length, maxBytes));
        }
    }

    /**
     * Reads a block whose HEADERS frame comes next. Nothing of it is held before there is room.
     *
     * @param first header of that frame
     * @param maxBytes what we take, by our SETTINGS
     * @throws StoqException FRAME_TOO_LARGE if the block is more, PROTOCOL_VIOLATION if something
     *     else comes in between: the connection has ended then; the peer's code if it gives up
     */
    static byte[] read(FrameStream stream, FrameHeader first, int maxBytes, HeadRoom room)
            throws IOException {
        stream.throwReset(first);
        if (first.type() != FrameType.HEADERS) {
            throw stream.violation(
                    StoqErrorCode.PROTOCOL_VIOLATION, first.type() + " where HEADERS belong");
        }
        requireAllowed(stream, first.length() - MAX_LENGTH_BYTES, maxBytes);
        try (var _ = room.take(first.length())) {
            HeadersFrame headers = (HeadersFrame) stream.read(first);
            requireAllowed(stream, headers.totalBytes(), maxBytes);
            byte[] fragment = headers.fragment();
            if (fragment.length == headers.totalBytes()) {
                return fragment;
            }
            try (var _ = room.takeTurn()) {
                return readOn(stream, fragment, (int) headers.totalBytes());
            }
        }
    }

    private static void requireAllowed(FrameStream stream, long bytes, int maxBytes)
            throws StoqException {
        if (bytes > maxBytes) {
            throw stream.violation(
                    StoqErrorCode.FRAME_TOO_LARGE,
                    "a header block of %d bytes, the limit is %d".formatted(bytes, maxBytes));
        }
    }

    private static byte[] readOn(FrameStream stream, byte[] fragment, int totalBytes)
            throws IOException {
        ByteBuffer block = ByteBuffer.allocate(totalBytes).put(fragment);
        while (block.hasRemaining()) {
            FrameHeader next = stream.next();
            if (next != null) {
                stream.throwReset(next);
            }
            if (next == null || next.type() != FrameType.CONTINUATION) {
                throw stream.violation(
                        StoqErrorCode.PROTOCOL_VIOLATION, "a header block breaks off");
            }
            if (next.length() > block.remaining()) {
                throw stream.violation(
                        StoqErrorCode.FRAME_MALFORMED, "a header block longer than it says");
            }
            block.put(((ContinuationFrame) stream.read(next)).fragment());
        }
        return block.array();
    }
}
