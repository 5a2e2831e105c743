package org.stoq.sdk.frame;

import java.nio.ByteBuffer;
import org.stoq.sdk.StoqErrorCode;
import org.stoq.sdk.StoqException;

/**
 * Variable-length integers of QUIC: the two top bits of the first byte give the length (RFC 9000
 * s.16).
 */
final class VarInt {
    static final long MAX = (1L << 62) - 1;

    private VarInt() {}

    static int length(long value) {
        if (value < 0 || value > MAX) {
            throw new IllegalArgumentException("no variable-length integer: " + value);
        }
        if (value < 1 << 6) {
            return 1;
        }
        if (value < 1 << 14) {
            return 2;
        }
        return value < 1 << 30 ? 4 : 8;
    }

    static byte[] encode(long value) {
        return switch (length(value)) {
            case 1 -> new byte[] {(byte) value};
            case 2 -> ByteBuffer.allocate(2).putShort((short) (value | 0x4000)).array();
            case 4 -> ByteBuffer.allocate(4).putInt((int) (value | 0x8000_0000)).array();
            default -> ByteBuffer.allocate(8).putLong(value | 0xC000_0000_0000_0000L).array();
        };
    }

    static long read(ByteBuffer in) throws StoqException {
        int length = in.hasRemaining() ? 1 << ((in.get(in.position()) & 0xFF) >>> 6) : 1;
        if (in.remaining() < length) {
            throw new StoqException(
                    StoqErrorCode.FRAME_MALFORMED, "a variable-length integer that is cut off");
        }
        return switch (length) {
            case 1 -> in.get() & 0x3F;
            case 2 -> in.getShort() & 0x3FFF;
            case 4 -> in.getInt() & 0x3FFF_FFFF;
            default -> in.getLong() & MAX;
        };
    }
}
