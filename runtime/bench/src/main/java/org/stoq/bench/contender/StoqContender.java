package org.stoq.bench.contender;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.stoq.client.StoqClient;
import org.stoq.client.StoqConnection;
import org.stoq.client.StoqServer;
import org.stoq.client.StoqStream;
import org.stoq.sdk.StoqException;
import org.stoq.sdk.config.HostPort;
import org.stoq.sdk.transport.QuicOptions;

/** STOQ as applications use it, with the engine that the service loader finds. */
final class StoqContender implements Contender {
    private static final System.Logger LOG = System.getLogger(StoqContender.class.getName());

    static final InetSocketAddress ANY_PORT =
            new InetSocketAddress(InetAddress.ofLiteral("::1"), 0);

    private static final int BUFFER_BYTES = 256 << 10;
    private static final int MOST_BUFFER_BYTES = 1 << 24;

    private final Setup setup;
    private final QuicOptions options;
    private final int bufferBytes;
    private @Nullable StoqServer server;
    private @Nullable StoqClient client;
    private @Nullable Strangers strangers;

    StoqContender(ContenderSpec spec, Setup setup) {
        this.setup = setup;
        // A ticket that allows early data shows itself when it is used; STOQ waits all the same.
        this.options = options(spec, setup).toBuilder().earlyData(true).build();
        this.bufferBytes = bufferBytes(spec);
    }

    /** Returns what a server or a client has by itself, with what the measurement sets. */
    static QuicOptions options(ContenderSpec spec, Setup setup) {
        return StoqServer.DEFAULT_QUIC.toBuilder()
                .maxConnections(
                        Math.max(StoqServer.DEFAULT_QUIC.maxConnections(), setup.connections()))
                .idleTimeout(setup.idleTimeout())
                .maxDatagramBytes(setup.datagramBytes())
                .congestionAlgorithm(spec.text("congestion").orElse(setup.congestion()))
                .local(setup.local())
                .build();
    }

    static int bufferBytes(ContenderSpec spec) {
        return spec.number("write", Flow.HEADER_BYTES, MOST_BUFFER_BYTES, BUFFER_BYTES);
    }

    @Override
    public InetSocketAddress serve(Supplier<Flow> flows) throws IOException {
        StoqServer opened =
                StoqServer.builder()
                        .credentials(setup.credentials())
                        .quic(options)
                        .listen(ANY_PORT);
        server = opened;
        Thread.ofVirtual().name("bench-accept").start(() -> accept(opened, flows));
        return opened.localAddress();
    }

    private void accept(StoqServer opened, Supplier<Flow> flows) {
        try {
            while (true) {
                acceptOne(opened, flows);
            }
        } catch (ClosedChannelException e) {
            LOG.log(System.Logger.Level.DEBUG, "the server is closed", e);
        } catch (IOException e) {
            setup.tally().broken("accepting: " + e.getMessage());
        }
    }

    private void acceptOne(StoqServer opened, Supplier<Flow> flows) throws IOException {
        try {
            StoqConnection connection = opened.accept();
            Thread.ofVirtual().start(() -> serve(connection, flows));
        } catch (StoqException e) {
            // A client that was gone again before its session began: others come.
            LOG.log(System.Logger.Level.DEBUG, "a connection ended at its start", e);
        }
    }

    private void serve(StoqConnection connection, Supplier<Flow> flows) {
        try {
            Optional<StoqStream> stream = connection.acceptStream();
            while (stream.isPresent()) {
                start(stream.get(), flows.get());
                stream = connection.acceptStream();
            }
        } catch (IOException e) {
            // Its streams have ended with it, and each has said so.
            LOG.log(System.Logger.Level.DEBUG, "a connection has ended", e);
        }
    }

    @Override
    public Connections connect(InetSocketAddress remote, List<List<Flow>> flows)
            throws IOException {
        StoqClient connecting = client();
        List<StoqConnection> opened = new ArrayList<>();
        try {
            for (List<Flow> streams : flows) {
                StoqConnection connection = connecting.connect(HostPort.of(remote));
                opened.add(connection);
                for (Flow flow : streams) {
                    start(connection.openStream(), flow);
                }
            }
        } catch (IOException | RuntimeException e) {
            opened.forEach(StoqConnection::close);
            throw e;
        }
        return () -> opened.forEach(StoqConnection::close);
    }

    private StoqClient client() {
        StoqClient made = client;
        if (made == null) {
            made = StoqClient.builder().credentials(setup.credentials()).quic(options).build();
            client = made;
        }
        return made;
    }

    @Override
    public Requests requests(InetSocketAddress remote) throws IOException {
        StoqClient connecting = client();
        return Handshaken.open(
                () -> connecting.connect(HostPort.of(remote)), StoqContender::answer);
    }

    @Override
    public void meet(InetSocketAddress remote) throws IOException {
        strangers().connect(HostPort.of(remote)).close();
    }

    private Strangers strangers() {
        Strangers made = strangers;
        if (made == null) {
            made = new Strangers(setup.credentials(), options);
            strangers = made;
        }
        return made;
    }

    private static @Nullable String answer(StoqConnection connection, ByteBuffer request) {
        try (StoqStream stream = connection.openStream()) {
            stream.write(request.duplicate());
            stream.finish();
            byte[] answer = stream.readAll(request.remaining());
            return ByteBuffer.wrap(answer).equals(request) ? null : "the answer is another";
        } catch (IOException e) {
            return String.valueOf(e.getMessage());
        }
    }

    private void start(StoqStream stream, Flow flow) {
        BlockingFlow.Stream blocking =
                new BlockingFlow.Stream() {
                    @Override
                    public int read(ByteBuffer target) throws IOException {
                        return stream.read(target);
                    }

                    @Override
                    public void write(ByteBuffer source) throws IOException {
                        stream.write(source);
                    }

                    @Override
                    public void finish(ByteBuffer last) throws IOException {
                        stream.write(last);
                        stream.close();
                    }
                };
        new BlockingFlow(flow, blocking, bufferBytes, true, Thread.ofVirtual().factory()).start();
    }

    @Override
    public void close() {
        if (server != null) {
            server.close();
        }
        if (client != null) {
            client.close();
        }
    }
}
