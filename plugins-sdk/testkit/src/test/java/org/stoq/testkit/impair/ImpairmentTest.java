package org.stoq.testkit.impair;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.time.Duration;
import java.util.function.DoubleFunction;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class ImpairmentTest {
    private static final Duration HOUR = Duration.ofHours(1);

    static Stream<DoubleFunction<Object>> shares() {
        return Stream.of(
                Impairment.NONE::withLoss,
                Impairment.NONE::withDuplicates,
                share -> Impairment.NONE.withReorder(share, Duration.ZERO),
                share -> Impairment.NONE.withCorruption(share, 1),
                share -> new Loss(share, 0, 0, 0),
                share -> new Loss(0, share, 0, 0),
                share -> new Loss(0, 0, share, 0),
                share -> new Loss(0, 0, 0, share),
                share -> Loss.bursts(share, 1e9));
    }

    @ParameterizedTest
    @MethodSource("shares")
    void aShareIsFromNothingToEverything(DoubleFunction<Object> setting) {
        assertThat(setting.apply(0)).isNotNull();
        assertThat(setting.apply(1)).isNotNull();
        for (double wrong : new double[] {Math.nextDown(0.0), Math.nextUp(1.0), Double.NaN}) {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> setting.apply(wrong))
                    .withMessageContaining(String.valueOf(wrong));
        }
    }

    @Test
    void timesAreAtMostAnHour() {
        Impairment longest =
                Impairment.NONE.withDelay(HOUR).withJitter(HOUR, true).withReorder(1, HOUR);
        assertThat(longest.delay())
                .isEqualTo(new Impairment.Delay(HOUR.toNanos(), HOUR.toNanos(), true));
        assertThat(longest.reorder()).isEqualTo(new Impairment.Reorder(1, HOUR.toNanos()));
        for (Duration wrong : new Duration[] {HOUR.plusNanos(1), Duration.ofNanos(-1)}) {
            assertThatIllegalArgumentException().isThrownBy(() -> Impairment.NONE.withDelay(wrong));
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> Impairment.NONE.withJitter(wrong, false));
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> Impairment.NONE.withReorder(0, wrong));
        }
    }

    @Test
    void theMtuIsWhatUdpCanCarry() {
        assertThat(Impairment.NONE.withMtu(1).mtuBytes()).isEqualTo(1);
        assertThat(Impairment.NONE.withMtu(65_535)).isEqualTo(Impairment.NONE);
        assertThatIllegalArgumentException().isThrownBy(() -> Impairment.NONE.withMtu(0));
        assertThatIllegalArgumentException().isThrownBy(() -> Impairment.NONE.withMtu(65_536));
    }

    @Test
    void aCorruptedDatagramHasAtLeastOneOtherBit() {
        assertThat(Impairment.NONE.withCorruption(1, 4_096).corruption().bits()).isEqualTo(4_096);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Impairment.NONE.withCorruption(1, 4_097));
        assertThatIllegalArgumentException().isThrownBy(() -> Impairment.NONE.withCorruption(0, 0));
    }

    @Test
    void aRateLimitIsATebibyteAtMost() {
        long most = 1L << 40;
        assertThat(new RateLimit(most, most, most).isUnlimited()).isFalse();
        assertThat(new RateLimit(0, 0, 0).isUnlimited()).isTrue();
        for (long wrong : new long[] {-1, most + 1}) {
            assertThatIllegalArgumentException().isThrownBy(() -> new RateLimit(wrong, 0, 0));
            assertThatIllegalArgumentException().isThrownBy(() -> new RateLimit(0, wrong, 0));
            assertThatIllegalArgumentException().isThrownBy(() -> new RateLimit(0, 0, wrong));
        }
    }

    @Test
    void burstsThatCannotLoseAsMuchAreRefused() {
        assertThat(Loss.bursts(0.75, 3).burstStart()).isEqualTo(1);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Loss.bursts(0.7500001, 3))
                .withMessageContaining("needs longer bursts");
        assertThatIllegalArgumentException().isThrownBy(() -> Loss.bursts(0.1, Math.nextDown(1.0)));
        assertThat(Loss.bursts(1, 3)).isEqualTo(Loss.independent(1));
    }

    @Test
    void eachSettingLeavesTheOthersAlone() {
        Impairment all =
                Impairment.NONE
                        .withDelay(Duration.ofNanos(1))
                        .withJitter(Duration.ofNanos(2), true)
                        .withLoss(0.3)
                        .withReorder(0.4, Duration.ofNanos(4))
                        .withDuplicates(0.5)
                        .withCorruption(0.6, 6)
                        .withRate(7, 8)
                        .withMtu(9);
        assertThat(all)
                .isEqualTo(
                        new Impairment(
                                new Impairment.Delay(1, 2, true),
                                Loss.independent(0.3),
                                new Impairment.Reorder(0.4, 4),
                                0.5,
                                new Impairment.Corruption(0.6, 6),
                                new RateLimit(7, 0, 8),
                                9));
        assertThat(all.withDelay(Duration.ofNanos(3)).delay())
                .isEqualTo(new Impairment.Delay(3, 2, true));
    }
}
