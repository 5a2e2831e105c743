package org.stoq.congestion;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.stoq.testkit.path.Bottleneck;
import org.stoq.testkit.path.PathFlow;

/** {@code copa} alone, beside itself, and beside a flow that fills the queue. */
class LowDelayTest {
    private static final double DATAGRAM_BITS = 1_350 * 8;

    /** Paths that hold at least ten datagrams: see docs/congestion.md. */
    static List<Bottleneck> paths() {
        return Experiments.paths(
                new int[] {10, 50, 200}, new int[] {20, 50, 100}, new double[] {0.5, 1, 4});
    }

    @ParameterizedTest
    @MethodSource("paths")
    void aloneItUsesThePathWithAShortQueue(Bottleneck path) {
        Experiments.Lone copa = Experiments.alone(path, PathFlow.of("copa", new Copa()));
        assertThat(copa.utilisation()).isGreaterThan(0.85);
        double datagramMillis = DATAGRAM_BITS / path.bitsPerSecond() * 1e3;
        double partOfRoundTripMillis = 0.15 * path.roundTripNanos() / 1e6;
        assertThat(copa.queueingMillis())
                .isLessThan(Math.max(6 * datagramMillis, partOfRoundTripMillis));
    }

    @ParameterizedTest
    @MethodSource("paths")
    void itHoldsItsOwnBesideAFlowThatFillsTheQueue(Bottleneck path) {
        assertThat(Experiments.copaBesideNewReno(path)).isBetween(0.15, 0.85);
    }

    @ParameterizedTest
    @MethodSource("paths")
    void twoShareFairlyThoughOneComesLater(Bottleneck path) {
        assertThat(Experiments.fairness(path, new Copa())).isGreaterThan(0.9);
    }
}
