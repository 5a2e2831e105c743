package org.stoq.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.stoq.sdk.StoqErrorCode;
import org.stoq.sdk.StoqException;
import org.stoq.sdk.chunk.Compressor;

/** What every {@link Compressor} must do. */
public abstract class CompressorContract {
    /** Returns the compressor to test. */
    protected abstract Compressor compressor();

    @Test
    protected void everyContentSurvives() throws StoqException {
        for (int length : new int[] {1, 2, 100, 4_096, 65_536, 1 << 20, 16 << 20}) {
            survives(new byte[length]);
            survives(SeededBytes.random(length, length));
            survives(SeededBytes.words(length, length));
        }
    }

    @Test
    protected void wordsShrink() {
        byte[] words = SeededBytes.words(1, 1 << 20);
        assertThat(compressor().compress(words, 0, words.length).length)
                .isLessThan(words.length * 3 / 4);
    }

    @Test
    protected void onlyTheGivenRangeIsCompressedAndNothingChanged() throws StoqException {
        byte[] bytes = SeededBytes.words(2, 10_000);
        byte[] before = bytes.clone();
        byte[] compressed = compressor().compress(bytes, 1_000, 5_000);
        assertThat(bytes).isEqualTo(before);
        assertThat(compressor().decompress(compressed, 5_000))
                .isEqualTo(Arrays.copyOfRange(before, 1_000, 6_000));
    }

    @Test
    protected void anotherLengthThanPromisedIsRefused() {
        byte[] compressed = compressor().compress(new byte[100_000], 0, 100_000);
        for (int wrong : new int[] {1, 99_999, 100_001, 200_000}) {
            assertThat(refusal(compressed, wrong).code()).isEqualTo(StoqErrorCode.INTEGRITY);
        }
    }

    @Test
    protected void whatIsCutOffIsRefused() {
        byte[] words = SeededBytes.words(3, 5_000);
        byte[] compressed = compressor().compress(words, 0, words.length);
        for (int length = 0; length < compressed.length; length++) {
            assertThat(refusal(Arrays.copyOf(compressed, length), words.length).code())
                    .isEqualTo(StoqErrorCode.INTEGRITY);
        }
    }

    @Test
    protected void damagedInputDoesNoMoreThanFail() {
        Random random = new Random(4);
        byte[] words = SeededBytes.words(5, 20_000);
        byte[] compressed = compressor().compress(words, 0, words.length);
        for (int round = 0; round < 5_000; round++) {
            byte[] damaged = compressed.clone();
            for (int flips = random.nextInt(4); flips >= 0; flips--) {
                damaged[random.nextInt(damaged.length)] = (byte) random.nextInt();
            }
            try {
                assertThat(compressor().decompress(damaged, words.length)).hasSize(words.length);
            } catch (StoqException e) {
                assertThat(e.code()).isEqualTo(StoqErrorCode.INTEGRITY);
            }
        }
    }

    private void survives(byte[] plain) throws StoqException {
        byte[] compressed = compressor().compress(plain, 0, plain.length);
        assertThat(Arrays.equals(compressor().decompress(compressed, plain.length), plain))
                .isTrue();
    }

    private StoqException refusal(byte[] compressed, int plainLength) {
        StoqException refusal =
                catchThrowableOfType(
                        StoqException.class,
                        () -> compressor().decompress(compressed, plainLength));
        assertThat(refusal).isNotNull();
        return refusal;
    }
}
