package org.stoq.testkit.impair;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.stoq.testkit.impair.ImpairedLink.Delivery;

class ImpairedLinkTest {
    private static final int MANY = 100_000;
    private static final long LATER = Duration.ofDays(1).toNanos();
    private static final Duration MILLI = Duration.ofMillis(1);

    /** Sends numbered datagrams, one per microsecond, and returns what has come out in the end. */
    private static List<Delivery<Integer>> send(ImpairedLink<Integer> link, int count) {
        List<Delivery<Integer>> out = new ArrayList<>();
        for (int number = 0; number < count; number++) {
            link.offer(number * 1_000L, number, bytes(number));
            out.addAll(drain(link, number * 1_000L));
        }
        out.addAll(drain(link, LATER));
        return out;
    }

    private static List<Delivery<Integer>> send(long seed, Impairment impairment, int count) {
        return send(new ImpairedLink<>(seed, impairment), count);
    }

    private static List<Delivery<Integer>> drain(ImpairedLink<Integer> link, long nowNanos) {
        List<Delivery<Integer>> out = new ArrayList<>();
        Optional<Delivery<Integer>> next = link.poll(nowNanos);
        while (next.isPresent()) {
            out.add(next.get());
            next = link.poll(nowNanos);
        }
        return out;
    }

    private static byte[] bytes(int number) {
        return ByteBuffer.allocate(100).putInt(number).array();
    }

    private static List<Integer> numbers(List<Delivery<Integer>> deliveries) {
        return deliveries.stream().map(Delivery::address).toList();
    }

    private static int inversions(List<Integer> numbers) {
        int count = 0;
        for (int at = 1; at < numbers.size(); at++) {
            count += numbers.get(at) < numbers.get(at - 1) ? 1 : 0;
        }
        return count;
    }

    @Test
    void aPerfectPathGivesBackTheSameArraysAtOnceAndInOrder() {
        ImpairedLink<Integer> link = new ImpairedLink<>(1, Impairment.NONE);
        byte[] empty = {};
        byte[] largest = new byte[65_535];
        link.offer(5, 0, empty);
        link.offer(5, 1, largest);
        assertThat(link.nextDueNanos()).isEqualTo(5);
        List<Delivery<Integer>> out = drain(link, 5);
        assertThat(numbers(out)).containsExactly(0, 1);
        assertThat(out.getFirst().bytes()).isSameAs(empty);
        assertThat(out.getLast()).isEqualTo(new Delivery<>(5, 1, largest));
        assertThat(link.nextDueNanos()).isEqualTo(Long.MAX_VALUE);
        assertThat(link.counts())
                .isEqualTo(new LinkCounts(2, 65_535, 2, 65_535, 0, 0, 0, 0, 0, 0, 0, 0));
    }

    @Test
    void aDatagramIsDueAfterTheDelayAndNotBefore() {
        ImpairedLink<Integer> link = new ImpairedLink<>(1, Impairment.NONE.withDelay(MILLI));
        link.offer(-7, 0, bytes(0));
        assertThat(link.nextDueNanos()).isEqualTo(999_993);
        assertThat(link.poll(999_992)).isEmpty();
        assertThat(link.underWay()).isEqualTo(1);
        assertThat(link.poll(999_993)).map(Delivery::dueNanos).contains(999_993L);
        assertThat(link.underWay()).isZero();
    }

    @Test
    void aLatePollStillTellsWhenItWasDue() {
        ImpairedLink<Integer> link = new ImpairedLink<>(1, Impairment.NONE.withDelay(MILLI));
        link.offer(0, 0, bytes(0));
        assertThat(link.poll(LATER)).map(Delivery::dueNanos).contains(1_000_000L);
    }

    @Test
    void jitterIsSpreadEvenlyFromNothingToTheMost() {
        Impairment jitter = Impairment.NONE.withDelay(MILLI).withJitter(MILLI, true);
        double sum = 0;
        long least = Long.MAX_VALUE;
        long most = 0;
        for (Delivery<Integer> one : send(1, jitter, MANY)) {
            long added = one.dueNanos() - one.address() * 1_000L - 1_000_000;
            sum += added;
            least = Math.min(least, added);
            most = Math.max(most, added);
        }
        // The mean of so many has a standard deviation of 913 ns.
        assertThat(sum / MANY).isCloseTo(500_000, within(4_000.0));
        assertThat(least).isBetween(0L, 100L);
        assertThat(most).isBetween(999_900L, 999_999L);
    }

    @Test
    void jitterOvertakesOnlyWhereItMay() {
        Impairment may = Impairment.NONE.withJitter(MILLI, true);
        Impairment mayNot = Impairment.NONE.withJitter(MILLI, false);
        assertThat(inversions(numbers(send(1, may, 1_000)))).isGreaterThan(300);
        List<Delivery<Integer>> ordered = send(1, mayNot, 1_000);
        assertThat(inversions(numbers(ordered))).isZero();
        assertThat(ordered)
                .allSatisfy(one ->
                        assertThat(one.dueNanos() - one.address() * 1_000L)
                                .isBetween(0L, 1_000_000L));
    }

    @Test
    void aShorterDelayDoesNotOvertakeWhatIsUnderWay() {
        ImpairedLink<Integer> link = new ImpairedLink<>(1, Impairment.NONE.withDelay(MILLI));
        link.offer(0, 0, bytes(0));
        link.impair(1, Impairment.NONE);
        link.offer(1, 1, bytes(1));
        assertThat(drain(link, 999_999)).isEmpty();
        assertThat(numbers(drain(link, 1_000_000))).containsExactly(0, 1);
    }

    @Test
    void independentLossHitsItsShareAndRunsAreShort() {
        ImpairedLink<Integer> link = new ImpairedLink<>(1, Impairment.NONE.withLoss(0.1));
        List<Integer> arrived = numbers(send(link, MANY));
        int lost = MANY - arrived.size();
        // The standard deviation is 95.
        assertThat(lost).isBetween(9_600, 10_400);
        assertThat(link.counts().lost()).isEqualTo(lost);
        assertThat(meanRun(arrived)).isCloseTo(1 / 0.9, within(0.03));
    }

    @Test
    void burstsHaveTheirShareAndTheirMeanLength() {
        Impairment bursts = Impairment.NONE.withLoss(Loss.bursts(0.05, 8));
        List<Integer> arrived = numbers(send(1, bursts, 10 * MANY));
        double share = 1 - arrived.size() / (10.0 * MANY);
        // About 6,250 bursts: the mean length has a standard deviation of 0.1.
        assertThat(share).isCloseTo(0.05, within(0.003));
        assertThat(meanRun(arrived)).isCloseTo(8, within(0.4));
    }

    @Test
    void eachStateOfTheLossModelHasItsShare() {
        // Half of the time in either state, which lose 0.2 and 0.6.
        Impairment both = Impairment.NONE.withLoss(new Loss(0.01, 0.01, 0.6, 0.2));
        double share = 1 - send(1, both, 10 * MANY).size() / (10.0 * MANY);
        assertThat(share).isCloseTo(0.4, within(0.01));
    }

    private static double meanRun(List<Integer> arrived) {
        int runs = 0;
        int lost = 0;
        int expected = 0;
        for (int number : arrived) {
            runs += number > expected ? 1 : 0;
            lost += number - expected;
            expected = number + 1;
        }
        return (double) lost / runs;
    }

    @Test
    void nothingAndEverythingAreExact() {
        assertThat(send(1, Impairment.NONE.withLoss(0), 1_000)).hasSize(1_000);
        assertThat(send(1, Impairment.NONE.withLoss(1), 1_000)).isEmpty();
        assertThat(send(1, Impairment.NONE.withLoss(Loss.bursts(1, 5)), 1_000)).isEmpty();
        assertThat(send(1, Impairment.NONE.withDuplicates(0), 1_000)).hasSize(1_000);
        assertThat(send(1, Impairment.NONE.withDuplicates(1), 1_000)).hasSize(2_000);
        assertThat(send(1, Impairment.NONE.withCorruption(0, 1), 1_000))
                .allSatisfy(one -> assertThat(one.bytes()).isEqualTo(bytes(one.address())));
        assertThat(send(1, Impairment.NONE.withCorruption(1, 1), 1_000))
                .allSatisfy(one -> assertThat(one.bytes()).isNotEqualTo(bytes(one.address())));
    }

    @Test
    void theHeldBackAreOvertakenAndTheOthersStayInOrder() {
        Duration held = Duration.ofNanos(2_500);
        ImpairedLink<Integer> link = new ImpairedLink<>(1, Impairment.NONE.withReorder(0.1, held));
        List<Delivery<Integer>> out = send(link, MANY);
        List<Integer> prompt = new ArrayList<>();
        int heldBack = 0;
        for (Delivery<Integer> one : out) {
            long late = one.dueNanos() - one.address() * 1_000L;
            assertThat(late).isIn(0L, 2_500L);
            if (late == 0) {
                prompt.add(one.address());
            } else {
                heldBack++;
            }
        }
        assertThat(inversions(prompt)).isZero();
        assertThat(heldBack).isBetween(9_600, 10_400);
        assertThat(link.counts().reordered()).isEqualTo(heldBack);
        assertThat(inversions(numbers(out))).isGreaterThan(8_000);
    }

    @Test
    void aDuplicateIsTheSameDatagramRightBehind() {
        ImpairedLink<Integer> link = new ImpairedLink<>(1, Impairment.NONE.withDuplicates(0.2));
        List<Integer> out = numbers(send(link, MANY));
        int twice = out.size() - MANY;
        assertThat(twice).isBetween(19_500, 20_500);
        assertThat(link.counts().duplicated()).isEqualTo(twice);
        assertThat(link.counts().deliveredBytes()).isEqualTo(100L * out.size());
        assertThat(inversions(out)).isZero();
        assertThat(new HashSet<>(out)).hasSize(MANY);
    }

    @Test
    void corruptionTurnsOverExactlySoManyBitsAndLeavesTheOriginalAlone() {
        Impairment corrupting = Impairment.NONE.withCorruption(0.25, 3);
        ImpairedLink<Integer> link = new ImpairedLink<>(1, corrupting);
        byte[] original = new byte[8];
        Set<Integer> positions = new HashSet<>();
        int corrupted = 0;
        for (int number = 0; number < 4_000; number++) {
            link.offer(0, number, original);
            BitSet flipped = BitSet.valueOf(link.poll(0).orElseThrow().bytes());
            assertThat(flipped.cardinality()).isIn(0, 3);
            flipped.stream().forEach(positions::add);
            corrupted += flipped.isEmpty() ? 0 : 1;
        }
        assertThat(corrupted).isBetween(900, 1_100);
        assertThat(link.counts().corrupted()).isEqualTo(corrupted);
        assertThat(positions).hasSize(64);
        assertThat(original).containsOnly(0);
    }

    @Test
    void moreBitsThanThereAreIsAllOfThem() {
        ImpairedLink<Integer> link =
                new ImpairedLink<>(1, Impairment.NONE.withCorruption(1, 4_096));
        link.offer(0, 0, new byte[2]);
        link.offer(0, 1, new byte[0]);
        assertThat(link.poll(0).orElseThrow().bytes()).containsExactly(-1, -1);
        assertThat(link.poll(0).orElseThrow().bytes()).isEmpty();
        assertThat(link.counts().corrupted()).isEqualTo(1);
    }

    @Test
    void theMtuPassesAndOneByteMoreVanishes() {
        ImpairedLink<Integer> link = new ImpairedLink<>(1, Impairment.NONE.withMtu(1_200));
        link.offer(0, 0, new byte[1_200]);
        link.offer(0, 1, new byte[1_201]);
        assertThat(numbers(drain(link, 0))).containsExactly(0);
        assertThat(link.counts().tooBig()).isEqualTo(1);
    }

    @Test
    void aCutLinkLetsNothingInOrOut() {
        ImpairedLink<Integer> link = new ImpairedLink<>(1, Impairment.NONE.withDelay(MILLI));
        link.offer(0, 0, bytes(0));
        link.offer(500_000, 1, bytes(1));
        link.partition(900_000, true);
        link.offer(950_000, 2, bytes(2));
        assertThat(link.poll(1_200_000)).isEmpty();
        link.partition(1_400_000, false);
        link.offer(1_400_000, 3, bytes(3));
        assertThat(numbers(drain(link, LATER))).containsExactly(1, 3);
        assertThat(link.counts().blackholed()).isEqualTo(2);
    }

    @Test
    void whatFellDueWhileTheLinkWasCutIsGoneEvenIfNobodyPolled() {
        ImpairedLink<Integer> link = new ImpairedLink<>(1, Impairment.NONE.withDelay(MILLI));
        link.offer(0, 0, bytes(0));
        link.partition(1, true);
        link.partition(1_000_000, false);
        assertThat(link.poll(LATER)).isEmpty();
        assertThat(link.counts().blackholed()).isEqualTo(1);
    }

    @Test
    void asManyBytesAreHeldAsAllowedAndNotOneDatagramMore() {
        Impairment slow = Impairment.NONE.withDelay(MILLI);
        long three = 3 * (100 + ImpairedLink.OVERHEAD_BYTES);
        ImpairedLink<Integer> enough = new ImpairedLink<>(1, slow, three);
        assertThat(send(enough, 3)).hasSize(3);
        assertThat(enough.counts().overflowed()).isZero();
        enough.offer(LATER, 0, bytes(0));
        assertThat(enough.underWay()).isEqualTo(1);

        ImpairedLink<Integer> oneByteShort = new ImpairedLink<>(1, slow, three - 1);
        assertThat(send(oneByteShort, 3)).hasSize(2);
        assertThat(oneByteShort.counts().overflowed()).isEqualTo(1);
        assertThatIllegalArgumentException().isThrownBy(() -> new ImpairedLink<>(1, slow, -1));
    }

    @Test
    void timeMustNotGoBack() {
        ImpairedLink<Integer> link = new ImpairedLink<>(1, Impairment.NONE);
        link.offer(10, 0, bytes(0));
        assertThatIllegalArgumentException().isThrownBy(() -> link.offer(9, 1, bytes(1)));
        assertThatIllegalArgumentException().isThrownBy(() -> link.poll(9));
        assertThatIllegalArgumentException().isThrownBy(() -> link.impair(9, Impairment.NONE));
        assertThatIllegalArgumentException().isThrownBy(() -> link.partition(9, true));
        assertThatIllegalArgumentException().isThrownBy(() -> link.poll(1L << 62));
        assertThat(link.poll((1L << 62) - 1)).isPresent();
    }

    @Test
    void theSameSeedDecidesTheSameAndAnotherOneDoesNot() {
        Impairment all = everything();
        List<String> first = describe(send(7, all, 2_000));
        assertThat(describe(send(7, all, 2_000))).isEqualTo(first);
        assertThat(describe(send(8, all, 2_000))).isNotEqualTo(first);
    }

    private static Impairment everything() {
        return Impairment.NONE
                .withDelay(MILLI)
                .withJitter(MILLI, true)
                .withLoss(Loss.bursts(0.1, 3))
                .withReorder(0.1, MILLI)
                .withDuplicates(0.1)
                .withCorruption(0.1, 2)
                .withRate(50_000_000, 20_000);
    }

    private static List<String> describe(List<Delivery<Integer>> deliveries) {
        return deliveries.stream()
                .map(one ->
                        one.address() + " " + one.dueNanos() + " " + Arrays.toString(one.bytes()))
                .toList();
    }

    @Test
    void oneImpairmentDoesNotChangeWhatAnotherDecides() {
        Impairment loss = Impairment.NONE.withLoss(0.1);
        List<Integer> survivors = numbers(send(7, loss, 5_000));
        Impairment more =
                loss.withJitter(MILLI, false)
                        .withDuplicates(0.3)
                        .withCorruption(0.5, 9)
                        .withReorder(0.2, MILLI);
        assertThat(numbers(send(7, more, 5_000)).stream().distinct().sorted()).isEqualTo(survivors);
    }

    @Test
    void whateverIsSetWhenEveryDatagramIsAccountedForAndComesInTime() {
        for (long seed = 0; seed < 100; seed++) {
            Random random = new Random(seed);
            ImpairedLink<Integer> link = new ImpairedLink<>(seed, anything(random), 50_000);
            long now = random.nextLong(-1_000_000_000, 1_000_000_000);
            for (int step = 0; step < 500; step++) {
                now += random.nextInt(200_000);
                switch (random.nextInt(10)) {
                    case 0 -> link.impair(now, anything(random));
                    case 1 -> link.partition(now, random.nextInt(4) == 0);
                    case 2, 3, 4 -> {
                        long next = link.nextDueNanos();
                        Optional<Delivery<Integer>> out = link.poll(now);
                        if (out.isPresent()) {
                            assertThat(out.get().dueNanos()).isBetween(next, now);
                        }
                    }
                    default -> link.offer(now, step, new byte[random.nextInt(1_500)]);
                }
                assertEveryDatagramIsAccountedFor(link);
            }
            link.partition(now, false);
            drain(link, LATER);
            assertThat(link.underWay()).isZero();
            assertThat(link.nextDueNanos()).isEqualTo(Long.MAX_VALUE);
            assertEveryDatagramIsAccountedFor(link);
        }
    }

    private static Impairment anything(Random random) {
        return new Impairment(
                new Impairment.Delay(
                        random.nextLong(3_000_000),
                        random.nextLong(1_000_000),
                        random.nextBoolean()),
                new Loss(
                        random.nextDouble(),
                        random.nextDouble(),
                        random.nextDouble(),
                        random.nextDouble() / 10),
                new Impairment.Reorder(random.nextDouble(), random.nextLong(2_000_000)),
                random.nextDouble(),
                new Impairment.Corruption(random.nextDouble(), 1 + random.nextInt(20)),
                random.nextBoolean()
                        ? RateLimit.NONE
                        : new RateLimit(
                                1 + random.nextLong(20_000_000),
                                random.nextLong(5_000),
                                random.nextLong(20_000)),
                1 + random.nextInt(2_000));
    }

    private static void assertEveryDatagramIsAccountedFor(ImpairedLink<Integer> link) {
        LinkCounts counts = link.counts();
        assertThat(counts.offered() + counts.duplicated())
                .isEqualTo(
                        counts.delivered()
                                + counts.lost()
                                + counts.queueDropped()
                                + counts.tooBig()
                                + counts.blackholed()
                                + counts.overflowed()
                                + link.underWay());
    }
}
