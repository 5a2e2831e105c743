package org.stoq.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.WritableByteChannel;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Queue;
import java.util.Random;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.FutureTask;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.stoq.client.session.Session;
import org.stoq.client.session.SessionHandler;
import org.stoq.sdk.Digest;
import org.stoq.sdk.StoqErrorCode;
import org.stoq.sdk.StoqException;
import org.stoq.sdk.call.Call;
import org.stoq.sdk.call.Request;
import org.stoq.sdk.call.Response;
import org.stoq.sdk.cbor.CborMap;
import org.stoq.testkit.SeededBytes;

/** Connections that come, go, fail and are replaced, on a network in memory. */
class StoqPoolTest extends EarlyNetwork {
    private static final Request READ = Request.of("test", "read", CborMap.EMPTY);
    private static final Request WRITE = Request.of("test", "write", CborMap.EMPTY);
    private static final Request KEYED =
            new Request(
                    "test",
                    "write",
                    1,
                    Duration.ZERO,
                    OptionalLong.empty(),
                    Optional.of("key"),
                    CborMap.EMPTY);
    private static final Duration PATIENCE = Duration.ofSeconds(10);

    /** What the next calls do; a call for which there is nothing here is answered. */
    private final Queue<Answer> answers = new ConcurrentLinkedQueue<>();

    private final AtomicInteger calls = new AtomicInteger();

    /** Bytes of a body that the client has read. */
    private final AtomicLong received = new AtomicLong();

    // The pool's time: pauses pass at once, timers when the test says so.
    private final AtomicLong nowNanos = new AtomicLong(1);
    private final Queue<Duration> pauses = new ConcurrentLinkedQueue<>();
    private final BlockingQueue<Runnable> timers = new LinkedBlockingQueue<>();

    /** Done once, at the next pause. */
    private volatile Runnable atPause = () -> {};

    private StoqClient stoq;
    private StoqPool pool;

    /** What a server does with a call. */
    @FunctionalInterface
    private interface Answer {
        void to(Session session, Call call) throws IOException;
    }

    /** Does what the test has prepared. */
    private final class Server extends Shelf {
        @Override
        public boolean replaySafe(Session session, Request request) {
            return request.method().equals("read");
        }

        @Override
        public void call(Session session, Call call) throws IOException {
            calls.incrementAndGet();
            Answer prepared = answers.poll();
            if (prepared != null) {
                prepared.to(session, call);
            } else if (call.request().service().equals("content")) {
                super.call(session, call);
            } else {
                call.answer(CborMap.EMPTY);
            }
        }
    }

    private final Server shelf = new Server();

    @Override
    protected SessionHandler handler() {
        return shelf;
    }

    @BeforeEach
    void makePool() {
        Timing timing =
                new Timing(
                        nowNanos::get,
                        time -> {
                            pauses.add(time);
                            nowNanos.addAndGet(time.toNanos());
                            Runnable once = atPause;
                            atPause = () -> {};
                            once.run();
                        },
                        time -> timers::add,
                        new Random(1));
        stoq =
                StoqClient.builder()
                        .transport(network.transport("client"))
                        .credentials(client.credentials(false))
                        .pool(new PoolOptions(2, 1, Duration.ofSeconds(60), 3))
                        .timing(timing)
                        .server("[::1]:" + listener.localAddress().getPort())
                        .build();
        pool = stoq.pool("[::1]:" + listener.localAddress().getPort());
    }

    @AfterEach
    void closeClient() {
        stoq.close();
    }

    private static Answer fail(StoqErrorCode code) {
        return (session, call) -> {
            throw new StoqException(code, "as the test wants it");
        };
    }

    private static Answer breakOff() {
        return (session, call) -> session.close(StoqErrorCode.CONNECTION_LOST, "broken");
    }

    private static StoqErrorCode codeOf(ThrowingCallable call) {
        StoqException failure = catchThrowableOfType(StoqException.class, call);
        assertThat(failure).isNotNull();
        return failure.code();
    }

    private static void awaitClosed(StoqConnection connection) throws Exception {
        connection.session().closed().toCompletableFuture().get(10, TimeUnit.SECONDS);
    }

    @Test
    void oneConnectionServesManyCalls() throws Exception {
        for (int i = 0; i < 10; i++) {
            pool.call(WRITE).close();
        }
        assertThat(accepted).hasSize(1);
        assertThat(pool.size()).isEqualTo(1);
        assertThat(stoq.pool(pool.server())).isSameAs(pool);
    }

    @Test
    void callersThatComeTogetherShareTheConnectionThatIsBeingOpened() throws Exception {
        network.refuseEarlyData(true);
        network.holdHandshakes();
        List<FutureTask<StoqConnection>> tasks = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            FutureTask<StoqConnection> task = new FutureTask<>(() -> pool.connection(PATIENCE));
            tasks.add(task);
            Thread.ofVirtual().start(task);
        }
        network.releaseHandshakes();
        for (FutureTask<StoqConnection> task : tasks) {
            assertThat(task.get(10, TimeUnit.SECONDS).isOpen()).isTrue();
        }
        assertThat(pool.size()).isEqualTo(1);
    }

    @Test
    void aBusyConnectionGetsCompanyUpToTheLimit() throws Exception {
        CountDownLatch go = new CountDownLatch(1);
        Answer wait =
                (session, call) -> {
                    try {
                        go.await();
                    } catch (InterruptedException e) {
                        throw new StoqException(StoqErrorCode.CANCELLED, "interrupted", e);
                    }
                };
        List<FutureTask<Void>> tasks = new ArrayList<>();
        for (int i = 0; i < 6; i++) {
            answers.add(wait);
            FutureTask<Void> task =
                    new FutureTask<>(() -> {
                        pool.call(WRITE).close();
                        return null;
                    });
            tasks.add(task);
            Thread.ofVirtual().start(task);
            while (calls.get() <= i) {
                Thread.onSpinWait();
            }
        }
        while (pool.size() < 2) {
            assertThat(pool.connection(PATIENCE).isOpen()).isTrue();
        }
        go.countDown();
        for (FutureTask<Void> task : tasks) {
            task.get(10, TimeUnit.SECONDS);
        }
        assertThat(pool.size()).isEqualTo(2);
    }

    @Test
    void aConnectionThatHasEndedIsReplacedWithEarlyData() throws Exception {
        StoqConnection first = pool.connection(PATIENCE);
        pool.read(READ).close();
        network.lose(1);
        awaitClosed(first);
        network.holdHandshakes();

        pool.read(READ).close();

        StoqConnection second = pool.connection(PATIENCE);
        assertThat(second).isNotSameAs(first);
        assertThat(second.session().identified().toCompletableFuture()).isNotDone();
        network.releaseHandshakes();
        assertThat(second.peer().id()).contains(server.identity().id());
    }

    @Test
    void aConnectionThatTheServerIsLeavingIsReplacedAndItsCallsFinish() throws Exception {
        CountDownLatch go = new CountDownLatch(1);
        BlockingQueue<Session> left = new LinkedBlockingQueue<>();
        answers.add((session, call) -> {
            session.goAway();
            left.add(session);
            try {
                go.await();
            } catch (InterruptedException e) {
                throw new StoqException(StoqErrorCode.CANCELLED, "interrupted", e);
            }
        });
        StoqConnection leaving = pool.connection(PATIENCE);
        FutureTask<Void> slow =
                new FutureTask<>(() -> {
                    pool.call(WRITE).close();
                    return null;
                });
        Thread.ofVirtual().start(slow);
        left.take();
        while (leaving.isOpen()) {
            Thread.onSpinWait();
        }

        pool.call(WRITE).close();

        assertThat(pool.connection(PATIENCE)).isNotSameAs(leaving);
        assertThat(slow).isNotDone();
        assertThat(pool.size()).isEqualTo(2);
        go.countDown();
        slow.get(10, TimeUnit.SECONDS);
        runTimer();
        awaitClosed(leaving);
        assertThat(pool.size()).isEqualTo(1);
    }

    private void runTimer() throws InterruptedException {
        Runnable timer = timers.poll(10, TimeUnit.SECONDS);
        assertThat(timer).isNotNull();
        timer.run();
    }

    @Test
    void anIdleConnectionIsClosedAfterAWhile() throws Exception {
        pool.call(WRITE).close();
        StoqConnection connection = pool.connection(PATIENCE);
        while (connection.session().streamsUnderWay() > 0) {
            Thread.onSpinWait();
        }
        nowNanos.addAndGet(Duration.ofSeconds(60).toNanos() - 1);
        runTimer();
        assertThat(connection.isOpen()).isTrue();
        nowNanos.addAndGet(1);
        runTimer();
        awaitClosed(connection);
        assertThat(pool.size()).isZero();
        assertThat(timers).isEmpty();
        pool.call(WRITE).close();
        assertThat(pool.size()).isEqualTo(1);
    }

    @Test
    void aReadIsMadeAgainWhereItMayHelp() throws Exception {
        for (Answer bad :
                List.of(
                        breakOff(),
                        fail(StoqErrorCode.UNAVAILABLE),
                        (Answer) (session, call) -> session.close())) {
            int before = calls.get();
            pauses.clear();
            answers.add(bad);
            answers.add(bad);
            pool.read(READ).close();
            assertThat(calls).hasValue(before + 3);
            assertThat(pauses).hasSizeGreaterThanOrEqualTo(2);
        }
    }

    @Test
    void aReadIsNotMadeAgainForever() throws Exception {
        for (int i = 0; i < 3; i++) {
            answers.add(fail(StoqErrorCode.UNAVAILABLE));
        }
        assertThat(codeOf(() -> pool.read(READ))).isEqualTo(StoqErrorCode.UNAVAILABLE);
        assertThat(calls).hasValue(3);
    }

    @Test
    void aReadIsNotMadeAgainAfterARefusal() throws Exception {
        answers.add(fail(StoqErrorCode.NOT_FOUND));
        assertThat(codeOf(() -> pool.read(READ))).isEqualTo(StoqErrorCode.NOT_FOUND);
        assertThat(calls).hasValue(1);
    }

    @Test
    void noAttemptBeginsThatWouldEndAfterTheDeadline() throws Exception {
        answers.add(fail(StoqErrorCode.UNAVAILABLE));
        assertThat(codeOf(() -> pool.read(READ.within(Duration.ofMillis(20)))))
                .isEqualTo(StoqErrorCode.UNAVAILABLE);
        assertThat(calls).hasValue(1);
        assertThat(pauses).isEmpty();
    }

    @Test
    void theDeadlineOfALaterAttemptIsWhatIsLeft() throws Exception {
        AtomicLong told = new AtomicLong();
        answers.add(fail(StoqErrorCode.UNAVAILABLE));
        answers.add((session, call) -> told.set(call.request().deadline().toMillis()));
        pool.read(READ.within(Duration.ofSeconds(5))).close();
        long paused = pauses.stream().mapToLong(Duration::toMillis).sum();
        assertThat(paused).isPositive();
        assertThat(told.get()).isBetween(4_000L - paused, 5_000L - paused);
    }

    @Test
    void aCallThatIsNoReadIsMadeOnce() throws Exception {
        for (Answer bad : List.of(fail(StoqErrorCode.UNAVAILABLE), breakOff())) {
            int before = calls.get();
            answers.add(bad);
            codeOf(() -> pool.call(WRITE));
            assertThat(calls).hasValue(before + 1);
        }
    }

    @Test
    void aCallWithAKeyIsMadeAgainOnlyIfItWasSurelyNotDone() throws Exception {
        answers.add(fail(StoqErrorCode.UNAVAILABLE));
        pool.call(KEYED).close();
        assertThat(calls).hasValue(2);

        answers.add(breakOff());
        assertThat(codeOf(() -> pool.call(KEYED))).isEqualTo(StoqErrorCode.CONNECTION_LOST);
        assertThat(calls).hasValue(3);

        // The code of an end of the connection says nothing of one call.
        answers.add((session, call) -> session.close(StoqErrorCode.UNAVAILABLE, "stopping"));
        assertThat(codeOf(() -> pool.call(KEYED))).isEqualTo(StoqErrorCode.UNAVAILABLE);
        assertThat(calls).hasValue(4);
    }

    @Test
    void aServerThatIsNotThereIsTriedMoreAndMoreSeldom() throws Exception {
        listener.close();
        assertThat(codeOf(() -> pool.connection(PATIENCE)))
                .isEqualTo(StoqErrorCode.CONNECTION_LOST);
        StoqException resting =
                catchThrowableOfType(
                        StoqException.class, () -> pool.connection(Duration.ofMillis(1)));
        assertThat(resting.code()).isEqualTo(StoqErrorCode.UNAVAILABLE);
        assertThat(resting)
                .hasMessageContaining("is tried again in")
                .hasMessageContaining("nobody listens");
        assertThat(pauses).isEmpty();
        for (int i = 0; i < 4; i++) {
            assertThat(codeOf(() -> pool.connection(PATIENCE)))
                    .isEqualTo(StoqErrorCode.CONNECTION_LOST);
        }
        List<Duration> waited = List.copyOf(pauses);
        assertThat(waited).hasSize(4);
        assertThat(waited.get(3)).isGreaterThan(waited.get(0).multipliedBy(3));
    }

    @Test
    void aReadFindsAServerThatComesBackInTime() throws Exception {
        listener.close();
        atPause = this::listenAgain;
        pool.read(READ).close();
        assertThat(calls).hasValue(1);
        assertThat(pauses).isNotEmpty();
    }

    @Test
    void aPoolThatIsClosedClosesItsConnectionsAndOpensNoMore() throws Exception {
        StoqConnection connection = pool.connection(PATIENCE);
        stoq.close();
        awaitClosed(connection);
        assertThatIllegalStateException().isThrownBy(() -> pool.connection(PATIENCE));
        assertThatIllegalStateException().isThrownBy(() -> stoq.pool("[::1]:1"));
        assertThatIllegalStateException().isThrownBy(() -> stoq.connect("[::1]:1"));
    }

    @Test
    void aBodyGoesOnWhereItBrokeOff() throws Exception {
        byte[] bytes = SeededBytes.random(1, 300_000);
        stoq.content().put("a", bytes);
        calls.set(0);
        List<CborMap> asked = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            answers.add((session, call) -> {
                asked.add(call.request().arguments());
                sendHalf(call, bytes);
                session.close(StoqErrorCode.CONNECTION_LOST, "broken");
            });
        }
        ByteArrayOutputStream target = new ByteArrayOutputStream();

        ObjectInfo info =
                stoq.content().download("a", Channels.newChannel(target), received::addAndGet);

        assertThat(target.toByteArray()).isEqualTo(bytes);
        assertThat(info.object()).isEqualTo(Digest.of(bytes));
        assertThat(asked.getFirst().text(1)).isEqualTo("a");
        for (CborMap rest : asked.subList(1, 5)) {
            assertThat(rest.digest(2)).isEqualTo(Shelf.manifestOf("a"));
            assertThat(rest.has(1)).isFalse();
        }
        assertThat(calls).hasValue(6);
    }

    /** Answers a get with the head of all that is asked for, and half of the bytes. */
    private void sendHalf(Call call, byte[] bytes) throws IOException {
        CborMap arguments = call.request().arguments();
        int offset = (int) arguments.findInteger(3).orElse(0);
        int length = (int) arguments.findInteger(4).orElse(bytes.length - offset);
        CborMap head = shelf.describe("a");
        WritableByteChannel body = call.respond(Response.ok(head).withBody(length));
        body.write(ByteBuffer.wrap(bytes, offset, length / 2));
        // The end of the connection takes with it what was not read.
        while (received.get() <= offset) {
            Thread.onSpinWait();
        }
    }
}
