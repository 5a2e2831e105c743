package org.stoq.cli.terminal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.stoq.testkit.ManualClock;

class ProgressTest {
    private static final OptionalLong THOUSAND = OptionalLong.of(1_000);

    private final ManualClock clock = new ManualClock();
    private final ByteArrayOutputStream screen = new ByteArrayOutputStream();

    private ProgressMeter meter(OptionalLong total) {
        return new ProgressMeter(total, clock.getAsLong());
    }

    /** Adds an amount each 200 ms. */
    private void run(ProgressMeter meter, int steps, long amount) {
        for (int i = 0; i < steps; i++) {
            clock.advance(Duration.ofMillis(200));
            meter.add(amount, clock.getAsLong());
        }
    }

    @Test
    void aSteadyRateIsToldExactlyAndSoIsTheRest() {
        ProgressMeter meter = meter(THOUSAND);

        run(meter, 5, 50);

        assertThat(meter.done()).isEqualTo(250);
        assertThat(meter.rate()).isCloseTo(250, within(1e-6));
        assertThat(meter.share()).contains(0.25);
        assertThat(meter.remaining()).contains(Duration.ofSeconds(3));
        assertThat(meter.elapsed(clock.getAsLong())).isEqualTo(Duration.ofSeconds(1));
    }

    @Test
    void aChangedRateIsFollowedWithinSeconds() {
        ProgressMeter meter = meter(OptionalLong.empty());
        run(meter, 10, 200);

        run(meter, 15, 20);
        // After one time constant, 1/e of the old rate is left.
        assertThat(meter.rate()).isCloseTo(100 + 900 / Math.E, within(1.0));
        run(meter, 150, 20);
        assertThat(meter.rate()).isCloseTo(100, within(0.1));
    }

    @Test
    void amountsWithinATenthOfASecondAreOneSample() {
        ProgressMeter meter = meter(THOUSAND);

        meter.add(10, clock.getAsLong());
        clock.advance(Duration.ofMillis(99));
        meter.add(10, clock.getAsLong());
        assertThat(meter.rate()).isZero();
        assertThat(meter.remaining()).isEmpty();
        clock.advance(Duration.ofMillis(1));
        meter.add(10, clock.getAsLong());

        assertThat(meter.rate()).isCloseTo(300, within(1e-6));
    }

    @Test
    void withoutATotalThereIsNeitherShareNorRest() {
        ProgressMeter meter = meter(OptionalLong.empty());
        run(meter, 3, 10);

        assertThat(meter.share()).isEmpty();
        assertThat(meter.remaining()).isEmpty();
    }

    @Test
    void nothingToDoIsDoneAndMoreThanAllIsAll() {
        assertThat(meter(OptionalLong.of(0)).share()).contains(1.0);
        ProgressMeter meter = meter(OptionalLong.of(10));
        run(meter, 1, 20);
        assertThat(meter.share()).contains(1.0);
        assertThat(meter.remaining()).contains(Duration.ZERO);
    }

    private Progress bar(boolean visible) {
        PrintStream stream = new PrintStream(screen, true, StandardCharsets.UTF_8);
        return new Progress("get", THOUSAND, true, stream, visible, clock);
    }

    private String drawn() {
        String text = screen.toString(StandardCharsets.UTF_8);
        screen.reset();
        return text;
    }

    @Test
    void aBarShowsShareAmountRateAndRest() {
        try (Progress bar = bar(true)) {
            clock.advance(Duration.ofSeconds(1));
            bar.add(500);

            assertThat(drawn())
                    .startsWith("\r")
                    .contains("[############............]  50 %  500 B  500 B/s  1.0s");
        }
        assertThat(drawn()).isEqualTo("\r" + " ".repeat(79) + "\r");
    }

    @Test
    void aBarIsRedrawnTenTimesASecondAtMost() {
        try (Progress bar = bar(true)) {
            bar.add(1);
            assertThat(drawn()).isNotEmpty();
            clock.advance(Duration.ofMillis(99));
            bar.add(1);
            assertThat(drawn()).isEmpty();
            clock.advance(Duration.ofMillis(1));
            bar.add(1);
            assertThat(drawn()).isNotEmpty();
        }
    }

    @Test
    void aBarThatNobodySeesDrawsNothing() {
        try (Progress bar = bar(false)) {
            clock.advance(Duration.ofSeconds(1));
            bar.add(500);
        }
        assertThat(drawn()).isEmpty();
    }

    @Test
    void aBarThatIsMovedToAPlaceNeverGoesBack() {
        try (Progress bar = bar(true)) {
            bar.to(400);
            clock.advance(Duration.ofSeconds(1));
            bar.to(300);
            assertThat(drawn()).contains("400 B");
        }
    }

    @ParameterizedTest
    @CsvSource({
        "0,0 B",
        "1023,1023 B",
        "1024,1.0 KiB",
        "1536,1.5 KiB",
        "1048524,1023.9 KiB",
        "1048525,1.0 MiB",
        "1048576,1.0 MiB",
        "9223372036854775807,8.0 EiB"
    })
    void sizesAreShort(long bytes, String text) {
        assertThat(Amounts.bytes(bytes)).isEqualTo(text);
    }

    @ParameterizedTest
    @CsvSource({
        "0,0ms",
        "999,999ms",
        "1000,1.0s",
        "9990,10.0s",
        "10000,10s",
        "59999,59s",
        "60000,1m 00s",
        "3599000,59m 59s",
        "3600000,1h 00m",
        "86399000,23h 59m",
        "86400000,1d 00h"
    })
    void timesAreShort(long millis, String text) {
        assertThat(Amounts.duration(Duration.ofMillis(millis))).isEqualTo(text);
    }

    @Test
    void countsHaveTheirPlural() {
        assertThat(Amounts.count(1, "object")).isEqualTo("1 object");
        assertThat(Amounts.count(0, "object")).isEqualTo("0 objects");
        assertThat(Amounts.count(1_234, "object")).isEqualTo("1,234 objects");
    }

    @Test
    void aTableAlignsTextLeftAndNumbersRight() {
        Table table = new Table("NAME", ">SIZE", "X");
        table.row("a", 5, "").row("longer", 12_345, "y");

        table.print(new PrintStream(screen, true, StandardCharsets.UTF_8));

        assertThat(drawn()).isEqualTo("NAME     SIZE  X\na           5\nlonger  12345  y\n");
        assertThatIllegalArgumentException().isThrownBy(() -> table.row("a"));
    }
}
