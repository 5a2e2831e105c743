package org.stoq.transport;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.stoq.sdk.Digest;
import org.stoq.sdk.StoqErrorCode;
import org.stoq.sdk.StoqException;
import org.stoq.sdk.transport.QuicConnection;
import org.stoq.sdk.transport.QuicOptions;
import org.stoq.sdk.transport.QuicStream;
import org.stoq.testkit.SeededBytes;

/** A connection goes on where its client is now (RFC 9000 s.9), while it is being used. */
@Timeout(60)
class MigrationTest {
    private static final int PART = 256 << 10;

    private RealPair pair;
    private QuicConnection client;
    private QuicConnection server;

    @BeforeEach
    void open(@TempDir Path folder) throws Exception {
        pair = new RealPair(folder, QuicOptions.DEFAULTS);
        client = pair.connect();
        server = pair.listener().accept();
    }

    @AfterEach
    void close() throws Exception {
        pair.close();
    }

    /** Something that happens to the client's address. */
    private interface Move {
        void happens() throws Exception;
    }

    /** Sends both ways at once, and moves when so many parts of the way up were sent. */
    private void moveUnderLoad(int parts, Set<Integer> after, Move move) throws Exception {
        byte[] content = SeededBytes.random(1, parts * PART);
        QuicStream stream = client.openStream(true);
        stream.write(ByteBuffer.wrap(content, 0, PART));
        QuicStream accepted = server.acceptStream();
        FutureTask<Void> down =
                start(() -> {
                    accepted.finish(ByteBuffer.wrap(content));
                    return null;
                });
        FutureTask<byte[]> below = start(() -> RealPair.read(stream, content.length));
        FutureTask<byte[]> above = start(() -> RealPair.read(accepted, content.length));
        for (int i = 1; i < parts; i++) {
            if (after.contains(i)) {
                move.happens();
            }
            ByteBuffer part = ByteBuffer.wrap(content, i * PART, PART);
            if (i == parts - 1) {
                stream.finish(part);
            } else {
                stream.write(part);
            }
        }
        assertThat(Digest.of(above.get())).isEqualTo(Digest.of(content));
        assertThat(Digest.of(below.get())).isEqualTo(Digest.of(content));
        down.get();
    }

    private static <T> FutureTask<T> start(Callable<T> work) {
        FutureTask<T> task = new FutureTask<>(work);
        Thread.ofVirtual().start(task);
        return task;
    }

    private void echo() throws Exception {
        byte[] bytes = SeededBytes.random(1, 1_000);
        QuicStream stream = client.openStream(true);
        stream.finish(ByteBuffer.wrap(bytes));
        QuicStream accepted = server.acceptStream();
        accepted.finish(ByteBuffer.wrap(RealPair.read(accepted, bytes.length)));
        assertThat(RealPair.read(stream, bytes.length)).isEqualTo(bytes);
    }

    /**
     * Whether the engine finds out what was lost with the old address is a matter of luck; that the
     * transfer does not stand still is not.
     */
    @RepeatedTest(3)
    void aNatThatForgetsItInTheMiddleOfATransferNeverMakesItStandStill() throws Exception {
        InetSocketAddress before = server.remoteAddress();
        // A client that only waits cannot tell that it is cut off; what it sends shows the way.
        AtomicBoolean done = new AtomicBoolean();
        FutureTask<Void> talking =
                start(() -> {
                    while (!done.get() && client.isOpen()) {
                        client.sendDatagram(ByteBuffer.wrap(new byte[1]));
                        LockSupport.parkNanos(5_000_000);
                    }
                    return null;
                });
        try {
            moveUnderLoad(40, Set.of(15), pair.path::rebind);
            done.set(true);
            talking.get();
            assertThat(server.remoteAddress()).isNotEqualTo(before);
        } catch (ExecutionException e) {
            assertLost(e.getCause());
        } catch (StoqException e) {
            assertLost(e);
        }
    }

    private static void assertLost(@Nullable Throwable end) {
        assertThat(end)
                .isInstanceOfSatisfying(
                        StoqException.class,
                        lost -> assertThat(lost.code()).isEqualTo(StoqErrorCode.CONNECTION_LOST));
    }

    @Test
    void aNatMayForgetItThirtyTimesBetweenCalls() throws Exception {
        echo();
        for (int i = 0; i < NettyListener.ADDRESSES - 2; i++) {
            InetSocketAddress before = server.remoteAddress();
            pair.path.rebind();
            echo();
            assertThat(server.remoteAddress()).isNotEqualTo(before);
        }
    }

    @Test
    void movesToOtherAddressesOnPurposeInTheMiddleOfATransfer() throws Exception {
        InetSocketAddress before = server.remoteAddress();
        Set<Integer> own = new HashSet<>();
        own.add(client.localAddress().getPort());
        moveUnderLoad(
                40,
                Set.of(5, 10, 15, 20, 25, 30),
                () -> {
                    client.migrate(RealPair.ANY_PORT);
                    own.add(client.localAddress().getPort());
                });
        assertThat(own).hasSize(7);
        echo();
        assertThat(server.remoteAddress()).isNotEqualTo(before);
    }

    @Test
    void theServersEndStaysWhereItIs() throws Exception {
        StoqException refused =
                catchThrowableOfType(StoqException.class, () -> server.migrate(RealPair.ANY_PORT));
        assertThat(refused.code()).isEqualTo(StoqErrorCode.UNSUPPORTED);
    }
}
