package org.stoq.transport;

import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelInitializer;
import io.netty.handler.codec.quic.QuicChannel;
import io.netty.handler.codec.quic.QuicServerCodecBuilder;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.channels.ClosedChannelException;
import java.security.SecureRandom;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.stream.Stream;
import org.stoq.sdk.StoqErrorCode;
import org.stoq.sdk.StoqException;
import org.stoq.sdk.transport.Credentials;
import org.stoq.sdk.transport.QuicConnection;
import org.stoq.sdk.transport.QuicListener;
import org.stoq.sdk.transport.QuicOptions;

/**
 * A bound port: one socket on every event loop. Connections arrive on their loops and wait here for
 * {@link #accept}.
 */
final class NettyListener implements QuicListener {
    private static final long CLOSE_MILLIS = 1_000;

    /**
     * From how many addresses one connection may come in its life: quiche never forgets a path
     * whose connection id the client has not retired, and a NAT retires none.
     */
    static final int ADDRESSES = 32;

    private static final int SECRET_BYTES = 32;

    private final QuicOptions options;
    private final Controllers controllers;
    private final ServerTls tls;
    private final HandshakeGate gate;
    private final Shards shards;
    private final List<Channel> sockets;

    /** All that are open. */
    private final Map<QuicChannel, NettyConnection> connections = new ConcurrentHashMap<>();

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition arrived = lock.newCondition();

    // Guarded by the lock.
    private final Queue<NettyConnection> waiting = new ArrayDeque<>();
    private boolean closed;

    NettyListener(
            EventLoops loops,
            Controllers controllers,
            InetSocketAddress local,
            QuicOptions options,
            Credentials credentials)
            throws IOException {
        credentials.requireCertificate();
        this.options = options;
        this.controllers = controllers;
        this.tls = new ServerTls(credentials, options, System::nanoTime);
        this.gate = new HandshakeGate(options.handshakes(), options.maxConnections());
        this.shards = new Shards(loops.shards());
        SecureRandom random = new SecureRandom();
        byte[] secret = new byte[SECRET_BYTES];
        random.nextBytes(secret);
        RetryTokens tokens = new RetryTokens(random, System.nanoTime());
        List<AmplificationLimit> limits =
                Stream.generate(AmplificationLimit::new).limit(shards.count()).toList();
        this.sockets =
                loops.bindAll(
                        local,
                        shards,
                        limits::get,
                        index ->
                                codec(
                                        loops,
                                        new ConnectionIds(index, secret, random),
                                        tokens,
                                        limits.get(index)));
    }

    /** Makes the codec of one shard: each has its own. */
    private ChannelHandler codec(
            EventLoops loops, ConnectionIds ids, RetryTokens tokens, AmplificationLimit limit) {
        QuicServerCodecBuilder codec =
                Codecs.configure(new QuicServerCodecBuilder(), options)
                        .sslEngineProvider(channel -> tls.newEngine(channel.alloc()))
                        .activeConnectionIdLimit(ADDRESSES)
                        .localConnectionIdLength(ConnectionIds.LENGTH)
                        .connectionIdAddressGenerator(ids)
                        .tokenHandler(new RetryHandler(gate, tokens, ids, limit, System::nanoTime))
                        .handler(new Arrivals(limit))
                        .streamHandler(NettyConnection.streamHandler());
        loops.segment(codec::option, options.maxDatagramBytes());
        return codec.build();
    }

    @Override
    public InetSocketAddress localAddress() {
        return (InetSocketAddress) sockets.getFirst().localAddress();
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
        return gate.failed();
    }

    @Override
    public void renew(Credentials credentials) {
        tls.renew(credentials);
    }

    /** Returns what was counted of handshakes and connections. */
    HandshakeGate.Counts counts() {
        return gate.counts();
    }

    /** Returns the sockets of this port. */
    Shards shards() {
        return shards;
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
        List<ChannelFuture> unbinding = sockets.stream().map(Channel::close).toList();
        unbinding.forEach(future -> future.awaitUninterruptibly(CLOSE_MILLIS));
    }

    /** The handshake is done, or early data has come. */
    private void arrived(NettyConnection connection, HandshakeGate.Visit visit) {
        if (!visit.serve()) {
            connection.close(
                    StoqErrorCode.CONNECTION_LIMIT,
                    "this node serves %d connections at most".formatted(options.maxConnections()));
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
        private final AmplificationLimit limit;

        Arrivals(AmplificationLimit limit) {
            this.limit = limit;
        }

        @Override
        protected void initChannel(QuicChannel channel) {
            InetSocketAddress client = (InetSocketAddress) channel.remoteSocketAddress();
            HandshakeGate.Visit visit = gate.begin(client.getAddress());
            NettyConnection connection =
                    new NettyConnection(channel, options, controllers, null, visit::left);
            connections.put(channel, connection);
            endOnce(limit.begin(), channel, connection);
            connection.usable().thenRun(() -> arrived(connection, visit));
            channel.closeFuture().addListener(end -> connections.remove(channel));
            channel.pipeline()
                    .addLast(
                            connection,
                            new HandshakeWatch(
                                    connection,
                                    visit,
                                    options.handshakes().timeout(),
                                    tls::lastRefusal));
        }

        @Override
        public boolean isSharable() {
            return true;
        }
    }

    /** Both happen on the event loop of the connection, and often both do. */
    private static void endOnce(Runnable end, QuicChannel channel, NettyConnection connection) {
        AtomicBoolean ended = new AtomicBoolean();
        Runnable once =
                () -> {
                    if (ended.compareAndSet(false, true)) {
                        end.run();
                    }
                };
        connection.handshake().thenRun(once);
        channel.closeFuture().addListener(closed -> once.run());
    }
}
