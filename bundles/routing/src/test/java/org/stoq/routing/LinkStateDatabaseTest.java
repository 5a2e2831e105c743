package org.stoq.routing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.stoq.routing.LinkStateDatabase.Received;
import org.stoq.routing.LinkStateDatabase.Timing;
import org.stoq.routing.LinkStateDatabase.Verdict;
import org.stoq.sdk.Digest;
import org.stoq.sdk.NodeId;
import org.stoq.sdk.StoqErrorCode;
import org.stoq.sdk.StoqException;
import org.stoq.sdk.frame.LinkStateAdvert;
import org.stoq.sdk.routing.Link;
import org.stoq.sdk.routing.Topology;

class LinkStateDatabaseTest {
    private static final long UPDATE = Duration.ofMillis(100).toNanos();
    private static final long TIMEOUT = Duration.ofSeconds(5).toNanos();
    private static final Timing TIMING = new Timing(UPDATE, TIMEOUT);
    private static final NodeId SELF = id(0);

    private final LinkStateDatabase database = new LinkStateDatabase(SELF);
    private long now = Long.MAX_VALUE - TIMEOUT;

    @Test
    void aLinkCountsOnceBothEndsAdvertiseItAndIsAsSlowAsTheSlowerSays() {
        accept(advert(1, 1, link(1, 2, 10)), 1);
        assertThat(database.topology(List.of()).links()).isEmpty();
        accept(advert(2, 1, link(2, 1, 30)), 1);
        Topology topology = database.topology(List.of());
        assertThat(topology.from(id(1))).containsExactly(link(1, 2, 30));
        assertThat(topology.from(id(2))).containsExactly(link(2, 1, 30));
    }

    @Test
    void ownLinksCountBothWaysAndNobodyElseSpeaksOfThem() {
        accept(advert(1, 1, new Link(id(1), SELF, 1, 0, 0)), 1);
        accept(advert(2, 1, new Link(id(2), SELF, 1, 0, 0)), 2);
        Topology topology = database.topology(List.of(link(0, 1, 50)));
        assertThat(topology.nodes()).containsExactlyInAnyOrder(SELF, id(1));
        assertThat(topology.from(id(1))).containsExactly(link(1, 0, 50));
    }

    @Test
    void onlyHigherSequenceNumbersCount() {
        assertThat(accept(advert(1, 5, link(1, 2, 10)), 1)).isEqualTo(Verdict.NEW);
        assertThat(accept(advert(1, 5, link(1, 3, 10)), 1)).isEqualTo(Verdict.OLD);
        assertThat(accept(advert(1, 4, link(1, 3, 10)), 2)).isEqualTo(Verdict.OLD);
        assertThat(accept(advert(1, 6, link(1, 3, 10)), 2)).isEqualTo(Verdict.NEW);
        assertThat(database.newest(id(1)).orElseThrow().advert().links())
                .containsExactly(link(1, 3, 10));
    }

    @Test
    void theSameLinksAgainAreNoChange() {
        accept(advert(1, 1, link(1, 2, 10)), 1);
        long before = database.version();
        accept(advert(1, 2, link(1, 2, 10)), 1);
        assertThat(database.version()).isEqualTo(before);
        accept(advert(1, 3, link(1, 2, 11)), 1);
        assertThat(database.version()).isGreaterThan(before);
    }

    @Test
    void aSilentOriginIsDeadAtTheTimeoutAndNotBefore() {
        accept(advert(1, 1, link(1, 2, 10)), 1);
        accept(advert(2, 1, link(2, 1, 10)), 1);
        long before = database.version();
        now += TIMEOUT - 1;
        database.expire(now, TIMING);
        assertThat(database.version()).isEqualTo(before);
        accept(advert(2, 2, link(2, 1, 10)), 1);
        now += 1;
        database.expire(now, TIMING);
        assertThat(database.version()).isGreaterThan(before);
        assertThat(database.topology(List.of()).links()).isEmpty();
        assertThat(database.all()).hasSize(1);
        accept(advert(1, 2, link(1, 2, 10)), 1);
        assertThat(database.topology(List.of()).from(id(2))).hasSize(1);
    }

    @Test
    void anOldAdvertOfADeadOriginCannotBePlayedAgainForLong() {
        Received old = advert(1, 7, link(1, 2, 10));
        accept(old, 1);
        now += LinkStateDatabase.MEMORY * TIMEOUT;
        database.expire(now, TIMING);
        assertThat(accept(old, 2)).isEqualTo(Verdict.OLD);
        now += TIMEOUT;
        database.expire(now, TIMING);
        assertThat(database.size()).isZero();
        assertThat(database.isCurrent(old.digest())).isFalse();
        assertThat(accept(advert(1, 1), 1)).isEqualTo(Verdict.NEW);
    }

    @Test
    void anOriginMaySendABurstAndThenOncePerUpdateInterval() {
        for (int sequence = 1; sequence <= LinkStateDatabase.BURST; sequence++) {
            assertThat(accept(advert(1, sequence), 1)).isEqualTo(Verdict.NEW);
        }
        assertThat(accept(advert(1, 100), 1)).isEqualTo(Verdict.TOO_OFTEN);
        assertThat(accept(advert(2, 100), 1)).isEqualTo(Verdict.NEW);
        now += UPDATE - 1;
        assertThat(accept(advert(1, 101), 1)).isEqualTo(Verdict.TOO_OFTEN);
        now += 1;
        assertThat(accept(advert(1, 102), 1)).isEqualTo(Verdict.NEW);
        assertThat(accept(advert(1, 103), 1)).isEqualTo(Verdict.TOO_OFTEN);
    }

    @Test
    void onePeerMayBringSoManyOriginsButIsAlwaysHeardOfItself() {
        for (int i = 0; i < LinkStateDatabase.MAX_ORIGINS_PER_PEER; i++) {
            assertThat(accept(advert(1_000 + i, 1), 1)).isEqualTo(Verdict.NEW);
        }
        assertThat(accept(advert(9_999, 1), 1)).isEqualTo(Verdict.FULL);
        assertThat(accept(advert(1, 1), 1)).isEqualTo(Verdict.NEW);
        assertThat(accept(advert(9_999, 1), 2)).isEqualTo(Verdict.NEW);
    }

    @Test
    void allPeersTogetherMayBringSoManyOrigins() {
        for (int i = 0; i < LinkStateDatabase.MAX_ORIGINS; i++) {
            int peer = 1 + i / LinkStateDatabase.MAX_ORIGINS_PER_PEER;
            assertThat(accept(advert(10_000 + i, 1), peer)).isEqualTo(Verdict.NEW);
        }
        assertThat(database.size()).isEqualTo(LinkStateDatabase.MAX_ORIGINS);
        assertThat(accept(advert(90_000, 1), 8)).isEqualTo(Verdict.FULL);
        assertThat(accept(advert(8, 1), 8)).isEqualTo(Verdict.NEW);
    }

    @Test
    void deadOriginsMakeRoom() {
        for (int i = 0; i < LinkStateDatabase.MAX_ORIGINS_PER_PEER; i++) {
            accept(advert(1_000 + i, 1), 1);
        }
        now += TIMEOUT;
        database.expire(now, TIMING);
        assertThat(accept(advert(9_999, 1), 1)).isEqualTo(Verdict.NEW);
        assertThat(database.size()).isEqualTo(LinkStateDatabase.MAX_ORIGINS_PER_PEER);
    }

    @Test
    void ownAdvertsAreNotTaken() {
        assertThat(accept(advert(0, 1, link(0, 5, 10)), 1)).isEqualTo(Verdict.OWN);
        assertThat(database.size()).isZero();
    }

    @Test
    void sequenceNumbersOutsideTheirRangeAreRefused() throws StoqException {
        LinkStateDatabase.require(advert(1, 1).advert());
        LinkStateDatabase.require(advert(1, LinkStateDatabase.MAX_SEQUENCE).advert());
        for (long wrong :
                new long[] {
                    0, -1, Long.MIN_VALUE, Long.MAX_VALUE, LinkStateDatabase.MAX_SEQUENCE + 1
                }) {
            refused(advert(1, wrong).advert());
        }
    }

    @Test
    void linksToOneselfAndTwoToTheSameNodeAreRefused() {
        refused(advert(1, 1, link(1, 1, 10)).advert());
        refused(advert(1, 1, link(1, 2, 10), link(1, 2, 20)).advert());
    }

    @Test
    void aCopyThatMayGoFurtherIsToBePassedOnAgain() {
        Received first = advert(1, 1, link(1, 2, 10)).within(2);
        accept(first, 1);
        assertThat(database.isCurrent(first.digest())).isTrue();
        assertThat(database.again(first.digest(), 2)).isEmpty();
        assertThat(database.again(first.digest(), 1)).isEmpty();
        assertThat(database.again(first.digest(), 3).orElseThrow().hopLimit()).isEqualTo(3);
        assertThat(database.again(first.digest(), 3)).isEmpty();
        assertThat(database.again(Digest.of(new byte[1]), 9)).isEmpty();
    }

    private static void refused(LinkStateAdvert advert) {
        StoqException refusal =
                catchThrowableOfType(StoqException.class, () -> LinkStateDatabase.require(advert));
        assertThat(refusal.code()).isEqualTo(StoqErrorCode.INVALID_REQUEST);
    }

    private Verdict accept(Received received, int peer) {
        return database.accept(received, id(peer), now, TIMING);
    }

    /** Returns an advert whose bytes are its own, if not signed ones. */
    private static Received advert(int node, long sequence, Link... links) {
        byte[] bytes =
                ByteBuffer.allocate(16)
                        .putInt(node)
                        .putLong(sequence)
                        .putInt(List.of(links).hashCode())
                        .array();
        return new Received(
                new LinkStateAdvert(id(node), sequence, new ArrayList<>(List.of(links))),
                5,
                bytes,
                Digest.of(bytes));
    }

    private static Link link(int from, int to, long rttMicros) {
        return new Link(id(from), id(to), rttMicros, 0, 0);
    }

    private static NodeId id(int number) {
        return TestNodes.id(number);
    }
}
