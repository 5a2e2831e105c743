package org.stoq.content;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.WritableByteChannel;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.stoq.sdk.Digest;
import org.stoq.sdk.NodeId;
import org.stoq.sdk.StoqErrorCode;
import org.stoq.sdk.StoqException;
import org.stoq.sdk.cbor.CborMap;
import org.stoq.testkit.ManualClock;

/** The parts that need no node around them. */
class SmallPartsTest {
    private static Digest digest(int number) {
        return Digest.of(new byte[] {(byte) number, (byte) (number >> 8), (byte) (number >> 16)});
    }

    private static NodeId node(int number) {
        return new NodeId(digest(number));
    }

    @Test
    void fetchPlanGivesEachChunkToOnePeerAtATime() {
        FetchPlan plan = new FetchPlan(List.of(digest(1), digest(2), digest(3)));
        assertThat(plan.take(node(1), 2)).containsExactly(digest(1), digest(2));
        assertThat(plan.take(node(2), 2)).containsExactly(digest(3));
        assertThat(plan.take(node(3), 2)).isEmpty();
        plan.done(digest(1));
        plan.giveBack(List.of(digest(1), digest(2)));
        assertThat(plan.take(node(3), 2)).containsExactly(digest(2));
        plan.done(digest(2));
        assertThat(plan.isDone()).isFalse();
        assertThat(plan.first()).isEqualTo(digest(3));
        plan.done(digest(3));
        assertThat(plan.isDone()).isTrue();
    }

    @Test
    void fetchPlanAsksNobodyTwiceForWhatHeLacks() {
        FetchPlan plan = new FetchPlan(List.of(digest(1)));
        plan.take(node(1), 1);
        plan.notAt(node(1), digest(1));
        assertThat(plan.hasWorkFor(node(1))).isFalse();
        assertThat(plan.take(node(1), 1)).isEmpty();
        assertThat(plan.hasWorkFor(node(2))).isTrue();
        plan.exclude(node(2));
        assertThat(plan.hasWorkFor(node(2))).isFalse();
        assertThat(plan.take(node(2), 1)).isEmpty();
        assertThat(plan.hasExcluded()).isTrue();
        assertThat(plan.take(node(3), 1)).containsExactly(digest(1));
    }

    @Test
    void fetchPlanEndsForAllWhenItIsAborted() throws IOException {
        FetchPlan plan = new FetchPlan(List.of(digest(1)));
        plan.throwIfAborted();
        plan.abort(new StoqException(StoqErrorCode.STORAGE_FULL, "full"));
        assertThat(plan.take(node(1), 1)).isEmpty();
        assertThat(plan.hasWorkFor(node(1))).isFalse();
        ContentAdapterTest.assertCode(StoqErrorCode.STORAGE_FULL, plan::throwIfAborted);
    }

    @Test
    void holderMapForgetsWhoHasExpired() {
        HolderMap map = new HolderMap();
        map.announce(digest(1), node(1), 0, 100);
        map.announce(digest(1), node(2), 0, 200);
        assertThat(map.holders(digest(1), 99)).containsExactlyInAnyOrder(node(1), node(2));
        assertThat(map.holders(digest(1), 100)).containsExactly(node(2));
        map.announce(digest(1), node(2), 150, 300);
        assertThat(map.holders(digest(1), 250)).containsExactly(node(2));
        assertThat(map.holders(digest(2), 0)).isEmpty();
    }

    @Test
    void holderMapHasRoomForSoManyHoldersAndObjects() {
        HolderMap map = new HolderMap();
        for (int i = 0; i <= HolderMap.MAX_HOLDERS; i++) {
            map.announce(digest(1), node(i), 0, 100);
        }
        assertThat(map.holders(digest(1), 0))
                .hasSize(HolderMap.MAX_HOLDERS)
                .doesNotContain(node(HolderMap.MAX_HOLDERS));
        // Room again when the others have expired.
        map.announce(digest(1), node(50), 100, 200);
        assertThat(map.holders(digest(1), 100)).containsExactly(node(50));
        for (int i = 2; i <= HolderMap.MAX_OBJECTS; i++) {
            map.announce(digest(i), node(1), 0, 300);
        }
        assertThat(map.holders(digest(1), 100)).isNotEmpty();
        map.announce(digest(HolderMap.MAX_OBJECTS + 1), node(1), 0, 300);
        assertThat(map.holders(digest(1), 100)).isEmpty();
    }

    @Test
    void foreignObjectsLeaveInTheOrderOfTheirUse() {
        ForeignObjects objects = new ForeignObjects();
        objects.arrived(digest(1), 10);
        objects.arrived(digest(2), 20);
        objects.arrived(digest(3), 30);
        objects.used(digest(1));
        assertThat(objects.exceeds(59)).isTrue();
        assertThat(objects.exceeds(60)).isFalse();
        assertThat(objects.coldest(60, d -> false)).isEmpty();
        assertThat(objects.coldest(59, d -> false)).containsExactly(digest(2));
        assertThat(objects.coldest(39, d -> false)).containsExactlyInAnyOrder(digest(2), digest(3));
        assertThat(objects.coldest(39, digest(2)::equals)).containsExactly(digest(3));
        objects.forget(Set.of(digest(2), digest(9)));
        assertThat(objects.totalBytes()).isEqualTo(40);
        // What an earlier run left is older than all that, the oldest first.
        objects.adopt(
                List.of(
                        new ForeignObjects.Found(digest(4), 5, 200),
                        new ForeignObjects.Found(digest(5), 5, 100),
                        new ForeignObjects.Found(digest(3), 99, 1),
                        new ForeignObjects.Found(digest(6), 0, 1)));
        assertThat(objects.totalBytes()).isEqualTo(50);
        assertThat(objects.coldest(45, d -> false)).containsExactly(digest(5));
        assertThat(objects.coldest(40, d -> false)).containsExactlyInAnyOrder(digest(5), digest(4));
        assertThat(objects.all())
                .containsExactlyInAnyOrder(digest(1), digest(3), digest(4), digest(5));
    }

    @Test
    void foreignObjectsLeaveWhenThereAreTooManyToCount() {
        ForeignObjects objects = new ForeignObjects();
        for (int i = 0; i < ForeignObjects.MAX_OBJECTS; i++) {
            objects.arrived(digest(i), 1);
        }
        assertThat(objects.exceeds(Long.MAX_VALUE)).isFalse();
        objects.arrived(digest(ForeignObjects.MAX_OBJECTS), 1);
        assertThat(objects.exceeds(Long.MAX_VALUE)).isTrue();
        assertThat(objects.coldest(Long.MAX_VALUE, d -> false)).containsExactly(digest(0));
    }

    @Test
    void tokenBucketFillsWithTimeUpToItsBurst() {
        TokenBucket bucket = new TokenBucket(10, 20, 1_000);
        assertThat(bucket.take(20, 1_000)).isTrue();
        assertThat(bucket.take(1, 1_099)).isFalse();
        assertThat(bucket.take(1, 1_100)).isTrue();
        assertThat(bucket.take(20, 1_000_000)).isTrue();
        assertThat(bucket.take(0.5, 999_000)).isFalse();
        assertThat(bucket.take(1, 999_100)).isTrue();
    }

    @Test
    void pageEndsAtItsLimitAndBeforeItsHeadIsTooLong() {
        CborMap item = CborMap.builder().put(1, "x".repeat(1_000)).build();
        Page page = new Page(3);
        for (int i = 0; i < 3; i++) {
            assertThat(page.add(item)).isTrue();
        }
        assertThat(page.add(item)).isFalse();
        Page full = new Page(1_000);
        int items = 0;
        while (full.add(item)) {
            items++;
        }
        assertThat(items).isEqualTo(14);
        CborMap results = full.toCbor(true, "x".repeat(1_024));
        assertThat(results.encode().length).isLessThan((16 << 10) - 256);
        // An item that is larger than a page stands alone in one.
        Page large = new Page(10);
        assertThat(large.add(CborMap.builder().put(1, "x".repeat(15_000)).build())).isTrue();
        assertThat(large.add(item)).isFalse();
    }

    @Test
    void progressIsToldTenTimesASecondAtMostAndTheResultAlways() throws IOException {
        ManualClock clock = new ManualClock();
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        ProgressBody body = new ProgressBody(() -> Channels.newChannel(out), clock);
        for (int i = 0; i < 1_000; i++) {
            body.at(i, 1_000);
            clock.advance(Duration.ofMillis(1));
        }
        body.result(CborMap.builder().put(1, 7L).build());
        body.close();
        List<CborMap> maps = new ArrayList<>();
        ByteBuffer in = ByteBuffer.wrap(out.toByteArray());
        while (in.hasRemaining()) {
            byte[] map = new byte[in.getInt()];
            in.get(map);
            maps.add(CborMap.decode(map));
        }
        assertThat(maps).hasSize(11);
        assertThat(maps.getFirst()).isEqualTo(CborMap.builder().put(1, 0L).put(2, 1_000L).build());
        assertThat(maps.get(9).integer(1)).isEqualTo(900);
        assertThat(maps.getLast().map(3).integer(1)).isEqualTo(7);
    }

    @Test
    void progressThatNobodyHearsDoesNotStopTheWork() {
        ManualClock clock = new ManualClock();
        WritableByteChannel broken =
                new WritableByteChannel() {
                    @Override
                    public int write(ByteBuffer source) throws IOException {
                        throw new StoqException(StoqErrorCode.CANCELLED, "gone");
                    }

                    @Override
                    public boolean isOpen() {
                        return true;
                    }

                    @Override
                    public void close() {}
                };
        ProgressBody body = new ProgressBody(() -> broken, clock);
        body.at(1, 2);
        body.at(2, 2);
        ContentAdapterTest.assertCode(StoqErrorCode.CANCELLED, () -> body.result(CborMap.EMPTY));
    }

    @Test
    void workQueueRefusesPastItsCapacityAndDoesAllTheRest() throws Exception {
        try (TaskGroup tasks = new TaskGroup()) {
            CountDownLatch goOn = new CountDownLatch(1);
            CountDownLatch busy = new CountDownLatch(2);
            AtomicInteger done = new AtomicInteger();
            WorkQueue<Integer> queue =
                    new WorkQueue<>(
                            "test",
                            tasks,
                            3,
                            2,
                            piece -> {
                                busy.countDown();
                                Await.latch(goOn);
                                done.addAndGet(piece);
                            });
            assertThat(queue.offer(1)).isTrue();
            assertThat(queue.offer(1)).isTrue();
            Await.latch(busy);
            for (int i = 0; i < 3; i++) {
                assertThat(queue.offer(1)).isTrue();
            }
            assertThat(queue.offer(1)).isFalse();
            assertThat(tasks.size()).isEqualTo(2);
            goOn.countDown();
            Await.until("all is done", () -> done.get() == 5);
            Await.until("no thread is left without work", () -> tasks.size() == 0);
            assertThat(queue.offer(1)).isTrue();
            Await.until("work goes on", () -> done.get() == 6);
        }
    }

    @Test
    void workQueueGoesOnAfterWorkThatFails() throws Exception {
        try (TaskGroup tasks = new TaskGroup()) {
            AtomicInteger done = new AtomicInteger();
            WorkQueue<Integer> queue =
                    new WorkQueue<>(
                            "test",
                            tasks,
                            10,
                            1,
                            piece -> {
                                if (piece < 0) {
                                    throw new IllegalStateException("meant to fail");
                                }
                                done.incrementAndGet();
                            });
            queue.offer(-1);
            Await.until("the failure is over", () -> tasks.size() == 0);
            queue.offer(1);
            Await.until("work goes on", () -> done.get() == 1);
        }
    }

    @Test
    void taskGroupStartsNothingAfterItsEnd() {
        TaskGroup tasks = new TaskGroup();
        CountDownLatch never = new CountDownLatch(1);
        AtomicInteger interrupted = new AtomicInteger();
        assertThat(
                        tasks.tryStart(
                                "waits",
                                () -> {
                                    try {
                                        never.await();
                                    } catch (InterruptedException e) {
                                        interrupted.incrementAndGet();
                                    }
                                }))
                .isTrue();
        tasks.close();
        assertThat(interrupted.get()).isEqualTo(1);
        assertThat(tasks.size()).isZero();
        assertThat(tasks.tryStart("late", () -> {})).isFalse();
        assertThatThrownBy(() -> tasks.start("late", () -> {})).isInstanceOf(StoqException.class);
    }
}
