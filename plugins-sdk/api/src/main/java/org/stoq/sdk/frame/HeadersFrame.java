package org.stoq.sdk.frame;

/**
 * HEADERS: the length of a header block as a variable-length integer (RFC 9000 s.16), and as much
 * of the block as fits.
 *
 * @param streamId the stream it travels on
 * @param totalBytes length of the whole block
 * @param fragment its beginning; not copied
 */
public record HeadersFrame(long streamId, long totalBytes, byte[] fragment) implements Frame {
    @Override
    public FrameType type() {
        return FrameType.HEADERS;
    }
}
