package org.stoq.bench.contender;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.handler.codec.quic.DefaultQuicStreamFrame;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/** A request on a stream of its own. Belongs to the channel's event loop. */
final class NettyRequest extends ChannelInboundHandlerAdapter {
    private final ByteBuffer request;
    private final Requests.Done done;
    private final ByteBuffer rest;
    private boolean ended;

    NettyRequest(ByteBuffer request, Requests.Done done) {
        this.request = request;
        this.done = done;
        this.rest = request.duplicate();
    }

    @Override
    public void channelActive(ChannelHandlerContext context) {
        context.writeAndFlush(
                        new DefaultQuicStreamFrame(
                                Unpooled.wrappedBuffer(request.duplicate()), true))
                .addListener(written -> {
                    if (!written.isSuccess()) {
                        end(String.valueOf(written.cause()));
                    }
                });
        context.fireChannelActive();
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        ByteBuf bytes = (ByteBuf) message;
        try {
            int length = bytes.readableBytes();
            if (length > rest.remaining()
                    || !rest.slice(rest.position(), length)
                            .equals(bytes.internalNioBuffer(bytes.readerIndex(), length))) {
                end("the answer is another");
            } else {
                rest.position(rest.position() + length);
            }
        } finally {
            bytes.release();
        }
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext context, Object event) {
        if (event instanceof ChannelInputShutdownEvent) {
            end(rest.hasRemaining() ? "the answer is too short" : null);
        }
        context.fireUserEventTriggered(event);
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
        end("the stream was closed");
        context.fireChannelInactive();
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        end(String.valueOf(cause));
        context.close();
    }

    private void end(@Nullable String failure) {
        if (!ended) {
            ended = true;
            done.ended(failure);
        }
    }
}
