package org.stoq.client.session;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.WritableByteChannel;
import java.time.Duration;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.stoq.client.RealNetwork;
import org.stoq.sdk.StoqErrorCode;
import org.stoq.sdk.StoqException;
import org.stoq.sdk.call.Call;
import org.stoq.sdk.call.Reply;
import org.stoq.sdk.call.Request;
import org.stoq.sdk.call.Response;
import org.stoq.sdk.cbor.CborMap;
import org.stoq.sdk.frame.HeadersFrame;
import org.stoq.sdk.frame.PingFrame;
import org.stoq.sdk.frame.RstStreamFrame;
import org.stoq.sdk.transport.QuicStream;

/** Deadlines, refusals in the middle of a body, callers and handlers that change their mind. */
class GivingUpTest extends RealNetwork {
    private static final Request REQUEST = Request.of("test", "work", CborMap.EMPTY);
    private static final Duration SHORT = Duration.ofMillis(200);

    /** Hears how a handler's waiting ends. */
    private final BlockingQueue<Object> heard = new ArrayBlockingQueue<>(10);

    private final CountDownLatch never = new CountDownLatch(1);

    /** Waits for what never comes. */
    private final class Sleeper implements SessionHandler {
        @Override
        public void call(Session session, Call call) throws IOException {
            if (call.request().method().equals("echo")) {
                new EchoHandler().call(session, call);
                return;
            }
            heard.add("began");
            try {
                never.await();
            } catch (InterruptedException e) {
                heard.add("interrupted");
            }
        }
    }

    /** Reads the body and says how that ended. */
    private final class Reader implements SessionHandler {
        @Override
        public void call(Session session, Call call) throws IOException {
            heard.add("began");
            try {
                heard.add(readAll(call.body()).length);
            } catch (StoqException e) {
                heard.add(e.code());
                throw e;
            }
        }
    }

    private Object hear() throws InterruptedException {
        Object next = heard.poll(10, TimeUnit.SECONDS);
        assertThat(next).isNotNull();
        return next;
    }

    @Test
    void aRefusalStopsTheSending() throws Exception {
        Sessions sessions =
                sessions(
                        new SessionHandler() {
                            @Override
                            public void call(Session session, Call call) throws IOException {
                                call.body().read(ByteBuffer.allocate(10));
                                throw new StoqException(StoqErrorCode.STORAGE_FULL, "no room");
                            }
                        });

        StoqException refusal =
                catchThrowableOfType(
                        StoqException.class,
                        () -> {
                            try (OutgoingCall call = sessions.client().begin(REQUEST, 3)) {
                                while (true) {
                                    call.body().write(ByteBuffer.allocate(CREDIT));
                                }
                            }
                        });

        assertThat(refusal.code()).isEqualTo(StoqErrorCode.STORAGE_FULL);
        assertThat(refusal).hasMessage("no room");
    }

    @Test
    void theCallersDeadlineEndsBothSides() throws Exception {
        Sessions sessions = sessions(new Sleeper());

        assertThat(codeOf(() -> sessions.client().call(REQUEST.within(SHORT))))
                .isEqualTo(StoqErrorCode.DEADLINE_EXCEEDED);
        assertThat(hear()).isEqualTo("began");
        assertThat(hear()).isEqualTo("interrupted");
        assertThat(sessions.client().call(Request.of("test", "echo", CborMap.EMPTY))).isNotNull();
    }

    @Test
    void thePeerHearsOnItsControlStreamWhyACallWasGivenUp() throws Exception {
        Connections connections = connections();
        Session caller = Session.open(connections.client(), OPTIONS, SessionHandler.NONE);
        RawPeer peer = RawPeer.withSettings(connections.server());

        OutgoingCall late = caller.begin(REQUEST.within(SHORT), 3);
        QuicStream control = connections.server().acceptStream();
        assertThat(peer.nextReset(control))
                .isEqualTo(new RstStreamFrame(0, StoqErrorCode.DEADLINE_EXCEEDED.wireCode()));
        assertThat(peer.resetOf(connections.server().acceptStream()))
                .isEqualTo(StoqErrorCode.DEADLINE_EXCEEDED);
        late.close();

        caller.begin(REQUEST, 3).close();
        assertThat(peer.nextReset(control))
                .isEqualTo(new RstStreamFrame(4, StoqErrorCode.CANCELLED.wireCode()));
        assertThat(peer.resetOf(connections.server().acceptStream()))
                .isEqualTo(StoqErrorCode.CANCELLED);
    }

    @Test
    void aServerResetsACallAtItsDeadlineByItself() throws Exception {
        Connections connections = connections();
        Session.open(connections.server(), OPTIONS, new Sleeper());
        RawPeer peer = RawPeer.withSettings(connections.client());

        QuicStream call = peer.call(REQUEST.within(SHORT));

        assertThat(peer.resetOf(call)).isEqualTo(StoqErrorCode.DEADLINE_EXCEEDED);
        assertThat(hear()).isEqualTo("began");
        assertThat(hear()).isEqualTo("interrupted");
    }

    @Test
    void theDeadlineTravelsWithTheCall() throws Exception {
        CompletableFuture<Duration> seen = new CompletableFuture<>();
        Sessions sessions =
                sessions(
                        new SessionHandler() {
                            @Override
                            public void call(Session session, Call call) {
                                seen.complete(call.request().deadline());
                            }
                        });

        sessions.client().call(REQUEST.within(Duration.ofSeconds(7))).close();
        // Less what the caller has waited for the other side's SETTINGS.
        assertThat(seen.get()).isBetween(Duration.ofSeconds(5), Duration.ofSeconds(7));
    }

    @Test
    void aCallWithoutDeadlineGetsTheDefault() throws Exception {
        Sessions sessions = sessions(IMPATIENT, SessionHandler.NONE, OPTIONS, new Sleeper());

        assertThat(codeOf(() -> sessions.client().call(REQUEST)))
                .isEqualTo(StoqErrorCode.DEADLINE_EXCEEDED);
        assertThat(hear()).isEqualTo("began");
        assertThat(hear()).isEqualTo("interrupted");
    }

    @Test
    void aDeadlineEndsABodyThatIsNotTaken() throws Exception {
        Sessions sessions = sessions(new Sleeper());

        assertThat(
                        codeOf(() -> {
                            Request request = REQUEST.within(SHORT);
                            try (OutgoingCall call = sessions.client().begin(request, 3)) {
                                call.body().write(ByteBuffer.allocate(2 * CREDIT));
                            }
                        }))
                .isEqualTo(StoqErrorCode.DEADLINE_EXCEEDED);
    }

    @Test
    void aDeadlineEndsAnAnswerThatStandsStill() throws Exception {
        Sessions sessions =
                sessions(
                        new SessionHandler() {
                            @Override
                            public void call(Session session, Call call) throws IOException {
                                WritableByteChannel answer = call.respond(Response.ok());
                                answer.write(ByteBuffer.allocate(10));
                                try {
                                    never.await();
                                } catch (InterruptedException e) {
                                    heard.add("interrupted");
                                }
                            }
                        });

        try (Reply reply = sessions.client().call(REQUEST.within(SHORT))) {
            assertThat(codeOf(() -> readAll(reply.body())))
                    .isEqualTo(StoqErrorCode.DEADLINE_EXCEEDED);
        }
        assertThat(hear()).isEqualTo("interrupted");
    }

    @Test
    void aCallerThatGivesUpIsHeardByTheReader() throws Exception {
        Sessions sessions = sessions(new Reader());
        OutgoingCall call = sessions.client().begin(REQUEST, 3);
        call.body().write(ByteBuffer.allocate(100));
        assertThat(hear()).isEqualTo("began");

        call.close();

        assertThat(hear()).isEqualTo(StoqErrorCode.CANCELLED);
        assertThat(sessions.server().isOpen()).isTrue();
    }

    @Test
    void aCallerThatReadsNoMoreIsHeardByTheWriter() throws Exception {
        Sessions sessions =
                sessions(
                        new SessionHandler() {
                            @Override
                            public void call(Session session, Call call) throws IOException {
                                WritableByteChannel answer = call.respond(Response.ok());
                                try {
                                    while (true) {
                                        answer.write(ByteBuffer.allocate(1_000));
                                    }
                                } catch (StoqException e) {
                                    heard.add(e.code());
                                    throw e;
                                }
                            }
                        });

        Reply reply = sessions.client().call(REQUEST);
        reply.body().read(ByteBuffer.allocate(10));
        reply.close();

        // Long before the deadline, although no credit comes any more.
        assertThat(hear()).isEqualTo(StoqErrorCode.CANCELLED);
    }

    @Test
    void aCallerThatGivesUpInterruptsTheHandler() throws Exception {
        Sessions sessions = sessions(new Sleeper());
        OutgoingCall call = sessions.client().begin(REQUEST, 3);
        call.body().close();
        assertThat(hear()).isEqualTo("began");

        call.close();

        assertThat(hear()).isEqualTo("interrupted");
        assertThat(sessions.server().isOpen()).isTrue();
    }

    @Test
    void aCallThatWasGivenUpBeforeItArrivesIsNotServed() throws Exception {
        Connections connections = connections();
        Session.open(connections.server(), OPTIONS, new Sleeper());
        RawPeer peer = new RawPeer(connections.client());
        QuicStream control = peer.openControl();
        QuicStream early = connections.client().openStream(true);
        peer.write(control, new RstStreamFrame(early.id(), StoqErrorCode.CONFLICT.wireCode()));
        // Answered after what came before it.
        peer.write(control, new PingFrame(false, 77));
        QuicStream answers = connections.client().acceptStream();
        while (!peer.read(answers).equals(new PingFrame(true, 77))) {
            assertThat(connections.client().isOpen()).isTrue();
        }

        byte[] header = REQUEST.encode();
        peer.write(early, new HeadersFrame(early.id(), header.length, header));

        assertThat(peer.resetOf(early)).isEqualTo(StoqErrorCode.CONFLICT);
        assertThat(heard).isEmpty();
    }

    @Test
    void anInterruptedCallerGivesUp() throws Exception {
        Sessions sessions = sessions(new Sleeper());
        FutureTask<StoqErrorCode> calling =
                new FutureTask<>(() -> codeOf(() -> sessions.client().call(REQUEST)));
        Thread caller = Thread.ofVirtual().start(calling);
        assertThat(hear()).isEqualTo("began");

        caller.interrupt();

        assertThat(calling.get()).isEqualTo(StoqErrorCode.CANCELLED);
    }

    @Test
    void aHandlerThatFailsWithinItsAnswerBreaksItOffAfterWhatWasSent() throws Exception {
        Sessions sessions =
                sessions(
                        new SessionHandler() {
                            @Override
                            public void call(Session session, Call call) throws IOException {
                                call.respond(Response.ok()).write(ByteBuffer.allocate(1_000));
                                throw new StoqException(StoqErrorCode.INTEGRITY, "a bad chunk");
                            }
                        });

        try (Reply reply = sessions.client().call(REQUEST)) {
            ByteBuffer received = ByteBuffer.allocate(1_000);
            while (received.hasRemaining()) {
                assertThat(reply.body().read(received)).isPositive();
            }
            assertThat(codeOf(() -> reply.body().read(ByteBuffer.allocate(1))))
                    .isEqualTo(StoqErrorCode.INTEGRITY);
        }
        assertThat(sessions.client().isOpen()).isTrue();
    }

    @Test
    void theEndOfTheConnectionInterruptsHandlersAndFailsCallers() throws Exception {
        Sessions sessions = sessions(new Sleeper());
        FutureTask<StoqErrorCode> calling =
                start(() -> codeOf(() -> sessions.client().call(REQUEST)));
        assertThat(hear()).isEqualTo("began");

        sessions.server().close(StoqErrorCode.UNAVAILABLE, "stopping");

        assertThat(hear()).isEqualTo("interrupted");
        assertThat(calling.get()).isEqualTo(StoqErrorCode.UNAVAILABLE);
        assertThat(codeOf(() -> sessions.client().call(REQUEST)))
                .isEqualTo(StoqErrorCode.UNAVAILABLE);
    }
}
