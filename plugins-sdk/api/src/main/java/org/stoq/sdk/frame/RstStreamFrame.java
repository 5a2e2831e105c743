package org.stoq.sdk.frame;

/**
 * RST_STREAM: a stream is given up.
 *
 * <p>On the stream itself it is the last frame, behind what was sent before: the sender of a body
 * breaks it off. On the control stream it says that nothing more of the stream is read: engines
 * tell STOP_SENDING only to those who write, and a sender without credit does not.
 *
 * @param streamId the stream it is about
 * @param errorCode number of a {@link org.stoq.sdk.StoqErrorCode}, of this version or a later one
 */
public record RstStreamFrame(long streamId, long errorCode) implements Frame {
    @Override
    public FrameType type() {
        return FrameType.RST_STREAM;
    }
}
