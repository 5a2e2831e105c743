package org.stoq.transport;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelPromise;
import io.netty.handler.codec.quic.QuicChannel;
import io.netty.handler.codec.quic.QuicConnectionCloseEvent;
import io.netty.handler.codec.quic.QuicConnectionPathStats;
import io.netty.handler.codec.quic.QuicDatagramExtensionEvent;
import io.netty.handler.codec.quic.QuicPathEvent;
import io.netty.handler.codec.quic.QuicStreamChannel;
import io.netty.handler.codec.quic.SslEarlyDataReadyEvent;
import io.netty.handler.ssl.SslHandshakeCompletionEvent;
import io.netty.util.AttributeKey;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.cert.Certificate;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import javax.net.ssl.SSLPeerUnverifiedException;
import org.jspecify.annotations.Nullable;
import org.stoq.sdk.StoqErrorCode;
import org.stoq.sdk.StoqException;
import org.stoq.sdk.transport.PathStats;
import org.stoq.sdk.transport.QuicConnection;
import org.stoq.sdk.transport.QuicOptions;
import org.stoq.sdk.transport.QuicStream;

/**
 * One QUIC connection. The handler half of it runs on the event loop, the rest on whatever virtual
 * thread calls.
 */
final class NettyConnection extends ChannelInboundHandlerAdapter implements QuicConnection {
    static final AttributeKey<NettyConnection> KEY = AttributeKey.valueOf("stoq.connection");

    private static final int MAX_REASON_BYTES = 256;

    /** How old statistics may be before new ones are asked for. */
    private static final long STATS_AGE_NANOS = 100_000_000;

    private final QuicChannel channel;
    private final Governor governor;
    private final @Nullable ClientSocket socket;
    private final Runnable beforeEnd;
    private final LastPackets packets;
    private final ConnectionStreams streams;
    private final CompletableFuture<StoqException> end = new CompletableFuture<>();
    private final CompletableFuture<Void> handshake = new CompletableFuture<>();

    /** Completes as soon as streams may be used: with the handshake, or with early data. */
    private final CompletableFuture<Void> usable = new CompletableFuture<>();

    private final MigrationWatch migrations;
    private final DatagramQueue datagrams = new DatagramQueue(this::endReason);

    /** What the peer takes in one datagram; 0 if it takes none. */
    private volatile int maxDatagramBytes;

    /** What {@link #close} said, so that it is the reason and not its consequence. */
    private volatile @Nullable StoqException ownReason;

    private volatile PathStats stats = PathStats.NONE;
    private volatile long statsAskedNanos = System.nanoTime() - STATS_AGE_NANOS;

    /**
     * Wraps a channel, which gets it as a handler.
     *
     * @param socket on a client, what it sends by; null on a server
     * @param beforeEnd called once, on the event loop, just before the end is told to others
     */
    NettyConnection(
            QuicChannel channel,
            QuicOptions options,
            Controllers controllers,
            @Nullable ClientSocket socket,
            Runnable beforeEnd) {
        this.channel = channel;
        this.socket = socket;
        this.beforeEnd = beforeEnd;
        this.governor =
                new Governor(
                        channel,
                        controllers,
                        options.congestionAlgorithm(),
                        options.maxDatagramBytes(),
                        this::endReason);
        this.streams =
                new ConnectionStreams(
                        channel,
                        options.maxStreams(),
                        governor,
                        handshake::isDone,
                        end::isDone,
                        this::endReason);
        this.migrations =
                new MigrationWatch(
                        channel,
                        () ->
                                close(
                                        StoqErrorCode.CONNECTION_LOST,
                                        "the client's address was lost in the middle of a"
                                                + " transfer; connect again"));
        channel.attr(KEY).set(this);
        this.packets = new LastPackets(channel.parent().alloc());
        channel.config().setAllocator(packets);
        // A channel whose handshake fails was never active, and so never becomes inactive.
        channel.closeFuture().addListener(closed -> ended(brokenOff()));
    }

    private StoqException brokenOff() {
        return CloseReasons.lost(
                channel.isTimedOut()
                        ? "nothing was heard for longer than the idle timeout"
                        : "the connection broke off");
    }

    /** Makes a {@link NettyStream} of every stream that the peer opens. */
    static ChannelInitializer<QuicStreamChannel> streamHandler() {
        return new ChannelInitializer<>() {
            @Override
            protected void initChannel(QuicStreamChannel stream) {
                NettyConnection connection = stream.parent().attr(KEY).get();
                connection.streamOpened(stream);
            }

            @Override
            public boolean isSharable() {
                return true;
            }
        };
    }

    /** Returns the thread that this connection's packets pass through. */
    Thread loop() {
        CompletableFuture<Thread> loop = new CompletableFuture<>();
        onLoop(() -> loop.complete(Thread.currentThread()));
        return loop.join();
    }

    /** Does something on that thread, after what it has been asked for already. */
    void onLoop(Runnable task) {
        channel.eventLoop().execute(task);
    }

    /** Completes on the event loop when streams may be used. */
    CompletionStage<Void> usable() {
        return usable;
    }

    @Override
    public CompletionStage<Void> handshake() {
        return handshake.minimalCompletionStage();
    }

    @Override
    public InetSocketAddress localAddress() {
        ClientSocket own = socket;
        return own == null ? socketAddress(channel.localSocketAddress()) : own.localAddress();
    }

    @Override
    public InetSocketAddress remoteAddress() {
        return socketAddress(channel.remoteSocketAddress());
    }

    private static InetSocketAddress socketAddress(@Nullable SocketAddress address) {
        return address instanceof InetSocketAddress known ? known : new InetSocketAddress(0);
    }

    @Override
    public List<X509Certificate> peerCertificates() {
        try {
            Certificate[] chain = channel.sslEngine().getSession().getPeerCertificates();
            return Arrays.stream(chain).map(X509Certificate.class::cast).toList();
        } catch (SSLPeerUnverifiedException e) {
            // An anonymous client: the handshake has let it in, so this is no failure.
            return List.of();
        }
    }

    @Override
    public QuicStream openStream(boolean bidirectional) throws IOException {
        return streams.open(bidirectional);
    }

    @Override
    public QuicStream acceptStream() throws IOException {
        return streams.accept();
    }

    @Override
    public void onStream(Consumer<QuicStream> taker) {
        streams.onStream(taker);
    }

    @Override
    public void migrate(InetSocketAddress local) throws IOException {
        ClientSocket own = socket;
        if (own == null) {
            throw new StoqException(
                    StoqErrorCode.UNSUPPORTED, "only a client moves (RFC 9000 s.9)");
        }
        own.move(Ipv6Only.require(local));
    }

    @Override
    public void congestionAlgorithm(String name) {
        governor.choose(name);
    }

    @Override
    public int maxDatagramBytes() {
        return maxDatagramBytes;
    }

    @Override
    public void sendDatagram(ByteBuffer bytes) throws IOException {
        int length = bytes.remaining();
        if (!isOpen()) {
            throw endReason();
        }
        if (maxDatagramBytes == 0) {
            throw new StoqException(StoqErrorCode.UNSUPPORTED, "the peer takes no DATAGRAM frames");
        }
        if (length > maxDatagramBytes) {
            throw new StoqException(
                    StoqErrorCode.TOO_LARGE,
                    "a datagram of %d bytes; this path takes %d"
                            .formatted(length, maxDatagramBytes));
        }
        channel.writeAndFlush(channel.parent().alloc().directBuffer(length).writeBytes(bytes));
    }

    @Override
    public ByteBuffer receiveDatagram() throws IOException {
        return datagrams.take();
    }

    @Override
    public PathStats stats() {
        long now = System.nanoTime();
        if (channel.isActive() && now - statsAskedNanos >= STATS_AGE_NANOS) {
            statsAskedNanos = now;
            Paths.look(channel, paths -> Paths.active(paths).ifPresent(path -> stats = of(path)));
        }
        return stats;
    }

    private static PathStats of(QuicConnectionPathStats path) {
        return new PathStats(
                Duration.ofNanos(path.rtt()),
                path.sentBytes(),
                path.recvBytes(),
                path.lost(),
                path.cwnd());
    }

    @Override
    public boolean isOpen() {
        return usable.isDone() && channel.isOpen() && !end.isDone();
    }

    @Override
    public CompletionStage<StoqException> closed() {
        return end.minimalCompletionStage();
    }

    @Override
    public void close(StoqErrorCode code, String reason) {
        if (!end.isDone()) {
            closeChannel(code, reason);
        }
    }

    /** Ends the connection with NO_ERROR. Returns when that was sent. */
    ChannelFuture closeNow() {
        return end.isDone() ? channel.closeFuture() : closeChannel(StoqErrorCode.NO_ERROR, "");
    }

    private ChannelFuture closeChannel(StoqErrorCode code, String reason) {
        ownReason = new StoqException(code, reason.isEmpty() ? "closed here" : reason);
        byte[] bytes = reason.getBytes(StandardCharsets.UTF_8);
        int length = Math.min(bytes.length, MAX_REASON_BYTES);
        ChannelPromise closing = channel.newPromise();
        onLoop(() -> {
            if (socket != null) {
                // Sends what is due, so that no probe of the handshake gets in the way.
                channel.parent().pipeline().fireChannelWritabilityChanged();
            }
            packets.begin();
            channel.close(
                    true, (int) code.wireCode(), Unpooled.wrappedBuffer(bytes, 0, length), closing);
        });
        return closing;
    }

    /** Why the connection has ended, or what to say of a stream that ended without it. */
    private StoqException endReason() {
        StoqException reason = end.getNow(null);
        if (reason == null) {
            reason = ownReason;
        }
        return reason == null
                ? new StoqException(StoqErrorCode.CANCELLED, "the stream is closed")
                : new StoqException(reason.code(), String.valueOf(reason.getMessage()), reason);
    }

    private void ended(StoqException reason) {
        if (end.isDone()) {
            return;
        }
        beforeEnd.run();
        StoqException own = ownReason;
        end.complete(own != null ? own : reason);
        streams.wake();
        datagrams.end();
        governor.end();
    }

    private void streamOpened(QuicStreamChannel stream) {
        if (streams.arrived(stream)) {
            usable.complete(null);
        } else {
            close(StoqErrorCode.STREAM_MISMATCH, "stream ids of this connection are used up");
        }
    }

    @Override
    public void channelRegistered(ChannelHandlerContext context) {
        context.fireChannelRegistered();
        // The codec asks for streams once the channel is active; early data comes before that.
        context.read();
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        if (message instanceof ByteBuf datagram) {
            datagrams.add(datagram);
        } else {
            context.fireChannelRead(message);
        }
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext context, Object event) {
        switch (event) {
            case QuicConnectionCloseEvent close -> ended(CloseReasons.of(close));
            case SslEarlyDataReadyEvent early -> usable.complete(null);
            case SslHandshakeCompletionEvent completion when completion.isSuccess() -> {
                handshake.complete(null);
                usable.complete(null);
            }
            case QuicDatagramExtensionEvent extension -> maxDatagramBytes = extension.maxLength();
            case QuicPathEvent.PeerMigrated moved -> migrations.moved();
            default -> {}
        }
        context.fireUserEventTriggered(event);
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
        ended(brokenOff());
        context.fireChannelInactive();
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        ended(
                new StoqException(
                        StoqErrorCode.CONNECTION_LOST, "the connection failed: " + cause, cause));
        // Within a send of the codec a close would send nothing.
        channel.eventLoop().execute(context::close);
    }
}
