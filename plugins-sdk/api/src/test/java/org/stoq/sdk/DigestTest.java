package org.stoq.sdk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import org.junit.jupiter.api.Test;

class DigestTest {
    /** FIPS 180-4, the example "abc". */
    private static final String ABC =
            "sha256:ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";

    private final Digest abc = Digest.of("abc".getBytes(StandardCharsets.US_ASCII));

    @Test
    void agreesWithTheStandard() {
        assertThat(abc).hasToString(ABC).isEqualTo(Digest.parse(ABC));
        assertThat(Digest.of(ByteBuffer.wrap("xabc".getBytes(StandardCharsets.US_ASCII), 1, 3)))
                .isEqualTo(abc);
    }

    @Test
    void survivesItsBytes() {
        ByteBuffer bytes = ByteBuffer.allocate(Digest.BYTES);
        abc.write(bytes);
        assertThat(Digest.read(bytes.flip())).isEqualTo(abc).hasSameHashCodeAs(abc);
        assertThat(Digest.copyOf(abc.toBytes())).isEqualTo(abc);
    }

    @Test
    void ordersAsUnsignedBytes() {
        byte[] low = new byte[Digest.BYTES];
        byte[] high = new byte[Digest.BYTES];
        for (int i = 0; i < Digest.BYTES; i++) {
            high[i] = (byte) 0x80;
            low[i] = 0x7F;
            assertThat(Digest.copyOf(high)).isGreaterThan(Digest.copyOf(low));
            high[i] = 0x7F;
        }
        assertThat(Digest.copyOf(high)).isEqualByComparingTo(Digest.copyOf(low));
    }

    @Test
    void refusesOtherTexts() {
        for (String text :
                new String[] {
                    "", "sha256:", ABC.substring(7), ABC + "0", ABC.toUpperCase(Locale.ROOT)
                }) {
            assertThat(Digest.isDigest(text)).isFalse();
            assertThatIllegalArgumentException().isThrownBy(() -> Digest.parse(text));
        }
        assertThatIllegalArgumentException().isThrownBy(() -> Digest.copyOf(new byte[31]));
    }
}
