package org.stoq.sdk.frame;

/**
 * PING: to be answered at once with the same number.
 *
 * @param acknowledgement whether this is the answer
 * @param number chosen by whoever asks
 */
public record PingFrame(boolean acknowledgement, long number) implements Frame {
    @Override
    public FrameType type() {
        return FrameType.PING;
    }
}
