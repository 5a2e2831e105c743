package org.stoq.routing;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.stoq.routing.LinkStateDatabase.Timing;
import org.stoq.sdk.NodeId;
import org.stoq.sdk.frame.LinkStateAdvert;
import org.stoq.sdk.routing.Link;

class OwnLinksTest {
    private static final long UPDATE = Duration.ofMillis(100).toNanos();
    private static final long TIMEOUT = Duration.ofSeconds(6).toNanos();
    private static final Timing TIMING = new Timing(UPDATE, TIMEOUT);

    private final OwnLinks links = new OwnLinks(id(0));
    private long now = 1;

    @Test
    void theFirstAdvertIsDueAtOnceAndTheNextNotBeforeAThirdOfTheTimeout() {
        measured(Map.of(1, 10_000L));
        assertThat(due()).contains(List.of(link(1, 10_000)));
        now += TIMEOUT / 3 - 1;
        assertThat(due()).isEmpty();
        now += 1;
        assertThat(due()).contains(List.of(link(1, 10_000)));
        assertThat(due()).isEmpty();
    }

    @Test
    void aNewNeighbourIsToldOfAfterTheUpdateInterval() {
        due();
        measured(Map.of(1, 10_000L));
        now += UPDATE - 1;
        assertThat(due()).isEmpty();
        now += 1;
        assertThat(due()).contains(List.of(link(1, 10_000)));
    }

    @Test
    void aChangeOfAFifthIsNoiseAndOneBeyondIsNews() {
        measured(Map.of(1, 10_000L));
        long before = links.version();
        measured(Map.of(1, 12_000L));
        measured(Map.of(1, 8_000L));
        assertThat(links.version()).isEqualTo(before);
        assertThat(links.links()).containsExactly(link(1, 10_000));
        measured(Map.of(1, 12_001L));
        assertThat(links.links()).containsExactly(link(1, 12_001));
        measured(Map.of(1, 9_600L));
        assertThat(links.links()).containsExactly(link(1, 9_600));
    }

    @Test
    void differencesBelowAMillisecondAreNoiseHoweverLargeTheirShare() {
        measured(Map.of(1, 100L));
        measured(Map.of(1, 1_100L));
        assertThat(links.links()).containsExactly(link(1, 100));
        measured(Map.of(1, 1_101L));
        assertThat(links.links()).containsExactly(link(1, 1_101));
    }

    @Test
    void slowDriftIsNoticedInTheEnd() {
        long rtt = 10_000;
        measured(Map.of(1, rtt));
        for (int i = 0; i < 100; i++) {
            rtt += 100;
            measured(Map.of(1, rtt));
        }
        assertThat(links.links().getFirst().rttMicros()).isBetween(rtt * 4 / 5, rtt);
    }

    @Test
    void aLostNeighbourIsGone() {
        measured(Map.of(1, 10_000L, 2, 20_000L));
        due();
        measured(Map.of(2, 20_000L));
        now += UPDATE;
        assertThat(due()).contains(List.of(link(2, 20_000)));
    }

    @Test
    void aLinkThatFlapsIsUsedButNotAdvertisedUntilItHasCalmedDown() {
        for (int loss = 0; loss < OwnLinks.FLAPS; loss++) {
            measured(Map.of(1, 10_000L));
            now += UPDATE;
            assertThat(due()).contains(List.of(link(1, 10_000)));
            measured(Map.of());
            now += UPDATE;
            assertThat(due()).contains(List.of());
        }
        measured(Map.of(1, 10_000L));
        now += UPDATE;
        assertThat(links.links()).containsExactly(link(1, 10_000));
        assertThat(due()).isEmpty();
        // Three losses count half after a timeout, which is one and a half.
        now += TIMEOUT + UPDATE;
        measured(Map.of(1, 10_000L));
        assertThat(due()).contains(List.of(link(1, 10_000)));
    }

    @Test
    void moreLinksThanAnAdvertHoldsLeaveTheSlowestOut() {
        Map<Integer, Long> many = new HashMap<>();
        for (int i = 1; i <= LinkStateAdvert.MAX_LINKS + 1; i++) {
            many.put(i, i * 10_000L);
        }
        measured(many);
        List<Link> told = due().orElseThrow();
        assertThat(told).hasSize(LinkStateAdvert.MAX_LINKS);
        assertThat(told).noneMatch(link -> link.to().equals(id(LinkStateAdvert.MAX_LINKS + 1)));
        assertThat(links.links()).hasSize(LinkStateAdvert.MAX_LINKS + 1);
    }

    @Test
    void anAdvertThatDoesNoGoodIsRepeatedAfterTheUpdateInterval() {
        measured(Map.of(1, 10_000L));
        due();
        links.advertiseAgain();
        assertThat(due()).isEmpty();
        now += UPDATE;
        assertThat(due()).isPresent();
        now += UPDATE;
        assertThat(due()).isEmpty();
    }

    private void measured(Map<Integer, Long> rttMicros) {
        Map<NodeId, Long> byNode = new HashMap<>();
        rttMicros.forEach((number, rtt) -> byNode.put(id(number), rtt));
        links.measured(byNode, now, TIMEOUT);
    }

    private Optional<List<Link>> due() {
        return links.due(now, TIMING);
    }

    private static Link link(int to, long rttMicros) {
        return new Link(id(0), id(to), rttMicros, 0, 0);
    }

    private static NodeId id(int number) {
        return TestNodes.id(number);
    }
}
