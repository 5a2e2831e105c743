package org.stoq.transport;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Time passes here only where a test says so. */
class RetryTokensTest {
    private static final InetSocketAddress CLIENT = at("2001:db8::1", 4_000);
    private static final long NOW = 5_000_000_000L;
    private static final long LIFE = RetryTokens.LIFE.toNanos();
    private static final long KEY_AGE = RetryTokens.KEY_AGE.toNanos();

    private final RetryTokens tokens = new RetryTokens(new SecureRandom(), NOW);
    private final byte[] original = bytes(1, 18);
    private final byte[] retried = bytes(2, 20);

    private static InetSocketAddress at(String address, int port) {
        return new InetSocketAddress(InetAddress.ofLiteral(address), port);
    }

    private static byte[] bytes(long seed, int length) {
        byte[] bytes = new byte[length];
        new Random(seed).nextBytes(bytes);
        return bytes;
    }

    private byte[] issue() {
        return tokens.issue(CLIENT, original, retried, NOW);
    }

    @ParameterizedTest
    @ValueSource(ints = {8, 18, 20})
    void bringsTheOriginalIdBack(int length) {
        byte[] id = bytes(3, length);
        byte[] token = tokens.issue(CLIENT, id, retried, NOW);
        int offset = tokens.verify(token, CLIENT, retried, NOW + LIFE);
        assertThat(Arrays.copyOfRange(token, offset, token.length)).isEqualTo(id);
        assertThat(token.length).isLessThanOrEqualTo(RetryTokens.MAX_BYTES);
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 7, 21})
    void aConnectionIdThatNoClientMayChooseGetsNone(int length) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> tokens.issue(CLIENT, bytes(3, length), retried, NOW));
    }

    @Test
    void isGoodForOneAddressOnePortOneConnectionAndSomeSeconds() {
        byte[] token = issue();
        assertThat(tokens.verify(token, CLIENT, retried, NOW)).isPositive();
        assertThat(tokens.verify(token, at("2001:db8::2", 4_000), retried, NOW)).isNegative();
        assertThat(tokens.verify(token, at("2001:db8::1", 4_001), retried, NOW)).isNegative();
        assertThat(tokens.verify(token, CLIENT, bytes(4, 20), NOW)).isNegative();
        assertThat(tokens.verify(token, CLIENT, retried, NOW + LIFE + 1)).isNegative();
        assertThat(tokens.verify(token, CLIENT, retried, NOW - 1)).isNegative();
    }

    @Test
    void aKeyChecksUntilItsSuccessorIsReplaced() {
        RetryTokens patient =
                new RetryTokens(
                        RetryTokens.KEY_AGE.multipliedBy(9),
                        RetryTokens.KEY_AGE,
                        new SecureRandom(),
                        NOW);
        byte[] token = patient.issue(CLIENT, original, retried, NOW);
        assertThat(patient.verify(token, CLIENT, retried, NOW + KEY_AGE)).isPositive();
        assertThat(patient.verify(token, CLIENT, retried, NOW + 2 * KEY_AGE - 1)).isPositive();
        assertThat(patient.verify(token, CLIENT, retried, NOW + 2 * KEY_AGE)).isNegative();
    }

    @Test
    void aTokenOfAnotherServerIsNotGood() {
        byte[] foreign =
                new RetryTokens(new SecureRandom(), NOW).issue(CLIENT, original, retried, NOW);
        assertThat(tokens.verify(foreign, CLIENT, retried, NOW)).isNegative();
    }

    @Test
    void ofAHundredThousandForgeriesNoneIsAccepted() {
        byte[] token = issue();
        Random random = new Random(5);
        int accepted = 0;
        for (int i = 0; i < 100_000; i++) {
            byte[] forged = forge(token, random, i);
            if (!Arrays.equals(forged, token) && tokens.verify(forged, CLIENT, retried, NOW) >= 0) {
                accepted++;
            }
        }
        assertThat(accepted).isZero();
    }

    /** Flips a bit, cuts, lengthens, or makes one up. */
    private static byte[] forge(byte[] token, Random random, int turn) {
        byte[] forged =
                switch (turn % 4) {
                    case 0, 1 -> token.clone();
                    case 2 -> Arrays.copyOf(token, random.nextInt(token.length + 8));
                    default -> new byte[random.nextInt(2 * token.length)];
                };
        if (turn % 4 == 3) {
            random.nextBytes(forged);
        } else if (forged.length > 0 && turn % 4 < 2) {
            forged[random.nextInt(forged.length)] ^= (byte) (1 << random.nextInt(8));
        }
        return forged;
    }
}
