package org.stoq.transport;

import io.netty.channel.Channel;
import io.netty.channel.ChannelInitializer;
import io.netty.handler.codec.quic.QuicChannel;
import io.netty.handler.codec.quic.QuicChannelBootstrap;
import io.netty.handler.codec.quic.QuicClientCodecBuilder;
import io.netty.handler.codec.quic.QuicSslEngine;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Modified;
import org.stoq.sdk.StoqErrorCode;
import org.stoq.sdk.StoqException;
import org.stoq.sdk.config.HostPort;
import org.stoq.sdk.config.TransportConfig;
import org.stoq.sdk.strategy.Strategies;
import org.stoq.sdk.transport.Credentials;
import org.stoq.sdk.transport.QuicConnection;
import org.stoq.sdk.transport.QuicListener;
import org.stoq.sdk.transport.QuicOptions;
import org.stoq.sdk.transport.Transport;

/**
 * QUIC by Netty's codec over quiche (RFC 9000, 9001, 9002).
 *
 * <p>Its event loops start with the first socket and end when it is closed, or its bundle stopped;
 * sockets that are still open are closed with them.
 */
@Component(
        service = Transport.class,
        property = "service.ranking:Integer=100",
        configurationPid = TransportConfig.PID)
public final class NettyTransport implements Transport, AutoCloseable {
    /** The key of the configuration that {@link #configure} reads; zero is one per processor. */
    private static final String EVENT_LOOPS = "event_loops";

    private static final InetSocketAddress ANY =
            new InetSocketAddress(InetAddress.ofLiteral("::"), 0);

    private final ReentrantLock lock = new ReentrantLock();

    private final ClientTls clientTls = new ClientTls();
    private final NodeStrategies node = new NodeStrategies();
    private final Controllers controllers;

    private final boolean steering;

    // Guarded by the lock.
    private int wantedLoops;
    private @Nullable EventLoops loops;
    private final List<NettyListener> listeners = new ArrayList<>();

    /** Creates the engine; OSGi and the service loader do. */
    public NettyTransport() {
        this.wantedLoops = 0;
        this.steering = true;
        this.controllers = new Controllers(node);
    }

    /**
     * Creates an engine.
     *
     * @param eventLoops on how many threads its sockets are, or zero for one per processor
     * @param steering whether the kernel is asked to choose sockets by connection id
     * @param strategies where congestion controllers come from; null for none
     */
    NettyTransport(int eventLoops, boolean steering, Supplier<@Nullable Strategies> strategies) {
        this.wantedLoops = eventLoops;
        this.steering = steering;
        this.controllers = new Controllers(strategies);
    }

    /**
     * Inside a node, its configuration says how many threads there are; before the first socket.
     */
    @Activate
    @Modified
    void configure(Map<String, Object> configuration) {
        if (configuration.containsKey(EVENT_LOOPS)) {
            int wanted = TransportConfig.TABLE.readProperties(configuration).eventLoops();
            lock.lock();
            try {
                wantedLoops = wanted;
            } finally {
                lock.unlock();
            }
        }
    }

    @Override
    public String name() {
        return "netty";
    }

    @Override
    public QuicListener listen(
            InetSocketAddress local, QuicOptions options, Credentials credentials)
            throws IOException {
        controllers.require(options.congestionAlgorithm());
        NettyListener listener =
                new NettyListener(
                        loops(), controllers, Ipv6Only.require(local), options, credentials);
        lock.lock();
        try {
            listeners.add(listener);
        } finally {
            lock.unlock();
        }
        return listener;
    }

    @Override
    public QuicConnection connect(
            InetSocketAddress remote,
            String serverName,
            QuicOptions options,
            Credentials credentials,
            Duration timeout)
            throws IOException {
        Ipv6Only.require(remote);
        InetSocketAddress local = options.local().orElse(ANY);
        Ipv6Only.require(local);
        controllers.require(options.congestionAlgorithm());
        ClientTls.Context context = clientTls.of(credentials, options);
        AtomicReference<QuicSslEngine> engine = new AtomicReference<>();
        AtomicReference<NettyConnection> begun = new AtomicReference<>();
        Channel socket =
                loops().bind(
                                local,
                                Codecs.configure(new QuicClientCodecBuilder(), options)
                                        .sslEngineProvider(channel -> {
                                            QuicSslEngine made =
                                                    context.tls()
                                                            .newEngine(
                                                                    channel.alloc(),
                                                                    serverName,
                                                                    remote.getPort());
                                            engine.set(made);
                                            return made;
                                        })
                                        .build());
        ClientSocket movable = new ClientSocket(loops(), socket);
        CompletableFuture<NettyConnection> opened = new CompletableFuture<>();
        opened.whenComplete((connection, failure) -> {
            if (failure != null) {
                socket.close();
            }
        });
        QuicChannelBootstrap bootstrap =
                QuicChannel.newBootstrap(socket)
                        .handler(
                                new ChannelInitializer<QuicChannel>() {
                                    @Override
                                    protected void initChannel(QuicChannel channel) {
                                        NettyConnection connection =
                                                new NettyConnection(
                                                        channel,
                                                        options,
                                                        controllers,
                                                        movable,
                                                        () -> {});
                                        channel.pipeline().addLast(connection);
                                        begun.set(connection);
                                        connection
                                                .usable()
                                                .thenRun(() -> opened.complete(connection));
                                    }
                                })
                        .streamHandler(NettyConnection.streamHandler())
                        .remoteAddress(remote);
        loops().segment(bootstrap::option, options.maxDatagramBytes());
        bootstrap
                .connect()
                .addListener(future -> {
                    if (future.isSuccess()) {
                        QuicChannel channel = (QuicChannel) future.getNow();
                        channel.closeFuture().addListener(end -> socket.close());
                    } else {
                        opened.completeExceptionally(future.cause());
                        socket.close();
                    }
                });
        try {
            return opened.get(timeout.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            giveUp(opened);
            Thread.currentThread().interrupt();
            throw new StoqException(StoqErrorCode.CANCELLED, "interrupted while connecting", e);
        } catch (TimeoutException e) {
            giveUp(opened);
            throw new StoqException(
                    StoqErrorCode.DEADLINE_EXCEEDED,
                    "no answer from %s within %d ms; is a node listening there?"
                            .formatted(HostPort.of(remote), timeout.toMillis()),
                    e);
        } catch (ExecutionException e) {
            throw refusal(
                    remote,
                    Optional.ofNullable(engine.get()).flatMap(context.trust()::takeRefusal),
                    Optional.ofNullable(begun.get()).flatMap(NettyTransport::toldByPeer),
                    e.getCause());
        }
    }

    private static void giveUp(CompletableFuture<NettyConnection> opened) {
        if (!opened.cancel(false) && !opened.isCompletedExceptionally()) {
            // It came in the same moment.
            opened.join().close();
        }
    }

    /** Returns with which error the peer has ended the handshake, if it said so. */
    private static Optional<StoqException> toldByPeer(NettyConnection connection) {
        return Optional.ofNullable(connection.closed().toCompletableFuture().getNow(null))
                .filter(reason -> reason.code() != StoqErrorCode.CONNECTION_LOST);
    }

    private static StoqException refusal(
            InetSocketAddress remote,
            Optional<String> ofCertificate,
            Optional<StoqException> toldByPeer,
            @Nullable Throwable cause) {
        StoqErrorCode code = StoqErrorCode.CONNECTION_LOST;
        String message = "cannot connect to %s: %s".formatted(HostPort.of(remote), cause);
        if (ofCertificate.isPresent()) {
            code = StoqErrorCode.CERTIFICATE_REFUSED;
            message = "%s: %s".formatted(HostPort.of(remote), ofCertificate.get());
        } else if (toldByPeer.isPresent()) {
            code = toldByPeer.get().code();
            message = "%s: %s".formatted(HostPort.of(remote), toldByPeer.get().getMessage());
        }
        return new StoqException(code, message, cause);
    }

    /** Closes every listener and connection, and ends the event loops. */
    @Override
    @Deactivate
    public void close() {
        List<NettyListener> open;
        EventLoops running;
        lock.lock();
        try {
            open = List.copyOf(listeners);
            listeners.clear();
            running = loops;
            loops = null;
        } finally {
            lock.unlock();
        }
        node.close();
        open.forEach(NettyListener::close);
        if (running != null) {
            running.close();
        }
    }

    private EventLoops loops() {
        lock.lock();
        try {
            EventLoops running = loops;
            if (running == null) {
                int count =
                        wantedLoops == 0 ? Runtime.getRuntime().availableProcessors() : wantedLoops;
                running =
                        new EventLoops(
                                "stoq-quic", Math.min(count, ConnectionIds.MAX_SHARDS), steering);
                loops = running;
            }
            return running;
        } finally {
            lock.unlock();
        }
    }
}
