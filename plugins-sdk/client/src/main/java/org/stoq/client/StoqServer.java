package org.stoq.client;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.stoq.client.session.SessionOptions;
import org.stoq.sdk.StoqException;
import org.stoq.sdk.cbor.CborMap;
import org.stoq.sdk.transport.Credentials;
import org.stoq.sdk.transport.QuicConnection;
import org.stoq.sdk.transport.QuicListener;
import org.stoq.sdk.transport.QuicOptions;
import org.stoq.sdk.transport.Transport;

/**
 * Accepts connections in an application. Thread-safe.
 *
 * <p>A node is more than this: it stores content and answers the calls of its adapters. A server
 * that wants to put content on the network is attached to a node ({@link Builder#publishTo});
 * without one the three cdn methods throw {@link IllegalStateException}.
 *
 * <pre>{@code
 * StoqServer server = StoqServer.builder().credentials(credentials).publishTo(node).listen(address);
 * server.cdnCache("/logo.svg", logo);
 * }</pre>
 */
public final class StoqServer implements AutoCloseable {
    /** Engine settings of a server: cubic, 1,350-byte datagrams, 30 s of silence. */
    public static final QuicOptions DEFAULT_QUIC = QuicOptions.DEFAULTS;

    private static final System.Logger LOG = System.getLogger(StoqServer.class.getName());

    private final QuicListener listener;
    private final SessionOptions session;
    private final Optional<StoqClient> node;

    /** The engine, if it was found and not given. */
    private final Optional<Transport> own;

    private StoqServer(Builder builder, Transport engine, InetSocketAddress local)
            throws IOException {
        Credentials shown =
                builder.credentials.orElseThrow(
                        () -> new IllegalStateException("a server needs credentials"));
        this.listener = engine.listen(local, builder.quic, shown);
        this.session = builder.session;
        this.node = builder.node;
        this.own = builder.transport == null ? Optional.of(engine) : Optional.empty();
    }

    /** Begins a server's configuration. */
    public static Builder builder() {
        return new Builder();
    }

    /**
     * Binds a UDP port, with the engine that the service loader finds.
     *
     * @param local an IPv6 address; port 0 lets the system choose
     * @param credentials the certificate to show, and whom to trust
     * @throws java.net.BindException if the port is taken
     */
    public static StoqServer listen(InetSocketAddress local, Credentials credentials)
            throws IOException {
        return builder().credentials(credentials).listen(local);
    }

    /** Returns the address that was really bound. */
    public InetSocketAddress localAddress() {
        return listener.localAddress();
    }

    /**
     * Waits for the next connection. Blocks; an interrupt gives up. A client that leaves before its
     * session has begun is passed over: it is no reason for an application to stop accepting.
     *
     * @throws java.nio.channels.ClosedChannelException once the server is closed
     */
    public StoqConnection accept() throws IOException {
        while (true) {
            QuicConnection arrived = listener.accept();
            try {
                return StoqConnection.open(arrived, session);
            } catch (StoqException gone) {
                LOG.log(System.Logger.Level.DEBUG, "a client left at once", gone);
            }
        }
    }

    /**
     * Publishes an object on the node that this server is attached to; durable on return.
     *
     * @param path name of the object; slashes at the beginning do not count
     * @throws IllegalStateException if the server is attached to no node
     * @throws IOException if the node cannot be reached or refuses
     */
    public Published cdnCache(String path, byte[] content) throws IOException {
        return content().put(path, content);
    }

    /**
     * Removes an object from the node that this server is attached to, and from those it tells.
     *
     * @param path name of the object; slashes at the beginning do not count
     * @throws IllegalStateException if the server is attached to no node
     * @throws org.stoq.sdk.StoqException NOT_FOUND if there is none
     */
    public void cdnPurge(String path) throws IOException {
        content().remove(path);
    }

    /**
     * Returns the content counters of the node that this server is attached to
     * (docs/spec/content.md).
     *
     * @throws IllegalStateException if the server is attached to no node
     */
    public CborMap cdnStats() throws IOException {
        return content().stats();
    }

    private ContentClient content() {
        return node.orElseThrow(() ->
                        new IllegalStateException(
                                "this server is attached to no node; build it with"
                                        + " .publishTo(client of a node)"))
                .content();
    }

    /**
     * Ends every connection and frees the port; ends the engine too if the server has found it by
     * itself. The node's client stays open.
     */
    @Override
    public void close() {
        listener.close();
        own.ifPresent(StoqClient::closeTransport);
    }

    /** A server's configuration. */
    public static final class Builder {
        private @Nullable Transport transport;
        private Optional<Credentials> credentials = Optional.empty();
        private QuicOptions quic = DEFAULT_QUIC;
        private SessionOptions session = SessionOptions.DEFAULT;
        private Optional<StoqClient> node = Optional.empty();

        private Builder() {}

        /** Sets the engine; without it the service loader looks for one. */
        public Builder transport(Transport engine) {
            this.transport = engine;
            return this;
        }

        /** Sets what to show and whom to trust. Required, with a certificate. */
        public Builder credentials(Credentials shown) {
            this.credentials = Optional.of(shown);
            return this;
        }

        /** Sets the engine's options. */
        public Builder quic(QuicOptions options) {
            this.quic = options;
            return this;
        }

        /** Sets the session's options. */
        public Builder session(SessionOptions options) {
            this.session = options;
            return this;
        }

        /**
         * Attaches the server to a node's content.
         *
         * @param client built with {@link StoqClient.Builder#server} and a certificate that may
         *     write; stays its owner's to close
         */
        public Builder publishTo(StoqClient client) {
            this.node = Optional.of(client);
            return this;
        }

        /**
         * Binds a UDP port.
         *
         * @param local an IPv6 address; port 0 lets the system choose
         * @throws java.net.BindException if the port is taken
         * @throws IllegalArgumentException if the address is not IPv6
         */
        public StoqServer listen(InetSocketAddress local) throws IOException {
            Transport given = transport;
            if (given != null) {
                return new StoqServer(this, given, local);
            }
            Transport found = StoqClient.findTransport();
            try {
                return new StoqServer(this, found, local);
            } catch (IOException | RuntimeException e) {
                StoqClient.closeTransport(found);
                throw e;
            }
        }
    }
}
