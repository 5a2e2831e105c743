package org.stoq.bench.contender;

import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.epoll.EpollDatagramChannel;
import io.netty.channel.socket.DatagramPacket;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.Supplier;

/**
 * UDP with segmentation and receive offload, by Netty over epoll, and nothing else: no encryption,
 * no retransmission. What is lost is counted. It shows how much of the machine datagrams alone
 * take.
 *
 * <p>A sender stays within a window that the receiver moves, so that it does not fill the
 * receiver's socket and throw its own work away. There are no streams: each connection is one flow.
 */
final class UdpContender implements Contender {
    private static final int SOCKET_BYTES = 4 << 20;
    private static final int READS = 16;

    private final Setup setup;
    private final int segments;
    private final NettySockets sockets;

    UdpContender(ContenderSpec spec, Setup setup) throws UnavailableException {
        if (!EpollDatagramChannel.isSegmentedDatagramPacketSupported()) {
            throw new UnavailableException("this system has no UDP_SEGMENT", null);
        }
        this.setup = setup;
        int most = QuicTuning.mostSegments(setup.datagramBytes());
        this.segments = spec.number("segments", 1, most, Math.min(QuicTuning.BEST_SEGMENTS, most));
        this.sockets = new NettySockets(QuicTuning.loops(setup));
    }

    @Override
    public InetSocketAddress serve(Supplier<Flow> flows) throws IOException {
        Channel socket = sockets.bind(options(), new Answers());
        return (InetSocketAddress) socket.localAddress();
    }

    @Override
    public Connections connect(InetSocketAddress remote, List<List<Flow>> flows)
            throws IOException {
        List<Channel> opened = new ArrayList<>();
        Connections all = () -> opened.forEach(socket -> NettySockets.settle(socket.close()));
        try {
            for (List<Flow> streams : flows) {
                Flow flow = streams.getFirst();
                Greeting greeting = new Greeting(remote, flow.stream(), flow.direction());
                Channel socket = sockets.bind(options(), greeting);
                opened.add(socket);
                NettySockets.await(greeting.begin(socket), "the first datagram's way");
            }
        } catch (IOException | RuntimeException e) {
            all.close();
            throw e;
        }
        return all;
    }

    private NettySockets.Options options() {
        return new NettySockets.Options(
                setup.datagramBytes(),
                true,
                OptionalInt.of(READS),
                OptionalInt.of(SOCKET_BYTES),
                Optional.empty(),
                false);
    }

    private UdpFlow flow(InetSocketAddress peer, long stream, Direction direction, boolean client) {
        return new UdpFlow(setup, segments, peer, stream, direction, client);
    }

    @Override
    public void close() {
        sockets.close();
    }

    /** The server's socket: a flow for each client that says hello. */
    private final class Answers extends ChannelInboundHandlerAdapter {
        private final Map<InetSocketAddress, UdpFlow> peers = new HashMap<>();

        @Override
        public void channelRead(ChannelHandlerContext context, Object message) {
            DatagramPacket datagram = (DatagramPacket) message;
            try {
                InetSocketAddress peer = datagram.sender();
                UdpFlow known = peers.get(peer);
                if (known != null) {
                    known.received(context, datagram.content());
                } else if (UdpFlow.isHello(datagram.content())) {
                    UdpFlow fresh =
                            flow(
                                    peer,
                                    UdpFlow.streamOf(datagram.content()),
                                    UdpFlow.directionOf(datagram.content()),
                                    false);
                    peers.put(peer, fresh);
                    fresh.begin(context);
                }
            } finally {
                datagram.release();
            }
        }

        @Override
        public void channelReadComplete(ChannelHandlerContext context) {
            peers.values().forEach(flow -> flow.readComplete(context));
            context.flush();
        }
    }

    /** A client's socket. */
    private final class Greeting extends ChannelInboundHandlerAdapter {
        private final InetSocketAddress remote;
        private final long stream;
        private final Direction direction;
        private final UdpFlow flow;

        Greeting(InetSocketAddress remote, long stream, Direction direction) {
            this.remote = remote;
            this.stream = stream;
            this.direction = direction;
            this.flow = flow(remote, stream, direction, true);
        }

        /** Says hello; the future is done once that was sent. On loopback it arrives. */
        ChannelFuture begin(Channel socket) {
            return socket.writeAndFlush(
                    new DatagramPacket(UdpFlow.hello(socket.alloc(), stream, direction), remote));
        }

        @Override
        public void channelRead(ChannelHandlerContext context, Object message) {
            DatagramPacket datagram = (DatagramPacket) message;
            try {
                flow.received(context, datagram.content());
            } finally {
                datagram.release();
            }
        }

        @Override
        public void channelReadComplete(ChannelHandlerContext context) {
            flow.readComplete(context);
            context.flush();
        }
    }
}
