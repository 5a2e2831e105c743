package org.stoq.bench.flood;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class FloodTallyTest {
    private final FloodTally tally = new FloodTally(3);

    @Test
    void theLargestShareIsToldOfAnAddressAndOfAHandshake() {
        tally.begin(0, 1_000);
        tally.begin(0, 1_000);
        tally.begin(1, 1_000);
        tally.receive(0, 1, 2_900);
        tally.receive(1, 2, 1_500);

        assertThat(tally.largestOfAddress()).isEqualTo(1.5);
        assertThat(tally.largestOfHandshake(1_000)).isEqualTo(2.9);
        assertThat(tally.receivedBytes()).isEqualTo(4_400);
        assertThat(tally.begun()).isEqualTo(3);
    }

    @Test
    void whoHasShownTheAddressCountsNoLonger() {
        tally.begin(0, 1_000);
        tally.begin(0, 1_000);
        tally.begin(1, 1_000);
        tally.show(0, 0, 1_000);
        tally.receive(0, 0, 9_000);
        tally.receive(1, 2, 500);

        assertThat(tally.shown()).isEqualTo(1);
        assertThat(tally.largestOfAddress()).isEqualTo(0.5);
        assertThat(tally.largestOfHandshake(1_000)).isEqualTo(0.5);
        tally.receive(0, 1, 700);
        assertThat(tally.largestOfHandshake(1_000)).as("another of it").isEqualTo(0.7);
    }

    @Test
    void whatBelongsToNoHandshakeCountsForItsAddress() {
        tally.begin(2, 1_000);
        tally.receive(2, 1, 300);
        tally.receive(2, Answer.UNKNOWN, 100);

        assertThat(tally.stray()).isEqualTo(2);
        assertThat(tally.largestOfAddress()).isEqualTo(0.4);
        assertThat(tally.largestOfHandshake(1_000)).isZero();
    }

    @Test
    void thereIsRoomForManyHandshakes() {
        for (int i = 0; i < 200_000; i++) {
            tally.begin(i % 3, 1_000);
        }
        tally.receive(0, 199_999, 2_000);
        assertThat(tally.largestOfHandshake(1_000)).isEqualTo(2);
        assertThat(tally.stray()).isZero();
    }

    @Test
    void lossesAreReadFromTheKernelsTable() {
        List<String> table =
                List.of(
                        "   sl  local_address                         remote_address   ... drops",
                        " 9838: 00000000000000000000000001000000:CDF6 0:0000 07 00000000:00000000"
                                + " 00:00000000 00000000 0 0 1662129 2 00000000e370e5d3 12",
                        " 9838: 00000000000000000000000001000000:CDF6 0:0000 07 00000000:00000000"
                                + " 00:00000000 00000000 0 0 1662129 2 00000000e370e5d3 30",
                        "12631: B80D0120050000000000000001000000:D8DF 0:0000 07 00000000:00000000"
                                + " 00:00000000 00000000 0 0 1662130 2 0000000074081318 5");

        String port = UdpDrops.portText(0xCDF6);
        assertThat(UdpDrops.sum(table, local -> local.endsWith(port))).isEqualTo(42);
        assertThat(UdpDrops.sum(table, local -> local.startsWith("B80D0120"))).isEqualTo(5);
        assertThat(UdpDrops.sum(List.of(), local -> true)).isZero();
    }
}
