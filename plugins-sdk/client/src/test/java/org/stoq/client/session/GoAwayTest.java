package org.stoq.client.session;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.FutureTask;
import org.junit.jupiter.api.Test;
import org.stoq.client.RealNetwork;
import org.stoq.sdk.StoqErrorCode;
import org.stoq.sdk.StoqException;
import org.stoq.sdk.call.Call;
import org.stoq.sdk.call.Request;
import org.stoq.sdk.call.Response;
import org.stoq.sdk.cbor.CborMap;

class GoAwayTest extends RealNetwork {
    private static final Request REQUEST = Request.of("test", "work", CborMap.EMPTY);
    private static final Duration LONG = Duration.ofSeconds(10);

    private final CountDownLatch began = new CountDownLatch(1);
    private final CountDownLatch finish = new CountDownLatch(1);

    /** Answers when the test says so. */
    private final class Worker implements SessionHandler {
        @Override
        public void call(Session session, Call call) throws IOException {
            began.countDown();
            try {
                finish.await();
            } catch (InterruptedException e) {
                throw new StoqException(StoqErrorCode.CANCELLED, "interrupted", e);
            }
            call.respond(Response.ok().withBody(0)).close();
        }
    }

    @Test
    void whatIsUnderWayFinishesAndNothingNewBegins() throws Exception {
        Sessions sessions = sessions(new Worker());
        FutureTask<Void> working =
                start(() -> {
                    sessions.client().call(REQUEST).close();
                    return null;
                });
        began.await();

        sessions.server().goAway();

        assertThat(sessions.server().drain(Duration.ZERO)).isFalse();
        awaitClosedForCalls(sessions.client());
        assertThat(codeOf(() -> sessions.client().call(REQUEST)))
                .isEqualTo(StoqErrorCode.GOING_AWAY);
        assertThat(codeOf(() -> sessions.client().openStream()))
                .isEqualTo(StoqErrorCode.GOING_AWAY);
        assertThat(codeOf(() -> sessions.server().call(REQUEST)))
                .isEqualTo(StoqErrorCode.GOING_AWAY);
        finish.countDown();
        assertThat(sessions.server().drain(LONG)).isTrue();
        working.get();
    }

    @Test
    void aCallThatCrossesTheGoAwayIsRefusedByName() throws Exception {
        Connections connections = connections();
        Session server = Session.open(connections.server(), OPTIONS, new Worker());
        RawPeer peer = RawPeer.withSettings(connections.client());
        server.goAway();

        // This peer has not read GOAWAY, and calls.
        assertThat(peer.resetOf(peer.beginCall(REQUEST))).isEqualTo(StoqErrorCode.GOING_AWAY);
        assertThat(server.drain(LONG)).isTrue();
    }

    @Test
    void whoHasNothingUnderWayIsDrainedAtOnce() throws Exception {
        Sessions sessions = sessions(new Worker());
        sessions.server().goAway();
        assertThat(sessions.server().drain(LONG)).isTrue();
    }

    @Test
    void drainingEndsWithTheConnection() throws Exception {
        Sessions sessions = sessions(new Worker());
        FutureTask<StoqErrorCode> working =
                start(() -> codeOf(() -> sessions.client().call(REQUEST)));
        began.await();
        sessions.server().goAway();

        sessions.client().close();

        assertThat(sessions.server().drain(LONG)).isTrue();
        assertThat(working.get()).isEqualTo(StoqErrorCode.NO_ERROR);
    }

    private static void awaitClosedForCalls(Session session) throws InterruptedException {
        CountDownLatch never = new CountDownLatch(1);
        while (session.isOpen()) {
            assertThat(never.await(5, java.util.concurrent.TimeUnit.MILLISECONDS)).isFalse();
        }
    }
}
