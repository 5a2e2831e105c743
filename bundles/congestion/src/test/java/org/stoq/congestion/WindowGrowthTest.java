package org.stoq.congestion;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.stoq.sdk.congestion.CongestionController;
import org.stoq.sdk.congestion.PathState;
import org.stoq.testkit.path.Bottleneck;
import org.stoq.testkit.path.PathFlow;
import org.stoq.testkit.path.PathSimulation;

/** How the windows of NewReno and CUBIC grow, in figures of their RFCs. */
class WindowGrowthTest {
    private static final int DATAGRAM_BYTES = 1_000;
    private static final long RTT_NANOS = 100_000_000;

    private long now;

    @Test
    void newRenoDoublesInSlowStartAndAddsADatagramAfterALoss() {
        CongestionController.Flow flow = start(new NewReno(), 10, true);
        round(flow);
        assertThat(datagrams(flow)).isEqualTo(20);
        flow.lost(now, DATAGRAM_BYTES, now - 1, false);
        assertThat(datagrams(flow)).isEqualTo(10);
        assertThat(flow.inSlowStart()).isFalse();
        now++;
        round(flow);
        assertThat(datagrams(flow)).isCloseTo(11, within(0.1));
    }

    /** RFC 9438 s.4.2: after K = cbrt(W_max (1 - beta) / C) seconds the window is W_max again. */
    @Test
    void cubicIsBackAtItsPlateauWhenTheFormulaSays() {
        CongestionController.Flow flow = start(new Cubic(), 2_000, false);
        flow.lost(now, DATAGRAM_BYTES, now - 1, false);
        assertThat(datagrams(flow)).isEqualTo(1_400);
        now++;
        double plateauSeconds = Math.cbrt(2_000 * 0.3 / 0.4);
        double halfWay = 2_000 - 0.4 * Math.pow(plateauSeconds / 2, 3);
        rounds(flow, plateauSeconds / 2);
        assertThat(datagrams(flow)).isCloseTo(halfWay, within(20.0));
        rounds(flow, plateauSeconds / 2);
        assertThat(datagrams(flow)).isCloseTo(2_000, within(10.0));
        rounds(flow, plateauSeconds / 2);
        assertThat(datagrams(flow)).isCloseTo(2_000 + (2_000 - halfWay), within(20.0));
    }

    @Test
    void cubicDoesNotGrowForTimeInWhichItSendsNothing() {
        CongestionController.Flow busy = start(new Cubic(), 2_000, false);
        busy.lost(now, DATAGRAM_BYTES, now - 1, false);
        now++;
        rounds(busy, 2);
        double before = datagrams(busy);
        now += Duration.ofMinutes(1).toNanos();
        round(busy);
        round(busy);
        assertThat(datagrams(busy)).isBetween(before, before + 100);
    }

    @Test
    void cubicTakesALossBackOnlyIfNothingWasLost() {
        CongestionController.Flow flow = start(new Cubic(), 100, false);
        flow.lost(now, 2 * DATAGRAM_BYTES, now - 1, false);
        flow.spuriouslyLost(now + 1, DATAGRAM_BYTES, now - 1);
        assertThat(datagrams(flow)).isEqualTo(70);
        flow.spuriouslyLost(now + 1, DATAGRAM_BYTES, now - 1);
        assertThat(datagrams(flow)).isEqualTo(100);
    }

    /** RFC 9406: slow start becomes cautious as the delay grows. */
    @Test
    void cubicLosesLessThanHalfOfWhatNewRenoLosesAtTheStart() {
        double newReno = lossOfTheStart(new NewReno());
        assertThat(newReno).isGreaterThan(0.01);
        assertThat(lossOfTheStart(new Cubic())).isLessThan(newReno / 2);
    }

    private static double lossOfTheStart(CongestionController controller) {
        return new PathSimulation(Bottleneck.of(50, Duration.ofMillis(50), 3), 1)
                .add(PathFlow.of("flow", controller))
                .run(Duration.ofSeconds(3))
                .flow("flow")
                .lossRatio();
    }

    private CongestionController.Flow start(
            CongestionController controller, long datagrams, boolean inSlowStart) {
        return controller.start(
                new PathState(
                        DATAGRAM_BYTES,
                        datagrams * DATAGRAM_BYTES,
                        inSlowStart,
                        RTT_NANOS,
                        RTT_NANOS),
                now);
    }

    private void rounds(CongestionController.Flow flow, double seconds) {
        for (long round = Math.round(seconds * 1e9 / RTT_NANOS); round > 0; round--) {
            round(flow);
        }
    }

    /** A window of datagrams leaves, and arrives. */
    private void round(CongestionController.Flow flow) {
        long sentNanos = now;
        long packets = flow.windowBytes() / DATAGRAM_BYTES;
        for (long packet = 0; packet < packets; packet++) {
            flow.sent(now, DATAGRAM_BYTES, packet * DATAGRAM_BYTES);
        }
        now += RTT_NANOS;
        flow.roundTrip(now, RTT_NANOS, RTT_NANOS, RTT_NANOS);
        for (long packet = packets - 1; packet >= 0; packet--) {
            flow.acknowledged(now, DATAGRAM_BYTES, sentNanos, packet * DATAGRAM_BYTES, false);
        }
    }

    private static double datagrams(CongestionController.Flow flow) {
        return (double) flow.windowBytes() / DATAGRAM_BYTES;
    }
}
