package org.stoq.sdk.frame;

/**
 * WINDOW_UPDATE: how much more content the sender of this frame is willing to take on a stream,
 * above the flow control of QUIC (decision 11).
 *
 * @param streamId the stream it is about
 * @param creditBytes bytes to add to the credit, 1 to 2^31-1
 */
public record WindowUpdateFrame(long streamId, long creditBytes) implements Frame {
    /** Checks the range. */
    public WindowUpdateFrame {
        if (creditBytes < 1 || creditBytes > Integer.MAX_VALUE) {
            throw new IllegalArgumentException("credit of " + creditBytes + " bytes");
        }
    }

    @Override
    public FrameType type() {
        return FrameType.WINDOW_UPDATE;
    }
}
