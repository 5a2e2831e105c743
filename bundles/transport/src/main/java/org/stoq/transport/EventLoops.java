package org.stoq.transport;

import io.netty.bootstrap.Bootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.FixedRecvByteBufAllocator;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollChannelOption;
import io.netty.channel.epoll.EpollDatagramChannel;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.SocketProtocolFamily;
import io.netty.channel.socket.nio.NioDatagramChannel;
import io.netty.handler.codec.quic.EpollQuicUtils;
import io.netty.handler.codec.quic.QuicChannelOption;
import io.netty.handler.codec.quic.SegmentedDatagramPacketAllocator;
import io.netty.util.concurrent.DefaultThreadFactory;
import java.io.IOException;
import java.net.BindException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import org.stoq.sdk.StoqErrorCode;
import org.stoq.sdk.StoqException;

/**
 * The threads that packets pass through, and the UDP sockets on them.
 *
 * <p>Linux sockets (epoll) batch packets with UDP_SEGMENT and UDP_GRO; elsewhere plain NIO serves.
 */
final class EventLoops implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger(EventLoops.class.getName());

    /**
     * As much as the kernel grants without privileges; more in flight than this would be dropped.
     */
    private static final int SOCKET_BUFFER_BYTES = 4 << 20;

    /** Most datagrams in one send; 64 lose packets at full size, found by measurement. */
    private static final int MAX_SEGMENTS = 48;

    /** Most bytes in one send: what the length field of UDP can say, less headers. */
    private static final int MAX_SEGMENTED_BYTES = 65_000;

    private static final int MAX_DATAGRAM_BYTES = 65_535;
    private static final int READS_PER_LOOP = 16;
    private static final Duration CLOSE_LIMIT = Duration.ofSeconds(5);

    private final boolean epoll = Epoll.isAvailable();
    private final ThreadFactory factory;
    private final Queue<Thread> started = new ConcurrentLinkedQueue<>();
    private final EventLoopGroup group;

    EventLoops(String name, int threads) {
        if (!epoll) {
            LOG.log(
                    System.Logger.Level.WARNING,
                    "epoll is not available, QUIC will be slower: {0}",
                    String.valueOf(Epoll.unavailabilityCause()));
        }
        this.factory = new DefaultThreadFactory(name, true);
        this.group =
                new MultiThreadIoEventLoopGroup(
                        threads,
                        this::newThread,
                        epoll ? EpollIoHandler.newFactory() : NioIoHandler.newFactory());
    }

    /** Binds a UDP socket. Blocks until that is done. */
    Channel bind(InetSocketAddress local, ChannelHandler codec) throws IOException {
        Bootstrap bootstrap =
                new Bootstrap()
                        .group(group)
                        .channelFactory(() ->
                                epoll
                                        ? new EpollDatagramChannel(SocketProtocolFamily.INET6)
                                        : new NioDatagramChannel(SocketProtocolFamily.INET6))
                        .option(ChannelOption.SO_RCVBUF, SOCKET_BUFFER_BYTES)
                        .option(ChannelOption.SO_SNDBUF, SOCKET_BUFFER_BYTES)
                        .handler(
                                new ChannelInitializer<>() {
                                    @Override
                                    protected void initChannel(Channel channel) {
                                        channel.pipeline()
                                                .addLast(new Ipv6Only(), codec, new SocketErrors());
                                    }
                                });
        if (epoll) {
            bootstrap.option(EpollChannelOption.UDP_GRO, true);
        }
        bootstrap.option(
                ChannelOption.RECVBUF_ALLOCATOR,
                new FixedRecvByteBufAllocator(MAX_DATAGRAM_BYTES)
                        .maxMessagesPerRead(READS_PER_LOOP));
        ChannelFuture bound = bootstrap.bind(local);
        try {
            bound.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new StoqException(StoqErrorCode.CANCELLED, "interrupted while binding", e);
        }
        if (!bound.isSuccess()) {
            BindException refused =
                    new BindException(
                            "cannot bind UDP %s: %s".formatted(local, bound.cause().getMessage()));
            refused.initCause(bound.cause());
            throw refused;
        }
        return bound.channel();
    }

    /** Sets how connections on a socket of these loops send: many datagrams in one system call. */
    void segment(SegmentOption target, int maxDatagramBytes) {
        if (!epoll) {
            return;
        }
        int segments = Math.min(MAX_SEGMENTS, MAX_SEGMENTED_BYTES / maxDatagramBytes);
        try {
            target.option(
                    QuicChannelOption.SEGMENTED_DATAGRAM_PACKET_ALLOCATOR,
                    EpollQuicUtils.newSegmentedAllocator(Math.max(1, segments)));
        } catch (IllegalAccessError e) {
            // On the module path: the codec's module does not say that it needs the other one.
            LOG.log(
                    System.Logger.Level.WARNING,
                    "one datagram per system call, which is slow; start Java with --add-reads"
                            + " io.netty.codec.classes.quic=io.netty.transport.classes.epoll");
        }
    }

    /**
     * Where a channel option is set: the codec has two builders for that, without a common type.
     */
    @FunctionalInterface
    interface SegmentOption {
        void option(
                ChannelOption<SegmentedDatagramPacketAllocator> option,
                SegmentedDatagramPacketAllocator value);
    }

    private Thread newThread(Runnable loop) {
        Thread thread = factory.newThread(loop);
        started.add(thread);
        return thread;
    }

    /** Stops the threads. Blocks until they have ended, five seconds at most for each. */
    @Override
    public void close() {
        group.shutdownGracefully(0, 2, TimeUnit.SECONDS);
        try {
            // The group's own future completes a moment before its threads are gone.
            for (Thread thread : started) {
                thread.join(CLOSE_LIMIT);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
