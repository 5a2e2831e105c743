package org.stoq.bench.contender;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.handler.codec.quic.DefaultQuicStreamFrame;
import java.nio.ByteBuffer;

/**
 * Moves the bytes of a flow through a channel: writes whenever fewer bytes than a bound wait there,
 * without a copy, and checks what is read where it lies. Belongs to the channel's event loop.
 */
final class NettyFlow extends ChannelInboundHandlerAdapter {
    private final Flow flow;
    private final int writeBytes;
    private final int unsentLimit;
    private int unsentBytes;
    private boolean writing;

    NettyFlow(Flow flow, int writeBytes, int unsentBytes) {
        this.flow = flow;
        this.writeBytes = writeBytes;
        this.unsentLimit = unsentBytes;
    }

    @Override
    public void channelActive(ChannelHandlerContext context) {
        pump(context);
        context.fireChannelActive();
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        ByteBuf bytes = (ByteBuf) message;
        boolean sentBefore = flow.sends();
        try {
            flow.received(bytes.internalNioBuffer(bytes.readerIndex(), bytes.readableBytes()));
        } finally {
            bytes.release();
        }
        if (!sentBefore) {
            pump(context);
        }
    }

    private void pump(ChannelHandlerContext context) {
        if (writing) {
            return;
        }
        writing = true;
        while (unsentBytes < unsentLimit && context.channel().isActive()) {
            ByteBuffer next = flow.next(writeBytes);
            if (next == null) {
                break;
            }
            int length = next.remaining();
            unsentBytes += length;
            context.writeAndFlush(Unpooled.wrappedBuffer(next))
                    .addListener((ChannelFutureListener) done -> written(context, done, length));
        }
        writing = false;
    }

    private void written(ChannelHandlerContext context, ChannelFuture done, int length) {
        unsentBytes -= length;
        if (done.isSuccess()) {
            pump(context);
        } else {
            flow.broken("a write failed: " + done.cause());
        }
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext context, Object event) {
        if (event instanceof ChannelInputShutdownEvent) {
            ByteBuffer answer = flow.answer();
            if (answer == null) {
                flow.broken("the peer has ended the stream");
            } else {
                context.writeAndFlush(
                        new DefaultQuicStreamFrame(Unpooled.wrappedBuffer(answer), true));
            }
        }
        context.fireUserEventTriggered(event);
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
        if (flow.answer() == null) {
            flow.broken("the channel was closed");
        }
        context.fireChannelInactive();
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        flow.broken(String.valueOf(cause));
        context.close();
    }
}
