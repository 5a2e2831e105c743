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

class AmplificationLimitTest {
    private static final int INITIAL = 0xC0;
    private static final int HANDSHAKE = 0xE0;
    private static final int SHORT = 0x40;
    private static final int SERVER_ID = 7;
    private static final InetSocketAddress SERVER = at("::1", 4433);
    private static final InetSocketAddress CLIENT = at("2001:db8::1", 1000);
    private static final InetSocketAddress OTHER = at("2001:db8::2", 1000);

    private final AmplificationLimit limit = new AmplificationLimit();
    private final EmbeddedChannel socket = new EmbeddedChannel(limit);

    private static InetSocketAddress at(String host, int port) {
        return new InetSocketAddress(InetAddress.ofLiteral(host), port);
    }

    /** Ids of one byte each; a short header has the receiver's only. */
    private static ByteBuf packet(int first, int destination, int source, int bytes) {
        ByteBuf packet = Unpooled.buffer(bytes).writeByte(first);
        if (first == SHORT) {
            packet.writeByte(destination);
        } else {
            packet.writeInt(1).writeByte(1).writeByte(destination).writeByte(1).writeByte(source);
        }
        return packet.writeZero(bytes - packet.readableBytes());
    }

    private void arrives(InetSocketAddress from, int first, int id, int bytes) {
        socket.writeInbound(new DatagramPacket(packet(first, SERVER_ID, id, bytes), SERVER, from));
        ((DatagramPacket) socket.readInbound()).release();
    }

    /** Returns whether a packet gets out. */
    private boolean sends(InetSocketAddress to, int first, int id, int bytes) {
        socket.writeOutbound(new DatagramPacket(packet(first, id, SERVER_ID, bytes), to, SERVER));
        DatagramPacket out = socket.readOutbound();
        if (out == null) {
            return false;
        }
        out.release();
        return true;
    }

    @AfterEach
    void nothingIsLeft() {
        assertThat(socket.finish()).isFalse();
    }

    @Test
    void aStrangerGetsThreeTimesWhatHeHasSentAndNotOneByteMore() {
        arrives(CLIENT, INITIAL, 1, 1_200);
        limit.begin();
        assertThat(sends(CLIENT, INITIAL, 1, 1_200)).isTrue();
        assertThat(sends(CLIENT, HANDSHAKE, 1, 1_200)).isTrue();
        assertThat(sends(CLIENT, INITIAL, 1, 1_201)).isFalse();
        assertThat(sends(CLIENT, INITIAL, 1, 1_200)).isTrue();
        assertThat(sends(CLIENT, HANDSHAKE, 1, 20)).isFalse();
    }

    @Test
    void whoSendsMoreGetsMore() {
        arrives(CLIENT, INITIAL, 1, 1_200);
        limit.begin();
        assertThat(sends(CLIENT, INITIAL, 1, 3_600)).isTrue();
        arrives(CLIENT, HANDSHAKE, 1, 100);
        assertThat(sends(CLIENT, HANDSHAKE, 1, 300)).isTrue();
        assertThat(sends(CLIENT, HANDSHAKE, 1, 20)).isFalse();
    }

    @Test
    void whatComesForAnotherConnectionOrFromElsewhereDoesNotCount() {
        arrives(CLIENT, INITIAL, 1, 1_200);
        limit.begin();
        arrives(CLIENT, INITIAL, 2, 1_200);
        arrives(OTHER, INITIAL, 1, 1_200);
        assertThat(sends(CLIENT, INITIAL, 1, 3_600)).isTrue();
        assertThat(sends(CLIENT, INITIAL, 1, 20)).isFalse();
    }

    @Test
    void whoHasShownTheAddressIsNotLimited() {
        arrives(CLIENT, INITIAL, 1, 1_200);
        limit.addressShown();
        limit.begin();
        assertThat(limit.limited()).isZero();
        assertThat(sends(CLIENT, INITIAL, 1, 5_000)).isTrue();
        // The next one has shown nothing again.
        arrives(CLIENT, INITIAL, 2, 1_200);
        limit.begin();
        assertThat(sends(CLIENT, INITIAL, 2, 5_000)).isFalse();
    }

    @Test
    void aConnectionThatStandsIsNotLimited() {
        arrives(CLIENT, INITIAL, 1, 1_200);
        Runnable first = limit.begin();
        arrives(CLIENT, INITIAL, 1, 1_200);
        Runnable second = limit.begin();
        first.run();
        assertThat(sends(CLIENT, INITIAL, 1, 8_000)).as("one goes on").isFalse();
        assertThat(sends(CLIENT, SHORT, 1, 8_000)).as("what quiche counts").isTrue();
        second.run();
        assertThat(limit.limited()).isZero();
        assertThat(sends(CLIENT, HANDSHAKE, 1, 8_000)).isTrue();
    }
}
