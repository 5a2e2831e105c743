package org.stoq.transport;

import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOutboundHandlerAdapter;
import io.netty.channel.ChannelPromise;
import io.netty.channel.socket.DatagramPacket;
import io.netty.util.concurrent.PromiseNotifier;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * A client's UDP socket, which can be exchanged for another one while a connection runs on it.
 *
 * <p>The codec is bound to its first socket for good. So that one stays open and what the codec
 * sends through it leaves by the newest; what arrives there is given to the codec as if it had come
 * to the first. The engine therefore sees one path where the peer sees two and validates the new
 * one (RFC 9000 s.9.3), and goes on with the connection ids that it has.
 */
final class ClientSocket extends ChannelOutboundHandlerAdapter {
    /**
     * How long a socket that was left still takes what was sent to it: quiche finds out only slowly
     * what was lost on a path that it uses no more.
     */
    private static final long GRACE_SECONDS = 5;

    private final EventLoops loops;
    private final Channel first;

    /** Written by whoever moves, read by the event loop for every packet. */
    private volatile @Nullable Channel newest;

    ClientSocket(EventLoops loops, Channel first) {
        this.loops = loops;
        this.first = first;
        first.pipeline().addFirst(this);
        first.closeFuture().addListener(closed -> closeNewest());
    }

    /** Leaves by another socket from now on. Returns when that is bound. */
    void move(InetSocketAddress local) throws IOException {
        Channel next = loops.bind(local, new Arrivals(), first.eventLoop());
        Channel before = newest;
        newest = next;
        if (before != null) {
            before.eventLoop().schedule(() -> before.close(), GRACE_SECONDS, TimeUnit.SECONDS);
        }
        if (!first.isOpen()) {
            next.close();
        }
    }

    InetSocketAddress localAddress() {
        Channel moved = newest;
        return (InetSocketAddress) (moved == null ? first : moved).localAddress();
    }

    private void closeNewest() {
        Channel moved = newest;
        if (moved != null) {
            moved.close();
        }
    }

    @Override
    public void write(ChannelHandlerContext context, Object message, ChannelPromise promise) {
        Channel moved = newest;
        if (moved == null) {
            context.write(message, promise);
        } else {
            moved.write(message).addListener(new PromiseNotifier<>(promise));
        }
    }

    @Override
    public void flush(ChannelHandlerContext context) {
        Channel moved = newest;
        if (moved != null) {
            moved.flush();
        }
        context.flush();
    }

    /** Stands on the newer sockets. */
    private final class Arrivals extends ChannelInboundHandlerAdapter {
        @Override
        public void channelRead(ChannelHandlerContext context, Object message) {
            DatagramPacket packet = (DatagramPacket) message;
            first.pipeline()
                    .fireChannelRead(
                            new DatagramPacket(
                                    packet.content(),
                                    (InetSocketAddress) first.localAddress(),
                                    packet.sender()));
        }

        @Override
        public void channelReadComplete(ChannelHandlerContext context) {
            first.pipeline().fireChannelReadComplete();
        }
    }
}
