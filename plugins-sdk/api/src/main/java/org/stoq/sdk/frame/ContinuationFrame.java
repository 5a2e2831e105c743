package org.stoq.sdk.frame;

/**
 * CONTINUATION: the next bytes of a header block.
 *
 * @param streamId the stream it travels on
 * @param fragment 1 to 65,535 bytes; not copied
 */
public record ContinuationFrame(long streamId, byte[] fragment) implements Frame {
    @Override
    public FrameType type() {
        return FrameType.CONTINUATION;
    }
}
