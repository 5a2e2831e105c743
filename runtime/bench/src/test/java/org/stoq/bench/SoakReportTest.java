package org.stoq.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;
import org.stoq.bench.contender.ContenderSpec;

class SoakReportTest {
    private static final SoakBench.Plan PLAN = plan(1, 1, Duration.ofSeconds(1));

    private static SoakBench.Plan plan(int connections, int streams, Duration every) {
        return new SoakBench.Plan(
                ContenderSpec.parse("stoq"),
                Duration.ofSeconds(4),
                every,
                connections,
                streams,
                1_350,
                "cubic");
    }

    private static SoakBench.Look look(double seconds, long bytes, long server, long client) {
        return new SoakBench.Look(seconds, bytes, server, client);
    }

    private static SoakBench.Report report(
            List<SoakBench.Break> breaks, Optional<String> corruption, SoakBench.Look... looks) {
        return new SoakBench.Report(
                PLAN,
                new Machine("chip", 2, "Linux", "25"),
                List.of(looks),
                breaks,
                Duration.ofSeconds(3),
                corruption);
    }

    @Test
    void countsWhatWasVerified() {
        SoakBench.Report report =
                report(List.of(), Optional.empty(), look(1, 250_000_000, 5, 5), look(2, 0, 5, 5));

        assertThat(report.verifiedBytes()).isEqualTo(250_000_000);
        assertThat(report.gbitPerSecond()).isEqualTo(1);
        assertThat(report.passed()).isTrue();
        assertThat(report.json()).containsEntry("flow_control_errors", 0L);
    }

    @Test
    void memoryThatSettlesIsNoLeakAndMemoryThatGrowsIs() {
        SoakBench.Report report =
                report(
                        List.of(),
                        Optional.empty(),
                        look(600, 1, 100, 0),
                        look(1_200, 1, 500, 600),
                        look(1_800, 1, 500, 700),
                        look(2_400, 1, 500, 800));

        assertThat(report.serverGrowth()).isZero();
        assertThat(report.clientGrowth()).isCloseTo(600, Offset.offset(1e-6));
    }

    @Test
    void aBreakFailsItAndFlowControlIsNamed() {
        SoakBench.Report report =
                report(
                        List.of(
                                new SoakBench.Break(
                                        3,
                                        "reading: the peer closed the connection with QUIC error"
                                                + " 0x3 "),
                                new SoakBench.Break(4, "reading: QUIC error 0x30 ")),
                        Optional.empty(),
                        look(5, 1, 1, 1));

        assertThat(report.flowControlErrors()).isEqualTo(1);
        assertThat(report.passed()).isFalse();
    }

    @Test
    void aWrongByteOrNoByteFailsIt() {
        assertThat(report(List.of(), Optional.of("byte 1"), look(1, 1, 1, 1)).passed()).isFalse();
        assertThat(report(List.of(), Optional.empty(), look(1, 0, 1, 1)).passed()).isFalse();
    }

    @Test
    void nothingToDoIsRefused() {
        assertThatThrownBy(() -> plan(0, 1, Duration.ofSeconds(1)))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> plan(1, 0, Duration.ofSeconds(1)))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> plan(1, 1, Duration.ZERO))
                .isInstanceOf(IllegalArgumentException.class);
    }
}
