package org.stoq.sdk.frame;

/**
 * DATA: bytes of a body.
 *
 * @param streamId the stream it travels on
 * @param payload 0 to 65,535 bytes; not copied
 */
public record DataFrame(long streamId, byte[] payload) implements Frame {
    @Override
    public FrameType type() {
        return FrameType.DATA;
    }
}
