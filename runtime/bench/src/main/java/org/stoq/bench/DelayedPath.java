package org.stoq.bench;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.DatagramChannel;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/**
 * A port on {@code [::1]} that leads to another one by a path that takes its time: every datagram
 * is passed on, in order, so much later. Each client has a socket of its own towards the server.
 *
 * <p>One virtual thread reads each socket, and one of the platform sends what is due.
 */
final class DelayedPath implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger(DelayedPath.class.getName());
    private static final InetSocketAddress ANY =
            new InetSocketAddress(InetAddress.ofLiteral("::1"), 0);
    private static final int LARGEST_DATAGRAM_BYTES = 65_535;
    private static final int SOCKET_BUFFER_BYTES = 4 << 20;

    private final DatagramChannel front;
    private final InetSocketAddress server;
    private final long delayNanos;
    private final Map<SocketAddress, DatagramChannel> backs = new ConcurrentHashMap<>();
    private final ScheduledThreadPoolExecutor due =
            new ScheduledThreadPoolExecutor(
                    1, Thread.ofPlatform().name("bench-delay").daemon().factory());

    /**
     * Opens it.
     *
     * @param oneWay how long each direction takes
     */
    DelayedPath(InetSocketAddress server, Duration oneWay) throws IOException {
        this.server = server;
        this.delayNanos = oneWay.toNanos();
        this.front = open();
        Thread.ofVirtual().name("bench-front").start(() -> read(front, this::fromClient));
    }

    private static DatagramChannel open() throws IOException {
        return DatagramChannel.open()
                .setOption(StandardSocketOptions.SO_RCVBUF, SOCKET_BUFFER_BYTES)
                .bind(ANY);
    }

    /** Returns the port that clients connect to. */
    int port() throws IOException {
        return ((InetSocketAddress) front.getLocalAddress()).getPort();
    }

    /** Takes a datagram, in a buffer of its own. */
    @FunctionalInterface
    private interface Taker {
        void take(ByteBuffer datagram, SocketAddress sender) throws IOException;
    }

    private static void read(DatagramChannel socket, Taker taker) {
        ByteBuffer buffer = ByteBuffer.allocate(LARGEST_DATAGRAM_BYTES);
        try {
            while (true) {
                SocketAddress sender = socket.receive(buffer);
                ByteBuffer datagram = ByteBuffer.allocate(buffer.flip().remaining()).put(buffer);
                buffer.clear();
                taker.take(datagram.flip(), sender);
            }
        } catch (ClosedChannelException e) {
            LOG.log(System.Logger.Level.TRACE, "the path is closed", e);
        } catch (IOException e) {
            LOG.log(System.Logger.Level.WARNING, "the path has broken", e);
        }
    }

    private void fromClient(ByteBuffer datagram, SocketAddress client) throws IOException {
        DatagramChannel back = backs.get(client);
        if (back == null) {
            DatagramChannel opened = open();
            back = opened;
            backs.put(client, opened);
            Thread.ofVirtual()
                    .name("bench-back")
                    .start(() -> read(opened, (answer, from) -> later(front, answer, client)));
        }
        later(back, datagram, server);
    }

    private void later(DatagramChannel socket, ByteBuffer datagram, SocketAddress to) {
        try {
            due.schedule(() -> socket.send(datagram, to), delayNanos, TimeUnit.NANOSECONDS);
        } catch (RejectedExecutionException e) {
            LOG.log(System.Logger.Level.TRACE, "the path is closed", e);
        }
    }

    @Override
    public void close() throws IOException {
        due.shutdownNow();
        front.close();
        for (DatagramChannel back : backs.values()) {
            back.close();
        }
    }
}
