package org.stoq.bench.contender;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.ServiceLoader;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.stoq.sdk.StoqErrorCode;
import org.stoq.sdk.transport.QuicConnection;
import org.stoq.sdk.transport.QuicListener;
import org.stoq.sdk.transport.QuicOptions;
import org.stoq.sdk.transport.QuicStream;
import org.stoq.sdk.transport.Transport;

/** The engine under STOQ, without STOQ's frames and credit. */
final class TransportContender implements Contender {
    private static final System.Logger LOG = System.getLogger(TransportContender.class.getName());
    private static final String SERVER_NAME = "::1";
    private static final Duration PATIENCE = Duration.ofSeconds(10);

    private final Setup setup;
    private final Transport engine;
    private final QuicOptions options;
    private final int bufferBytes;
    private @Nullable QuicListener listener;

    TransportContender(ContenderSpec spec, Setup setup) throws UnavailableException {
        this.setup = setup;
        this.engine =
                ServiceLoader.load(Transport.class, TransportContender.class.getClassLoader())
                        .findFirst()
                        .orElseThrow(() ->
                                new UnavailableException(
                                        "no QUIC engine is on the class path", null));
        this.options = StoqContender.options(spec, setup);
        this.bufferBytes = StoqContender.bufferBytes(spec);
    }

    @Override
    public InetSocketAddress serve(Supplier<Flow> flows) throws IOException {
        QuicListener opened = engine.listen(StoqContender.ANY_PORT, options, setup.credentials());
        listener = opened;
        Thread.ofVirtual().name("bench-accept").start(() -> accept(opened, flows));
        return opened.localAddress();
    }

    private void accept(QuicListener opened, Supplier<Flow> flows) {
        try {
            while (true) {
                QuicConnection connection = opened.accept();
                Thread.ofVirtual().start(() -> serve(connection, flows));
            }
        } catch (ClosedChannelException e) {
            LOG.log(System.Logger.Level.DEBUG, "the listener is closed", e);
        } catch (IOException e) {
            setup.tally().broken("accepting: " + e.getMessage());
        }
    }

    private void serve(QuicConnection connection, Supplier<Flow> flows) {
        try {
            while (true) {
                start(connection.acceptStream(), flows.get());
            }
        } catch (IOException e) {
            // Its streams have ended with it, and each has said so.
            LOG.log(System.Logger.Level.DEBUG, "a connection has ended", e);
        }
    }

    @Override
    public Connections connect(InetSocketAddress remote, List<List<Flow>> flows)
            throws IOException {
        List<QuicConnection> opened = new ArrayList<>();
        Connections all = () -> opened.forEach(c -> c.close(StoqErrorCode.NO_ERROR, ""));
        try {
            for (List<Flow> streams : flows) {
                QuicConnection connection =
                        engine.connect(remote, SERVER_NAME, options, setup.credentials(), PATIENCE);
                opened.add(connection);
                for (Flow flow : streams) {
                    start(connection.openStream(true), flow);
                }
            }
        } catch (IOException | RuntimeException e) {
            all.close();
            throw e;
        }
        return all;
    }

    private void start(QuicStream stream, Flow flow) {
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
                        stream.finish(last);
                    }
                };
        new BlockingFlow(flow, blocking, bufferBytes, true, Thread.ofVirtual().factory()).start();
    }

    @Override
    public void close() {
        if (listener != null) {
            listener.close();
        }
        if (engine instanceof AutoCloseable closeable) {
            try {
                closeable.close();
            } catch (Exception e) {
                throw new IllegalStateException("the engine did not close", e);
            }
        }
    }
}
