package org.stoq.transport;

import io.netty.handler.codec.quic.QuicCodecBuilder;
import io.netty.handler.codec.quic.QuicCongestionControlAlgorithm;
import java.util.concurrent.TimeUnit;
import org.stoq.sdk.transport.QuicOptions;

/** Sets what clients and servers have in common. */
final class Codecs {
    /** Windows above what loopback and the socket buffers hold only make queues. */
    private static final long STREAM_WINDOW_BYTES = 4 << 20;

    private static final long CONNECTION_WINDOW_BYTES = 16 << 20;

    /** Out of the way: {@link NettyConnection} keeps the limit that counts. */
    private static final long MANY_STREAMS = 1 << 20;

    /** What limits a connection beside a plug-in's controller. */
    private static final QuicCongestionControlAlgorithm UNDERNEATH =
            QuicCongestionControlAlgorithm.CUBIC;

    private Codecs() {}

    static <B extends QuicCodecBuilder<B>> B configure(B builder, QuicOptions options) {
        return builder.maxIdleTimeout(options.idleTimeout().toMillis(), TimeUnit.MILLISECONDS)
                .maxSendUdpPayloadSize(options.maxDatagramBytes())
                .maxRecvUdpPayloadSize(65_527)
                .discoverPmtu(true)
                .initialMaxData(CONNECTION_WINDOW_BYTES)
                .initialMaxStreamDataBidirectionalLocal(STREAM_WINDOW_BYTES)
                .initialMaxStreamDataBidirectionalRemote(STREAM_WINDOW_BYTES)
                .initialMaxStreamDataUnidirectional(STREAM_WINDOW_BYTES)
                .initialMaxStreamsBidirectional(MANY_STREAMS)
                .initialMaxStreamsUnidirectional(MANY_STREAMS)
                .datagram(DatagramQueue.MAX_WAITING, DatagramQueue.MAX_WAITING)
                .congestionControlAlgorithm(
                        Controllers.own(options.congestionAlgorithm()).orElse(UNDERNEATH));
    }
}
