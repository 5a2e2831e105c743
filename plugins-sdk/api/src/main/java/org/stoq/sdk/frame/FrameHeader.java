package org.stoq.sdk.frame;

import java.nio.ByteBuffer;
import org.stoq.sdk.StoqErrorCode;
import org.stoq.sdk.StoqException;

/**
 * The seven bytes before a payload, big-endian: type (1), stream id (4), payload length (2).
 *
 * @param type type of the frame
 * @param streamId 0 to 2^32-1
 * @param length 0 to 65,535
 */
public record FrameHeader(FrameType type, long streamId, int length) {
    /**
     * Reads a header from seven bytes.
     *
     * @throws StoqException FRAME_MALFORMED for a type that does not exist, and for a length that
     *     no payload of the type has
     */
    public static FrameHeader read(ByteBuffer source) throws StoqException {
        int code = source.get() & 0xFF;
        long streamId = source.getInt() & 0xFFFF_FFFFL;
        int length = source.getShort() & 0xFFFF;
        FrameType type =
                FrameType.ofCode(code)
                        .orElseThrow(() ->
                                new StoqException(
                                        StoqErrorCode.FRAME_MALFORMED,
                                        "frame type 0x%02X".formatted(code)));
        if (length > type.maxPayloadBytes()) {
            throw new StoqException(
                    StoqErrorCode.FRAME_MALFORMED,
                    "%s with a payload of %d bytes".formatted(type, length));
        }
        return new FrameHeader(type, streamId, length);
    }

    /** Writes the seven bytes. */
    public void write(ByteBuffer target) {
        target.put((byte) type.code()).putInt((int) streamId).putShort((short) length);
    }
}
