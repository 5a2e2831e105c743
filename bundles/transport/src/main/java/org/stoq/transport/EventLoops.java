package org.stoq.transport;

import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
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
import io.netty.util.concurrent.EventExecutor;
import java.io.IOException;
import java.net.BindException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.function.IntFunction;
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
    private final boolean steering;
    private final int threads;
    private final ThreadFactory factory;
    private final Queue<Thread> started = new ConcurrentLinkedQueue<>();
    private final EventLoopGroup group;

    /**
     * Makes the loops; a thread starts with its first socket.
     *
     * @param steering whether the kernel is asked to choose sockets by connection id
     */
    EventLoops(String name, int threads, boolean steering) {
        this.threads = threads;
        this.steering = steering;
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

    /** Binds a UDP socket for a client's codec. Blocks until that is done. */
    Channel bind(InetSocketAddress local, ChannelHandler codec) throws IOException {
        return bind(
                local,
                group.next(),
                false,
                new HandshakeEcho(HandshakeEcho.Role.CLIENT),
                new ReadBatch(),
                codec);
    }

    /** Binds a UDP socket on one of these loops. Blocks until that is done. */
    Channel bind(InetSocketAddress local, ChannelHandler handler, EventLoop loop)
            throws IOException {
        return bind(local, loop, false, handler);
    }

    /** Returns on how many loops a port is served: sockets cannot share one without epoll. */
    int shards() {
        return epoll ? threads : 1;
    }

    /**
     * Binds a port on every loop, with SO_REUSEPORT. Blocks until that is done.
     *
     * <p>The first socket is bound without that option and gets it then, so a port that is in use
     * is refused even if whoever has it would share it.
     *
     * @param limits what every datagram of each shard passes, both ways
     * @param codecs what parses the packets of each shard
     */
    List<Channel> bindAll(
            InetSocketAddress local,
            Shards shards,
            IntFunction<ChannelHandler> limits,
            IntFunction<ChannelHandler> codecs)
            throws IOException {
        List<Channel> bound = new ArrayList<>();
        Iterator<EventExecutor> loops = group.iterator();
        InetSocketAddress address = local;
        try {
            for (int index = 0; index < shards.count(); index++) {
                Channel socket =
                        bind(
                                address,
                                (EventLoop) loops.next(),
                                index > 0,
                                shards.entry(index),
                                limits.apply(index),
                                new HandshakeEcho(HandshakeEcho.Role.SERVER),
                                new ReadBatch(),
                                codecs.apply(index));
                bound.add(socket);
                if (index == 0 && shards.count() > 1) {
                    socket.config().setOption(EpollChannelOption.SO_REUSEPORT, true);
                    address = (InetSocketAddress) socket.localAddress();
                }
            }
        } catch (IOException e) {
            bound.forEach(socket -> socket.close().awaitUninterruptibly());
            throw e;
        }
        if (shards.count() > 1 && steering) {
            Steering.attach(bound.getFirst());
        }
        return bound;
    }

    private Channel bind(
            InetSocketAddress local, EventLoop loop, boolean reusePort, ChannelHandler... handlers)
            throws IOException {
        Bootstrap bootstrap =
                new Bootstrap()
                        .group(loop)
                        .channelFactory(() ->
                                epoll
                                        ? new EpollDatagramChannel(SocketProtocolFamily.INET6)
                                        : new NioDatagramChannel(SocketProtocolFamily.INET6))
                        .option(ChannelOption.ALLOCATOR, PooledByteBufAllocator.DEFAULT)
                        .option(ChannelOption.SO_RCVBUF, SOCKET_BUFFER_BYTES)
                        .option(ChannelOption.SO_SNDBUF, SOCKET_BUFFER_BYTES)
                        .handler(
                                new ChannelInitializer<>() {
                                    @Override
                                    protected void initChannel(Channel channel) {
                                        channel.pipeline()
                                                .addLast(new Ipv6Only())
                                                .addLast(handlers)
                                                .addLast(new SocketErrors());
                                    }
                                });
        if (epoll) {
            bootstrap.option(EpollChannelOption.UDP_GRO, true);
            bootstrap.option(EpollChannelOption.SO_REUSEPORT, reusePort);
        }
        bootstrap.option(
                ChannelOption.RECVBUF_ALLOCATOR,
                new FixedRecvByteBufAllocator(MAX_DATAGRAM_BYTES)
                        .maxMessagesPerRead(READS_PER_LOOP));
        ChannelFuture bound = bootstrap.bind(local);
        try {
            Waiting.on(bound);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new StoqException(StoqErrorCode.CANCELLED, "interrupted while binding", e);
        } catch (ExecutionException e) {
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
