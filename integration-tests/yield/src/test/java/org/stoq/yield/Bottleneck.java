package org.stoq.yield;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import org.stoq.sdk.transport.QuicConnection;
import org.stoq.sdk.transport.QuicListener;
import org.stoq.sdk.transport.QuicOptions;
import org.stoq.sdk.transport.Transport;
import org.stoq.testkit.impair.Direction;
import org.stoq.testkit.impair.LinkCounts;
import org.stoq.testkit.impair.UdpImpairment;
import org.stoq.trust.Certified;

/**
 * A node that sends, a line to it, and somebody at the other end who receives: each transfer has a
 * connection of its own, opened by the receiver, and all that is sent waits in the one queue of the
 * line. Acknowledgements come back without a limit.
 */
final class Bottleneck implements AutoCloseable {
    /** What serves downloads, and pushes of that name; the engine's own. */
    static final String EVERYDAY = "cubic";

    private static final InetSocketAddress ANY_PORT =
            new InetSocketAddress(InetAddress.ofLiteral("::1"), 0);
    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final QuicOptions OPTIONS =
            QuicOptions.DEFAULTS.toBuilder().congestionAlgorithm(EVERYDAY).build();

    private final Transport transport;
    private final Certified identity;
    private final QuicListener listener;
    private final UdpImpairment network;
    private long nextSeed;

    private Bottleneck(
            Transport transport,
            Certified identity,
            QuicListener listener,
            UdpImpairment network,
            long seed) {
        this.transport = transport;
        this.identity = identity;
        this.listener = listener;
        this.network = network;
        this.nextSeed = seed;
    }

    /** Opens the node and the line. */
    static Bottleneck open(Transport transport, Certified identity, Line line, long seed)
            throws IOException {
        QuicListener listener = transport.listen(ANY_PORT, OPTIONS, identity.credentials(true));
        UdpImpairment network = UdpImpairment.inFrontOf(listener.localAddress(), seed);
        network.impair(Direction.TO_CLIENT, line.narrow());
        network.impair(Direction.TO_SERVER, line.wide());
        return new Bottleneck(transport, identity, listener, network, seed);
    }

    /** Begins a push under this congestion controller: {@value #EVERYDAY}, or one of a plug-in. */
    Transfer push(String algorithm) throws IOException {
        QuicConnection receiver = connect();
        QuicConnection sender = listener.accept();
        sender.congestionAlgorithm(algorithm);
        return Transfer.push(sender, receiver, nextSeed++);
    }

    /** Begins a download under {@value #EVERYDAY}. */
    Transfer download() throws IOException {
        QuicConnection receiver = connect();
        return Transfer.download(listener.accept(), receiver, nextSeed++);
    }

    private QuicConnection connect() throws IOException {
        return transport.connect(
                network.address(), "::1", OPTIONS, identity.credentials(false), PATIENCE);
    }

    /** Returns what has happened in the direction of the data. */
    LinkCounts counts() {
        return network.counts(Direction.TO_CLIENT);
    }

    @Override
    public void close() {
        listener.close();
        network.close();
    }
}
