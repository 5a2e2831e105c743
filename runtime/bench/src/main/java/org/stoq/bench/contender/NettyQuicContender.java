package org.stoq.bench.contender;

import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.handler.codec.quic.EpollQuicUtils;
import io.netty.handler.codec.quic.Quic;
import io.netty.handler.codec.quic.QuicChannel;
import io.netty.handler.codec.quic.QuicChannelBootstrap;
import io.netty.handler.codec.quic.QuicChannelOption;
import io.netty.handler.codec.quic.QuicClientCodecBuilder;
import io.netty.handler.codec.quic.QuicCodecBuilder;
import io.netty.handler.codec.quic.QuicServerCodecBuilder;
import io.netty.handler.codec.quic.QuicSslContext;
import io.netty.handler.codec.quic.QuicStreamChannel;
import io.netty.handler.codec.quic.QuicStreamType;
import io.netty.handler.codec.quic.SegmentedDatagramPacketAllocator;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/** Netty's QUIC codec by itself, with one client socket for each connection. */
final class NettyQuicContender implements Contender {
    private static final int MOST_STREAMS = 1 << 16;

    private final QuicTuning tuning;
    private final Setup setup;
    private final NettySockets sockets;
    private final QuicSslContext clientTls;

    NettyQuicContender(QuicTuning tuning, Setup setup) throws UnavailableException {
        if (!Quic.isAvailable()) {
            throw new UnavailableException(
                    "Netty's QUIC is not available: " + Quic.unavailabilityCause(),
                    Quic.unavailabilityCause());
        }
        this.tuning = tuning;
        this.setup = setup;
        this.clientTls = Tls.client(setup.credentials());
        this.sockets = new NettySockets(tuning.loops());
    }

    @Override
    public InetSocketAddress serve(Supplier<Flow> flows) throws IOException {
        QuicSslContext tls = Tls.server(setup.credentials());
        boolean shared = tuning.loops() > 1;
        Channel first = sockets.bind(socketOptions(shared), serverCodec(tls, flows));
        InetSocketAddress local = (InetSocketAddress) first.localAddress();
        for (int more = 1; more < tuning.loops(); more++) {
            sockets.bind(local, socketOptions(true), serverCodec(tls, flows));
        }
        return local;
    }

    private ChannelHandler serverCodec(QuicSslContext tls, Supplier<Flow> flows) {
        QuicServerCodecBuilder builder =
                configure(new QuicServerCodecBuilder())
                        .sslContext(tls)
                        .initialMaxStreamDataBidirectionalRemote(tuning.streamWindowBytes())
                        .initialMaxStreamsBidirectional(MOST_STREAMS)
                        .activeMigration(true)
                        .handler(new Quiet())
                        .streamHandler(streams(() -> handler(flows.get())));
        tuning.allocator()
                .ifPresent(allocator -> builder.option(ChannelOption.ALLOCATOR, allocator));
        if (tuning.segments() > 1) {
            builder.option(QuicChannelOption.SEGMENTED_DATAGRAM_PACKET_ALLOCATOR, segments());
        }
        return builder.build();
    }

    @Override
    public Connections connect(InetSocketAddress remote, List<List<Flow>> flows)
            throws IOException {
        List<Channel> opened = new ArrayList<>();
        Connections all = () -> opened.forEach(socket -> NettySockets.settle(socket.close()));
        try {
            for (List<Flow> streams : flows) {
                Channel socket =
                        sockets.bind(
                                setup.local(),
                                socketOptions(false),
                                configure(new QuicClientCodecBuilder())
                                        .sslContext(clientTls)
                                        .build());
                opened.addFirst(socket);
                QuicChannel connection = connect(socket, remote);
                opened.addFirst(connection);
                for (Flow flow : streams) {
                    NettySockets.await(
                            connection.createStream(
                                    QuicStreamType.BIDIRECTIONAL, streams(() -> handler(flow))),
                            "opening a stream");
                }
            }
        } catch (IOException | RuntimeException e) {
            all.close();
            throw e;
        }
        return all;
    }

    @Override
    public Requests requests(InetSocketAddress remote) throws IOException {
        Channel socket =
                sockets.bind(
                        setup.local(),
                        socketOptions(false),
                        configure(new QuicClientCodecBuilder()).sslContext(clientTls).build());
        QuicChannel connection = connect(socket, remote);
        return new Requests() {
            @Override
            public void ask(ByteBuffer request, Done done) {
                connection
                        .createStream(
                                QuicStreamType.BIDIRECTIONAL,
                                streams(() -> new NettyRequest(request, done)))
                        .addListener(opened -> {
                            if (!opened.isSuccess()) {
                                done.ended(String.valueOf(opened.cause()));
                            }
                        });
            }

            @Override
            public void close() {
                NettySockets.settle(connection.close());
                NettySockets.settle(socket.close());
            }
        };
    }

    private QuicChannel connect(Channel socket, InetSocketAddress remote) throws IOException {
        QuicChannelBootstrap bootstrap =
                QuicChannel.newBootstrap(socket)
                        .handler(new Quiet())
                        .streamHandler(new Quiet())
                        .remoteAddress(remote);
        tuning.allocator()
                .ifPresent(allocator -> bootstrap.option(ChannelOption.ALLOCATOR, allocator));
        if (tuning.segments() > 1) {
            bootstrap.option(QuicChannelOption.SEGMENTED_DATAGRAM_PACKET_ALLOCATOR, segments());
        }
        return NettySockets.await(bootstrap.connect(), "connecting to " + remote);
    }

    /** Sets up streams, each with a handler of its own. */
    private ChannelInitializer<QuicStreamChannel> streams(Supplier<ChannelHandler> handlers) {
        return new ChannelInitializer<>() {
            @Override
            protected void initChannel(QuicStreamChannel stream) {
                tuning.allocator().ifPresent(stream.config()::setAllocator);
                stream.pipeline().addLast(handlers.get());
            }
        };
    }

    private ChannelHandler handler(Flow flow) {
        return new NettyFlow(flow, tuning.writeBytes(), tuning.unsentBytes());
    }

    private <B extends QuicCodecBuilder<B>> B configure(B builder) {
        B configured =
                builder.maxIdleTimeout(tuning.idleMillis(), TimeUnit.MILLISECONDS)
                        .maxSendUdpPayloadSize(setup.datagramBytes())
                        .initialMaxData(tuning.connectionWindowBytes())
                        .initialMaxStreamDataBidirectionalLocal(tuning.streamWindowBytes());
        tuning.congestion().ifPresent(configured::congestionControlAlgorithm);
        tuning.initialPackets().ifPresent(configured::initialCongestionWindowPackets);
        tuning.slowStartExit().ifPresent(configured::hystart);
        return configured;
    }

    private SegmentedDatagramPacketAllocator segments() {
        return EpollQuicUtils.newSegmentedAllocator(tuning.segments());
    }

    private NettySockets.Options socketOptions(boolean shared) {
        return new NettySockets.Options(
                setup.datagramBytes(),
                tuning.receiveOffload(),
                tuning.reads(),
                tuning.socketBufferBytes(),
                tuning.allocator(),
                shared);
    }

    @Override
    public void close() {
        sockets.close();
    }

    /** Does nothing; a connection's end is seen by its streams. */
    private static final class Quiet extends ChannelInboundHandlerAdapter {
        @Override
        public boolean isSharable() {
            return true;
        }
    }
}
