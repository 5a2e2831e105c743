package org.stoq.bench.flood;

import java.nio.ByteBuffer;

/**
 * What a flood needs to know of a datagram that a server has sent.
 *
 * @param flow which handshake it belongs to: the client's own connection id, as a number
 * @param retry whether it is a Retry packet (RFC 9000 s.17.2.5)
 * @param serverId what the server wants to be called; empty if the packet does not say
 * @param token the token of a Retry packet; empty otherwise
 */
record Answer(long flow, boolean retry, byte[] serverId, byte[] token) {
    /** No handshake of ours: a packet of another form. */
    static final long UNKNOWN = -1;

    private static final Answer STRAY = new Answer(UNKNOWN, false, new byte[0], new byte[0]);
    private static final int LONG = 0x80;
    private static final int TYPE = 0x30;
    private static final int VERSION_1 = 1;

    /** At the end of a Retry packet (RFC 9001 s.5.8). */
    private static final int INTEGRITY_BYTES = 16;

    /** Reads a datagram, from the buffer's position to its limit. */
    static Answer of(ByteBuffer datagram) {
        ByteBuffer left = datagram.slice();
        if (left.remaining() < 1 + Long.BYTES) {
            return STRAY;
        }
        int first = left.get();
        if ((first & LONG) == 0) {
            return new Answer(left.getLong(), false, new byte[0], new byte[0]);
        }
        if (left.remaining() < Integer.BYTES + 1 + Long.BYTES + 1) {
            return STRAY;
        }
        int version = left.getInt();
        if (left.get() != Long.BYTES) {
            return STRAY;
        }
        long flow = left.getLong();
        int length = Byte.toUnsignedInt(left.get());
        boolean retry = version == VERSION_1 && (first & TYPE) == TYPE;
        if (left.remaining() < length + (retry ? INTEGRITY_BYTES : 0)) {
            return STRAY;
        }
        byte[] serverId = new byte[length];
        left.get(serverId);
        byte[] token = new byte[retry ? left.remaining() - INTEGRITY_BYTES : 0];
        left.get(token);
        return new Answer(flow, retry, serverId, token);
    }
}
