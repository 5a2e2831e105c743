package org.stoq.client.session;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ReadableByteChannel;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.Callable;
import java.util.concurrent.FutureTask;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;
import org.stoq.client.EarlyNetwork;
import org.stoq.sdk.Digest;
import org.stoq.sdk.StoqErrorCode;
import org.stoq.sdk.StoqException;
import org.stoq.sdk.call.Call;
import org.stoq.sdk.call.Caller;
import org.stoq.sdk.call.Request;
import org.stoq.sdk.call.Role;
import org.stoq.sdk.cbor.CborMap;
import org.stoq.sdk.frame.ChunkAnnounceFrame;
import org.stoq.sdk.frame.DataFrame;
import org.stoq.sdk.frame.Frame;
import org.stoq.sdk.frame.HeadersFrame;
import org.stoq.sdk.frame.PingFrame;
import org.stoq.sdk.frame.PushPromise;
import org.stoq.sdk.frame.PushPromiseFrame;
import org.stoq.sdk.frame.RstStreamFrame;
import org.stoq.sdk.transport.QuicConnection;
import org.stoq.sdk.transport.QuicStream;

/** What runs before a handshake has finished, and what waits for it (decision 4). */
class EarlyDataTest extends EarlyNetwork {
    private static final Request READ = Request.of("test", "read", CborMap.EMPTY);
    private static final Request WRITE = Request.of("test", "write", CborMap.EMPTY);

    /** As a caller sends it who has no session. */
    private static final Request RAW_WRITE = WRITE.within(Duration.ofSeconds(30));

    private final BlockingQueue<Caller> reads = new LinkedBlockingQueue<>();
    private final BlockingQueue<Caller> effects = new LinkedBlockingQueue<>();
    private final BlockingQueue<Caller> opened = new LinkedBlockingQueue<>();

    /** Lets reads pass, and counts what it does. */
    private final class Shop implements SessionHandler {
        @Override
        public boolean replaySafe(Session session, Request request) {
            return request.method().equals("read");
        }

        @Override
        public void call(Session session, Call call) throws IOException {
            (call.request().method().equals("read") ? reads : effects).add(call.caller());
            call.answer(CborMap.EMPTY);
        }

        @Override
        public void stream(Session session, RawStream stream) {
            effects.add(session.peer());
        }

        @Override
        public boolean pushed(Session session, PushPromise promise, ReadableByteChannel body) {
            effects.add(session.peer());
            return false;
        }

        @Override
        public void announced(Session session, Frame frame) {
            effects.add(session.peer());
        }

        @Override
        public void opened(Session session) {
            opened.add(session.peer());
        }
    }

    @Override
    protected SessionHandler handler() {
        return new Shop();
    }

    private Session session() throws IOException {
        return Session.open(connect(), OPTIONS, SessionHandler.NONE);
    }

    private static <T> FutureTask<T> start(Callable<T> work) {
        FutureTask<T> task = new FutureTask<>(work);
        Thread.ofVirtual().start(task);
        return task;
    }

    private static FutureTask<Void> startCall(Session session, Request request) {
        return start(() -> {
            session.call(request).close();
            return null;
        });
    }

    private static StoqErrorCode codeOf(ThrowingCallable call) {
        StoqException failure = catchThrowableOfType(StoqException.class, call);
        assertThat(failure).isNotNull();
        return failure.code();
    }

    private Caller next(BlockingQueue<Caller> callers) throws InterruptedException {
        Caller caller = callers.poll(10, TimeUnit.SECONDS);
        assertThat(caller).isNotNull();
        return caller;
    }

    private void assertProven(Caller caller) {
        assertThat(caller.role()).isEqualTo(Role.NODE);
        assertThat(caller.id()).contains(client.identity().id());
    }

    /** Asks and waits for the answer, so that whatever was sent before has been looked at. */
    private static void roundTrip(Session session) throws IOException {
        session.read(READ).close();
    }

    @Test
    void aReadIsAnsweredBeforeTheHandshakeAsThatOfNobody() throws Exception {
        network.holdHandshakes();
        Session session = session();

        session.read(READ).close();

        assertThat(session.connection().handshake().toCompletableFuture()).isNotDone();
        Caller caller = next(reads);
        assertThat(caller.role()).isEqualTo(Role.ANONYMOUS);
        assertThat(caller.id()).isEmpty();
        assertThat(accepted.take().peer().role()).isEqualTo(Role.ANONYMOUS);
    }

    @Test
    void aCallerKeepsBackWhatIsNoReadUntilTheHandshake() throws Exception {
        network.holdHandshakes();
        Session session = session();
        FutureTask<Void> writing = startCall(session, WRITE);
        roundTrip(session);
        assertThat(writing).isNotDone();
        assertThat(effects).isEmpty();

        network.releaseHandshakes();

        writing.get();
        assertProven(next(effects));
        assertThat(effects).isEmpty();
    }

    @Test
    void aReadThatIsTooLongForSomePeersWaitsForTheSettingsAndNotForTheHandshake() throws Exception {
        network.holdHandshakes();
        Session session = session();
        CborMap much = CborMap.builder().put(1, "x".repeat(2_000)).build();

        session.read(Request.of("test", "read", much)).close();

        assertThat(session.connection().handshake().toCompletableFuture()).isNotDone();
        assertThat(reads).hasSize(1);
    }

    @Test
    void waitingForTheHandshakeCountsForTheDeadline() throws Exception {
        network.holdHandshakes();
        Session session = session();
        assertThat(codeOf(() -> session.call(WRITE.within(Duration.ofMillis(50)))))
                .isEqualTo(StoqErrorCode.DEADLINE_EXCEEDED);
        network.releaseHandshakes();
        roundTrip(session);
        assertThat(effects).isEmpty();
    }

    @Test
    void streamsPushesAndAnnouncementsWaitAtTheCaller() throws Exception {
        network.holdHandshakes();
        Session session = session();
        FutureTask<?> raw = start(session::openStream);
        FutureTask<?> push = start(() -> session.push(promise(), ByteBuffer.wrap(new byte[] {1})));
        FutureTask<?> announce =
                start(() -> {
                    session.send(new ChunkAnnounceFrame(new byte[] {1}));
                    return null;
                });
        roundTrip(session);
        assertThat(List.of(raw, push, announce)).noneMatch(FutureTask::isDone);

        network.releaseHandshakes();

        raw.get();
        push.get();
        announce.get();
        assertProven(next(effects));
        assertProven(next(effects));
    }

    @Test
    void theServerHoldsBackWhatIsNoReadUntilItKnowsWhoCalls() throws Exception {
        network.holdHandshakes();
        RawPeer peer = RawPeer.withSettings(connect());
        QuicStream write = peer.call(RAW_WRITE);
        awaitAnswer(peer);
        assertThat(effects).isEmpty();
        assertThat(opened).isEmpty();

        network.releaseHandshakes();

        assertThat(peer.read(write)).isInstanceOf(HeadersFrame.class);
        assertProven(next(effects));
        assertProven(next(opened));
    }

    /** Makes a read and waits for its answer. */
    private static void awaitAnswer(RawPeer peer) throws IOException {
        QuicStream read = peer.call(READ.within(Duration.ofSeconds(10)));
        assertThat(peer.read(read)).isInstanceOf(HeadersFrame.class);
    }

    private static PushPromise promise() {
        return new PushPromise(Digest.of(new byte[] {1}), 1, PushPromise.Kind.CHUNK, "a");
    }

    @Test
    void nothingThatIsReplayedHasAnEffect() throws Exception {
        network.holdHandshakes();
        List<QuicConnection> replays = new ArrayList<>();
        for (int i = 0; i < 1_000; i++) {
            RawPeer attacker = new RawPeer(connect());
            replays.add(attacker.connection());
            QuicStream control = attacker.openControl();
            attacker.call(RAW_WRITE);
            QuicStream bare = attacker.connection().openStream(true);
            attacker.finish(bare, new DataFrame(bare.id(), new byte[] {1}));
            QuicStream push = attacker.connection().openStream(false);
            attacker.write(push, new PushPromiseFrame(push.id(), promise()));
            attacker.finish(push, new DataFrame(push.id(), new byte[] {1}));
            attacker.write(control, new ChunkAnnounceFrame(new byte[] {1}));
            awaitAnswer(attacker);
        }

        assertThat(reads).hasSize(1_000);
        assertThat(effects).isEmpty();
        replays.forEach(QuicConnection::close);
        for (int i = 0; i < 1_000; i++) {
            accepted.take().closed().toCompletableFuture().join();
        }
        // Even when the handshakes could end, nobody is there to end them.
        network.releaseHandshakes();
        Session honest = session();
        honest.call(WRITE).close();
        assertThat(effects).hasSize(1);
    }

    @Test
    void aCallThatWaitsIsEndedAtItsDeadline() throws Exception {
        network.holdHandshakes();
        RawPeer peer = RawPeer.withSettings(connect());
        QuicStream write = peer.call(WRITE.within(Duration.ofMillis(50)));

        assertThat(peer.resetOf(write)).isEqualTo(StoqErrorCode.DEADLINE_EXCEEDED);
        network.releaseHandshakes();
        awaitAnswer(peer);
        assertThat(effects).isEmpty();
    }

    @RepeatedTest(20)
    void aCallThatWaitsMayBeGivenUp() throws Exception {
        network.holdHandshakes();
        RawPeer peer = new RawPeer(connect());
        QuicStream control = peer.openControl();
        QuicStream write = peer.call(RAW_WRITE);
        awaitAnswer(peer);
        peer.write(
                control,
                new RstStreamFrame(write.id(), StoqErrorCode.CANCELLED.wireCode()),
                new PingFrame(false, 77));

        assertThat(peer.resetOf(write)).isEqualTo(StoqErrorCode.CANCELLED);
        network.releaseHandshakes();
        awaitAnswer(peer);
        assertThat(effects).isEmpty();
    }

    @Test
    void refusedEarlyDataIsAnsweredAfterTheHandshakeOnce() throws Exception {
        network.holdHandshakes();
        network.refuseEarlyData(true);
        Session session = session();
        FutureTask<Void> reading =
                start(() -> {
                    session.read(READ).close();
                    return null;
                });
        FutureTask<Void> writing = startCall(session, WRITE);
        assertThat(accepted).isEmpty();

        network.releaseHandshakes();

        reading.get();
        writing.get();
        assertProven(next(reads));
        assertProven(next(effects));
        assertThat(reads).isEmpty();
        assertThat(effects).isEmpty();
    }

    @Test
    void anInterruptedCallerWaitsNoLonger() throws Exception {
        network.holdHandshakes();
        Session session = session();
        FutureTask<StoqErrorCode> writing =
                new FutureTask<>(() -> codeOf(() -> session.call(WRITE)));
        Thread caller = Thread.ofVirtual().start(writing);
        roundTrip(session);
        caller.interrupt();
        assertThat(writing.get(10, TimeUnit.SECONDS)).isEqualTo(StoqErrorCode.CANCELLED);
    }

    @Test
    void theEndOfAConnectionEndsWhoWaitsForItsHandshake() throws Exception {
        network.holdHandshakes();
        Session session = session();
        FutureTask<StoqErrorCode> writing = start(() -> codeOf(() -> session.call(WRITE)));
        roundTrip(session);
        session.close(StoqErrorCode.UNAVAILABLE, "enough");
        assertThat(writing.get(10, TimeUnit.SECONDS)).isEqualTo(StoqErrorCode.UNAVAILABLE);
        assertThat(session.identified().toCompletableFuture()).isCompletedExceptionally();
        assertThat(session.peer().role()).isEqualTo(Role.ANONYMOUS);
    }
}
