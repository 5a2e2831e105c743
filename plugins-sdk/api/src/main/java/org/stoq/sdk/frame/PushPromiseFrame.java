package org.stoq.sdk.frame;

/**
 * PUSH_PROMISE: what the unidirectional stream that it begins will carry.
 *
 * @param streamId the stream it travels on
 * @param promise the object
 */
public record PushPromiseFrame(long streamId, PushPromise promise) implements Frame {
    @Override
    public FrameType type() {
        return FrameType.PUSH_PROMISE;
    }
}
