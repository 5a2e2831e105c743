package org.stoq.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class DelayedPathTest {
    private static final InetAddress HERE = InetAddress.ofLiteral("::1");
    private static final Duration ONE_WAY = Duration.ofMillis(30);

    private static DatagramPacket receive(DatagramSocket socket) throws Exception {
        DatagramPacket packet = new DatagramPacket(new byte[100], 100);
        socket.setSoTimeout(20_000);
        socket.receive(packet);
        return packet;
    }

    @Test
    void everyDatagramGoesThereAndBackNoSoonerThanItMay() throws Exception {
        try (DatagramSocket server = new DatagramSocket(0, HERE);
                DatagramSocket client = new DatagramSocket(0, HERE);
                DatagramSocket other = new DatagramSocket(0, HERE);
                DelayedPath path =
                        new DelayedPath(
                                (InetSocketAddress) server.getLocalSocketAddress(), ONE_WAY)) {
            InetSocketAddress entrance = new InetSocketAddress(HERE, path.port());
            long start = System.nanoTime();
            client.send(new DatagramPacket(new byte[] {1}, 1, entrance));
            client.send(new DatagramPacket(new byte[] {2}, 1, entrance));

            DatagramPacket first = receive(server);
            assertThat(System.nanoTime() - start).isGreaterThanOrEqualTo(ONE_WAY.toNanos());
            assertThat(first.getData()[0]).isEqualTo((byte) 1);
            assertThat(receive(server).getData()[0]).isEqualTo((byte) 2);

            server.send(new DatagramPacket(new byte[] {3}, 1, first.getSocketAddress()));
            assertThat(receive(client).getData()[0]).isEqualTo((byte) 3);
            assertThat(System.nanoTime() - start).isGreaterThanOrEqualTo(2 * ONE_WAY.toNanos());

            other.send(new DatagramPacket(new byte[] {4}, 1, entrance));
            assertThat(receive(server).getSocketAddress()).isNotEqualTo(first.getSocketAddress());
        }
    }
}
