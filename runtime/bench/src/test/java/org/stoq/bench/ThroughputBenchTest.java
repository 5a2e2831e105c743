package org.stoq.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.stoq.bench.contender.ContenderSpec;
import org.stoq.bench.contender.Direction;
import org.stoq.bench.contender.Kind;

/** With real processes; asks whether bytes arrive and are right, never how fast. */
@Timeout(120)
class ThroughputBenchTest {
    @TempDir private Path folder;

    private ThroughputReport run(Direction direction, String... contenders) throws IOException {
        List<String> steps = new ArrayList<>();
        ThroughputPlan plan =
                new ThroughputPlan(
                        Arrays.stream(contenders).map(ContenderSpec::parse).toList(),
                        List.of(1_350),
                        Duration.ofMillis(400),
                        2,
                        Duration.ofMillis(200),
                        direction,
                        1,
                        2,
                        "cubic",
                        Optional.empty());
        ThroughputReport report =
                new ThroughputBench(
                                plan, folder, (what, done, total) -> steps.add(done + "/" + total))
                        .run();
        assertThat(steps).hasSize(2 * contenders.length).startsWith("0/" + 2 * contenders.length);
        return report;
    }

    @Test
    void everyContenderMovesBytesThatAreRightAndAWrongSettingFailsItsOwnOnly() throws IOException {
        List<String> contenders =
                new ArrayList<>(Arrays.stream(Kind.values()).map(Kind::label).toList());
        contenders.add("netty-tuned:segments=9999");

        ThroughputReport report = run(Direction.BOTH, contenders.toArray(String[]::new));

        List<Outcome> right = report.outcomes().subList(0, Kind.values().length);
        assertThat(right)
                .allSatisfy(outcome -> {
                    assertThat(outcome.failure()).isEmpty();
                    assertThat(outcome.unavailable()).isEmpty();
                    assertThat(outcome.rounds()).hasSize(2);
                    assertThat(outcome.total().verifiedBytes()).isPositive();
                    assertThat(outcome.total().cpuNanos()).isPositive();
                    assertThat(outcome.ratio()).isPresent();
                });
        assertThat(right.getFirst().ratio()).hasValue(1);
        Outcome wrong = report.outcomes().getLast();
        assertThat(wrong.failure().orElseThrow()).contains("segments=9999", "1 to 48");
        assertThat(wrong.json()).doesNotContainKey("gbit_per_s");
        assertThat(report.passed()).isFalse();
    }

    @ParameterizedTest
    @EnumSource(names = {"UP", "DOWN"})
    void bytesGoOneWayOnly(Direction direction) throws IOException {
        ThroughputReport report = run(direction, "netty-tuned");

        assertThat(report.passed()).isTrue();
    }
}
