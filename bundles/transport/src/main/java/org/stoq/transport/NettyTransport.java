package org.stoq.transport;

import io.netty.channel.Channel;
import io.netty.channel.ChannelInitializer;
import io.netty.handler.codec.quic.QuicChannel;
import io.netty.handler.codec.quic.QuicChannelBootstrap;
import io.netty.handler.codec.quic.QuicClientCodecBuilder;
import io.netty.handler.codec.quic.QuicSslContext;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.stoq.sdk.StoqErrorCode;
import org.stoq.sdk.StoqException;
import org.stoq.sdk.config.HostPort;
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
@Component(service = Transport.class, property = "service.ranking:Integer=100")
public final class NettyTransport implements Transport, AutoCloseable {
    /**
     * One loop for the sockets of this process: more would share the one core that a loop needs.
     */
    private static final int LOOPS = 1;

    private static final InetSocketAddress ANY =
            new InetSocketAddress(InetAddress.ofLiteral("::"), 0);

    private final ReentrantLock lock = new ReentrantLock();

    // Guarded by the lock.
    private @Nullable EventLoops loops;
    private final List<NettyListener> listeners = new ArrayList<>();

    /** Creates the engine; OSGi and the service loader do. */
    public NettyTransport() {}

    @Override
    public String name() {
        return "netty";
    }

    @Override
    public QuicListener listen(
            InetSocketAddress local, QuicOptions options, Credentials credentials)
            throws IOException {
        if (credentials.key().isEmpty()) {
            throw new IllegalArgumentException("a listener needs a certificate and its key");
        }
        NettyListener listener =
                new NettyListener(loops(), Ipv6Only.require(local), options, credentials);
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
        AuthorityTrustManager trust =
                new AuthorityTrustManager(credentials.authorities(), Optional.of(serverName));
        QuicSslContext tls = TlsContexts.client(credentials, trust);
        Channel socket =
                loops().bind(
                                ANY,
                                Codecs.configure(new QuicClientCodecBuilder(), options)
                                        .sslEngineProvider(channel ->
                                                tls.newEngine(
                                                        channel.alloc(),
                                                        serverName,
                                                        remote.getPort()))
                                        .build());
        try {
            QuicChannelBootstrap bootstrap =
                    QuicChannel.newBootstrap(socket)
                            .handler(
                                    new ChannelInitializer<QuicChannel>() {
                                        @Override
                                        protected void initChannel(QuicChannel channel) {
                                            channel.pipeline()
                                                    .addLast(
                                                            new NettyConnection(
                                                                    channel,
                                                                    options.maxStreams(),
                                                                    () -> {}));
                                        }
                                    })
                            .streamHandler(NettyConnection.streamHandler())
                            .remoteAddress(remote);
            loops().segment(bootstrap::option, options.maxDatagramBytes());
            QuicChannel channel =
                    bootstrap.connect().get(timeout.toMillis(), TimeUnit.MILLISECONDS);
            channel.closeFuture().addListener(end -> socket.close());
            return channel.attr(NettyConnection.KEY).get();
        } catch (InterruptedException e) {
            socket.close();
            Thread.currentThread().interrupt();
            throw new StoqException(StoqErrorCode.CANCELLED, "interrupted while connecting", e);
        } catch (TimeoutException e) {
            socket.close();
            throw new StoqException(
                    StoqErrorCode.DEADLINE_EXCEEDED,
                    "no answer from %s within %d ms; is a node listening there?"
                            .formatted(HostPort.of(remote), timeout.toMillis()),
                    e);
        } catch (ExecutionException e) {
            socket.close();
            throw refusal(remote, trust, e.getCause());
        }
    }

    private static StoqException refusal(
            InetSocketAddress remote, AuthorityTrustManager trust, @Nullable Throwable cause) {
        return trust.lastRefusal()
                .map(reason ->
                        new StoqException(
                                StoqErrorCode.CERTIFICATE_REFUSED,
                                "%s: %s".formatted(HostPort.of(remote), reason),
                                cause))
                .orElseGet(() ->
                        new StoqException(
                                StoqErrorCode.CONNECTION_LOST,
                                "cannot connect to %s: %s".formatted(HostPort.of(remote), cause),
                                cause));
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
                running = new EventLoops("stoq-quic", LOOPS);
                loops = running;
            }
            return running;
        } finally {
            lock.unlock();
        }
    }
}
