package org.stoq.transport;

import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.handler.codec.quic.QuicChannel;
import io.netty.handler.codec.quic.QuicServerCodecBuilder;
import io.netty.handler.ssl.SslHandshakeCompletionEvent;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.channels.ClosedChannelException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.stoq.sdk.StoqErrorCode;
import org.stoq.sdk.StoqException;
import org.stoq.sdk.transport.Credentials;
import org.stoq.sdk.transport.QuicConnection;
import org.stoq.sdk.transport.QuicListener;
import org.stoq.sdk.transport.QuicOptions;

/** A bound port. Connections arrive on its event loop and wait here for {@link #accept}. */
final class NettyListener implements QuicListener {
    private static final System.Logger LOG = System.getLogger(NettyListener.class.getName());

    private static final long CLOSE_MILLIS = 1_000;

    private final int maxConnections;
    private final int maxStreams;
    private final AuthorityTrustManager trust;
    private final Channel socket;

    /** Those that count: a connection that only drains (RFC 9000 s.10.2) is not among them. */
    private final Map<QuicChannel, NettyConnection> connections = new ConcurrentHashMap<>();

    private final LongAdder failedHandshakes = new LongAdder();
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition arrived = lock.newCondition();

    // Guarded by the lock.
    private final Queue<NettyConnection> waiting = new ArrayDeque<>();
    private boolean closed;

    NettyListener(
            EventLoops loops, InetSocketAddress local, QuicOptions options, Credentials credentials)
            throws IOException {
        this.maxConnections = options.maxConnections();
        this.maxStreams = options.maxStreams();
        this.trust = new AuthorityTrustManager(credentials.authorities(), Optional.empty());
        QuicServerCodecBuilder codec =
                Codecs.configure(new QuicServerCodecBuilder(), options)
                        .sslContext(TlsContexts.server(credentials, trust))
                        .handler(new Arrivals())
                        .streamHandler(NettyConnection.streamHandler());
        loops.segment(codec::option, options.maxDatagramBytes());
        this.socket = loops.bind(local, codec.build());
    }

    @Override
    public InetSocketAddress localAddress() {
        return (InetSocketAddress) socket.localAddress();
    }

    @Override
    public QuicConnection accept() throws IOException {
        lock.lock();
        try {
            while (waiting.isEmpty() && !closed) {
                arrived.await();
            }
            if (closed) {
                throw new ClosedChannelException();
            }
            return waiting.remove();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new StoqException(StoqErrorCode.CANCELLED, "interrupted while accepting", e);
        } finally {
            lock.unlock();
        }
    }

    @Override
    public long failedHandshakes() {
        return failedHandshakes.sum();
    }

    @Override
    public void close() {
        lock.lock();
        try {
            closed = true;
            waiting.clear();
            arrived.signalAll();
        } finally {
            lock.unlock();
        }
        List<ChannelFuture> closing =
                connections.values().stream().map(NettyConnection::closeNow).toList();
        closing.forEach(future -> future.awaitUninterruptibly(CLOSE_MILLIS));
        socket.close().awaitUninterruptibly(CLOSE_MILLIS);
    }

    private void handshakeDone(NettyConnection connection) {
        if (connections.size() > maxConnections) {
            connection.close(
                    StoqErrorCode.CONNECTION_LIMIT,
                    "this node serves %d connections at most".formatted(maxConnections));
            return;
        }
        lock.lock();
        try {
            waiting.add(connection);
            arrived.signal();
        } finally {
            lock.unlock();
        }
    }

    /** Follows every connection from its first packet to its end. */
    private final class Arrivals extends ChannelInitializer<QuicChannel> {
        @Override
        protected void initChannel(QuicChannel channel) {
            NettyConnection connection =
                    new NettyConnection(channel, maxStreams, () -> connections.remove(channel));
            connections.put(channel, connection);
            channel.closeFuture().addListener(end -> connections.remove(channel));
            channel.pipeline().addLast(connection, new Handshake(connection));
        }

        @Override
        public boolean isSharable() {
            return true;
        }
    }

    /** Waits for the end of one handshake. */
    private final class Handshake extends ChannelInboundHandlerAdapter {
        private final NettyConnection connection;

        Handshake(NettyConnection connection) {
            this.connection = connection;
        }

        @Override
        public void userEventTriggered(ChannelHandlerContext context, Object event) {
            if (event instanceof SslHandshakeCompletionEvent completion) {
                if (completion.isSuccess()) {
                    handshakeDone(connection);
                } else {
                    failed(context, completion.cause());
                }
            }
            context.fireUserEventTriggered(event);
        }

        /**
         * The codec would leave the client waiting; TLS has an alert for this (RFC 9001 s.4.8). It
         * is sent in a task of its own, for the codec sends nothing while it is within a send.
         */
        private void failed(ChannelHandlerContext context, Throwable cause) {
            failedHandshakes.increment();
            String reason = trust.lastRefusal().orElseGet(() -> String.valueOf(cause.getMessage()));
            LOG.log(
                    System.Logger.Level.DEBUG,
                    "a handshake with {0} failed: {1}",
                    connection.remoteAddress(),
                    reason);
            QuicChannel channel = (QuicChannel) context.channel();
            channel.eventLoop()
                    .execute(() ->
                            channel.close(
                                    false,
                                    CloseReasons.BAD_CERTIFICATE,
                                    Unpooled.copiedBuffer(reason, StandardCharsets.UTF_8)));
        }
    }
}
