package org.stoq.testkit.impair;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardProtocolFamily;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.DatagramChannel;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** Sends every datagram back to where it came from, and remembers from where that was. */
final class EchoServer implements AutoCloseable {
    /** What a bulk transfer adds beyond that tells nothing new. */
    private static final int MAX_SOURCES = 100;

    private final DatagramChannel channel;
    private final List<InetSocketAddress> sources = new CopyOnWriteArrayList<>();

    EchoServer() throws IOException {
        this("::1");
    }

    EchoServer(String host) throws IOException {
        channel = DatagramChannel.open(StandardProtocolFamily.INET6);
        channel.setOption(StandardSocketOptions.SO_RCVBUF, 4 << 20);
        channel.bind(new InetSocketAddress(InetAddress.ofLiteral(host), 0));
        Thread.ofPlatform().daemon().name("echo").start(this::run);
    }

    InetSocketAddress address() throws IOException {
        return (InetSocketAddress) channel.getLocalAddress();
    }

    /** Returns from where datagrams came, the first one first. */
    List<InetSocketAddress> sources() {
        return sources;
    }

    void send(InetSocketAddress target, byte... bytes) throws IOException {
        channel.send(ByteBuffer.wrap(bytes), target);
    }

    private void run() {
        ByteBuffer buffer = ByteBuffer.allocateDirect(65_535);
        try {
            while (true) {
                InetSocketAddress source = (InetSocketAddress) channel.receive(buffer.clear());
                if (sources.size() < MAX_SOURCES) {
                    sources.add(source);
                }
                channel.send(buffer.flip(), source);
            }
        } catch (ClosedChannelException e) {
            return;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }
}
