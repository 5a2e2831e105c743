package org.stoq.transport;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.FutureTask;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.stoq.sdk.Digest;
import org.stoq.sdk.congestion.CongestionController;
import org.stoq.sdk.congestion.PathState;
import org.stoq.sdk.strategy.Strategies;
import org.stoq.sdk.strategy.Strategy;
import org.stoq.sdk.strategy.StrategySlot;
import org.stoq.sdk.strategy.StrategyStatus;
import org.stoq.sdk.transport.QuicConnection;
import org.stoq.sdk.transport.QuicOptions;
import org.stoq.sdk.transport.QuicStream;
import org.stoq.testkit.SeededBytes;
import org.stoq.testkit.impair.Direction;
import org.stoq.testkit.impair.Impairment;
import org.stoq.testkit.impair.Tap;

/** Congestion controllers of plug-ins over the engine's own, on a path of 40 ms there and back. */
@Timeout(60)
class GovernorTest {
    private static final Duration ONE_WAY = Duration.ofMillis(20);
    private static final StrategyStatus.Origin ORIGIN =
            new StrategyStatus.Origin("test", "1.0.0", 0);

    private final StrategySlot<CongestionController> slot =
            new StrategySlot<>(CongestionController.class, System::nanoTime);
    private RealPair pair;

    @BeforeEach
    void open(@TempDir Path folder) throws Exception {
        Strategies node = new OneSlot(slot);
        pair = new RealPair(folder, QuicOptions.DEFAULTS, new NettyTransport(0, true, () -> node));
        pair.path.impair(Impairment.NONE.withDelay(ONE_WAY));
    }

    @AfterEach
    void close() throws Exception {
        pair.close();
    }

    private record OneSlot(StrategySlot<CongestionController> congestion) implements Strategies {
        @Override
        @SuppressWarnings("unchecked") // there is only the one
        public <S extends Strategy> StrategySlot<S> slot(Class<S> spi) {
            assertThat(spi).isEqualTo(CongestionController.class);
            return (StrategySlot<S>) congestion;
        }
    }

    /** Always the same window, and what it was told at its start. */
    private static final class Constant implements CongestionController {
        private final String name;
        private final long windowBytes;
        private final List<PathState> starts = new CopyOnWriteArrayList<>();
        private final AtomicLong acknowledged = new AtomicLong();

        Constant(String name, long windowBytes) {
            this.name = name;
            this.windowBytes = windowBytes;
        }

        @Override
        public String name() {
            return name;
        }

        @Override
        public Flow start(PathState path, long nowNanos) {
            starts.add(path);
            return new Flow() {
                @Override
                public void congestionExperienced(long now, long packets, long newest) {}

                @Override
                public void lost(long now, long bytes, long newest, boolean persistent) {}

                @Override
                public void acknowledged(
                        long now, long bytes, long newest, long inFlight, boolean appLimited) {
                    acknowledged.addAndGet(bytes);
                    if (windowBytes < 0) {
                        throw new IllegalStateException("a defect");
                    }
                }

                @Override
                public void datagramSize(int maxDatagramBytes) {}

                @Override
                public long windowBytes() {
                    return Math.abs(windowBytes);
                }
            };
        }
    }

    private static QuicOptions with(String controller) {
        return QuicOptions.DEFAULTS.toBuilder().congestionAlgorithm(controller).build();
    }

    private QuicConnection connect(String controller) throws Exception {
        return pair.connect(pair.node.credentials(false), with(controller));
    }

    private FutureTask<Void> send(QuicConnection client, byte[] content) {
        FutureTask<Void> sending =
                new FutureTask<>(() -> {
                    client.openStream(false).finish(ByteBuffer.wrap(content));
                    return null;
                });
        Thread.ofVirtual().start(sending);
        return sending;
    }

    private static void receive(QuicConnection server, byte[] content) throws Exception {
        QuicStream stream = server.acceptStream();
        assertThat(Digest.of(RealPair.read(stream, content.length))).isEqualTo(Digest.of(content));
    }

    /** When the first and the last full datagram went to the server. */
    private static final class Span implements Tap {
        private volatile long firstNanos;
        private volatile long lastNanos;

        @Override
        public void seen(Seen datagram) {
            if (datagram.direction() == Direction.TO_SERVER && datagram.bytes().length > 1_000) {
                firstNanos = firstNanos == 0 ? datagram.nanos() : firstNanos;
                lastNanos = datagram.nanos();
            }
        }
    }

    @Test
    void noMoreIsUnderWayThanThePluginsWindow() throws Exception {
        Constant narrow = new Constant("narrow", 20_000);
        slot.offer(narrow, ORIGIN);
        QuicConnection client = connect("narrow");
        QuicConnection server = pair.listener().accept();
        Span span = new Span();
        pair.path.tap(span);
        byte[] content = SeededBytes.random(1, 300_000);
        FutureTask<Void> sending = send(client, content);
        receive(server, content);
        sending.get();
        // Fifteen windows, each of which waits for a round trip; the engine alone needs five.
        long roundTrips = (span.lastNanos - span.firstNanos) / (2 * ONE_WAY.toNanos());
        assertThat(roundTrips).isGreaterThanOrEqualTo(12);
        assertThat(narrow.acknowledged.get()).isGreaterThan(200_000);
        assertThat(narrow.starts).isNotEmpty();
    }

    @Test
    void anotherControllerTakesOverInTheMiddleWithWhatIsKnownOfThePath() throws Exception {
        Constant narrow = new Constant("narrow", 5_000);
        Constant wide = new Constant("wide", 1_000_000);
        slot.offer(narrow, ORIGIN);
        slot.offer(wide, ORIGIN);
        QuicConnection client = connect("narrow");
        QuicConnection server = pair.listener().accept();
        byte[] content = SeededBytes.random(1, 1_500_000);
        FutureTask<Void> sending = send(client, content);
        Await.until("it has begun", () -> narrow.acknowledged.get() > 20_000);
        client.congestionAlgorithm("wide");
        receive(server, content);
        sending.get();
        assertThat(wide.starts.getFirst().windowBytes()).isEqualTo(5_000);
        assertThat(wide.starts.getFirst().smoothedRttNanos())
                .isGreaterThan(2 * ONE_WAY.toNanos() - 1);
        assertThat(narrow.acknowledged.get()).isLessThan(content.length / 2);
    }

    @Test
    void aPluginLeavesWhileItsControllerIsInUse() throws Exception {
        Constant narrow = new Constant("narrow", 5_000);
        slot.offer(narrow, ORIGIN);
        QuicConnection client = connect("narrow");
        QuicConnection server = pair.listener().accept();
        byte[] content = SeededBytes.random(1, 1_000_000);
        FutureTask<Void> sending = send(client, content);
        Await.until("it has begun", () -> narrow.acknowledged.get() > 20_000);
        assertThat(slot.withdraw(narrow, Duration.ofSeconds(10))).isTrue();
        receive(server, content);
        sending.get();
    }

    @Test
    void aPluginThatIsAtRestHoldsNothing() throws Exception {
        Constant narrow = new Constant("narrow", 50_000);
        slot.offer(narrow, ORIGIN);
        QuicConnection client = connect("narrow");
        QuicConnection server = pair.listener().accept();
        byte[] content = SeededBytes.random(1, 100_000);
        send(client, content).get();
        receive(server, content);
        Await.until("its lease is back", () -> slot.status().getFirst().leases() == 0);
        assertThat(client.isOpen()).isTrue();
    }

    @Test
    void aConnectionThatEndsInTheMiddleHoldsNothing() throws Exception {
        Constant narrow = new Constant("narrow", 5_000);
        slot.offer(narrow, ORIGIN);
        QuicConnection client = connect("narrow");
        NettyConnection server = (NettyConnection) pair.listener().accept();
        FutureTask<Void> sending = send(client, SeededBytes.random(1, 1_000_000));
        Await.until("it has begun", () -> narrow.acknowledged.get() > 20_000);
        client.close();
        server.closed().toCompletableFuture().join();
        assertThat(catchThrowable(sending::get)).isNotNull();
        // The look that was under way comes to nothing.
        for (int i = 0; i < 20; i++) {
            server.loop();
            LockSupport.parkNanos(5_000_000);
            assertThat(slot.status().getFirst().leases()).isZero();
        }
    }

    @Test
    void aControllerThatThrowsIsCountedAndTheTransferGoesOn() throws Exception {
        Constant broken = new Constant("broken", -5_000);
        slot.offer(broken, ORIGIN);
        QuicConnection client = connect("broken");
        QuicConnection server = pair.listener().accept();
        byte[] content = SeededBytes.random(1, 500_000);
        FutureTask<Void> sending = send(client, content);
        receive(server, content);
        sending.get();
        assertThat(slot.status().getFirst().failures()).isEqualTo(1);
        assertThat(slot.status().getFirst().leases()).isZero();
    }

    @Test
    void aControllerThatIsNotThereYetServesAsSoonAsItComes() throws Exception {
        QuicConnection client = connect("late");
        QuicConnection server = pair.listener().accept();
        byte[] content = SeededBytes.random(1, 50_000);
        FutureTask<Void> first = send(client, content);
        receive(server, content);
        first.get();
        Constant late = new Constant("late", 20_000);
        slot.offer(late, ORIGIN);
        FutureTask<Void> second = send(client, content);
        receive(server, content);
        second.get();
        assertThat(late.starts).isNotEmpty();
    }
}
