package org.stoq.interop;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import org.stoq.sdk.StoqException;
import org.stoq.sdk.transport.QuicConnection;
import org.stoq.sdk.transport.QuicListener;
import org.stoq.sdk.transport.QuicOptions;
import org.stoq.sdk.transport.QuicStream;
import org.stoq.sdk.transport.Transport;
import org.stoq.testkit.impair.UdpImpairment;

/** Our server with one file, behind a network that can be impaired and is watched. */
final class OurServer implements AutoCloseable {
    private static final InetSocketAddress ANY_PORT =
            new InetSocketAddress(InetAddress.ofLiteral("::1"), 0);

    private final Web web;
    private final ByteBuffer content;
    private final QuicListener listener;
    private final UdpImpairment network;
    private final Wire wire = new Wire();
    private final Queue<QuicConnection> connections = new ConcurrentLinkedQueue<>();
    private final Queue<String> troubles = new ConcurrentLinkedQueue<>();
    private final AtomicInteger earlyRequests = new AtomicInteger();
    private final AtomicInteger answered = new AtomicInteger();

    OurServer(
            Transport transport, Workspace workspace, QuicOptions options, Web web, byte[] content)
            throws IOException {
        this.web = web;
        this.content = ByteBuffer.wrap(content).asReadOnlyBuffer();
        QuicOptions withProtocol = options.toBuilder().protocols(List.of(web.protocol())).build();
        this.listener =
                transport.listen(ANY_PORT, withProtocol, workspace.identity().credentials(true));
        this.network = UdpImpairment.inFrontOf(listener.localAddress(), 1);
        network.tap(wire);
        Thread.ofVirtual().name("accept").start(this::accept);
    }

    private void accept() {
        try {
            while (true) {
                QuicConnection connection = listener.accept();
                connections.add(connection);
                Thread.ofVirtual().name("connection").start(() -> serve(connection));
            }
        } catch (ClosedChannelException e) {
            // The test is over.
            return;
        } catch (IOException e) {
            troubles.add(e.toString());
        }
    }

    private void serve(QuicConnection connection) {
        try {
            Web.Conversation conversation = web.on(connection);
            while (true) {
                QuicStream stream = connection.acceptStream();
                Thread.ofVirtual().name("stream").start(() -> serve(conversation, stream));
            }
        } catch (StoqException e) {
            // The client has left.
            return;
        } catch (IOException e) {
            troubles.add(e.toString());
        }
    }

    private void serve(Web.Conversation conversation, QuicStream stream) {
        try {
            if (stream.bidirectional()) {
                if (stream.early()) {
                    earlyRequests.incrementAndGet();
                }
                conversation.serve(stream, content.duplicate());
                answered.incrementAndGet();
            } else {
                // What the client has to say beside requests: its settings.
                Streams.readAll(stream);
            }
        } catch (StoqException e) {
            // The client has left.
            return;
        } catch (IOException e) {
            troubles.add(e.toString());
        }
    }

    /** Returns where clients send to. */
    InetSocketAddress address() {
        return network.address();
    }

    UdpImpairment network() {
        return network;
    }

    Wire wire() {
        return wire;
    }

    /** Returns all connections that there were. */
    List<QuicConnection> connections() {
        return List.copyOf(connections);
    }

    /** Returns how many requests came before their handshake had finished. */
    int earlyRequests() {
        return earlyRequests.get();
    }

    /** Returns how many answers were handed to the engine to the end. */
    int answered() {
        return answered.get();
    }

    /** Returns what went wrong and was not the end of a connection. */
    List<String> troubles() {
        return List.copyOf(troubles);
    }

    /** Returns how many handshakes failed. */
    long failedHandshakes() {
        return listener.failedHandshakes();
    }

    @Override
    public void close() {
        listener.close();
        network.close();
    }
}
