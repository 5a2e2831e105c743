package org.stoq.client.session;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.stoq.client.RealNetwork;
import org.stoq.sdk.StoqErrorCode;
import org.stoq.sdk.StoqException;
import org.stoq.sdk.call.Request;
import org.stoq.sdk.cbor.CborMap;
import org.stoq.sdk.frame.ChunkAnnounceFrame;
import org.stoq.sdk.frame.Frame;
import org.stoq.sdk.frame.HeadersFrame;
import org.stoq.sdk.frame.PingFrame;
import org.stoq.sdk.frame.PriorityFrame;
import org.stoq.sdk.frame.Settings;
import org.stoq.sdk.frame.SettingsFrame;
import org.stoq.sdk.transport.QuicStream;

/** What travels on the control streams. */
class ControlTest extends RealNetwork {
    private static final Request ECHO = Request.of("test", "echo", CborMap.EMPTY);

    @Test
    void theRoundTripIsTheInitialOneUntilAPingHasComeBack() throws Exception {
        Connections connections = connections();
        Session session = Session.open(connections.client(), OPTIONS, SessionHandler.NONE);
        assertThat(session.roundTrip()).isEqualTo(OPTIONS.initialRtt());
        RawPeer peer = RawPeer.withSettings(connections.server());
        QuicStream control = peer.connection().acceptStream();
        PingFrame ping = nextOf(PingFrame.class, peer, control);
        assertThat(session.roundTrip()).isEqualTo(OPTIONS.initialRtt());

        // The session's own control stream is the peer's first one.
        Connections others = connections();
        Session measured = Session.open(others.client(), OPTIONS, SessionHandler.NONE);
        Session.open(others.server(), OPTIONS, SessionHandler.NONE);
        CountDownLatch never = new CountDownLatch(1);
        while (measured.roundTrip().equals(OPTIONS.initialRtt())) {
            assertThat(never.await(5, TimeUnit.MILLISECONDS)).isFalse();
        }
        assertThat(measured.roundTrip()).isPositive().isLessThan(Duration.ofSeconds(10));
        assertThat(ping.acknowledgement()).isFalse();
    }

    @Test
    void pingsAreAnsweredWithTheirNumber() throws Exception {
        Connections connections = connections();
        Session.open(connections.server(), OPTIONS, SessionHandler.NONE);
        RawPeer peer = new RawPeer(connections.client());
        QuicStream own = peer.openControl();
        QuicStream control = peer.connection().acceptStream();
        for (long number : new long[] {0, Long.MAX_VALUE, Long.MIN_VALUE, -1}) {
            peer.write(own, new PingFrame(false, number));
            Frame answer = peer.read(control);
            while (!(answer instanceof PingFrame pong && pong.acknowledgement())) {
                answer = peer.read(control);
            }
            assertThat(answer).isEqualTo(new PingFrame(true, number));
        }
    }

    @Test
    void settingsComeFirstAndAreAcknowledged() throws Exception {
        Connections connections = connections();
        Session.open(connections.server(), OPTIONS, SessionHandler.NONE);
        RawPeer peer = RawPeer.withSettings(connections.client());
        QuicStream control = peer.connection().acceptStream();

        assertThat(control.bidirectional()).isFalse();
        assertThat(peer.read(control)).isEqualTo(new SettingsFrame(false, OPTIONS.settings()));
        assertThat(nextOf(SettingsFrame.class, peer, control).acknowledgement()).isTrue();
    }

    @Test
    void aConnectionThatIsNeededIsKeptAlive() throws Exception {
        SessionOptions lively =
                new SessionOptions(
                        OPTIONS.settings(),
                        Duration.ofMillis(20),
                        true,
                        OPTIONS.initialRtt(),
                        OPTIONS.defaultDeadline());
        Connections connections = connections();
        Session.open(connections.client(), lively, SessionHandler.NONE);
        RawPeer peer = RawPeer.withSettings(connections.server());
        QuicStream control = peer.connection().acceptStream();
        for (int i = 0; i < 5; i++) {
            assertThat(nextOf(PingFrame.class, peer, control).number()).isEqualTo(i + 1);
        }
    }

    @Test
    void anIdleConnectionIsNotKeptAlive() throws Exception {
        SessionOptions quiet =
                new SessionOptions(
                        OPTIONS.settings(),
                        Duration.ofMillis(20),
                        false,
                        OPTIONS.initialRtt(),
                        OPTIONS.defaultDeadline());
        Connections connections = connections();
        Session session = Session.open(connections.client(), quiet, SessionHandler.NONE);
        RawPeer peer = RawPeer.withSettings(connections.server());
        QuicStream control = peer.connection().acceptStream();
        assertThat(nextOf(PingFrame.class, peer, control).number()).isEqualTo(1);

        FutureTask<PingFrame> next = start(() -> nextOf(PingFrame.class, peer, control));
        CountDownLatch never = new CountDownLatch(1);
        assertThat(never.await(200, TimeUnit.MILLISECONDS)).isFalse();
        assertThat(next.isDone()).isFalse();
        // A call makes it needed.
        FutureTask<StoqErrorCode> call = start(() -> codeOf(() -> session.call(ECHO)));
        assertThat(next.get().number()).isEqualTo(2);
        session.close();
        assertThat(call.get()).isEqualTo(StoqErrorCode.NO_ERROR);
    }

    @Test
    void anUrgentCallSaysSoBeforeItBegins() throws Exception {
        Connections connections = connections();
        Session session = Session.open(connections.client(), OPTIONS, SessionHandler.NONE);
        RawPeer peer = RawPeer.withSettings(connections.server());
        QuicStream control = peer.connection().acceptStream();

        track(session.begin(ECHO, 0));

        QuicStream stream = peer.connection().acceptStream();
        assertThat(peer.read(stream)).isInstanceOf(HeadersFrame.class);
        assertThat(nextOf(PriorityFrame.class, peer, control))
                .isEqualTo(new PriorityFrame(stream.id(), 0, true));
    }

    @Test
    void announcementsArriveInOrderBetweenOpenedAndClosed() throws Exception {
        BlockingQueue<Object> heard = new ArrayBlockingQueue<>(1_000);
        SessionHandler handler =
                new SessionHandler() {
                    @Override
                    public void opened(Session session) {
                        heard.add("opened");
                    }

                    @Override
                    public void announced(Session session, Frame frame) {
                        heard.add(((ChunkAnnounceFrame) frame).signed()[0]);
                    }

                    @Override
                    public void closed(Session session, StoqException reason) {
                        heard.add(reason.code());
                    }
                };
        Sessions sessions = sessions(handler);
        for (int i = 0; i < 100; i++) {
            sessions.client().send(new ChunkAnnounceFrame(new byte[] {(byte) i}));
        }

        assertThat(heard.poll(10, TimeUnit.SECONDS)).isEqualTo("opened");
        for (int i = 0; i < 100; i++) {
            assertThat(heard.poll(10, TimeUnit.SECONDS)).isEqualTo((byte) i);
        }
        sessions.client().close(StoqErrorCode.UNAVAILABLE, "");
        assertThat(heard.poll(10, TimeUnit.SECONDS)).isEqualTo(StoqErrorCode.UNAVAILABLE);
    }

    @Test
    void aHandlerThatRefusesAnAnnouncementEndsTheConnectionWithItsCode() throws Exception {
        Sessions sessions =
                sessions(
                        new SessionHandler() {
                            @Override
                            public void announced(Session session, Frame frame)
                                    throws StoqException {
                                throw new StoqException(StoqErrorCode.INTEGRITY, "badly signed");
                            }
                        });
        sessions.client().send(new ChunkAnnounceFrame(new byte[] {1}));

        StoqException reason =
                sessions.client().closed().toCompletableFuture().get(10, TimeUnit.SECONDS);
        assertThat(reason.code()).isEqualTo(StoqErrorCode.INTEGRITY);
        assertThat(reason).hasMessageContaining("badly signed");
    }

    @Test
    void thePeersLimitOfHeadersCounts() throws Exception {
        SessionOptions small =
                new SessionOptions(
                        new Settings(1, 1_024, CREDIT),
                        OPTIONS.keepAlive(),
                        false,
                        OPTIONS.initialRtt(),
                        OPTIONS.defaultDeadline());
        Sessions sessions = sessions(OPTIONS, new EchoHandler(), small, new EchoHandler());
        Request big =
                Request.of("test", "echo", CborMap.builder().put(1, "x".repeat(2_000)).build());

        assertThat(codeOf(() -> sessions.client().call(big))).isEqualTo(StoqErrorCode.TOO_LARGE);
        // The other way the limit is another one; the answer must fit it, though.
        assertThat(codeOf(() -> sessions.server().call(big))).isEqualTo(StoqErrorCode.TOO_LARGE);
        assertThat(sessions.client().isOpen()).isTrue();
    }

    private static <F extends Frame> F nextOf(Class<F> type, RawPeer peer, QuicStream stream)
            throws IOException {
        while (true) {
            Frame frame = peer.read(stream);
            if (type.isInstance(frame)) {
                return type.cast(frame);
            }
        }
    }
}
