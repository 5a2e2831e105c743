package org.stoq.bench.flood;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardProtocolFamily;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;

/**
 * Sends first packets from many prefixes of addresses and finishes no handshake. Some addresses
 * bring back the token of each Retry packet that they get, and leave then; the others only listen.
 *
 * <p>One thread of its own sends and receives; the methods may be called by any other.
 */
public final class Flood implements AutoCloseable {
    /** So much is sent before looking at what has come. */
    private static final int BURST = 32;

    private static final int ID_BYTES = Long.BYTES;
    private static final int SOCKET_BUFFER_BYTES = 4 << 20;
    private static final int LARGEST_DATAGRAM_BYTES = 65_535;

    /** How long to wait for an answer when there is nothing to send, milliseconds. */
    private static final long WAIT_MILLIS = 1;

    private final Aim aim;
    private final Selector selector;
    private final List<DatagramChannel> sockets = new ArrayList<>();
    private final FloodTally tally;
    private final InitialProtection protection = new InitialProtection();
    private final ByteBuffer arrived = ByteBuffer.allocateDirect(LARGEST_DATAGRAM_BYTES);
    private final CompletableFuture<Sent> sent = new CompletableFuture<>();
    private final CompletableFuture<Total> total = new CompletableFuture<>();
    private final SplittableRandom random;

    private volatile boolean sending = true;
    private volatile boolean listening = true;

    // The thread's own.
    private long unsent;
    private long retries;

    /**
     * What to do.
     *
     * @param server whom to flood
     * @param protocol what it speaks (ALPN)
     * @param prefixes from how many prefixes of 64 bits, one address each
     * @param answering how many of them answer a Retry
     * @param packetsPerSecond how many handshakes to begin in a second; 0 for as many as it can
     * @param seed of everything that is random
     */
    public record Aim(
            InetSocketAddress server,
            String protocol,
            int prefixes,
            int answering,
            int packetsPerSecond,
            long seed) {
        /** Returns the address of a prefix; the numbers begin with 0. */
        static InetAddress address(int prefix) {
            return InetAddress.ofLiteral(
                    "2001:db8:%x:%x::1".formatted(prefix >>> Short.SIZE, prefix & 0xFFFF));
        }

        /** Whether an address answers: they are spread over all. */
        boolean answers(int address) {
            return (long) (address + 1) * answering / prefixes
                    > (long) address * answering / prefixes;
        }
    }

    /**
     * How much was sent.
     *
     * @param handshakes how many handshakes were begun
     * @param unsent how many more were not, because the system would not take the packet
     * @param nanos in how much time
     */
    public record Sent(long handshakes, long unsent, long nanos) {}

    /**
     * What came of it.
     *
     * @param retries how many Retry packets were received
     * @param answered how many of them were answered
     * @param receivedBytes bytes of UDP payload that were received
     * @param stray datagrams that belong to no handshake
     * @param largestOfAddress bytes received by bytes sent, of the address with the largest share
     *     among those that have not shown that they receive
     * @param largestOfHandshake the same of one handshake
     * @param lost datagrams that were not counted because a socket of ours was full
     * @param lostAtServer the same at the server's
     */
    public record Total(
            long retries,
            long answered,
            long receivedBytes,
            long stray,
            double largestOfAddress,
            double largestOfHandshake,
            long lost,
            long lostAtServer) {}

    private Flood(Aim aim) throws IOException {
        this.aim = aim;
        this.tally = new FloodTally(aim.prefixes);
        this.random = new SplittableRandom(aim.seed);
        this.selector = Selector.open();
    }

    /**
     * Binds the addresses and begins.
     *
     * @throws IOException if they cannot be bound
     */
    public static Flood start(Aim aim) throws IOException {
        Flood flood = new Flood(aim);
        try {
            for (int i = 0; i < aim.prefixes; i++) {
                flood.open(i);
            }
        } catch (IOException e) {
            flood.close();
            flood.release();
            throw e;
        }
        Thread.ofPlatform().name("bench-flood").daemon().start(flood::run);
        return flood;
    }

    private void open(int prefix) throws IOException {
        DatagramChannel socket = DatagramChannel.open(StandardProtocolFamily.INET6);
        sockets.add(socket);
        socket.setOption(StandardSocketOptions.SO_RCVBUF, SOCKET_BUFFER_BYTES);
        socket.bind(new InetSocketAddress(Aim.address(prefix), 0));
        socket.connect(aim.server);
        socket.configureBlocking(false);
        socket.register(selector, SelectionKey.OP_READ, prefix);
    }

    /** Sends no more, and goes on listening. */
    public Sent stopSending() throws IOException {
        sending = false;
        return await(sent);
    }

    /** Ends, and tells what came of it. */
    public Total end() throws IOException {
        sending = false;
        listening = false;
        return await(total);
    }

    private static <T> T await(CompletableFuture<T> future) throws IOException {
        try {
            return future.join();
        } catch (CompletionException e) {
            throw new IOException("the flood has broken off: " + e.getMessage(), e);
        }
    }

    @Override
    public void close() {
        sending = false;
        listening = false;
    }

    private void release() throws IOException {
        for (DatagramChannel socket : sockets) {
            socket.close();
        }
        selector.close();
    }

    private void run() {
        try {
            long start = System.nanoTime();
            while (sending) {
                send(start);
            }
            sent.complete(new Sent(tally.begun(), unsent, System.nanoTime() - start));
            while (listening) {
                selector.select(this::receive, WAIT_MILLIS);
            }
            total.complete(
                    new Total(
                            retries,
                            tally.shown(),
                            tally.receivedBytes(),
                            tally.stray(),
                            tally.largestOfAddress(),
                            tally.largestOfHandshake(InitialPacket.DATAGRAM_BYTES),
                            UdpDrops.atDocumentationPrefix(),
                            UdpDrops.atPort(aim.server.getPort())));
            release();
        } catch (IOException | RuntimeException e) {
            sent.completeExceptionally(e);
            total.completeExceptionally(e);
        }
    }

    /** Sends what is due, a burst at most, and takes what has come. */
    private void send(long start) throws IOException {
        long due = BURST;
        if (aim.packetsPerSecond > 0) {
            long wanted = (long) ((System.nanoTime() - start) / 1e9 * aim.packetsPerSecond);
            due = Math.min(BURST, wanted - tally.begun() - unsent);
        }
        for (long left = due; left > 0; left--) {
            begin();
        }
        if (due > 0) {
            selector.selectNow(this::receive);
        } else {
            selector.select(this::receive, WAIT_MILLIS);
        }
    }

    private void begin() throws IOException {
        int flow = tally.begun();
        int address = Math.floorMod(flow + unsent, aim.prefixes);
        byte[] serverId = new byte[ID_BYTES];
        random.nextBytes(serverId);
        ByteBuffer packet = packet(flow, serverId, new byte[0], 0);
        if (sockets.get(address).write(packet) == 0) {
            unsent++;
            return;
        }
        tally.begin(address, InitialPacket.DATAGRAM_BYTES);
    }

    /** The client calls itself by the number of its handshake; its hello follows from it too. */
    private ByteBuffer packet(int flow, byte[] serverId, byte[] token, int number) {
        byte[] ownId = ByteBuffer.allocate(ID_BYTES).putLong(flow).array();
        byte[] hello = ClientHello.of(aim.protocol, ownId, new SplittableRandom(aim.seed + flow));
        return ByteBuffer.wrap(
                protection.protect(new InitialPacket(serverId, ownId, token, number, hello)));
    }

    private void receive(SelectionKey key) {
        int address = (int) key.attachment();
        DatagramChannel socket = (DatagramChannel) key.channel();
        try {
            while (socket.read(arrived.clear()) > 0) {
                receive(address, socket, Answer.of(arrived.flip()), arrived.limit());
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void receive(int address, DatagramChannel socket, Answer answer, int bytes)
            throws IOException {
        tally.receive(address, answer.flow(), bytes);
        if (!answer.retry()) {
            return;
        }
        retries++;
        if (!sending || !aim.answers(address)) {
            return;
        }
        int flow = (int) answer.flow();
        ByteBuffer shown = packet(flow, answer.serverId(), answer.token(), 1);
        if (socket.write(shown) > 0) {
            tally.show(address, flow, InitialPacket.DATAGRAM_BYTES);
        }
    }
}
