package org.stoq.sdk.frame;

/**
 * RST_STREAM: the last frame of a stream that is given up; RESET_STREAM and STOP_SENDING follow with
 * the same code.
 *
 * @param streamId the stream it travels on
 * @param errorCode number of a {@link org.stoq.sdk.StoqErrorCode}, of this version or a later one
 */
public record RstStreamFrame(long streamId, long errorCode) implements Frame {
    @Override
    public FrameType type() {
        return FrameType.RST_STREAM;
    }
}
