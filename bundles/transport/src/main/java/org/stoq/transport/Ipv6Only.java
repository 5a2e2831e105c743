package org.stoq.transport;

import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.DatagramPacket;
import io.netty.util.ReferenceCountUtil;
import java.net.Inet6Address;
import java.net.InetSocketAddress;
import java.util.concurrent.atomic.LongAdder;

/**
 * Drops datagrams that come from IPv4 (decision 1).
 *
 * <p>A socket bound to {@code ::} takes them too, as {@code ::ffff:0:0/96}, and the codec's sockets
 * have no option against it. They end here, before any byte of them is parsed.
 */
@ChannelHandler.Sharable
final class Ipv6Only extends ChannelInboundHandlerAdapter {
    private final LongAdder dropped = new LongAdder();

    /** Returns how many datagrams were dropped. */
    long dropped() {
        return dropped.sum();
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        if (message instanceof DatagramPacket packet && !isIpv6(packet.sender())) {
            dropped.increment();
            ReferenceCountUtil.release(message);
            return;
        }
        context.fireChannelRead(message);
    }

    /**
     * Requires an IPv6 address.
     *
     * @throws IllegalArgumentException if it is another, or is not resolved
     */
    static InetSocketAddress require(InetSocketAddress address) {
        if (address.isUnresolved()) {
            throw new IllegalArgumentException(address + " is not resolved");
        }
        if (!isIpv6(address)) {
            throw new IllegalArgumentException(
                    address + " is an IPv4 address; STOQ speaks IPv6 only, as in [::1]:4433");
        }
        return address;
    }

    /** The platform turns IPv4-mapped addresses into IPv4 ones, so this catches both. */
    private static boolean isIpv6(InetSocketAddress address) {
        return address.getAddress() instanceof Inet6Address;
    }
}
