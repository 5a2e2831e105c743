package org.stoq.transport;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.stoq.sdk.transport.QuicConnection;
import org.stoq.sdk.transport.QuicOptions;
import org.stoq.sdk.transport.QuicStream;
import org.stoq.testkit.SeededBytes;
import org.stoq.testkit.impair.Direction;
import org.stoq.testkit.impair.Recording;

/** What threads write while the event loop is busy with something else. */
@Timeout(30)
class SmallWritesTest {
    /** More than an acknowledgement, less than a probe for the size of the path. */
    private static final int LEAST = 150;

    private static final int MOST = 1_150;

    @TempDir Path folder;

    @Test
    void aHeadABodyAndTheirEndTravelInOneDatagram() throws Exception {
        try (RealPair pair = new RealPair(folder, QuicOptions.DEFAULTS)) {
            NettyConnection client = (NettyConnection) pair.connect();
            QuicConnection server = pair.listener().accept();
            QuicStream stream = client.openStream(true);
            Recording recording = new Recording(1_000, 1 << 20);
            pair.path.tap(recording);
            byte[] bytes = SeededBytes.random(1, 807);

            CountDownLatch written = holdLoop(client);
            stream.write(ByteBuffer.wrap(bytes, 0, 200));
            stream.write(ByteBuffer.wrap(bytes, 200, 200), ByteBuffer.wrap(bytes, 400, 400));
            stream.finish(ByteBuffer.wrap(bytes, 800, 7));
            written.countDown();

            assertThat(readToEnd(server.acceptStream())).isEqualTo(bytes);
            assertThat(recording.datagrams(Direction.TO_SERVER))
                    .filteredOn(sent -> sent.bytes().length > LEAST && sent.bytes().length < MOST)
                    .hasSize(1);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2_047, 2_048, 2_049, 300_000})
    void piecesOfEverySizeArriveInOrder(int size) throws Exception {
        try (RealPair pair = new RealPair(folder, QuicOptions.DEFAULTS)) {
            NettyConnection client = (NettyConnection) pair.connect();
            QuicConnection server = pair.listener().accept();
            QuicStream stream = client.openStream(true);
            ByteArrayOutputStream all = new ByteArrayOutputStream();

            CountDownLatch written = holdLoop(client);
            for (int length : new int[] {1, size, 3, 1_000, size, 5}) {
                byte[] piece = SeededBytes.random(all.size(), length);
                all.writeBytes(piece);
                stream.write(ByteBuffer.wrap(piece));
            }
            all.write(7);
            stream.finish(ByteBuffer.wrap(new byte[] {7}));
            written.countDown();

            assertThat(readToEnd(server.acceptStream())).isEqualTo(all.toByteArray());
        }
    }

    @Test
    void everyStreamThatABatchOfPacketsOpensIsAccepted() throws Exception {
        try (RealPair pair = new RealPair(folder, QuicOptions.DEFAULTS)) {
            NettyConnection client = (NettyConnection) pair.connect();
            NettyConnection server = (NettyConnection) pair.listener().accept();
            QuicStream[] streams = new QuicStream[50];
            for (int i = 0; i < streams.length; i++) {
                streams[i] = client.openStream(true);
            }

            CountDownLatch sent = holdLoop(server);
            for (QuicStream stream : streams) {
                stream.finish(ByteBuffer.wrap(new byte[] {(byte) stream.id()}));
            }
            sent.countDown();

            for (int i = 0; i < streams.length; i++) {
                QuicStream accepted = server.acceptStream();
                assertThat(readToEnd(accepted)).containsExactly((byte) accepted.id());
            }
        }
    }

    /** Keeps the event loop of a connection busy until the latch is opened. */
    private static CountDownLatch holdLoop(NettyConnection connection) throws InterruptedException {
        CountDownLatch held = new CountDownLatch(1);
        CountDownLatch open = new CountDownLatch(1);
        connection.onLoop(() -> {
            held.countDown();
            try {
                open.await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        });
        held.await();
        return open;
    }

    private static byte[] readToEnd(QuicStream stream) throws Exception {
        ByteBuffer buffer = ByteBuffer.allocate(1 << 20);
        while (stream.read(buffer) >= 0) {
            assertThat(buffer.hasRemaining()).isTrue();
        }
        return Arrays.copyOf(buffer.array(), buffer.position());
    }
}
