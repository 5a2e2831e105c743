package org.stoq.chunking;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import org.junit.jupiter.api.Test;
import org.stoq.testkit.SeededBytes;

/** Compares the scan in two blocks with the definition. */
class GearTest {
    private static final Gear GEAR = Gear.ofSeed(1);

    @Test
    void findsTheFirstPlaceWhoseHashHasNoneOfTheBits() {
        byte[] bytes = SeededBytes.random(1, 200_000);
        Random random = new Random(2);
        for (int round = 0; round < 300; round++) {
            int from = Gear.WINDOW + random.nextInt(1_000);
            // Around the two blocks of 4,096, and far past them.
            int to = from + (round % 3 == 0 ? 8_190 + round % 5 : random.nextInt(100_000));
            long mask = -1L << (Long.SIZE - random.nextInt(4, 20));
            assertThat(GEAR.find(bytes, from, to, mask))
                    .as("from %d to %d, mask %x", from, to, mask)
                    .isEqualTo(defined(bytes, from, to, mask));
        }
    }

    @Test
    void findsItInEitherBlock() {
        int from = 100;
        byte[] bytes = SeededBytes.random(3, 100_000);
        for (int at : new int[] {1, 2, 4_095, 4_096, 4_097, 8_191, 8_192, 8_193, 20_000}) {
            long only = GEAR.at(bytes, from + at);
            // All bits that this hash has not: hardly another place has none of them.
            assertThat(GEAR.find(bytes, from, bytes.length, ~only)).isEqualTo(from + at);
        }
    }

    @Test
    void looksAtNoByteFromTheEndOn() {
        byte[] bytes = SeededBytes.random(4, 64 + 8_192);
        assertThat(GEAR.find(bytes, 64, bytes.length, -1L)).isEqualTo(-1);
        assertThat(GEAR.find(bytes, 64, 64, 0)).isEqualTo(-1);
        assertThat(GEAR.find(bytes, 64, 65, 0)).isEqualTo(65);
    }

    private static int defined(byte[] bytes, int from, int to, long mask) {
        for (int place = from + 1; place <= to; place++) {
            long hash = 0;
            for (int back = 0; back < Gear.WINDOW; back++) {
                hash += GEAR.of(bytes[place - 1 - back]) << back;
            }
            if ((hash & mask) == 0) {
                return place;
            }
        }
        return -1;
    }
}
