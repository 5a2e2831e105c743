package org.stoq.bench.flood;

import java.nio.ByteBuffer;

/**
 * A client's Initial packet (RFC 9000 s.17.2.2) that carries the beginning of its handshake and
 * fills a datagram.
 *
 * @param destinationId what the server is called, 0 to 20 bytes; the keys follow from it
 * @param sourceId what the client calls itself, 0 to 20 bytes
 * @param token what a Retry packet has brought; empty without one
 * @param number packet number, 0 or more, below 2^32; it is written in four bytes
 * @param crypto the first bytes of the handshake, fewer than 16,384
 */
record InitialPacket(
        byte[] destinationId, byte[] sourceId, byte[] token, int number, byte[] crypto) {
    /** RFC 9000 s.14.1: a client's first datagram is not smaller. */
    static final int DATAGRAM_BYTES = 1_200;

    /** AEAD_AES_128_GCM (RFC 9001 s.5.3). */
    static final int TAG_BYTES = 16;

    static final int NUMBER_BYTES = 4;

    private static final int LONG_INITIAL = 0xC0;
    private static final int VERSION_1 = 1;
    private static final byte CRYPTO_FRAME = 0x06;

    /** A variable-length integer in two bytes (RFC 9000 s.16). */
    private static final int TWO_BYTES = 0x4000;

    /** Returns everything before the payload, without its protection: the packet number is last. */
    byte[] header() {
        int before = 1 + Integer.BYTES + 1 + destinationId.length + 1 + sourceId.length;
        int length = before + 2 + token.length + 2 + NUMBER_BYTES;
        ByteBuffer header = ByteBuffer.allocate(length);
        header.put((byte) (LONG_INITIAL | (NUMBER_BYTES - 1))).putInt(VERSION_1);
        header.put((byte) destinationId.length).put(destinationId);
        header.put((byte) sourceId.length).put(sourceId);
        if (token.length == 0) {
            // In one byte, as everybody writes it.
            header.put((byte) 0);
            length--;
        } else {
            header.putShort((short) (TWO_BYTES | token.length)).put(token);
        }
        header.putShort((short) (TWO_BYTES | (DATAGRAM_BYTES - length + NUMBER_BYTES)));
        header.putInt(number);
        byte[] bytes = new byte[length];
        header.flip().get(bytes);
        return bytes;
    }

    /**
     * Returns the frames, without their protection: CRYPTO, and padding to the end of the datagram.
     *
     * @throws IllegalArgumentException if they do not fit
     */
    byte[] payload() {
        int length = DATAGRAM_BYTES - header().length - TAG_BYTES;
        if (1 + 1 + 2 + crypto.length > length) {
            throw new IllegalArgumentException(
                    "%,d bytes of a handshake and %,d of a token do not fit into %,d"
                            .formatted(crypto.length, token.length, DATAGRAM_BYTES));
        }
        ByteBuffer payload = ByteBuffer.allocate(length);
        payload.put(CRYPTO_FRAME).put((byte) 0).putShort((short) (TWO_BYTES | crypto.length));
        payload.put(crypto);
        return payload.array();
    }
}
