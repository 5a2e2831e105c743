package org.stoq.transport;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.DatagramPacket;
import java.util.ArrayList;
import java.util.List;

/**
 * Stands before the codec of a UDP socket and shows it what ends a handshake a second time, when it
 * has been answered.
 *
 * <p>Certificates are verified between two calls of the engine, so a handshake with certificates is
 * complete when the codec sends its answer. But the codec looks whether it is complete only when
 * something arrives, a round trip later. A datagram that comes twice is nothing special: the engine
 * passes over it (RFC 9000 s.12.3).
 *
 * <p>Belongs to the socket's event loop.
 */
final class HandshakeEcho extends ChannelInboundHandlerAdapter {
    /** Most datagrams that are kept of one batch; whoever else is in it waits the round trip. */
    private static final int MAX_KEPT = 32;

    private final Role role;
    private final List<DatagramPacket> kept = new ArrayList<>();

    /** Which end of its connections a socket is. */
    enum Role {
        /** The last flight of a server may begin with an Initial packet. */
        CLIENT,

        /** An Initial packet may be a stranger's, and is never shown twice. */
        SERVER
    }

    HandshakeEcho(Role role) {
        this.role = role;
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        DatagramPacket packet = (DatagramPacket) message;
        if (kept.size() < MAX_KEPT && mayEndHandshake(packet.content())) {
            // The engine decrypts in place.
            kept.add(packet.copy());
        }
        context.fireChannelRead(message);
    }

    private boolean mayEndHandshake(ByteBuf datagram) {
        return PacketHeader.isHandshake(datagram)
                || (role == Role.CLIENT && PacketHeader.isInitial(datagram));
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext context) {
        context.fireChannelReadComplete();
        if (!kept.isEmpty()) {
            // After what the codec has left for later: on a client, its own certificate.
            context.channel().eventLoop().execute(() -> again(context));
        }
    }

    private void again(ChannelHandlerContext context) {
        List<DatagramPacket> shown = List.copyOf(kept);
        kept.clear();
        shown.forEach(context::fireChannelRead);
        context.fireChannelReadComplete();
    }

    @Override
    public void handlerRemoved(ChannelHandlerContext context) {
        kept.forEach(DatagramPacket::release);
        kept.clear();
    }
}
