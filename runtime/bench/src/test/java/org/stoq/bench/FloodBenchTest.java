package org.stoq.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.stoq.bench.child.ChildFailure;
import org.stoq.bench.child.Namespace;
import org.stoq.bench.contender.ContenderSpec;

/** With real processes in a network of their own; asks what happens, never how fast. */
@Timeout(180)
class FloodBenchTest {
    /** The second probe of a handshake that nobody goes on with comes after five seconds. */
    private static final Duration PROBES_STOP = Duration.ofSeconds(7);

    private static final BenchListener NOBODY = (what, done, total) -> {};

    @TempDir private Path folder;

    private static boolean namespaces() throws IOException {
        try {
            Namespace.require();
            return true;
        } catch (ChildFailure e) {
            assertThat(e.unavailable()).isTrue();
            return false;
        }
    }

    @Test
    void aFloodIsCountedWhereItEndsAndNobodyGetsMoreThanThreeTimesWhatHeSent() throws IOException {
        assumeTrue(namespaces(), "this machine lets nobody make a network namespace");
        FloodReport report =
                new FloodBench(
                                new FloodPlan(
                                        ContenderSpec.parse("stoq"),
                                        40,
                                        4,
                                        OptionalInt.of(400),
                                        5,
                                        Duration.ofMillis(400),
                                        Duration.ofMillis(400),
                                        Duration.ZERO,
                                        Duration.ofSeconds(2),
                                        PROBES_STOP),
                                folder,
                                NOBODY)
                        .run();

        assertThat(report.flood().handshakes()).isPositive();
        assertThat(report.flood().receivedBytes()).isPositive();
        assertThat(report.flood().ofAddress()).isPositive();
        assertThat(report.flood().amplification())
                .isLessThanOrEqualTo(FloodReport.MOST_AMPLIFICATION);
        assertThat(report.before().attempted()).isPositive();
        assertThat(report.during().attempted()).isPositive();
        assertThat(report.before().wrong()).isZero();
        assertThat(report.during().wrong()).isZero();
        assertThat(report.after().wrong()).isZero();
        assertThat(report.memory().before()).isPositive();
        assertThat(report.memory().peak()).isPositive();
    }
}
