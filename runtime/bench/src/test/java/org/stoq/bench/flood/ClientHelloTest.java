package org.stoq.bench.flood;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class ClientHelloTest {
    private static final byte[] ID = {1, 2, 3, 4, 5, 6, 7, 8};

    private static byte[] hello(long seed) {
        return ClientHello.of("stoq/1", ID, new SplittableRandom(seed));
    }

    private static byte[] bytes(ByteBuffer from, int length) {
        byte[] bytes = new byte[length];
        from.get(bytes);
        return bytes;
    }

    /** Reads the extensions, by their numbers, and everything before them on the way. */
    private static Map<Integer, byte[]> extensions(byte[] hello) {
        ByteBuffer left = ByteBuffer.wrap(hello);
        assertThat(left.getInt()).as("type and length").isEqualTo(1 << 24 | hello.length - 4);
        assertThat(left.getShort()).isEqualTo((short) 0x0303);
        bytes(left, 32);
        assertThat(left.get()).as("length of a session id").isZero();
        assertThat(bytes(left, 4)).as("cipher suites").containsExactly(0, 2, 0x13, 1);
        assertThat(bytes(left, 2)).as("compression").containsExactly(1, 0);
        assertThat(left.getShort()).as("length of extensions").isEqualTo((short) left.remaining());
        Map<Integer, byte[]> extensions = new LinkedHashMap<>();
        while (left.hasRemaining()) {
            int type = left.getShort();
            extensions.put(type, bytes(left, left.getShort()));
        }
        return extensions;
    }

    @Test
    void everyLengthInItIsRightAndNothingIsMissing() {
        Map<Integer, byte[]> extensions = extensions(hello(1));

        assertThat(extensions).containsOnlyKeys(10, 13, 16, 43, 51, 57);
        assertThat(extensions.get(10)).as("groups").containsExactly(0, 2, 0, 0x1D);
        assertThat(extensions.get(13)).as("signatures").containsExactly(0, 2, 8, 7);
        assertThat(new String(extensions.get(16), StandardCharsets.US_ASCII))
                .isEqualTo("\0\7\6stoq/1");
        assertThat(extensions.get(43)).as("versions").containsExactly(2, 3, 4);
        assertThat(extensions.get(51))
                .as("key share")
                .hasSize(38)
                .startsWith(0, 36, 0, 0x1D, 0, 32);
    }

    @Test
    void theTransportParametersNameTheConnectionId() {
        ByteBuffer left = ByteBuffer.wrap(extensions(hello(1)).get(57));
        Map<Integer, byte[]> parameters = new LinkedHashMap<>();
        while (left.hasRemaining()) {
            int number = left.get();
            parameters.put(number, bytes(left, left.get()));
        }
        assertThat(parameters).containsOnlyKeys(4, 5, 6, 7, 8, 9, 15);
        assertThat(parameters.get(15)).isEqualTo(ID);
        assertThat(parameters.get(4)).as("4,096 in two bytes").containsExactly(0x50, 0);
    }

    @Test
    void itFollowsFromTheRandomness() {
        assertThat(hello(1)).isEqualTo(hello(1)).isNotEqualTo(hello(2));
    }
}
