package org.stoq.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;
import org.stoq.bench.contender.ContenderSpec;

class FloodReportTest {
    private static final Duration SECOND = Duration.ofSeconds(1);
    private static final FloodReport.Memory BACK =
            new FloodReport.Memory(100, 300, 105, Optional.of(Duration.ofSeconds(12)));

    private static FloodPlan plan(
            String server, int prefixes, int answering, int rate, int visits) {
        return new FloodPlan(
                ContenderSpec.parse(server),
                prefixes,
                answering,
                OptionalInt.of(rate),
                visits,
                SECOND,
                SECOND,
                SECOND,
                SECOND,
                Duration.ofSeconds(30));
    }

    private static FloodReport.Visitors visitors(long attempted, long succeeded, long wrong) {
        return new FloodReport.Visitors(
                attempted, succeeded, wrong, 1, 2, 3, Optional.of("no answer"));
    }

    private static FloodReport.Flood flood(double ofAddress, double ofHandshake, long lost) {
        return new FloodReport.Flood(1_000, 2, 900, 90, 5_000, ofAddress, ofHandshake, lost, 7);
    }

    private static FloodReport report(
            FloodReport.Visitors during, FloodReport.Flood flood, FloodReport.Memory memory) {
        return new FloodReport(
                plan("stoq", 500, 50, 1_000, 20),
                new Machine("chip", 2, "Linux", "25"),
                visitors(10, 10, 0),
                during,
                visitors(10, 10, 0),
                flood,
                memory,
                SECOND);
    }

    private static List<String> missed(FloodReport report) {
        return report.goals().stream()
                .filter(goal -> !goal.met())
                .map(FloodReport.Goal::key)
                .toList();
    }

    @Test
    void atItsLimitsEveryGoalIsReached() {
        FloodReport report = report(visitors(1_000, 990, 0), flood(3, 3, 0), BACK);

        assertThat(missed(report)).isEmpty();
        assertThat(report.passed()).isTrue();
        assertThat(report.flood().perSecond()).isEqualTo(500);
        assertThat(report.json()).containsEntry("passed", true).containsKey("goals");
    }

    @Test
    void onePastALimitMissesThatGoal() {
        assertThat(missed(report(visitors(1_000, 989, 0), flood(3, 3, 0), BACK)))
                .containsExactly("success");
        assertThat(missed(report(visitors(1_000, 999, 1), flood(3, 3, 0), BACK)))
                .containsExactly("answers");
        assertThat(missed(report(visitors(10, 10, 0), flood(0.1, 3.001, 0), BACK)))
                .containsExactly("amplification");
        assertThat(missed(report(visitors(10, 10, 0), flood(3.001, 0.1, 0), BACK))).hasSize(1);
        assertThat(
                        missed(
                                report(
                                        visitors(10, 10, 0),
                                        flood(1, 1, 0),
                                        new FloodReport.Memory(100, 300, 111, Optional.empty()))))
                .containsExactly("memory");
    }

    @Test
    void whatWasNotCountedProvesNothing() {
        FloodReport report = report(visitors(10, 10, 0), flood(1, 1, 1), BACK);
        assertThat(missed(report)).hasSize(1);
        assertThat(report.passed()).isFalse();
        assertThat(report(visitors(0, 0, 0), flood(1, 1, 0), BACK).passed())
                .as("nobody came")
                .isFalse();
    }

    @Test
    void nothingToDoIsRefused() {
        assertThat(plan("stoq", 10_000, 10_000, 1, 1).prefixes()).isEqualTo(10_000);
        assertThat(
                        FloodPlan.of(
                                ContenderSpec.parse("stoq"),
                                1,
                                OptionalInt.empty(),
                                SECOND,
                                SECOND))
                .satisfies(one -> assertThat(one.answering()).isEqualTo(1));
        for (Runnable wrong :
                List.<Runnable>of(
                        () -> plan("stoq", 0, 0, 1, 1),
                        () -> plan("stoq", 10_001, 0, 1, 1),
                        () -> plan("stoq", 10, 11, 1, 1),
                        () -> plan("stoq", 10, -1, 1, 1),
                        () -> plan("stoq", 10, 1, 0, 1),
                        () -> plan("stoq", 10, 1, 1, 0),
                        () -> plan("udp", 10, 1, 1, 1))) {
            assertThatThrownBy(wrong::run).isInstanceOf(IllegalArgumentException.class);
        }
    }
}
