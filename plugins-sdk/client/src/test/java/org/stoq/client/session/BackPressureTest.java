package org.stoq.client.session;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.WritableByteChannel;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.stoq.client.RealNetwork;
import org.stoq.sdk.call.Call;
import org.stoq.sdk.call.Reply;
import org.stoq.sdk.call.Request;
import org.stoq.sdk.call.Response;
import org.stoq.sdk.cbor.CborMap;

class BackPressureTest extends RealNetwork {
    private static final Request ENDLESS = Request.of("test", "endless", CborMap.EMPTY);
    private static final Request ECHO = Request.of("test", "echo", CborMap.EMPTY);
    private static final int STEP = 1_000;

    private final AtomicLong written = new AtomicLong();

    /** Writes a body without end, or echoes. */
    private final class Source implements SessionHandler {
        @Override
        public void call(Session session, Call call) throws IOException {
            if (call.request().method().equals("echo")) {
                new EchoHandler().call(session, call);
                return;
            }
            WritableByteChannel answer = call.respond(Response.ok());
            while (true) {
                answer.write(ByteBuffer.allocate(STEP));
                written.addAndGet(STEP);
            }
        }
    }

    @Test
    void aReaderThatStopsStopsTheWriterWithinItsCreditAndNobodyElse() throws Exception {
        Sessions sessions = sessions(new Source());
        try (Reply stopped = sessions.client().call(ENDLESS)) {
            awaitStandstill();
            long atFirst = written.get();
            assertThat(atFirst).isLessThanOrEqualTo(CREDIT).isGreaterThan(CREDIT - STEP);

            for (int i = 0; i < 20; i++) {
                sessions.client().call(ECHO).close();
            }
            assertThat(written).hasValue(atFirst);

            // Half of the credit read is credit given back.
            ByteBuffer half = ByteBuffer.allocate(CREDIT / 2);
            while (half.hasRemaining()) {
                stopped.body().read(half);
            }
            awaitMoreThan(atFirst);
            awaitStandstill();
            assertThat(written.get()).isLessThanOrEqualTo(CREDIT + CREDIT / 2);
        }
    }

    @Test
    void oneByteLessThanHalfGivesNoCreditYet() throws Exception {
        Sessions sessions = sessions(new Source());
        try (Reply stopped = sessions.client().call(ENDLESS)) {
            awaitStandstill();
            long atFirst = written.get();
            ByteBuffer lessThanHalf = ByteBuffer.allocate(CREDIT / 2 - 1);
            while (lessThanHalf.hasRemaining()) {
                stopped.body().read(lessThanHalf);
            }
            sessions.client().call(ECHO).close();
            assertThat(written).hasValue(atFirst);
        }
    }

    @Test
    void manyReadersThatStopDoNotStopTheConnection() throws Exception {
        Sessions sessions =
                sessions(SessionOptions.DEFAULT, SessionHandler.NONE, OPTIONS, new Source());
        Reply[] stopped = new Reply[24];
        for (int i = 0; i < stopped.length; i++) {
            stopped[i] = track(sessions.client().call(ENDLESS));
        }
        awaitStandstill();

        // All of it is waiting at the reader: QUIC's own windows are free for the others.
        long credit = SessionOptions.DEFAULT.settings().initialCreditBytes();
        assertThat(written.get()).isGreaterThan(stopped.length * (credit - STEP));
        sessions.client().call(ECHO).close();
    }

    private void awaitStandstill() throws InterruptedException {
        CountDownLatch never = new CountDownLatch(1);
        long before = -1;
        while (written.get() != before || before == 0) {
            before = written.get();
            assertThat(never.await(150, TimeUnit.MILLISECONDS)).isFalse();
        }
    }

    private void awaitMoreThan(long count) throws InterruptedException {
        CountDownLatch never = new CountDownLatch(1);
        while (written.get() <= count) {
            assertThat(never.await(5, TimeUnit.MILLISECONDS)).isFalse();
        }
    }
}
