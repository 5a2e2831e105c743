package org.stoq.chunking;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.math.BigInteger;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.stoq.testkit.SeededBytes;

/** Compares the rolling fingerprint with polynomial division done the long way. */
class RabinFingerprintTest {
    private static final RabinFingerprint PRINT = new RabinFingerprint(RabinChunker.POLYNOMIAL);

    @Test
    void isTheRemainderOfTheWindowAsAPolynomial() {
        byte[] bytes = SeededBytes.random(1, 300);
        for (int place = RabinFingerprint.WINDOW; place <= bytes.length; place++) {
            assertThat(PRINT.at(bytes, place)).isEqualTo(remainder(bytes, place));
        }
    }

    @Test
    void findsTheFirstPlaceWhoseFingerprintHasAllBits() {
        byte[] bytes = SeededBytes.random(2, 200_000);
        Random random = new Random(3);
        for (int round = 0; round < 300; round++) {
            int from = RabinFingerprint.WINDOW + random.nextInt(1_000);
            // Around the four blocks of 2,048, and far past them.
            int to = from + (round % 3 == 0 ? 8_190 + round % 5 : random.nextInt(100_000));
            long mask = (1L << random.nextInt(4, 18)) - 1;
            assertThat(PRINT.find(bytes, from, to, mask))
                    .as("from %d to %d, mask %x", from, to, mask)
                    .isEqualTo(defined(bytes, from, to, mask));
        }
    }

    @Test
    void findsItInEveryBlock() {
        int from = 100;
        byte[] bytes = SeededBytes.random(4, 100_000);
        for (int at : new int[] {1, 2_047, 2_048, 2_049, 4_097, 6_145, 8_191, 8_192, 8_193}) {
            long only = PRINT.at(bytes, from + at);
            assertThat(PRINT.find(bytes, from, bytes.length, only))
                    .isEqualTo(defined(bytes, from, bytes.length, only));
        }
    }

    @Test
    void looksAtNoByteFromTheEndOn() {
        byte[] bytes = SeededBytes.random(5, 64 + 8_192);
        assertThat(PRINT.find(bytes, 64, bytes.length, (1L << 53) - 1)).isEqualTo(-1);
        assertThat(PRINT.find(bytes, 64, 64, 0)).isEqualTo(-1);
        assertThat(PRINT.find(bytes, 64, 65, 0)).isEqualTo(65);
    }

    @Test
    void takesNoPolynomialOfAnotherDegree() {
        assertThatThrownBy(() -> new RabinFingerprint(1L << 52))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new RabinFingerprint(1L << 54))
                .isInstanceOf(IllegalArgumentException.class);
    }

    private static int defined(byte[] bytes, int from, int to, long mask) {
        for (int place = from + 1; place <= to; place++) {
            if ((PRINT.at(bytes, place) & mask) == mask) {
                return place;
            }
        }
        return -1;
    }

    private static long remainder(byte[] bytes, int place) {
        BigInteger rest =
                new BigInteger(
                        1, Arrays.copyOfRange(bytes, place - RabinFingerprint.WINDOW, place));
        BigInteger divisor = BigInteger.valueOf(RabinChunker.POLYNOMIAL);
        while (rest.bitLength() >= divisor.bitLength()) {
            rest = rest.xor(divisor.shiftLeft(rest.bitLength() - divisor.bitLength()));
        }
        return rest.longValueExact();
    }
}
