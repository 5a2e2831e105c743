package org.stoq.client.session;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.stoq.sdk.StoqErrorCode;
import org.stoq.sdk.StoqException;

@Timeout(30)
class TurnstileTest {
    private static final Turnstile.Priority URGENT = new Turnstile.Priority(0, true, 400);

    private final BlockingQueue<Long> order = new ArrayBlockingQueue<>(10);
    private final List<FutureTask<Void>> waiting = new ArrayList<>();

    /** Lets a stream stand in line; returns when it does. */
    private void enter(Turnstile turnstile, Turnstile.Priority priority) throws Exception {
        FutureTask<Void> task =
                new FutureTask<>(() -> {
                    try (var _ = turnstile.enter(priority)) {
                        order.add(priority.streamId());
                    }
                    return null;
                });
        Thread thread = Thread.ofVirtual().start(task);
        waiting.add(task);
        CountDownLatch never = new CountDownLatch(1);
        while (thread.getState() != Thread.State.TIMED_WAITING && !task.isDone()) {
            assertThat(never.await(1, TimeUnit.MILLISECONDS)).isFalse();
        }
    }

    @Test
    void theMoreUrgentGoesFirstAndTheOthersInTheOrderOfTheirIds() throws Exception {
        Turnstile turnstile = new Turnstile(Duration.ofMinutes(1));
        try (var _ = turnstile.enter(URGENT)) {
            enter(turnstile, new Turnstile.Priority(7, true, 0));
            enter(turnstile, new Turnstile.Priority(3, false, 12));
            enter(turnstile, new Turnstile.Priority(3, false, 8));
            enter(turnstile, new Turnstile.Priority(1, true, 16));
            assertThat(order).isEmpty();
        }
        for (FutureTask<Void> task : waiting) {
            task.get();
        }
        assertThat(order).containsExactly(16L, 8L, 12L, 0L);
    }

    @Test
    void whoIsAsUrgentDoesNotWait() throws Exception {
        Turnstile turnstile = new Turnstile(Duration.ofMinutes(1));
        try (var _ = turnstile.enter(Turnstile.Priority.of(4));
                var _ = turnstile.enter(Turnstile.Priority.of(8))) {
            enter(turnstile, new Turnstile.Priority(2, true, 12));
            assertThat(order).containsExactly(12L);
        }
    }

    @Test
    void nobodyWaitsLongerThanTheLimit() throws Exception {
        Turnstile turnstile = new Turnstile(Duration.ofMillis(1));
        try (var _ = turnstile.enter(URGENT)) {
            enter(turnstile, Turnstile.Priority.of(4));
            waiting.getFirst().get();
            assertThat(order).containsExactly(4L);
        }
    }

    @Test
    void whoIsInterruptedLeavesTheLine() throws Exception {
        Turnstile turnstile = new Turnstile(Duration.ofMinutes(1));
        try (var _ = turnstile.enter(URGENT)) {
            FutureTask<StoqErrorCode> interrupted =
                    new FutureTask<>(() -> {
                        Thread.currentThread().interrupt();
                        try (var _ = turnstile.enter(new Turnstile.Priority(1, true, 0))) {
                            return StoqErrorCode.NO_ERROR;
                        } catch (StoqException e) {
                            return e.code();
                        }
                    });
            Thread.ofVirtual().start(interrupted);
            assertThat(interrupted.get()).isEqualTo(StoqErrorCode.CANCELLED);
        }
        // Nobody more urgent is in line any more, or this would take a minute.
        try (var _ = turnstile.enter(Turnstile.Priority.of(4))) {
            assertThat(order).isEmpty();
        }
    }
}
