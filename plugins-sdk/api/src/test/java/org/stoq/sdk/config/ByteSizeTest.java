package org.stoq.sdk.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ByteSizeTest {
    @ParameterizedTest
    @CsvSource({
        "0, 0",
        "17, 17",
        "17B, 17",
        "1kB, 1000",
        "1KiB, 1024",
        "10GB, 10000000000",
        "512MB, 512000000",
        "64KiB, 65536",
        "3 MiB, 3145728",
        "2TiB, 2199023255552",
        "1tb, 1000000000000"
    })
    void readsDecimalAndBinaryUnits(String text, long bytes) {
        assertThat(ByteSize.parse(text).bytes()).isEqualTo(bytes);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "GB", "-1", "1.5GB", "1XB", "1GiBs", "99999999TiB"})
    void refusesAnythingElse(String text) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> ByteSize.parse(text))
                .withMessageContaining("'" + text + "'");
    }

    @Test
    void writesWhatReadsBack() {
        RandomGenerator random = RandomGeneratorFactory.of("L64X128MixRandom").create(7);
        long[] factors = {1, 1_000, 1_024, 1_000_000, 1L << 20, 1_000_000_000, 1L << 30};
        for (int i = 0; i < 2_000; i++) {
            ByteSize size =
                    new ByteSize(random.nextLong(5_000) * factors[random.nextInt(factors.length)]);
            assertThat(ByteSize.parse(size.toString())).isEqualTo(size);
        }
        assertThat(new ByteSize(Long.MAX_VALUE)).hasToString(Long.MAX_VALUE + "B");
    }

    @Test
    void writesTheLargestUnitThatFits() {
        assertThat(ByteSize.parse("10GB")).hasToString("10GB");
        assertThat(ByteSize.parse("65536")).hasToString("64KiB");
        assertThat(new ByteSize(0)).hasToString("0B");
    }
}
