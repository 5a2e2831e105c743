package org.stoq.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.stoq.sdk.StoqErrorCode;
import org.stoq.sdk.StoqException;

@Timeout(60)
class EngineLockTest {
    private final EngineLock lock = new EngineLock();
    private final Queue<String> waiting = new ArrayDeque<>();
    private final CountDownLatch looked = new CountDownLatch(1);

    private String take() throws StoqException {
        return lock.step(() -> {
            while (waiting.isEmpty()) {
                looked.countDown();
                lock.await();
            }
            return waiting.remove();
        });
    }

    @Test
    void whoWaitsLooksAgainAfterEveryStep() throws Exception {
        FutureTask<String> first = new FutureTask<>(this::take);
        FutureTask<String> second = new FutureTask<>(this::take);
        Thread.ofVirtual().start(first);
        Thread.ofVirtual().start(second);
        assertThat(looked.await(20, TimeUnit.SECONDS)).isTrue();

        lock.change(() -> waiting.add("one"));
        assertThat(lock.get(() -> waiting.add("two"))).isTrue();

        assertThat(first.get(20, TimeUnit.SECONDS) + second.get(20, TimeUnit.SECONDS))
                .isIn("onetwo", "twoone");
    }

    @Test
    void anInterruptGivesUpAndLeavesTheLockFree() throws Exception {
        FutureTask<StoqErrorCode> taking =
                new FutureTask<>(
                        () -> catchThrowableOfType(StoqException.class, this::take).code());
        Thread thread = Thread.ofVirtual().start(taking);
        assertThat(looked.await(20, TimeUnit.SECONDS)).isTrue();

        thread.interrupt();

        assertThat(taking.get(20, TimeUnit.SECONDS)).isEqualTo(StoqErrorCode.CANCELLED);
        lock.change(() -> waiting.add("one"));
        assertThat(take()).isEqualTo("one");
    }

    @Test
    void aWaitThatHasATimeEndsWithIt() throws Exception {
        assertThat(
                        lock.step(() -> {
                            lock.awaitUntil(System.nanoTime() - 1);
                            return true;
                        }))
                .isTrue();
    }

    @Test
    void aCopySaysTheSameWithTheTraceOfWhoAsks() {
        StoqException end = new StoqException(StoqErrorCode.GOING_AWAY, "good night");

        StoqException copy = EngineLock.copyOf(end);

        assertThat(copy.code()).isEqualTo(StoqErrorCode.GOING_AWAY);
        assertThat(copy).hasMessage("good night").hasCause(end).isNotSameAs(end);
        assertThat(EngineLock.copyOf(null).code()).isEqualTo(StoqErrorCode.CANCELLED);
    }
}
