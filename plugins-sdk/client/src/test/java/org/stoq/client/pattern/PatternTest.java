package org.stoq.client.pattern;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PatternTest {
    private static final int LAP = Pattern.BLOCK_BYTES;

    private final Pattern pattern = new Pattern(1, false);

    private byte[] bytes(long stream, int length) {
        ByteBuffer all = ByteBuffer.allocate(length);
        PatternSource source = new PatternSource(pattern, stream);
        while (all.hasRemaining()) {
            all.put(source.next(all.remaining()));
        }
        return all.array();
    }

    private PatternCheck check(long stream, byte[] bytes) {
        PatternCheck check = new PatternCheck(pattern, stream);
        check.accept(ByteBuffer.wrap(bytes));
        return check;
    }

    @Test
    void acceptsWhatItHasMadeWhateverThePieces() {
        int length = 3 * LAP + 12_345;
        byte[] sent = bytes(7, length);
        PatternCheck check = new PatternCheck(pattern, 7);
        SplittableRandom random = new SplittableRandom(5);

        int at = 0;
        while (at < length) {
            int piece = Math.min(length - at, random.nextInt(1, 300_000));
            ByteBuffer part = ByteBuffer.wrap(sent, at, piece);
            assertThat(check.accept(part)).isEqualTo(piece);
            assertThat(part.hasRemaining()).isFalse();
            at += piece;
        }

        assertThat(check.verified()).isEqualTo(length);
        assertThat(check.mismatch()).isEmpty();
    }

    @Test
    void directAndHeapAreTheSame() {
        assertThat(new Pattern(3, true).at(2, 5, 100))
                .isEqualTo(new Pattern(3, false).at(2, 5, 100));
    }

    @Test
    void firstBytesAreThoseThatTheSpecificationNames() {
        assertThat(bytes(0, 8)).containsExactly(0xC1, 0x5C, 0x02, 0x89, 0xEC, 0x2D, 0x0A, 0x91);
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 4_095, LAP - 1, LAP, LAP + 1, 2 * LAP - 1})
    void findsAFlippedBit(int place) {
        byte[] sent = bytes(0, 2 * LAP);
        sent[place] ^= 0x10;

        PatternCheck check = check(0, sent);

        assertThat(check.verified()).isEqualTo(place);
        assertThat(check.mismatch().orElseThrow()).contains("%,d".formatted(place));
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 8, 1_350, 65_536, LAP})
    void findsMissingBytes(int missing) {
        byte[] sent = bytes(0, 3 * LAP);
        byte[] came = new byte[sent.length - missing];
        System.arraycopy(sent, 0, came, 0, 500);
        System.arraycopy(sent, 500 + missing, came, 500, came.length - 500);

        assertThat(check(0, came).mismatch()).isPresent();
        assertThat(check(0, came).verified()).isBetween(500L, 510L);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 8, 1_350, 65_536, LAP / 2})
    void findsReorderedPieces(int length) {
        byte[] sent = bytes(0, 2 * LAP);
        byte[] came = sent.clone();
        System.arraycopy(sent, 1_000 + length, came, 1_000, length);
        System.arraycopy(sent, 1_000, came, 1_000 + length, length);

        assertThat(check(0, came).mismatch()).isPresent();
    }

    @Test
    void findsRepeatedBytes() {
        byte[] sent = bytes(0, LAP);
        byte[] came = new byte[LAP];
        System.arraycopy(sent, 0, came, 0, LAP / 2);
        System.arraycopy(sent, 0, came, LAP / 2, LAP / 2);

        assertThat(check(0, came).verified()).isBetween((long) LAP / 2, LAP / 2 + 10L);
    }

    @Test
    void findsBytesOfAnotherStream() {
        for (int stream = 1; stream < 200; stream++) {
            assertThat(check(0, bytes(stream, 1_000)).verified()).isLessThan(10);
        }
    }

    @Test
    void findsBytesOfAnotherSeed() {
        PatternCheck check = new PatternCheck(new Pattern(2, false), 0);

        check.accept(ByteBuffer.wrap(bytes(0, 1_000)));

        assertThat(check.mismatch()).isPresent();
    }

    @Test
    void countsNothingBehindAWrongByte() {
        byte[] sent = bytes(0, 10_000);
        sent[100] ^= 1;
        PatternCheck check = check(0, sent);

        assertThat(check.accept(ByteBuffer.wrap(bytes(0, 100)))).isZero();
        assertThat(check.verified()).isEqualTo(100);
    }
}
