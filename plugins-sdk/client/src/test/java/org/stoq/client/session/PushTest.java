package org.stoq.client.session;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ReadableByteChannel;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.stoq.client.RealNetwork;
import org.stoq.sdk.Digest;
import org.stoq.sdk.StoqErrorCode;
import org.stoq.sdk.call.Request;
import org.stoq.sdk.cbor.CborMap;
import org.stoq.sdk.frame.PushPromise;
import org.stoq.testkit.SeededBytes;

class PushTest extends RealNetwork {
    private final BlockingQueue<Object> pushed = new ArrayBlockingQueue<>(10);

    /** Takes manifests and nothing else. */
    private final class Taker extends EchoHandler {
        @Override
        public boolean pushed(Session session, PushPromise promise, ReadableByteChannel body)
                throws IOException {
            if (promise.kind() != PushPromise.Kind.MANIFEST) {
                pushed.add(promise.name());
                return false;
            }
            byte[] bytes = readAll(body);
            pushed.add(Digest.of(bytes).equals(promise.digest()) ? promise : "broken");
            return true;
        }
    }

    private static PushPromise promise(byte[] bytes, PushPromise.Kind kind, String name) {
        return new PushPromise(Digest.of(bytes), bytes.length, kind, name);
    }

    private Object next() throws InterruptedException {
        return pushed.poll(10, TimeUnit.SECONDS);
    }

    @Test
    void aWantedObjectArrivesWhole() throws Exception {
        Sessions sessions = sessions(new Taker());
        // More than the credit, and as much as one push may hold.
        byte[] bytes = SeededBytes.random(1, 1 << 20);
        PushPromise promise = promise(bytes, PushPromise.Kind.MANIFEST, "a/b");

        assertThat(sessions.client().push(promise, ByteBuffer.wrap(bytes))).isTrue();

        assertThat(next()).isEqualTo(promise);
    }

    @Test
    void bothSidesPush() throws Exception {
        Sessions sessions = sessions(OPTIONS, new Taker(), OPTIONS, SessionHandler.NONE);
        byte[] bytes = {1};
        PushPromise promise = promise(bytes, PushPromise.Kind.MANIFEST, "");

        sessions.server().push(promise, ByteBuffer.wrap(bytes));

        assertThat(next()).isEqualTo(promise);
    }

    @Test
    void anUnwantedObjectIsStoppedAndNothingElse() throws Exception {
        Sessions sessions = sessions(new Taker());
        byte[] bytes = new byte[1 << 20];

        // The peer's credit is far less than this, so its no must come before the end.
        PushPromise promise = promise(bytes, PushPromise.Kind.CHUNK, "unwanted");
        assertThat(sessions.client().push(promise, ByteBuffer.wrap(bytes))).isFalse();

        assertThat(next()).isEqualTo("unwanted");
        sessions.client().call(Request.of("test", "echo", CborMap.EMPTY)).close();
    }

    @Test
    void hundredsOfUnwantedObjectsLeaveNothingBehind() throws Exception {
        Sessions sessions = sessions(SessionHandler.NONE);
        byte[] bytes = new byte[2 * CREDIT];
        PushPromise promise = promise(bytes, PushPromise.Kind.CHUNK, "");
        // Far more than may be open at once.
        for (int i = 0; i < 300; i++) {
            assertThat(sessions.client().push(promise, ByteBuffer.wrap(bytes))).isFalse();
        }
    }

    @Test
    void aPushThatNobodyReadsEndsAtTheDeadline() throws Exception {
        Connections connections = connections();
        Session session = Session.open(connections.client(), IMPATIENT, SessionHandler.NONE);
        RawPeer.withSettings(connections.server());
        byte[] bytes = new byte[1 << 20];
        PushPromise promise = promise(bytes, PushPromise.Kind.CHUNK, "");

        assertThat(codeOf(() -> session.push(promise, ByteBuffer.wrap(bytes))))
                .isEqualTo(StoqErrorCode.DEADLINE_EXCEEDED);
    }
}
