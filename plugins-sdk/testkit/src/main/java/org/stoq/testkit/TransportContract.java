package org.stoq.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.FutureTask;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.stoq.sdk.Digest;
import org.stoq.sdk.StoqErrorCode;
import org.stoq.sdk.StoqException;
import org.stoq.sdk.transport.QuicConnection;
import org.stoq.sdk.transport.QuicListener;
import org.stoq.sdk.transport.QuicOptions;
import org.stoq.sdk.transport.QuicStream;
import org.stoq.sdk.transport.Transport;

/** What every {@link Transport} must do, tried on real sockets of this machine. */
@Timeout(60)
public abstract class TransportContract extends TransportTrustContract {
    @Test
    protected void bytesArriveAsTheyWereSent() throws Exception {
        Pair pair = connect();
        byte[] bytes = SeededBytes.random(1, 32 << 20);
        FutureTask<Void> echo = start(() -> echo(pair.server.acceptStream()));
        QuicStream stream = pair.client.openStream(true);
        FutureTask<Void> sending =
                start(() -> {
                    ByteBuffer source = ByteBuffer.wrap(bytes);
                    stream.write(source.slice(0, 7), source.slice(7, 70_000));
                    source.position(70_007).limit(bytes.length - 100);
                    stream.write(source);
                    stream.finish(source.limit(bytes.length));
                });
        assertThat(Digest.of(readAll(stream, bytes.length))).isEqualTo(Digest.of(bytes));
        sending.get();
        echo.get();
    }

    @Test
    protected void manyStreamsRunAtOnceBothWays() throws Exception {
        Pair pair = connect();
        List<FutureTask<Void>> work = new ArrayList<>();
        // Three times as many as may be open at once: the rest waits for room.
        for (int i = 0; i < 192; i++) {
            byte[] bytes = SeededBytes.random(i, 10_000);
            QuicConnection opener = i % 2 == 0 ? pair.client : pair.server;
            work.add(
                    start(() -> {
                        QuicStream stream = opener.openStream(true);
                        stream.finish(ByteBuffer.wrap(bytes));
                        assertThat(readAll(stream, bytes.length)).isEqualTo(bytes);
                    }));
        }
        for (QuicConnection acceptor : List.of(pair.client, pair.server)) {
            for (int i = 0; i < 96; i++) {
                QuicStream stream = acceptor.acceptStream();
                work.add(start(() -> echo(stream)));
            }
        }
        for (FutureTask<Void> task : work) {
            task.get();
        }
    }

    @Test
    protected void streamsAreHandedOverWithoutAThreadThatWaits() throws Exception {
        Pair pair = connect();
        BlockingQueue<QuicStream> taken = new LinkedBlockingQueue<>();
        // One that is there before anybody asks, and some that come later.
        pair.client.openStream(true).write(ByteBuffer.wrap(new byte[] {0}));
        pair.server.onStream(taken::add);
        for (int i = 1; i < 10; i++) {
            pair.client.openStream(true).write(ByteBuffer.wrap(new byte[] {(byte) i}));
        }
        Set<Byte> read = new HashSet<>();
        for (int i = 0; i < 10; i++) {
            ByteBuffer one = ByteBuffer.allocate(1);
            assertThat(taken.take().read(one)).isEqualTo(1);
            read.add(one.get(0));
        }
        assertThat(read).hasSize(10);
    }

    @Test
    protected void aReaderIsToldOfBytesAndOfTheEnd() throws Exception {
        Pair pair = connect();
        QuicStream stream = pair.client.openStream(false);
        stream.write(ByteBuffer.wrap(new byte[] {1}));
        QuicStream accepted = pair.server.acceptStream();
        ByteBuffer two = ByteBuffer.allocate(2);
        whenReadable(accepted).get();
        assertThat(accepted.read(two)).isEqualTo(1);

        CompletableFuture<Void> more = whenReadable(accepted);
        stream.write(ByteBuffer.wrap(new byte[] {2}));
        more.get();
        assertThat(accepted.read(two)).isEqualTo(1);

        CompletableFuture<Void> reset = whenReadable(accepted);
        stream.abort(StoqErrorCode.CANCELLED);
        reset.get();
        assertThat(codeOf(() -> accepted.read(ByteBuffer.allocate(1))))
                .isEqualTo(StoqErrorCode.CANCELLED);
        assertThat(accepted.readable()).isTrue();
    }

    private static CompletableFuture<Void> whenReadable(QuicStream stream) {
        CompletableFuture<Void> readable = new CompletableFuture<>();
        stream.whenReadable(() -> readable.complete(null));
        return readable;
    }

    @Test
    protected void aClientSendsFromTheAddressThatItIsTold() throws Exception {
        QuicListener listener = listen(trusted(false));
        InetSocketAddress local = new InetSocketAddress(InetAddress.ofLiteral("::1"), 0);
        QuicConnection client =
                track(
                        transport()
                                .connect(
                                        listener.localAddress(),
                                        "::1",
                                        options().toBuilder().local(local).build(),
                                        trusted(false),
                                        PATIENCE));
        assertThat(client.localAddress().getAddress()).isEqualTo(local.getAddress());
        assertThat(listener.accept().remoteAddress()).isEqualTo(client.localAddress());
    }

    @Test
    protected void aStreamMayEndWithItsFirstByte() throws Exception {
        Pair pair = connect();
        QuicStream stream = pair.client.openStream(false);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> stream.finish(ByteBuffer.allocate(0)));
        stream.finish(ByteBuffer.wrap(new byte[] {7}));
        QuicStream accepted = pair.server.acceptStream();
        assertThat(accepted.bidirectional()).isFalse();
        assertThat(accepted.id()).isEqualTo(stream.id());
        ByteBuffer one = ByteBuffer.allocate(2);
        assertThat(accepted.read(one)).isEqualTo(1);
        assertThat(one.get(0)).isEqualTo((byte) 7);
        assertThat(accepted.read(one)).isEqualTo(-1);
        assertThat(accepted.read(one)).isEqualTo(-1);
    }

    @Test
    protected void anAbortReachesThePeerAndWakesWhoWaits() throws Exception {
        Pair pair = connect();
        QuicStream stream = pair.client.openStream(true);
        stream.write(ByteBuffer.wrap(new byte[] {1}));
        QuicStream accepted = pair.server.acceptStream();
        assertThat(accepted.read(ByteBuffer.allocate(10))).isEqualTo(1);

        FutureTask<StoqErrorCode> reading = startReading(stream);
        FutureTask<StoqErrorCode> remoteReading = startReading(accepted);
        stream.abort(StoqErrorCode.DEADLINE_EXCEEDED);
        assertThat(reading.get()).isEqualTo(StoqErrorCode.DEADLINE_EXCEEDED);
        assertThat(remoteReading.get()).isEqualTo(StoqErrorCode.DEADLINE_EXCEEDED);
        assertThat(codeOf(() -> writeForever(stream))).isEqualTo(StoqErrorCode.DEADLINE_EXCEEDED);
        assertThat(codeOf(() -> writeForever(accepted)))
                .isIn(StoqErrorCode.DEADLINE_EXCEEDED, StoqErrorCode.CANCELLED);
    }

    @Test
    protected void aReaderThatGivesUpStopsTheBlockedWriterOfAOneWayStream() throws Exception {
        Pair pair = connect();
        QuicStream stream = pair.client.openStream(false);
        AtomicLong written = new AtomicLong();
        FutureTask<StoqErrorCode> writing =
                new FutureTask<>(() ->
                        codeOf(() -> {
                            while (true) {
                                stream.write(ByteBuffer.allocate(1 << 16));
                                written.incrementAndGet();
                            }
                        }));
        Thread.ofVirtual().start(writing);
        QuicStream accepted = pair.server.acceptStream();
        CountDownLatch never = new CountDownLatch(1);
        for (long before = -1; written.get() != before; ) {
            // Not read for so long, it stands still.
            before = written.get();
            assertThat(never.await(300, TimeUnit.MILLISECONDS)).isFalse();
        }

        accepted.abort(StoqErrorCode.RATE_LIMITED);

        assertThat(writing.get()).isIn(StoqErrorCode.RATE_LIMITED, StoqErrorCode.CANCELLED);
        assertThat(pair.client.isOpen()).isTrue();
    }

    @Test
    protected void aWriterThatGivesUpIsHeardByTheReaderOfAOneWayStream() throws Exception {
        Pair pair = connect();
        QuicStream stream = pair.client.openStream(false);
        stream.write(ByteBuffer.wrap(new byte[] {1}));
        QuicStream accepted = pair.server.acceptStream();
        assertThat(accepted.read(ByteBuffer.allocate(10))).isEqualTo(1);
        FutureTask<StoqErrorCode> reading = startReading(accepted);

        stream.abort(StoqErrorCode.RATE_LIMITED);

        assertThat(reading.get()).isEqualTo(StoqErrorCode.RATE_LIMITED);
        assertThat(pair.server.isOpen()).isTrue();
    }

    @Test
    protected void anAbortWakesABlockedWriter() throws Exception {
        Pair pair = connect();
        QuicStream stream = pair.client.openStream(true);
        FutureTask<StoqErrorCode> writing =
                new FutureTask<>(() -> codeOf(() -> writeForever(stream)));
        Thread.ofVirtual().start(writing);
        pair.server.acceptStream();
        stream.abort(StoqErrorCode.CANCELLED);
        assertThat(writing.get()).isEqualTo(StoqErrorCode.CANCELLED);
    }

    @Test
    protected void aSlowReaderHoldsTheWriterBack() throws Exception {
        Pair pair = connect();
        QuicStream stream = pair.client.openStream(false);
        AtomicLong written = new AtomicLong();
        long size = 64L << 20;
        FutureTask<Void> writing =
                start(() -> {
                    ByteBuffer part = ByteBuffer.allocate(1 << 16);
                    while (written.addAndGet(part.capacity()) < size) {
                        stream.write(part.clear());
                    }
                    stream.finish(part.clear());
                });
        QuicStream accepted = pair.server.acceptStream();
        ByteBuffer buffer = ByteBuffer.allocate(1 << 16);
        long received = 0;
        long mostAhead = 0;
        for (int length = accepted.read(buffer); length >= 0; length = accepted.read(buffer)) {
            received += length;
            buffer.clear();
            mostAhead = Math.max(mostAhead, written.get() - received);
        }
        writing.get();
        assertThat(received).isEqualTo(size);
        assertThat(mostAhead).isLessThan(32L << 20);
    }

    @Test
    protected void bothSidesLearnWhyAConnectionWasClosed() throws Exception {
        Pair pair = connect();
        FutureTask<StoqErrorCode> accepting =
                new FutureTask<>(() -> codeOf(pair.server::acceptStream));
        Thread.ofVirtual().start(accepting);
        pair.client.close(StoqErrorCode.GOING_AWAY, "good night");
        assertThat(accepting.get()).isEqualTo(StoqErrorCode.GOING_AWAY);
        StoqException reason = pair.server.closed().toCompletableFuture().get(10, TimeUnit.SECONDS);
        assertThat(reason.code()).isEqualTo(StoqErrorCode.GOING_AWAY);
        assertThat(reason).hasMessageContaining("good night");
        assertThat(pair.client.closed().toCompletableFuture().get(10, TimeUnit.SECONDS).code())
                .isEqualTo(StoqErrorCode.GOING_AWAY);
        assertThat(pair.server.isOpen()).isFalse();
        assertThat(codeOf(() -> pair.server.openStream(true))).isEqualTo(StoqErrorCode.GOING_AWAY);
    }

    @Test
    protected void refusesOneConnectionTooMany() throws Exception {
        QuicOptions two = options().toBuilder().maxConnections(2).build();
        QuicListener listener = track(transport().listen(ANY_PORT, two, trusted(false)));
        // A client is connected before the server is: accepting is how to wait for it.
        connect(listener, trusted(false), "::1");
        listener.accept();
        QuicConnection second = connect(listener, trusted(false), "::1");
        QuicConnection server = listener.accept();
        assertThat(codeOf(() -> connectAndWaitForTheEnd(listener, trusted(false))))
                .isEqualTo(StoqErrorCode.CONNECTION_LIMIT);
        second.close();
        server.closed().toCompletableFuture().get(10, TimeUnit.SECONDS);
        assertThat(connect(listener, trusted(false), "::1").isOpen()).isTrue();
    }

    @Test
    protected void aDeadPeerIsNoticedAfterTheIdleTimeout() throws Exception {
        QuicOptions impatient = options().toBuilder().idleTimeout(Duration.ofMillis(300)).build();
        QuicListener listener = track(transport().listen(ANY_PORT, impatient, trusted(false)));
        QuicConnection client = connect(listener, trusted(false), "::1");
        StoqException reason = client.closed().toCompletableFuture().get(10, TimeUnit.SECONDS);
        assertThat(reason.code()).isEqualTo(StoqErrorCode.CONNECTION_LOST);
    }

    @Test
    protected void nobodyAtHomeIsADeadlineOrARefusal() {
        InetSocketAddress nobody = new InetSocketAddress(InetAddress.ofLiteral("::1"), 9);
        assertThat(
                        codeOf(() ->
                                transport()
                                        .connect(
                                                nobody,
                                                "::1",
                                                options(),
                                                trusted(false),
                                                Duration.ofMillis(500))))
                .isIn(StoqErrorCode.DEADLINE_EXCEEDED, StoqErrorCode.CONNECTION_LOST);
    }

    @Test
    protected void refusesIpv4() {
        InetSocketAddress ipv4 = new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), 0);
        InetSocketAddress mapped =
                new InetSocketAddress(InetAddress.ofLiteral("::ffff:127.0.0.1"), 0);
        for (InetSocketAddress address : List.of(ipv4, mapped)) {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> transport().listen(address, options(), trusted(false)))
                    .withMessageContaining("IPv6 only");
            assertThatIllegalArgumentException()
                    .isThrownBy(() ->
                            transport()
                                    .connect(
                                            address,
                                            "localhost",
                                            options(),
                                            trusted(false),
                                            PATIENCE))
                    .withMessageContaining("IPv6 only");
        }
    }

    @Test
    protected void refusesAPortThatIsTaken() throws Exception {
        QuicListener listener = listen(trusted(false));
        assertThatThrownBy(() ->
                        transport().listen(listener.localAddress(), options(), trusted(false)))
                .isInstanceOf(BindException.class);
    }

    @Test
    protected void refusesACongestionAlgorithmThatItDoesNotHave() {
        QuicOptions odd = options().toBuilder().congestionAlgorithm("no-such").build();
        assertThatIllegalArgumentException()
                .isThrownBy(() -> transport().listen(ANY_PORT, odd, trusted(false)))
                .withMessageContaining("no-such");
    }

    @Test
    protected void closingAListenerEndsItsConnectionsAndFreesThePort() throws Exception {
        QuicListener listener = listen(trusted(false));
        QuicConnection client = connect(listener, trusted(false), "::1");
        InetSocketAddress address = listener.localAddress();
        listener.accept();
        FutureTask<Void> accepting = start(listener::accept);
        listener.close();
        assertThat(client.closed().toCompletableFuture().get(10, TimeUnit.SECONDS).code())
                .isEqualTo(StoqErrorCode.NO_ERROR);
        assertThatThrownBy(accepting::get).hasCauseInstanceOf(ClosedChannelException.class);
        track(transport().listen(address, options(), trusted(false)));
    }

    @Test
    protected void measuresThePath() throws Exception {
        Pair pair = connect();
        QuicStream stream = pair.client.openStream(true);
        stream.finish(ByteBuffer.allocate(100_000));
        QuicStream accepted = pair.server.acceptStream();
        readAll(accepted, 100_000);
        CountDownLatch never = new CountDownLatch(1);
        while (pair.client.stats().bytesSent() < 100_000) {
            // Statistics are collected in the background; asking again is how to wait for them.
            assertThat(never.await(10, TimeUnit.MILLISECONDS)).isFalse();
        }
        assertThat(pair.client.stats().smoothedRtt()).isPositive();
        assertThat(pair.client.stats().windowBytes()).isPositive();
    }

    /** Both ends of one connection. */
    private record Pair(QuicConnection client, QuicConnection server) {}

    private Pair connect() throws IOException {
        QuicListener listener = listen(trusted(false));
        QuicConnection client = connect(listener, trusted(false), "::1");
        return new Pair(client, listener.accept());
    }

    /** Something that a thread does and that may fail. */
    @FunctionalInterface
    private interface Work {
        void run() throws Exception;
    }

    private static FutureTask<Void> start(Work work) {
        FutureTask<Void> task =
                new FutureTask<>(() -> {
                    work.run();
                    return null;
                });
        Thread.ofVirtual().start(task);
        return task;
    }

    private static FutureTask<StoqErrorCode> startReading(QuicStream stream) {
        FutureTask<StoqErrorCode> reading =
                new FutureTask<>(() -> codeOf(() -> stream.read(ByteBuffer.allocate(10))));
        Thread.ofVirtual().start(reading);
        return reading;
    }

    /** Sends back what comes, one byte late, because the last one carries the end. */
    private static void echo(QuicStream stream) throws IOException {
        ByteBuffer buffer = ByteBuffer.allocateDirect(50_000);
        while (stream.read(buffer) >= 0) {
            buffer.flip().limit(buffer.limit() - 1);
            stream.write(buffer);
            buffer.limit(buffer.limit() + 1).compact();
        }
        stream.finish(buffer.flip());
    }

    private static void writeForever(QuicStream stream) throws IOException {
        while (true) {
            stream.write(ByteBuffer.allocate(1 << 16));
        }
    }
}
