package org.stoq.chunking;

import static org.assertj.core.api.Assertions.assertThat;

import java.math.BigInteger;
import org.junit.jupiter.api.Test;
import org.stoq.testkit.SeededBytes;

/** Compares the rolling fingerprint with polynomial division done the long way. */
class RabinFingerprintTest {
    @Test
    void isTheRemainderOfTheContentAsAPolynomial() {
        byte[] bytes = SeededBytes.random(1, RabinChunker.WINDOW);
        long print = 0;
        for (byte next : bytes) {
            print = RabinChunker.append(print, next);
        }
        assertThat(print).isEqualTo(remainder(new BigInteger(1, bytes)));
    }

    private static long remainder(BigInteger value) {
        BigInteger divisor = BigInteger.valueOf(RabinChunker.POLYNOMIAL);
        BigInteger rest = value;
        while (rest.bitLength() >= divisor.bitLength()) {
            rest = rest.xor(divisor.shiftLeft(rest.bitLength() - divisor.bitLength()));
        }
        return rest.longValueExact();
    }
}
