package org.stoq.transport;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.DatagramPacket;
import io.netty.util.AttributeKey;
import java.util.ArrayList;
import java.util.List;

/**
 * Stands before the codec of a UDP socket. When the packets that were there have been dealt with,
 * streams fetch what has come for them, each in one piece, and only then the codec answers: one
 * acknowledgement with every window that has moved, instead of a packet for each stream.
 *
 * <p>What follows a packet of a handshake is the exception: the engine has its keys only when that
 * has been answered. Until then it would hold early data back, and drop what comes after the
 * handshake, to be sent again a probe timeout later.
 *
 * <p>Belongs to the socket's event loop.
 */
final class ReadBatch extends ChannelInboundHandlerAdapter {
    static final AttributeKey<ReadBatch> KEY = AttributeKey.valueOf("stoq.readBatch");

    private final List<NettyStream> streams = new ArrayList<>();
    private final List<ConnectionStreams> connections = new ArrayList<>();
    private boolean open;
    private boolean handshaking;

    @Override
    public void handlerAdded(ChannelHandlerContext context) {
        context.channel().attr(KEY).set(this);
    }

    /**
     * Has a stream fetch when the batch is over.
     *
     * @return false if there is no batch under way
     */
    boolean add(NettyStream stream) {
        return open && streams.add(stream);
    }

    /**
     * Has a connection announce its new streams when the batch is over, and what has come with them
     * can be read.
     *
     * @return false if there is no batch under way
     */
    boolean add(ConnectionStreams connection) {
        return open && connections.add(connection);
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        ByteBuf datagram = ((DatagramPacket) message).content();
        boolean handshake = PacketHeader.isInitial(datagram) || PacketHeader.isHandshake(datagram);
        if (handshaking && !handshake) {
            channelReadComplete(context);
        }
        open = true;
        handshaking |= handshake;
        context.fireChannelRead(message);
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext context) {
        // What a stream fetches is no reason to come again.
        open = false;
        handshaking = false;
        streams.forEach(NettyStream::gathered);
        streams.clear();
        connections.forEach(ConnectionStreams::announce);
        connections.clear();
        context.fireChannelReadComplete();
    }
}
