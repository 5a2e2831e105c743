package org.stoq.transport;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.channel.socket.DatagramPacket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class HandshakeEchoTest {
    private static final int INITIAL = 0xC0;
    private static final int EARLY = 0xD0;
    private static final int HANDSHAKE = 0xE0;
    private static final int RETRY = 0xF0;
    private static final int SHORT = 0x40;
    private static final int MOST = 32;

    private final EmbeddedChannel server =
            new EmbeddedChannel(new HandshakeEcho(HandshakeEcho.Role.SERVER));
    private final EmbeddedChannel client =
            new EmbeddedChannel(new HandshakeEcho(HandshakeEcho.Role.CLIENT));

    @AfterEach
    void close() {
        server.finishAndReleaseAll();
        client.finishAndReleaseAll();
    }

    private static DatagramPacket datagram(int first) {
        InetSocketAddress address = new InetSocketAddress(InetAddress.ofLiteral("::1"), 1);
        return new DatagramPacket(
                Unpooled.buffer().writeByte(first).writeByte(7), address, address);
    }

    /** How often the codec sees a batch of one datagram. */
    private static int seen(EmbeddedChannel socket, int first) {
        socket.writeInbound(datagram(first));
        socket.runPendingTasks();
        int count = socket.inboundMessages().size();
        socket.releaseInbound();
        return count;
    }

    @Test
    void whatMayEndAHandshakeIsShownTwice() {
        assertThat(seen(server, HANDSHAKE)).isEqualTo(2);
        assertThat(seen(client, HANDSHAKE)).isEqualTo(2);
        assertThat(seen(client, INITIAL)).isEqualTo(2);
    }

    @Test
    void nothingElseIs() {
        // A stranger's first packet would get two answers.
        assertThat(seen(server, INITIAL)).isEqualTo(1);
        for (int first : new int[] {EARLY, RETRY, SHORT}) {
            assertThat(seen(server, first)).isEqualTo(1);
            assertThat(seen(client, first)).isEqualTo(1);
        }
    }

    @Test
    void theSecondOneIsACopyFromBeforeTheEngineDecryptedTheFirst() {
        server.pipeline().fireChannelRead(datagram(HANDSHAKE));
        DatagramPacket first = server.readInbound();
        first.content().setByte(1, 0);
        first.release();
        server.pipeline().fireChannelReadComplete();
        server.runPendingTasks();
        DatagramPacket second = server.readInbound();
        assertThat(second.content().getByte(1)).isEqualTo((byte) 7);
        second.release();
    }

    @Test
    void soManyAreKeptOfABatchAndNoMore() {
        for (int i = 0; i <= MOST; i++) {
            server.pipeline().fireChannelRead(datagram(HANDSHAKE));
        }
        assertThat(server.inboundMessages()).hasSize(MOST + 1);
        server.pipeline().fireChannelReadComplete();
        server.runPendingTasks();
        assertThat(server.inboundMessages()).hasSize(MOST + 1 + MOST);
    }

    @Test
    void whatIsKeptGoesWithTheSocket() {
        DatagramPacket passed = datagram(HANDSHAKE);
        ByteBuf content = passed.content();
        server.pipeline().fireChannelRead(passed);
        server.releaseInbound();
        assertThat(content.refCnt()).isZero();
        server.pipeline().removeFirst();
        server.pipeline().fireChannelReadComplete();
        server.runPendingTasks();
        assertThat(server.inboundMessages()).isEmpty();
    }
}
