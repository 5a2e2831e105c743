package org.stoq.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What {@code stoq bench} says to command lines that make no sense. */
class BenchCommandTest {
    @TempDir private Path folder;

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "bench | nothing says what to measure",
                "bench --loopback --latency --soak | --latency and --soak are measurements of their",
                "bench --target [::1]:1 --soak | need both ends",
                "bench --target [::1]:1 --vs udp | are for measurements over loopback",
                "bench --loopback --direction up,down | one way at a time",
                "bench --loopback --vs nobody | no contender is called 'nobody'",
                "bench --loopback --rounds 0 | 0 rounds",
                "bench --idle 0 | 0 connections",
                "bench --soak --connections 0 | 0 connections",
                "bench --first-byte --count 0 | 0 connections",
                "bench --target [::1]:1 --flood | need both ends",
                "bench --flood --soak | --soak and --flood are measurements of their own",
                "bench --flood --prefixes 0 | 0 prefixes are not 1 to 10,000",
                "bench --flood --prefixes 10001 | 10,001 prefixes are not 1 to 10,000",
                "bench --flood --rate 0 | 0 packets",
                "bench --flood --subject udp | a flood is measured with stoq, not udp",
                "bench --loopback --duration soon | is not a time",
            })
    void aCommandLineThatMakesNoSenseIsRefusedWithTheReason(String line, String reason) {
        Trial trial = new Trial(folder);

        assertThat(trial.run(line.split(" ", -1))).isEqualTo(ExitCode.USAGE.number());
        assertThat(trial.errors()).contains(reason);
    }

    @Test
    void aNodeThatIsNotThereIsUnreachable() {
        Trial trial = new Trial(folder);

        assertThat(trial.run("bench", "--target", "[::1]:1", "--timeout", "500ms"))
                .isEqualTo(ExitCode.UNREACHABLE.number());
    }

    @Test
    void helpNamesEveryMeasurement() {
        Trial trial = new Trial(folder);

        assertThat(trial.run("bench", "--help")).isZero();
        assertThat(trial.output())
                .contains(
                        "--target",
                        "--latency",
                        "--connect-rate",
                        "--first-byte",
                        "--idle",
                        "--soak",
                        "--flood",
                        "--prefixes",
                        "--rate",
                        "--rtt",
                        "--count",
                        "--plot",
                        "--profile",
                        "--duration");
    }
}
