package org.stoq.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.math.BigDecimal;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import org.junit.jupiter.api.Test;
import org.stoq.bench.contender.ContenderSpec;
import org.stoq.bench.contender.Direction;

class ThroughputReportTest {
    private static final ContenderSpec STOQ = ContenderSpec.parse("stoq");
    private static final ContenderSpec TUNED = ContenderSpec.parse("netty-tuned:segments=8");
    private static final Machine MACHINE = new Machine("a <chip>", 2, "Linux 6", "25");

    private static Round round(long megabytes) {
        return new Round(megabytes * 1_000_000, 1_000_000_000, 500_000_000, 3);
    }

    private static Outcome measured(ContenderSpec spec, double ratio, Round... rounds) {
        return new Outcome(
                spec,
                1_350,
                List.of(rounds),
                OptionalDouble.of(ratio),
                Optional.empty(),
                Optional.empty());
    }

    private static ThroughputReport report(List<Integer> sizes, Outcome... outcomes) {
        return new ThroughputReport(
                new ThroughputPlan(
                        List.of(STOQ, TUNED),
                        sizes,
                        Duration.ofSeconds(2),
                        2,
                        Duration.ofSeconds(1),
                        Direction.UP,
                        1,
                        4,
                        "cubic",
                        Optional.empty()),
                MACHINE,
                List.of(outcomes));
    }

    @Test
    void countsBitsPerSecondAndCpuSecondsPerGigabyte() {
        Round both = round(100).plus(round(300));

        assertThat(both.gbitPerSecond()).isEqualTo(1.6);
        assertThat(both.cpuSecondsPerGigabyte()).isEqualTo(2.5);
        assertThat(measured(STOQ, 1, round(100), round(300)).coresPer40Gbit()).isEqualTo(12.5);
    }

    @Test
    void ratioIsTheMedianOfWhatRanSideBySide() {
        List<Round> subject = List.of(round(200), round(100), round(900));
        List<Round> other = List.of(round(100), round(100), round(300));

        assertThat(ThroughputBench.ratio(subject, other)).hasValue(2);
        assertThat(ThroughputBench.ratio(subject, List.of())).isEmpty();
    }

    @Test
    void jsonHasTheFieldsThatScriptsRead() {
        ThroughputReport report =
                report(
                        List.of(1_350),
                        measured(STOQ, 1, round(100), round(300)),
                        measured(TUNED, 0.5, round(200), round(600)));

        Map<String, Object> json = report.json();

        assertThat(json)
                .containsEntry("mode", "throughput")
                .containsEntry("subject", "stoq")
                .containsEntry("direction", "up")
                .containsEntry("rounds", 2)
                .containsEntry("passed", true)
                .containsEntry(
                        "ratio",
                        Map.of(
                                "stoq",
                                BigDecimal.ONE,
                                "netty-tuned:segments=8",
                                new BigDecimal("0.5")));
        assertThat(json.get("contenders"))
                .asInstanceOf(org.assertj.core.api.InstanceOfAssertFactories.LIST)
                .first(org.assertj.core.api.InstanceOfAssertFactories.MAP)
                .containsEntry("name", "stoq")
                .containsEntry("mtu", 1_350)
                .containsEntry("gbit_per_s", new BigDecimal("1.6"))
                .containsEntry("cpu_s_per_gb", new BigDecimal("2.5"))
                .containsEntry("cores_per_40gbit", new BigDecimal("12.5"))
                .containsEntry("verified_bytes", 400_000_000L)
                .containsEntry("lost_datagrams", 6L)
                .containsEntry(
                        "rounds_gbit_per_s", List.of(new BigDecimal("0.8"), new BigDecimal("2.4")));
    }

    @Test
    void severalSizesAreToldApartInTheRatios() {
        ThroughputReport report = report(List.of(1_350, 9_000), measured(STOQ, 1, round(1)));

        assertThat(report.json()).containsEntry("ratio", Map.of("stoq@1350", BigDecimal.ONE));
    }

    @Test
    void whatCannotRunHasAReasonAndNoNumber() {
        Outcome outcome =
                new Outcome(
                        TUNED,
                        1_350,
                        List.of(),
                        OptionalDouble.empty(),
                        Optional.of("no epoll"),
                        Optional.empty());

        assertThat(outcome.json())
                .containsEntry("unavailable", "no epoll")
                .doesNotContainKeys("gbit_per_s", "cpu_s_per_gb", "verified_bytes", "ratio");
        assertThat(report(List.of(1_350), measured(STOQ, 1, round(1)), outcome).passed()).isTrue();
        assertThat(report(List.of(1_350), outcome).passed()).isFalse();
    }

    @Test
    void aWrongByteFailsTheReport() {
        Outcome outcome =
                new Outcome(
                        TUNED,
                        1_350,
                        List.of(),
                        OptionalDouble.empty(),
                        Optional.empty(),
                        Optional.of("byte 5 is wrong"));

        assertThat(report(List.of(1_350), measured(STOQ, 1, round(1)), outcome).passed()).isFalse();
        assertThat(outcome.json()).containsEntry("failure", "byte 5 is wrong");
    }

    @Test
    void numbersHaveFourDigitsAndNoExponent() {
        assertThat(Decimals.of(123_456)).hasToString("123500");
        assertThat(Decimals.of(20)).hasToString("20");
        assertThat(Decimals.of(0.0123456)).hasToString("0.01235");
    }

    @Test
    void drawsABarForEachThatWasMeasured() {
        String svg =
                report(
                                List.of(1_350),
                                measured(STOQ, 1, round(100), round(300)),
                                measured(TUNED, 0.5, round(200)))
                        .drawing()
                        .svg();

        assertThat(svg)
                .startsWith("<svg xmlns=\"http://www.w3.org/2000/svg\"")
                .endsWith("</svg>\n")
                .contains("a &lt;chip&gt;", "stoq", "netty-tuned:segments=8", "1.60 Gbit/s")
                .doesNotContain("<chip>");
    }
}
