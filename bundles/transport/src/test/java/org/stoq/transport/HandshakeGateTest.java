package org.stoq.transport;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.stoq.sdk.transport.HandshakeLimits;

class HandshakeGateTest {
    private static final HandshakeLimits LIMITS =
            new HandshakeLimits(20, 5, Duration.ofSeconds(10));
    private static final int MAX_CONNECTIONS = 100;

    private final HandshakeGate gate = new HandshakeGate(LIMITS, MAX_CONNECTIONS);

    private static InetAddress host(int prefix, int host) {
        return InetAddress.ofLiteral("2001:db8:0:%x::%x".formatted(prefix, host));
    }

    private List<HandshakeGate.Visit> begin(int count, int prefix) {
        List<HandshakeGate.Visit> visits = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            visits.add(gate.begin(host(prefix, i + 1)));
        }
        return visits;
    }

    @Test
    void aStrangerIsAnsweredAtOnceWhileLittleIsUnderWay() {
        begin(4, 1);
        assertThat(gate.admitsStranger(host(1, 99))).isTrue();
    }

    @Test
    void aPrefixThatBeginsMuchMustShowItsAddressAndOthersNeedNot() {
        List<HandshakeGate.Visit> visits = begin(5, 1);
        assertThat(gate.admitsStranger(host(1, 99))).isFalse();
        assertThat(gate.admitsStranger(host(2, 99))).isTrue();
        visits.getFirst().succeeded();
        assertThat(gate.admitsStranger(host(1, 99))).isTrue();
    }

    @Test
    void aboveTheLimitEverybodyMustShowTheirAddressAndWhoHasIsServed() {
        for (int prefix = 0; prefix < 10; prefix++) {
            begin(2, prefix);
        }
        assertThat(gate.admitsStranger(host(77, 1))).isFalse();
        assertThat(gate.admitsValidated(host(77, 1))).isTrue();
    }

    @Test
    void aPrefixWithEightTimesAsManyGetsNoAnswerAtAll() {
        begin(39, 1);
        assertThat(gate.admitsValidated(host(1, 99))).isTrue();
        begin(1, 1);
        assertThat(gate.admitsValidated(host(1, 99))).isFalse();
        assertThat(gate.admitsValidated(host(2, 99))).isTrue();
        assertThat(gate.counts().dropped()).isEqualTo(1);
    }

    @Test
    void aFewPrefixesThatAnswerARetryNeverTakeTheLastPlaces() {
        for (int i = 0; i < 1_000; i++) {
            InetAddress from = host(i % 10, 1);
            if (gate.admitsValidated(from)) {
                gate.begin(from);
            }
        }
        int taken = gate.counts().underWay();
        assertThat(taken).isLessThan(HandshakeGate.END_FACTOR * LIMITS.retryAbove());
        // Ten that take all they can, and somebody else: an eleventh of the places for each.
        assertThat(taken / 10).isBetween(14, 15);
        for (int i = 0; i < 5; i++) {
            assertThat(gate.admitsValidated(host(77, 1))).isTrue();
            gate.begin(host(77, 1));
        }
    }

    @Test
    void whenAllPlacesAreTakenEverybodyMustShowTheirAddress() {
        for (int i = 0; i < MAX_CONNECTIONS; i++) {
            HandshakeGate.Visit visit = gate.begin(host(i, 1));
            visit.succeeded();
            assertThat(visit.serve()).isTrue();
        }
        assertThat(gate.admitsStranger(host(500, 1))).isFalse();
        HandshakeGate.Visit late = gate.begin(host(500, 1));
        assertThat(late.serve()).isFalse();
    }

    @Test
    void everythingIsGivenBackOnce() {
        List<HandshakeGate.Visit> visits = begin(30, 1);
        visits.forEach(visit -> {
            visit.serve();
            visit.gone();
            visit.gone();
            visit.left();
        });
        HandshakeGate.Counts counts = gate.counts();
        assertThat(counts.underWay()).isZero();
        assertThat(counts.served()).isZero();
        assertThat(counts.inMemory()).isZero();
        assertThat(counts.failed()).isEqualTo(30);
        assertThat(gate.admitsStranger(host(1, 1))).isTrue();
    }

    @Test
    void aFloodOfFiveHundredPrefixesIsBoundedInMemory() {
        int admitted = 0;
        for (int i = 0; i < 5_000; i++) {
            InetAddress from = host(i % 500, i / 500);
            if (gate.admitsStranger(from) || gate.admitsValidated(from)) {
                gate.begin(from);
                admitted++;
            }
        }
        assertThat(admitted).isEqualTo(HandshakeGate.END_FACTOR * LIMITS.retryAbove());
        assertThat(gate.counts().inMemory()).isEqualTo(admitted);
    }
}
