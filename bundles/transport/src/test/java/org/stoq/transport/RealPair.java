package org.stoq.transport;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.List;
import org.stoq.sdk.transport.Credentials;
import org.stoq.sdk.transport.QuicConnection;
import org.stoq.sdk.transport.QuicListener;
import org.stoq.sdk.transport.QuicOptions;
import org.stoq.sdk.transport.QuicStream;
import org.stoq.testkit.impair.UdpImpairment;
import org.stoq.trust.Certified;
import org.stoq.trust.StoqHome;

/** A listener on this machine, a path to it that can be impaired, and clients of it. */
final class RealPair implements AutoCloseable {
    static final InetSocketAddress ANY_PORT =
            new InetSocketAddress(InetAddress.ofLiteral("::1"), 0);
    static final Duration PATIENCE = Duration.ofSeconds(10);

    final NettyTransport transport;
    final Certified node;
    final QuicOptions options;
    final UdpImpairment path;
    private QuicListener listener;

    RealPair(Path folder, QuicOptions options) throws IOException {
        this(folder, options, new NettyTransport());
    }

    RealPair(Path folder, QuicOptions options, NettyTransport transport) throws IOException {
        this.transport = transport;
        this.node =
                new StoqHome(folder.resolve("home"))
                        .node(folder.resolve("node"), List.of(), InstantSource.system());
        this.options = options;
        this.listener = transport.listen(ANY_PORT, options, node.credentials(true));
        this.path = UdpImpairment.inFrontOf(listener.localAddress(), 1);
    }

    QuicListener listener() {
        return listener;
    }

    /** Takes the listener's place with one that knows nothing of the tickets of the first. */
    void forget() throws IOException {
        InetSocketAddress address = listener.localAddress();
        listener.close();
        listener = transport.listen(address, options, node.credentials(true));
    }

    QuicConnection connect() throws IOException {
        return connect(node.credentials(false), options);
    }

    QuicConnection connect(Credentials credentials, QuicOptions with) throws IOException {
        return transport.connect(path.address(), "::1", with, credentials, PATIENCE);
    }

    static byte[] read(QuicStream stream, int length) throws IOException {
        ByteBuffer buffer = ByteBuffer.allocate(length);
        while (buffer.hasRemaining() && stream.read(buffer) >= 0) {
            // Until it is full, or the stream has ended.
        }
        return Arrays.copyOf(buffer.array(), buffer.position());
    }

    @Override
    public void close() throws IOException {
        path.close();
        transport.close();
    }
}
