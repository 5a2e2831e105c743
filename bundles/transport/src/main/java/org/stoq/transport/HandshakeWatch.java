package org.stoq.transport;

import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.quic.QuicChannel;
import io.netty.handler.ssl.SslHandshakeCompletionEvent;
import io.netty.util.concurrent.ScheduledFuture;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.stoq.sdk.StoqErrorCode;

/**
 * Waits for the end of one handshake on a server, and makes one if none comes. On the event loop of
 * the connection.
 */
final class HandshakeWatch extends ChannelInboundHandlerAdapter {
    private static final System.Logger LOG = System.getLogger(HandshakeWatch.class.getName());

    private final NettyConnection connection;
    private final HandshakeGate.Visit visit;
    private final Duration timeout;
    private final Supplier<Optional<String>> refusal;
    private @Nullable ScheduledFuture<?> limit;
    private boolean succeeded;

    /**
     * Watches a handshake.
     *
     * @param refusal why a client's certificate was refused last
     */
    HandshakeWatch(
            NettyConnection connection,
            HandshakeGate.Visit visit,
            Duration timeout,
            Supplier<Optional<String>> refusal) {
        this.connection = connection;
        this.visit = visit;
        this.timeout = timeout;
        this.refusal = refusal;
    }

    @Override
    public void handlerAdded(ChannelHandlerContext context) {
        Channel channel = context.channel();
        limit =
                channel.eventLoop()
                        .schedule(this::tooLate, timeout.toMillis(), TimeUnit.MILLISECONDS);
        channel.closeFuture().addListener(end -> gone(context));
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext context, Object event) {
        if (event instanceof SslHandshakeCompletionEvent completion) {
            forgetLimit();
            if (completion.isSuccess()) {
                succeeded = true;
                visit.succeeded();
            } else {
                refused(context, completion.cause());
            }
        }
        context.fireUserEventTriggered(event);
    }

    /**
     * The codec would leave the client waiting; TLS has an alert for this (RFC 9001 s.4.8). It is
     * sent in a task of its own, for the codec sends nothing while it is within a send.
     */
    private void refused(ChannelHandlerContext context, Throwable cause) {
        visit.failed();
        String reason = refusal.get().orElseGet(() -> String.valueOf(cause.getMessage()));
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

    private void tooLate() {
        visit.failed();
        connection.close(
                StoqErrorCode.DEADLINE_EXCEEDED,
                "the handshake has not ended within %d ms".formatted(timeout.toMillis()));
    }

    private void gone(ChannelHandlerContext context) {
        forgetLimit();
        if (!succeeded) {
            // A channel that never was active is not told that it is inactive; whoever has the
            // connection already, by early data, waits for that.
            context.pipeline().fireChannelInactive();
        }
        visit.gone();
    }

    private void forgetLimit() {
        ScheduledFuture<?> pending = limit;
        if (pending != null) {
            pending.cancel(false);
            limit = null;
        }
    }
}
