package org.stoq.sdk.frame;

/**
 * GOAWAY: the sender takes no more calls; those under way finish.
 *
 * @param lastStreamId highest stream id that was or will be served
 * @param errorCode number of a {@link org.stoq.sdk.StoqErrorCode}
 */
public record GoAwayFrame(long lastStreamId, long errorCode) implements Frame {
    @Override
    public FrameType type() {
        return FrameType.GOAWAY;
    }
}
