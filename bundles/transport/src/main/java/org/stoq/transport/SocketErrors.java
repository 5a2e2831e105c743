package org.stoq.transport;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import java.nio.channels.ClosedChannelException;

/** Stands last on a UDP socket and says what went wrong there; the connections on it live on. */
final class SocketErrors extends ChannelInboundHandlerAdapter {
    private static final System.Logger LOG = System.getLogger(SocketErrors.class.getName());

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        // A socket that is being closed may still be asked for the datagrams that epoll has seen.
        boolean harmless = cause instanceof ClosedChannelException;
        LOG.log(
                harmless ? System.Logger.Level.DEBUG : System.Logger.Level.WARNING,
                "an error on the socket " + context.channel().localAddress(),
                cause);
    }
}
