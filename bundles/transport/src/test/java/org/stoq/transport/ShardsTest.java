package org.stoq.transport;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.channel.socket.DatagramPacket;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.stoq.sdk.transport.QuicConnection;
import org.stoq.sdk.transport.QuicOptions;
import org.stoq.sdk.transport.QuicStream;
import org.stoq.trust.Certified;
import org.stoq.trust.StoqHome;

/** A packet finds the loop of its connection, whichever socket it has come to. */
@Timeout(60)
class ShardsTest {
    private static final InetSocketAddress ADDRESS = RealPair.ANY_PORT;

    private final Shards shards = new Shards(2);
    private final EmbeddedChannel first = channel(0);
    private final EmbeddedChannel second = channel(1);

    private EmbeddedChannel channel(int index) {
        return new EmbeddedChannel(shards.entry(index), new ChannelInboundHandlerAdapter());
    }

    private static DatagramPacket packetFor(int shard) {
        ByteBuf bytes = Unpooled.buffer(50).writeByte(0x40).writeByte(shard).writeZero(48);
        return new DatagramPacket(bytes, ADDRESS, ADDRESS);
    }

    private static DatagramPacket received(EmbeddedChannel channel) {
        channel.runPendingTasks();
        return channel.readInbound();
    }

    @Test
    void aPacketGoesToTheShardThatItNames() {
        DatagramPacket own = packetFor(0);
        DatagramPacket foreign = packetFor(1);
        first.writeInbound(own, foreign);
        assertThat(received(first)).isSameAs(own);
        assertThat(received(first)).isNull();
        assertThat(received(second)).isSameAs(foreign);
        assertThat(shards.handedOver()).isEqualTo(1);
    }

    @Test
    void aShardThatDoesNotExistIsNobodysAndStaysWhereItIs() {
        DatagramPacket packet = packetFor(2);
        first.writeInbound(packet);
        assertThat(received(first)).isSameAs(packet);
        assertThat(shards.handedOver()).isZero();
    }

    @Test
    void whatIsNotPlausibleEndsHereAndIsFreed() {
        DatagramPacket runt = new DatagramPacket(Unpooled.buffer(1).writeByte(0x40), ADDRESS);
        first.writeInbound(runt);
        assertThat(received(first)).isNull();
        assertThat(runt.refCnt()).isZero();
        assertThat(shards.implausible()).isEqualTo(1);
    }

    @Test
    void aBusyLoopIsKeptNoMorePacketsThanItsQueueHolds() {
        for (int i = 0; i < Shards.INBOX; i++) {
            first.writeInbound(packetFor(1));
        }
        assertThat(shards.lost()).isZero();
        DatagramPacket tooMany = packetFor(1);
        first.writeInbound(tooMany);
        assertThat(shards.lost()).isEqualTo(1);
        assertThat(tooMany.refCnt()).isZero();
        int delivered = 0;
        while (received(second) != null) {
            delivered++;
        }
        assertThat(delivered).isEqualTo(Shards.INBOX);
    }

    @Test
    void packetsForASocketThatIsClosedAreFreed() {
        DatagramPacket before = packetFor(1);
        first.writeInbound(before);
        second.pipeline().remove(shards.entry(1));
        DatagramPacket after = packetFor(1);
        first.writeInbound(after);
        second.runPendingTasks();
        assertThat(before.refCnt()).isZero();
        assertThat(after.refCnt()).isZero();
    }

    @Test
    void theKernelSortsByConnectionIdAndWhatItDoesNotSortIsHandedOver(@TempDir Path folder)
            throws Exception {
        Certified node =
                new StoqHome(folder.resolve("home"))
                        .node(folder.resolve("node"), List.of(), InstantSource.system());
        assertThat(handedOverAfterMoving(node, true)).isZero();
        assertThat(handedOverAfterMoving(node, false)).isPositive();
    }

    private static long handedOverAfterMoving(Certified node, boolean steering) throws Exception {
        try (NettyTransport transport = new NettyTransport(4, steering, () -> null)) {
            NettyListener listener =
                    (NettyListener)
                            transport.listen(ADDRESS, QuicOptions.DEFAULTS, node.credentials(true));
            QuicConnection client =
                    transport.connect(
                            listener.localAddress(),
                            "::1",
                            QuicOptions.DEFAULTS,
                            node.credentials(false),
                            RealPair.PATIENCE);
            QuicConnection server = listener.accept();
            byte[] bytes = new byte[50_000];
            // One socket in four is the right one by chance: 20 moves miss it all but surely.
            for (int move = 0; move < 20; move++) {
                client.migrate(ADDRESS);
                QuicStream stream = client.openStream(false);
                bytes[move] = 1;
                stream.finish(ByteBuffer.wrap(bytes));
                assertThat(RealPair.read(server.acceptStream(), bytes.length)).isEqualTo(bytes);
            }
            assertThat(listener.shards().lost()).isZero();
            return listener.shards().handedOver();
        }
    }
}
