package org.stoq.transport;

import io.netty.buffer.ByteBuf;
import java.nio.ByteBuffer;

/**
 * What a server can tell of a packet before it decrypts anything (RFC 9000 s.17, RFC 8999): whether
 * it is worth more work, and which shard it belongs to. Reads at most the first bytes of a datagram
 * and allocates nothing but the ids it is asked for.
 */
final class PacketHeader {
    /** No shard is named: any loop may take it. */
    static final int ANY_SHARD = -1;

    private static final int LONG = 0x80;
    private static final int FIXED = 0x40;
    private static final int TYPE = 0x30;
    private static final int INITIAL = 0x00;
    private static final int EARLY = 0x10;
    private static final int HANDSHAKE = 0x20;
    private static final int RETRY = 0x30;
    private static final int VERSION_1 = 1;
    private static final int VERSION_AT = 1;
    private static final int ID_LENGTH_AT = 5;

    /** RFC 9000 s.14.1: a smaller datagram opens no connection. */
    private static final int MIN_INITIAL_BYTES = 1_200;

    /** RFC 9000 s.7.2: what a client chooses is not shorter. */
    private static final int MIN_CHOSEN_ID = 8;

    /** A packet number and a sample for the mask follow every header (RFC 9001 s.5.4.2). */
    private static final int MIN_AFTER_ID = 20;

    private PacketHeader() {}

    /**
     * Returns whether a datagram is worth parsing for a server. What is refused here would get no
     * answer, must get none, or would get one that is too large for it.
     */
    static boolean isPlausible(ByteBuf datagram) {
        int at = datagram.readerIndex();
        int length = datagram.readableBytes();
        if (length < 1 + ConnectionIds.LENGTH + MIN_AFTER_ID) {
            return false;
        }
        int first = datagram.getByte(at);
        if ((first & LONG) == 0) {
            return (first & FIXED) != 0;
        }
        int version = datagram.getInt(at + VERSION_AT);
        int idLength = datagram.getUnsignedByte(at + ID_LENGTH_AT);
        if (idLength > ConnectionIds.LENGTH) {
            return false;
        }
        if (version != VERSION_1) {
            // It is told our version, but only if its own could begin a connection (s.6.1).
            return version != 0 && length >= MIN_INITIAL_BYTES;
        }
        if ((first & FIXED) == 0) {
            return false;
        }
        return switch (first & TYPE) {
            case INITIAL -> length >= MIN_INITIAL_BYTES && idLength >= MIN_CHOSEN_ID;
            case RETRY -> false;
            default -> true;
        };
    }

    /** Returns whether a datagram begins with an Initial packet (RFC 9000 s.17.2.2). */
    static boolean isInitial(ByteBuf datagram) {
        return isLong(datagram, INITIAL);
    }

    /** Returns whether a datagram begins with a Handshake packet (RFC 9000 s.17.2.4). */
    static boolean isHandshake(ByteBuf datagram) {
        return isLong(datagram, HANDSHAKE);
    }

    /** Returns whether a datagram begins with a 0-RTT packet (RFC 9000 s.17.2.3). */
    static boolean isEarly(ByteBuf datagram) {
        return isLong(datagram, EARLY);
    }

    /** Returns whether a datagram begins with a packet of a handshake, or one before it. */
    static boolean isLong(ByteBuf datagram) {
        return datagram.isReadable() && (datagram.getByte(datagram.readerIndex()) & LONG) != 0;
    }

    /**
     * Returns a copy of what the sender of a {@linkplain #isPlausible plausible} long header calls
     * the connection; empty if the datagram ends before it does.
     */
    static ByteBuffer sourceId(ByteBuf datagram) {
        int before = datagram.getUnsignedByte(datagram.readerIndex() + ID_LENGTH_AT);
        return id(datagram, ID_LENGTH_AT + 1 + before);
    }

    /** Returns a copy of what the receiver calls the connection, as {@link #sourceId}. */
    static ByteBuffer destinationId(ByteBuf datagram) {
        return id(datagram, ID_LENGTH_AT);
    }

    private static ByteBuffer id(ByteBuf datagram, int lengthAt) {
        int at = datagram.readerIndex() + lengthAt;
        int length = at < datagram.writerIndex() ? datagram.getUnsignedByte(at) : 0;
        if (length > datagram.writerIndex() - at - 1) {
            return ByteBuffer.allocate(0);
        }
        byte[] id = new byte[length];
        datagram.getBytes(at + 1, id);
        return ByteBuffer.wrap(id);
    }

    private static boolean isLong(ByteBuf datagram, int type) {
        return datagram.isReadable()
                && (datagram.getByte(datagram.readerIndex()) & (LONG | TYPE)) == (LONG | type);
    }

    /**
     * Returns the shard that a {@linkplain #isPlausible plausible} packet names, 0 to 255, or
     * {@link #ANY_SHARD}: an id in a first packet is the client's own choice and names none.
     */
    static int shard(ByteBuf datagram) {
        int at = datagram.readerIndex();
        int first = datagram.getByte(at);
        if ((first & LONG) == 0) {
            return datagram.getUnsignedByte(at + 1);
        }
        boolean serversId =
                (first & TYPE) == HANDSHAKE
                        && datagram.getUnsignedByte(at + ID_LENGTH_AT) == ConnectionIds.LENGTH;
        return serversId ? datagram.getUnsignedByte(at + ID_LENGTH_AT + 1) : ANY_SHARD;
    }
}
