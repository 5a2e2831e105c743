package org.stoq.sdk.frame;

/**
 * PRIORITY: urgency and incremental delivery of a stream (RFC 9218 s.4).
 *
 * @param streamId the stream it is about
 * @param urgency 0, the most urgent, to 7
 * @param incremental whether a part of the answer is of use before the rest has come
 */
public record PriorityFrame(long streamId, int urgency, boolean incremental) implements Frame {
    /** Checks the urgency. */
    public PriorityFrame {
        if (urgency < 0 || urgency > 7) {
            throw new IllegalArgumentException("urgency " + urgency);
        }
    }

    @Override
    public FrameType type() {
        return FrameType.PRIORITY;
    }
}
