package org.stoq.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.stoq.sdk.StoqErrorCode;
import org.stoq.sdk.StoqException;
import org.stoq.sdk.chunk.DeltaCompressor;

/** What every {@link DeltaCompressor} must do. */
public abstract class DeltaCompressorContract {
    /** Returns the compressor to test. */
    protected abstract DeltaCompressor compressor();

    @Test
    protected void everyContentSurvivesOverEveryBase() throws StoqException {
        for (int length : new int[] {1, 2, 100, 4_096, 65_536, 1 << 20}) {
            for (byte[] base :
                    new byte[][] {
                        SeededBytes.words(7, 65_536),
                        SeededBytes.random(8, 1 << 20),
                        new byte[4_096],
                        SeededBytes.periodic(9, 5, 10_000)
                    }) {
                survives(new byte[length], base);
                survives(SeededBytes.random(length, length), base);
                survives(SeededBytes.words(length, length), base);
            }
        }
        survives(SeededBytes.words(1, 16 << 20), SeededBytes.words(2, 16 << 20));
    }

    @Test
    protected void aBaseThatIsOfNoUseIsToldFromOthers() throws StoqException {
        for (int length = 0; length < 20; length++) {
            survivesIfOfUse(SeededBytes.words(1, 1_000), SeededBytes.random(length, length));
        }
        // Zstandard's mark of a trained dictionary.
        byte[] mark = {0x37, (byte) 0xA4, 0x30, (byte) 0xEC};
        survivesIfOfUse(
                SeededBytes.words(1, 1_000),
                SeededBytes.insert(SeededBytes.words(1, 999), 0, mark));
    }

    @Test
    protected void aSmallChangeIsSmall() {
        byte[] base = SeededBytes.random(1, 65_536);
        byte[] plain = SeededBytes.insert(base, 30_000, (byte) 1, (byte) 2);
        assertThat(compressor().compress(plain, 0, plain.length, base).orElseThrow())
                .hasSizeLessThan(200);
    }

    @Test
    protected void onlyTheGivenRangeIsEncodedAndNothingChanged() throws StoqException {
        byte[] bytes = SeededBytes.words(2, 10_000);
        byte[] base = SeededBytes.words(3, 10_000);
        byte[] bytesBefore = bytes.clone();
        byte[] baseBefore = base.clone();
        byte[] delta = compressor().compress(bytes, 1_000, 5_000, base).orElseThrow();
        assertThat(compressor().decompress(delta, 5_000, base))
                .isEqualTo(Arrays.copyOfRange(bytesBefore, 1_000, 6_000));
        assertThat(bytes).isEqualTo(bytesBefore);
        assertThat(base).isEqualTo(baseBefore);
    }

    @Test
    protected void theSameInputGivesTheSameOutput() {
        byte[] bytes = SeededBytes.words(2, 60_000);
        byte[] base = SeededBytes.words(3, 60_000);
        assertThat(compressor().compress(bytes, 0, 60_000, base).orElseThrow())
                .isEqualTo(compressor().compress(bytes, 0, 60_000, base).orElseThrow());
    }

    @Test
    protected void anotherLengthThanPromisedIsRefused() {
        byte[] base = SeededBytes.words(1, 50_000);
        byte[] delta = compressor().compress(base, 0, 50_000, base).orElseThrow();
        for (int wrong : new int[] {1, 49_999, 50_001, 100_000}) {
            StoqException refusal =
                    catchThrowableOfType(
                            StoqException.class, () -> compressor().decompress(delta, wrong, base));
            assertThat(refusal.code()).isEqualTo(StoqErrorCode.INTEGRITY);
        }
    }

    @Test
    protected void damagedInputOrAnotherBaseDoesNoMoreThanFail() {
        Random random = new Random(4);
        byte[] plain = SeededBytes.words(5, 20_000);
        byte[] base = SeededBytes.words(6, 20_000);
        byte[] delta = compressor().compress(plain, 0, plain.length, base).orElseThrow();
        for (int round = 0; round < 3_000; round++) {
            byte[] damaged = Arrays.copyOf(delta, delta.length - random.nextInt(2));
            for (int flips = random.nextInt(4); flips > 0; flips--) {
                damaged[random.nextInt(damaged.length)] = (byte) random.nextInt();
            }
            byte[] other = random.nextBoolean() ? base : SeededBytes.words(round, 1 + round);
            try {
                assertThat(compressor().decompress(damaged, plain.length, other))
                        .hasSize(plain.length);
            } catch (StoqException e) {
                assertThat(e.code()).isEqualTo(StoqErrorCode.INTEGRITY);
            }
        }
    }

    private void survives(byte[] plain, byte[] base) throws StoqException {
        byte[] delta = compressor().compress(plain, 0, plain.length, base).orElseThrow();
        assertThat(Arrays.equals(compressor().decompress(delta, plain.length, base), plain))
                .isTrue();
    }

    private void survivesIfOfUse(byte[] plain, byte[] base) throws StoqException {
        if (compressor().compress(plain, 0, plain.length, base).isPresent()) {
            survives(plain, base);
        } else {
            StoqException refusal =
                    catchThrowableOfType(
                            StoqException.class,
                            () -> compressor().decompress(new byte[50], plain.length, base));
            assertThat(refusal.code()).isEqualTo(StoqErrorCode.INTEGRITY);
        }
    }
}
