package org.stoq.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.stoq.bench.contender.ContenderSpec;
import org.stoq.bench.contender.Direction;

/** With real processes; asks what happens, never how fast. */
@Timeout(120)
class ConnectionBenchTest {
    private static final BenchListener NOBODY = (what, done, total) -> {};

    @TempDir private Path folder;

    private HandshakeBench.Report handshakes(String... contenders) throws IOException {
        ThroughputPlan plan =
                new ThroughputPlan(
                        Arrays.stream(contenders).map(ContenderSpec::parse).toList(),
                        List.of(1_350),
                        Duration.ofMillis(800),
                        1,
                        Duration.ofMillis(200),
                        Direction.UP,
                        1,
                        1,
                        "cubic",
                        Optional.empty());
        return new HandshakeBench(plan, folder, NOBODY).run();
    }

    @Test
    void fullAndResumedHandshakesAreToldApart() throws IOException {
        HandshakeBench.Report report = handshakes("stoq", "netty-tuned", "udp");

        assertThat(report.passed()).isTrue();
        HandshakeBench.Outcome stoq = report.outcomes().getFirst();
        assertThat(stoq.full().orElseThrow().count()).isPositive();
        assertThat(stoq.full().orElseThrow().others()).isZero();
        assertThat(stoq.resumed().orElseThrow().count()).isPositive();
        HandshakeBench.Outcome netty = report.outcomes().get(1);
        assertThat(netty.full().orElseThrow().count()).isPositive();
        assertThat(netty.resumed()).as("it keeps no tickets").isEmpty();
        assertThat(report.outcomes().getLast().unavailable()).isPresent();
    }

    @Test
    void idleConnectionsAreHeldAndAskedAtTheEnd() throws IOException {
        IdleBench.Report report =
                new IdleBench(
                                new IdleBench.Plan(
                                        ContenderSpec.parse("stoq"),
                                        20,
                                        Duration.ofMillis(100),
                                        1_350,
                                        Optional.empty()),
                                folder,
                                NOBODY)
                        .run();

        assertThat(report.firstFailure()).isEmpty();
        assertThat(report.opened()).isEqualTo(20);
        assertThat(report.dropped()).isZero();
        assertThat(report.residentBefore()).isPositive();
        assertThat(report.connectsPerSecond()).isPositive();
        assertThat(report.passed()).isTrue();
    }

    @Test
    void theFirstByteComesARoundTripEarlierWithEarlyData() throws IOException {
        // So long that a machine with other things to do answers within one.
        Duration roundTrip = Duration.ofMillis(500);
        FirstByteBench.Report report =
                new FirstByteBench(new FirstByteBench.Plan(roundTrip, 2), folder, NOBODY).run();

        List<FirstByteBench.Outcome> kinds = report.outcomes();
        assertThat(kinds)
                .extracting(FirstByteBench.Outcome::answeredEarly)
                .containsExactly(0, 0, 2);
        assertThat(report.passed()).isTrue();
        // A path makes nobody faster: so many round trips are needed at least.
        assertThat(kinds.get(0).millis().lowest()).isGreaterThanOrEqualTo(1_000);
        assertThat(kinds.get(1).millis().lowest()).isGreaterThanOrEqualTo(1_000);
        assertThat(kinds.get(2).millis().lowest()).isGreaterThanOrEqualTo(500);
    }

    @Test
    void aSoakGoesOnToItsEnd() throws IOException {
        SoakBench.Report report =
                new SoakBench(
                                new SoakBench.Plan(
                                        ContenderSpec.parse("stoq"),
                                        Duration.ofMillis(600),
                                        Duration.ofMillis(200),
                                        2,
                                        2,
                                        1_350,
                                        "cubic"),
                                folder,
                                NOBODY)
                        .run();

        assertThat(report.breaks()).isEmpty();
        assertThat(report.corruption()).isEmpty();
        assertThat(report.seconds()).isGreaterThanOrEqualTo(0.6);
        assertThat(report.looks()).allMatch(look -> look.serverResident() > 0);
        assertThat(report.passed()).isTrue();
    }

    @Test
    void nothingToDoIsRefused() {
        assertThatThrownBy(() -> new FirstByteBench.Plan(Duration.ofNanos(999_999), 1))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new FirstByteBench.Plan(Duration.ofMillis(1), 0))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() ->
                        new IdleBench.Plan(
                                ContenderSpec.parse("stoq"),
                                0,
                                Duration.ZERO,
                                1_350,
                                Optional.empty()))
                .isInstanceOf(IllegalArgumentException.class);
    }
}
