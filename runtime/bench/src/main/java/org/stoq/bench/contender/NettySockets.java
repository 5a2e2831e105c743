package org.stoq.bench.contender;

import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.FixedRecvByteBufAllocator;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollChannelOption;
import io.netty.channel.epoll.EpollDatagramChannel;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.socket.SocketProtocolFamily;
import io.netty.channel.unix.UnixChannelOption;
import io.netty.util.concurrent.DefaultThreadFactory;
import io.netty.util.concurrent.Future;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** Event loops with UDP sockets on them, by epoll. */
final class NettySockets implements AutoCloseable {
    private static final InetSocketAddress ANY =
            new InetSocketAddress(InetAddress.ofLiteral("::1"), 0);

    /** What Netty reads a datagram into where nothing else is said. */
    private static final int USUAL_DATAGRAM_BYTES = 2_048;

    private static final int LARGEST_DATAGRAM_BYTES = 65_535;
    private static final int PATIENCE_SECONDS = 10;

    private final EventLoopGroup group;

    NettySockets(int loops) throws UnavailableException {
        if (!Epoll.isAvailable()) {
            throw new UnavailableException(
                    "epoll is not available: " + Epoll.unavailabilityCause(),
                    Epoll.unavailabilityCause());
        }
        this.group =
                new MultiThreadIoEventLoopGroup(
                        loops,
                        new DefaultThreadFactory("bench-netty", true),
                        EpollIoHandler.newFactory());
    }

    /**
     * How a socket is set.
     *
     * @param datagramBytes the largest datagram that comes
     * @param shared whether others bind the same port
     */
    record Options(
            int datagramBytes,
            boolean receiveOffload,
            OptionalInt reads,
            OptionalInt bufferBytes,
            Optional<ByteBufAllocator> allocator,
            boolean shared) {}

    /** Binds a port that the system chooses. */
    Channel bind(Options options, ChannelHandler handler) throws IOException {
        return bind(ANY, options, handler);
    }

    /** Binds a port. Blocks until that is done. */
    Channel bind(InetSocketAddress local, Options options, ChannelHandler handler)
            throws IOException {
        Bootstrap bootstrap =
                new Bootstrap()
                        .group(group)
                        .channelFactory(() -> new EpollDatagramChannel(SocketProtocolFamily.INET6))
                        .option(UnixChannelOption.SO_REUSEPORT, options.shared)
                        .handler(handler);
        options.allocator.ifPresent(
                allocator -> bootstrap.option(ChannelOption.ALLOCATOR, allocator));
        options.bufferBytes.ifPresent(bytes ->
                bootstrap
                        .option(ChannelOption.SO_RCVBUF, bytes)
                        .option(ChannelOption.SO_SNDBUF, bytes));
        boolean large = options.datagramBytes > USUAL_DATAGRAM_BYTES;
        if (options.receiveOffload) {
            bootstrap.option(EpollChannelOption.UDP_GRO, true);
        }
        if (options.receiveOffload || large || options.reads.isPresent()) {
            FixedRecvByteBufAllocator buffers =
                    new FixedRecvByteBufAllocator(
                            options.receiveOffload || large
                                    ? LARGEST_DATAGRAM_BYTES
                                    : USUAL_DATAGRAM_BYTES);
            options.reads.ifPresent(buffers::maxMessagesPerRead);
            bootstrap.option(ChannelOption.RECVBUF_ALLOCATOR, buffers);
        }
        ChannelFuture bound = bootstrap.bind(local);
        await(bound, "binding " + local);
        return bound.channel();
    }

    /** Waits for something that Netty does. */
    static <T> T await(Future<T> future, String what) throws IOException {
        try {
            return future.get(PATIENCE_SECONDS, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw (IOException) new InterruptedIOException(what).initCause(e);
        } catch (TimeoutException e) {
            throw new IOException(what + " took longer than " + PATIENCE_SECONDS + " s", e);
        } catch (ExecutionException e) {
            throw new IOException(what + " failed: " + e.getCause(), e.getCause());
        }
    }

    /** Waits for something that may have failed already, which does not matter any more. */
    static void settle(Future<?> future) {
        try {
            future.await(PATIENCE_SECONDS, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public void close() {
        settle(group.shutdownGracefully(0, 1, TimeUnit.SECONDS));
    }
}
