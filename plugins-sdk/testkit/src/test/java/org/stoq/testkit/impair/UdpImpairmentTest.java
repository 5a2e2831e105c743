package org.stoq.testkit.impair;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.tuple;
import static org.stoq.testkit.impair.Direction.TO_CLIENT;
import static org.stoq.testkit.impair.Direction.TO_SERVER;

import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class UdpImpairmentTest {
    private static final int DEADLINE_MILLIS = 10_000;
    private static final Duration DEADLINE = Duration.ofMillis(DEADLINE_MILLIS);
    private static final Impairment LOSE_ALL = Impairment.NONE.withLoss(1);

    private EchoServer server;
    private UdpImpairment network;
    private DatagramSocket client;

    @BeforeEach
    void open() throws IOException {
        server = new EchoServer();
        network = UdpImpairment.inFrontOf(server.address(), 1);
        client = newClient();
    }

    @AfterEach
    void close() throws Exception {
        client.close();
        network.close();
        server.close();
    }

    private static DatagramSocket newClient() throws IOException {
        DatagramSocket socket = new DatagramSocket(0, InetAddress.ofLiteral("::1"));
        socket.setSoTimeout(DEADLINE_MILLIS);
        socket.setReceiveBufferSize(4 << 20);
        return socket;
    }

    private static InetSocketAddress address(DatagramSocket socket) {
        return (InetSocketAddress) socket.getLocalSocketAddress();
    }

    private void send(DatagramSocket from, byte... bytes) throws IOException {
        from.send(new DatagramPacket(bytes, bytes.length, network.address()));
    }

    /** Waits for the next datagram, which comes from the network. */
    private byte[] receive(DatagramSocket at) throws IOException {
        DatagramPacket packet = new DatagramPacket(new byte[65_535], 65_535);
        at.receive(packet);
        assertThat(packet.getSocketAddress()).isEqualTo(network.address());
        return Arrays.copyOf(packet.getData(), packet.getLength());
    }

    /** Sends something and waits until it is back: what was sent before has been dealt with too. */
    private void echo(DatagramSocket at, int number) throws IOException {
        send(at, (byte) number);
        assertThat(receive(at)).containsExactly(number);
    }

    private static void await(BooleanSupplier condition) throws InterruptedException {
        CountDownLatch never = new CountDownLatch(1);
        long begun = System.nanoTime();
        while (!condition.getAsBoolean()) {
            assertThat(System.nanoTime() - begun).isLessThan(DEADLINE.toNanos());
            assertThat(never.await(1, TimeUnit.MILLISECONDS)).isFalse();
        }
    }

    @Test
    void forwardsBothWaysAndTheServerSeesAnAddressPerClient() throws IOException {
        try (DatagramSocket another = newClient()) {
            echo(client, 1);
            echo(another, 2);
            echo(client, 3);
            List<InetSocketAddress> sources = server.sources();
            assertThat(sources.get(2)).isEqualTo(sources.getFirst());
            assertThat(network.clients())
                    .containsExactlyInAnyOrderEntriesOf(
                            Map.of(
                                    address(client), sources.get(0),
                                    address(another), sources.get(1)))
                    .doesNotContainValue(address(client));
        }
        assertThat(network.counts(TO_SERVER).delivered()).isEqualTo(3);
        assertThat(network.counts(TO_CLIENT).deliveredBytes()).isEqualTo(3);
    }

    @Test
    void theSmallestAndTheLargestDatagramPass() throws IOException {
        // What IPv6 can carry without a jumbogram, less the header of UDP.
        byte[] largest = new byte[65_527];
        largest[65_526] = 1;
        send(client);
        assertThat(receive(client)).isEmpty();
        send(client, largest);
        assertThat(receive(client)).isEqualTo(largest);
        assertThat(network.socketCounts().unsent()).isZero();
    }

    @Test
    void aServerThatListensEverywhereIsReached() throws Exception {
        try (EchoServer everywhere = new EchoServer("::")) {
            network.moveTo(everywhere.address());
            echo(client, 1);
            assertThat(everywhere.sources()).hasSize(1);
        }
    }

    @Test
    void delaysWhatGoesEitherWay() throws IOException {
        network.impair(TO_SERVER, Impairment.NONE.withDelay(Duration.ofMillis(20)));
        network.impair(TO_CLIENT, Impairment.NONE.withDelay(Duration.ofNanos(500_000)));
        long begun = System.nanoTime();
        echo(client, 1);
        assertThat(System.nanoTime() - begun).isGreaterThanOrEqualTo(20_500_000);
    }

    @Test
    void losesOnlyInTheDirectionThatIsImpaired() throws Exception {
        network.impair(TO_CLIENT, LOSE_ALL);
        send(client, (byte) 1);
        await(() -> network.counts(TO_CLIENT).lost() == 1);
        assertThat(server.sources()).hasSize(1);
        network.impair(TO_CLIENT, Impairment.NONE);
        echo(client, 2);
        network.impair(LOSE_ALL);
        send(client, (byte) 3);
        await(() -> network.counts(TO_SERVER).lost() == 1);
    }

    @Test
    void corruptsWhatTheServerGets() throws IOException {
        network.impair(TO_SERVER, Impairment.NONE.withCorruption(1, 8));
        send(client, (byte) 0x5A);
        assertThat(receive(client)).containsExactly(0xA5);
    }

    @Test
    void aPartitionSwallowsEverythingUntilItIsOver() throws Exception {
        echo(client, 1);
        network.partition(true);
        send(client, (byte) 2);
        await(() -> network.counts(TO_SERVER).blackholed() == 1);
        server.send(server.sources().getFirst(), (byte) 3);
        await(() -> network.counts(TO_CLIENT).blackholed() == 1);
        network.partition(false);
        echo(client, 4);
        network.partition(TO_CLIENT, true);
        send(client, (byte) 5);
        await(() -> network.counts(TO_CLIENT).blackholed() == 2);
        assertThat(network.counts(TO_SERVER).blackholed()).isEqualTo(1);
    }

    @Test
    void afterRebindingTheServerSeesAnotherPortAndTheOldOneIsDead() throws Exception {
        echo(client, 1);
        InetSocketAddress before = server.sources().getFirst();
        InetSocketAddress after = network.rebind(address(client));
        assertThat(after).isNotEqualTo(before);
        assertThat(network.clients()).containsExactly(Map.entry(address(client), after));
        server.send(before, (byte) 9);
        echo(client, 2);
        assertThatPortIsFree(before);
        assertThat(server.sources()).containsExactly(before, after);
        server.send(after, (byte) 3);
        assertThat(receive(client)).containsExactly(3);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> network.rebind(before))
                .withMessageContaining("no client");
    }

    @Test
    void rebindingConcernsEveryClientIfNoneIsNamed() throws Exception {
        try (DatagramSocket another = newClient()) {
            echo(client, 1);
            echo(another, 2);
            Map<InetSocketAddress, InetSocketAddress> after = network.rebind();
            echo(client, 3);
            echo(another, 4);
            assertThat(after.keySet()).containsExactlyInAnyOrder(address(client), address(another));
            assertThat(server.sources()).doesNotHaveDuplicates();
            assertThat(server.sources().subList(2, 4))
                    .containsExactlyInAnyOrderElementsOf(after.values());
        }
    }

    @Test
    void whatIsUnderWayToTheServerLeavesFromTheNewPort() throws Exception {
        echo(client, 1);
        network.impair(TO_SERVER, Impairment.NONE.withDelay(Duration.ofMillis(50)));
        send(client, (byte) 2);
        await(() -> network.counts(TO_SERVER).offered() == 2);
        InetSocketAddress after = network.rebind(address(client));
        assertThat(receive(client)).containsExactly(2);
        assertThat(server.sources().getLast()).isEqualTo(after);
    }

    @Test
    void movingToAnotherServerKeepsTheAddressOfTheClient() throws Exception {
        try (EchoServer another = new EchoServer()) {
            echo(client, 1);
            network.moveTo(another.address());
            echo(client, 2);
            assertThat(another.sources()).isEqualTo(server.sources()).hasSize(1);
            // The old server is nobody any more.
            server.send(server.sources().getFirst(), (byte) 3);
            await(() -> network.socketCounts().strangers() == 1);
            echo(client, 4);
        }
    }

    @Test
    void onlyTheServerIsHeardAtTheAddressOfAClient() throws Exception {
        echo(client, 1);
        try (DatagramSocket stranger = newClient()) {
            stranger.send(new DatagramPacket(new byte[] {66}, 1, server.sources().getFirst()));
            await(() -> network.socketCounts().strangers() == 1);
        }
        echo(client, 2);
    }

    @Test
    void theTapSeesWhatComesInBeforeAnythingHappensToIt() throws Exception {
        Recording recording = new Recording(10, 1_000);
        network.tap(recording);
        network.impair(TO_SERVER, Impairment.NONE.withCorruption(1, 8));
        send(client, (byte) 0x5A);
        assertThat(receive(client)).containsExactly(0xA5);
        network.tap(Tap.NONE);
        echo0xFF();
        assertThat(recording.datagrams())
                .extracting(Tap.Seen::direction, Tap.Seen::client, seen -> seen.bytes()[0])
                .containsExactly(
                        tuple(TO_SERVER, address(client), (byte) 0x5A),
                        tuple(TO_CLIENT, address(client), (byte) 0xA5));
        assertThat(recording.datagrams())
                .isSortedAccordingTo((a, b) -> Long.compare(a.nanos(), b.nanos()));
    }

    private void echo0xFF() throws IOException {
        send(client, (byte) 0xFF);
        assertThat(receive(client)).containsExactly(0);
    }

    @Test
    void aRecordedDatagramIsReplayedFromItsSenderAndFromAStranger() throws Exception {
        Recording recording = new Recording(1, 1_000);
        network.tap(recording);
        echo(client, 7);
        byte[] recorded = recording.datagrams(TO_SERVER).getFirst().bytes();
        network.impair(TO_SERVER, LOSE_ALL);
        assertThat(network.inject(TO_SERVER, address(client), recorded)).isTrue();
        assertThat(receive(client)).containsExactly(7);
        assertThat(server.sources().get(1)).isEqualTo(server.sources().getFirst());
        try (DatagramSocket stranger = newClient()) {
            assertThat(network.inject(TO_SERVER, address(stranger), recorded)).isTrue();
            assertThat(receive(stranger)).containsExactly(7);
            assertThat(server.sources().get(2)).isNotEqualTo(server.sources().getFirst());
        }
        assertThat(network.socketCounts().injected()).isEqualTo(2);
        assertThat(network.counts(TO_SERVER).offered()).isEqualTo(1);
    }

    @Test
    void aForgedDatagramReachesTheClient() throws IOException {
        network.impair(LOSE_ALL);
        assertThat(network.inject(TO_CLIENT, address(client), new byte[] {5})).isTrue();
        assertThat(receive(client)).containsExactly(5);
        assertThat(server.sources()).isEmpty();
    }

    @Test
    void whatTheSystemRefusesIsCounted() {
        byte[] tooLarge = new byte[65_528];
        assertThat(network.inject(TO_CLIENT, address(client), tooLarge)).isFalse();
        assertThat(network.inject(TO_CLIENT, address(client), new byte[65_535])).isFalse();
        assertThatIllegalArgumentException()
                .isThrownBy(() -> network.inject(TO_CLIENT, address(client), new byte[65_536]))
                .withMessageContaining("65536");
        assertThat(network.socketCounts()).isEqualTo(new UdpImpairment.SocketCounts(2, 2, 0, 0));
    }

    @Test
    void oneClientTooManyTakesTheAddressOfTheLongestSilent() throws Exception {
        try (UdpImpairment small = UdpImpairment.inFrontOf(server.address(), 1, 2);
                DatagramSocket second = newClient();
                DatagramSocket third = newClient()) {
            network.close();
            network = small;
            echo(client, 1);
            echo(second, 2);
            echo(client, 3);
            assertThat(small.socketCounts().forgottenClients()).isZero();
            echo(third, 4);
            assertThat(small.socketCounts().forgottenClients()).isEqualTo(1);
            assertThat(small.clients()).containsOnlyKeys(address(client), address(third));
            // Known again, from another port.
            echo(second, 5);
            assertThat(server.sources().getLast()).isNotEqualTo(server.sources().get(1));
        }
    }

    @Test
    void aTapMayActOnTheNetwork() throws IOException {
        network.tap(seen -> {
            network.tap(Tap.NONE);
            network.impair(Impairment.NONE.withDuplicates(1));
            network.partition(false);
            network.inject(TO_CLIENT, seen.client(), new byte[] {9});
        });
        send(client, (byte) 1);
        assertThat(receive(client)).containsExactly(9);
        // Twice to the server, and each of them twice back.
        for (int answer = 0; answer < 4; answer++) {
            assertThat(receive(client)).containsExactly(1);
        }
    }

    @Test
    void aTapThatThrowsStopsTheNetworkWhichSaysWhy() throws Exception {
        try (UdpImpairment failing = UdpImpairment.inFrontOf(server.address(), 1)) {
            AssertionError wrong = new AssertionError("not what I had expected");
            failing.tap(seen -> {
                throw wrong;
            });
            client.send(new DatagramPacket(new byte[1], 1, failing.address()));
            await(() -> !isAlive(failing));
            assertThatIllegalStateException()
                    .isThrownBy(() -> failing.counts(TO_SERVER))
                    .withMessageContaining("has failed")
                    .satisfies(e -> assertThat(e.getSuppressed()).containsExactly(wrong));
            assertThatIllegalStateException().isThrownBy(failing::close).withCause(wrong);
        }
    }

    @Test
    void leavesNoThreadAndRefusesEveryCallOnceItIsClosed() throws Exception {
        echo(client, 1);
        assertThat(isAlive(network)).isTrue();
        network.close();
        assertThat(isAlive(network)).isFalse();
        network.close();
        assertThatIllegalStateException()
                .isThrownBy(() -> network.impair(LOSE_ALL))
                .withMessageContaining("is closed");
        assertThatPortIsFree(server.sources().getFirst());
        assertThatPortIsFree(network.address());
    }

    private static void assertThatPortIsFree(InetSocketAddress address) throws IOException {
        try (DatagramSocket successor = new DatagramSocket(address)) {
            assertThat(successor.isBound()).isTrue();
        }
    }

    @Test
    void aTapMayCloseTheNetwork() throws Exception {
        network.tap(seen -> network.close());
        send(client, (byte) 1);
        await(() -> !isAlive(network));
    }

    @Test
    void nobodyWaitsForANetworkThatIsClosedMeanwhile() throws Exception {
        List<CompletableFuture<Boolean>> callers = new ArrayList<>();
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            for (int caller = 0; caller < 8; caller++) {
                callers.add(CompletableFuture.supplyAsync(this::isRefusedInTheEnd, threads));
            }
            await(() -> network.counts(TO_SERVER).offered() == 0);
            network.close();
            for (CompletableFuture<Boolean> caller : callers) {
                assertThat(caller).succeedsWithin(DEADLINE).isEqualTo(true);
            }
        }
    }

    private boolean isRefusedInTheEnd() {
        long begun = System.nanoTime();
        try {
            while (System.nanoTime() - begun < DEADLINE.toNanos()) {
                network.partition(false);
            }
            return false;
        } catch (IllegalStateException e) {
            return true;
        }
    }

    private static boolean isAlive(UdpImpairment network) {
        String name = "stoq-impairment-" + network.address().getPort();
        return Thread.getAllStackTraces().keySet().stream()
                .anyMatch(thread -> thread.getName().equals(name));
    }

    @Test
    void anInterruptedCallerIsServedAndStaysInterrupted() {
        Thread.currentThread().interrupt();
        assertThat(network.counts(TO_SERVER).offered()).isZero();
        assertThat(Thread.interrupted()).isTrue();
    }

    @Test
    void onlyIpv6ServersAreTaken() {
        for (InetSocketAddress wrong :
                List.of(
                        new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), 1),
                        new InetSocketAddress(InetAddress.ofLiteral("::1"), 0))) {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> network.moveTo(wrong))
                    .withMessageContaining("IPv6 only");
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> UdpImpairment.inFrontOf(wrong, 1));
        }
    }

    @Test
    void aBulkFlowLosesNothingOnItsWay() throws IOException {
        network.impair(Impairment.NONE.withDelay(Duration.ofMillis(1)));
        int total = 20_000;
        int window = 100;
        ByteBuffer datagram = ByteBuffer.allocate(1_350);
        for (int number = 0; number < total + window; number++) {
            if (number >= window) {
                assertThat(ByteBuffer.wrap(receive(client)).getInt()).isEqualTo(number - window);
            }
            if (number < total) {
                send(client, datagram.putInt(0, number).array());
            }
        }
        for (Direction direction : Direction.values()) {
            assertThat(network.counts(direction))
                    .isEqualTo(
                            new LinkCounts(
                                    total,
                                    1_350L * total,
                                    total,
                                    1_350L * total,
                                    0,
                                    0,
                                    0,
                                    0,
                                    0,
                                    0,
                                    0,
                                    0));
        }
        assertThat(network.socketCounts().unsent()).isZero();
    }
}
