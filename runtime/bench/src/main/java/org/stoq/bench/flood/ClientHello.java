package org.stoq.bench.flood;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.SplittableRandom;

/**
 * The first handshake message of a client (RFC 8446 s.4.1.2), such that a node answers it: TLS 1.3,
 * X25519, Ed25519, and QUIC's transport parameters.
 */
final class ClientHello {
    private static final byte CLIENT_HELLO = 1;
    private static final int RANDOM_BYTES = 32;
    private static final int MOST_BYTES = 512;
    private static final short TLS_1_2 = 0x0303;
    private static final short TLS_1_3 = 0x0304;
    private static final short AES_128_GCM_SHA256 = 0x1301;
    private static final short X25519 = 0x001D;
    private static final short ED25519 = 0x0807;

    // Extensions.
    private static final short SUPPORTED_GROUPS = 10;
    private static final short SIGNATURE_ALGORITHMS = 13;
    private static final short PROTOCOLS = 16;
    private static final short SUPPORTED_VERSIONS = 43;
    private static final short KEY_SHARE = 51;
    private static final short TRANSPORT_PARAMETERS = 57;

    // Transport parameters (RFC 9000 s.18.2); the windows and the numbers of streams.
    private static final int[] LIMITS = {0x04, 0x05, 0x06, 0x07, 0x08, 0x09};
    private static final byte SOURCE_ID = 0x0F;

    /** A variable-length integer of two bytes (RFC 9000 s.16): 4,096. */
    private static final short LIMIT = 0x5000;

    private ClientHello() {}

    /**
     * Returns the message.
     *
     * @param protocol the application protocol that is offered (ALPN)
     * @param sourceId what the client calls itself in its packets
     * @param random where its random bytes come from; any 32 bytes are a public key of X25519
     */
    static byte[] of(String protocol, byte[] sourceId, SplittableRandom random) {
        byte[] nonce = new byte[RANDOM_BYTES];
        random.nextBytes(nonce);
        byte[] share = new byte[RANDOM_BYTES];
        random.nextBytes(share);
        byte[] name = protocol.getBytes(StandardCharsets.US_ASCII);

        ByteBuffer hello = ByteBuffer.allocate(MOST_BYTES);
        hello.putInt(CLIENT_HELLO << 24);
        hello.putShort(TLS_1_2).put(nonce);
        hello.put((byte) 0);
        hello.putShort((short) 2).putShort(AES_128_GCM_SHA256);
        hello.putShort((short) 0x0100);
        int extensionsAt = hello.position();
        hello.putShort((short) 0);
        extension(hello, SUPPORTED_GROUPS, list(X25519));
        extension(hello, SIGNATURE_ALGORITHMS, list(ED25519));
        extension(
                hello,
                PROTOCOLS,
                ByteBuffer.allocate(3 + name.length)
                        .putShort((short) (1 + name.length))
                        .put((byte) name.length)
                        .put(name));
        extension(
                hello, SUPPORTED_VERSIONS, ByteBuffer.allocate(3).put((byte) 2).putShort(TLS_1_3));
        extension(
                hello,
                KEY_SHARE,
                ByteBuffer.allocate(6 + share.length)
                        .putShort((short) (4 + share.length))
                        .putShort(X25519)
                        .putShort((short) share.length)
                        .put(share));
        extension(hello, TRANSPORT_PARAMETERS, parameters(sourceId));
        int end = hello.position();
        hello.putShort(extensionsAt, (short) (end - extensionsAt - Short.BYTES));
        hello.putInt(0, CLIENT_HELLO << 24 | (end - Integer.BYTES));
        byte[] message = new byte[end];
        hello.flip().get(message);
        return message;
    }

    private static ByteBuffer list(short only) {
        return ByteBuffer.allocate(2 * Short.BYTES).putShort((short) Short.BYTES).putShort(only);
    }

    private static ByteBuffer parameters(byte[] sourceId) {
        ByteBuffer parameters = ByteBuffer.allocate(4 * LIMITS.length + 2 + sourceId.length);
        for (int limit : LIMITS) {
            parameters.put((byte) limit).put((byte) Short.BYTES).putShort(LIMIT);
        }
        return parameters.put(SOURCE_ID).put((byte) sourceId.length).put(sourceId);
    }

    private static void extension(ByteBuffer hello, short type, ByteBuffer written) {
        written.flip();
        hello.putShort(type).putShort((short) written.remaining()).put(written);
    }
}
