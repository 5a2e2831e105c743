package org.stoq.testkit.impair;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.stoq.testkit.impair.ImpairedLink.Delivery;

/** The bottleneck, as one sees it from outside of a link. A datagram has 1,000 bytes. */
class RateLimitTest {
    private static final long MICRO = 1_000;
    private static final long MILLI = 1_000_000;
    private static final long LATER = 1_000_000 * MILLI;

    /** A megabyte per second: 1 ms for each datagram. */
    private static final long MEGABYTE = 1_000_000;

    private static ImpairedLink<Integer> link(RateLimit limit) {
        return new ImpairedLink<>(1, Impairment.NONE.withRate(limit));
    }

    private static void offer(ImpairedLink<Integer> link, long nowNanos, int count) {
        for (int number = 0; number < count; number++) {
            link.offer(nowNanos, number, new byte[1_000]);
        }
    }

    private static List<Long> dueNanos(ImpairedLink<Integer> link) {
        List<Long> times = new ArrayList<>();
        Optional<Delivery<Integer>> next = link.poll(LATER);
        while (next.isPresent()) {
            times.add(next.get().dueNanos());
            next = link.poll(LATER);
        }
        return times;
    }

    @Test
    void datagramsLeaveAtTheRate() {
        ImpairedLink<Integer> link = link(new RateLimit(MEGABYTE, 0, 10_000));
        offer(link, 0, 3);
        assertThat(link.nextDueNanos()).isEqualTo(MILLI);
        assertThat(link.poll(MILLI - 1)).isEmpty();
        assertThat(dueNanos(link)).containsExactly(MILLI, 2 * MILLI, 3 * MILLI);
    }

    @Test
    void aPauseIsNotMadeUpForWithoutABurst() {
        ImpairedLink<Integer> link = link(new RateLimit(MEGABYTE, 0, 10_000));
        offer(link, 0, 1);
        offer(link, 100 * MILLI, 2);
        assertThat(dueNanos(link)).containsExactly(MILLI, 101 * MILLI, 102 * MILLI);
    }

    @Test
    void aFullBucketLetsItsBurstPassAtOnceAndThenTheRate() {
        ImpairedLink<Integer> link = link(new RateLimit(MEGABYTE, 2_500, 10_000));
        offer(link, 0, 4);
        // 500 bytes are left for the third, which waits for as many more.
        assertThat(dueNanos(link)).containsExactly(0L, 0L, MILLI / 2, MILLI * 3 / 2);
    }

    @Test
    void theBucketFillsUpToTheBurstAndNoFurther() {
        ImpairedLink<Integer> link = link(new RateLimit(MEGABYTE, 2_000, 10_000));
        offer(link, 0, 2);
        offer(link, MILLI, 2);
        assertThat(link.counts().offered()).isEqualTo(4);
        offer(link, 50 * MILLI, 3);
        assertThat(dueNanos(link))
                .containsExactly(0L, 0L, MILLI, 2 * MILLI, 50 * MILLI, 50 * MILLI, 51 * MILLI);
    }

    @Test
    void theQueueHoldsWhatItMayAndDropsOneByteMore() {
        ImpairedLink<Integer> enough = link(new RateLimit(MEGABYTE, 0, 3_000));
        offer(enough, 0, 4);
        assertThat(enough.counts().queueDropped()).isEqualTo(1);
        // The first has left by then: there is room for one.
        offer(enough, MILLI, 2);
        assertThat(enough.counts().queueDropped()).isEqualTo(2);
        assertThat(dueNanos(enough)).hasSize(4);

        ImpairedLink<Integer> oneByteShort = link(new RateLimit(MEGABYTE, 0, 2_999));
        offer(oneByteShort, 0, 3);
        assertThat(oneByteShort.counts().queueDropped()).isEqualTo(1);
    }

    @Test
    void withoutAQueueOnlyTheBurstPasses() {
        ImpairedLink<Integer> link = link(new RateLimit(MEGABYTE, 2_000, 0));
        offer(link, 0, 3);
        offer(link, MILLI - 1, 1);
        offer(link, MILLI, 1);
        assertThat(dueNanos(link)).containsExactly(0L, 0L, MILLI);
        assertThat(link.counts().queueDropped()).isEqualTo(2);

        ImpairedLink<Integer> nothing = link(new RateLimit(MEGABYTE, 999, 999));
        offer(nothing, 0, 2);
        assertThat(nothing.counts().queueDropped()).isEqualTo(2);
    }

    @Test
    void theDelayComesAfterTheQueue() {
        ImpairedLink<Integer> link =
                new ImpairedLink<>(
                        1,
                        Impairment.NONE
                                .withRate(MEGABYTE, 10_000)
                                .withDelay(Duration.ofMillis(20)));
        offer(link, 0, 2);
        assertThat(link.nextDueNanos()).isEqualTo(21 * MILLI);
        assertThat(dueNanos(link)).containsExactly(21 * MILLI, 22 * MILLI);
    }

    @Test
    void duplicatesTakeTheirShareOfTheRate() {
        ImpairedLink<Integer> link =
                new ImpairedLink<>(1, Impairment.NONE.withRate(MEGABYTE, 10_000).withDuplicates(1));
        offer(link, 0, 2);
        assertThat(dueNanos(link)).containsExactly(MILLI, 2 * MILLI, 3 * MILLI, 4 * MILLI);
    }

    @Test
    void anotherRateHoldsForWhatIsLeftOfTheDatagramOnItsWayOut() {
        ImpairedLink<Integer> link = link(new RateLimit(MEGABYTE, 0, 10_000));
        offer(link, 0, 2);
        // 250 bytes are out. The other 750 take ten times as long.
        link.impair(MILLI / 4, Impairment.NONE.withRate(MEGABYTE / 10, 10_000));
        assertThat(link.nextDueNanos()).isEqualTo(MILLI / 4 + 7_500 * MICRO);
        // Half of those are out 3,750 us later. The rest is as fast as before.
        link.impair(4 * MILLI, Impairment.NONE.withRate(MEGABYTE, 10_000));
        assertThat(dueNanos(link)).containsExactly(4_375 * MICRO, 5_375 * MICRO);
    }

    @Test
    void aSmallerQueueDropsNothingThatWaitsAlready() {
        ImpairedLink<Integer> link = link(new RateLimit(MEGABYTE, 0, 3_000));
        offer(link, 0, 3);
        link.impair(0, Impairment.NONE.withRate(MEGABYTE, 1_000));
        offer(link, 0, 1);
        assertThat(dueNanos(link)).hasSize(3);
        assertThat(link.counts().queueDropped()).isEqualTo(1);
    }

    @Test
    void withoutALimitAnyLongerWhatWaitsLeavesAtOnce() {
        ImpairedLink<Integer> link = link(new RateLimit(1, 0, 10_000));
        offer(link, 0, 3);
        link.impair(7, Impairment.NONE);
        offer(link, 7, 1);
        assertThat(dueNanos(link)).containsExactly(7L, 7L, 7L, 7L);
    }

    @Test
    void aNewLimitBeginsWithAFullBucket() {
        ImpairedLink<Integer> link = link(RateLimit.NONE);
        offer(link, 0, 100);
        link.impair(5, Impairment.NONE.withRate(new RateLimit(MEGABYTE, 2_000, 0)));
        offer(link, 5, 3);
        assertThat(dueNanos(link)).hasSize(102).endsWith(0L, 5L, 5L);
    }

    @Test
    void oddRatesAreKeptExactlyInTheLongRun() {
        ImpairedLink<Integer> link = link(new RateLimit(7_777_777, 0, 20_000_000));
        offer(link, 0, 10_000);
        List<Long> times = dueNanos(link);
        assertThat(times).hasSize(10_000);
        // 10,000,000 bytes at 7,777,777 per second.
        assertThat(times.getLast()).isBetween(1_285_714_414L, 1_285_714_416L);
    }

    @Test
    void theSlowestAndTheFastestRateStillWork() {
        ImpairedLink<Integer> slowest = link(new RateLimit(1, 0, 1_000));
        offer(slowest, 0, 1);
        assertThat(slowest.nextDueNanos()).isEqualTo(1_000_000 * MILLI);
        ImpairedLink<Integer> fastest = link(new RateLimit(RateLimit.MOST, 0, RateLimit.MOST));
        offer(fastest, 0, 1);
        assertThat(fastest.nextDueNanos()).isEqualTo(1);
    }
}
