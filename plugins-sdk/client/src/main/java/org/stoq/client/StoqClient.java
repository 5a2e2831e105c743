package org.stoq.client;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.Optional;
import java.util.ServiceLoader;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.stoq.client.session.SessionOptions;
import org.stoq.sdk.StoqErrorCode;
import org.stoq.sdk.StoqException;
import org.stoq.sdk.call.Reply;
import org.stoq.sdk.config.HostPort;
import org.stoq.sdk.transport.Credentials;
import org.stoq.sdk.transport.QuicConnection;
import org.stoq.sdk.transport.QuicOptions;
import org.stoq.sdk.transport.Transport;

/** Opens connections to STOQ nodes and servers. Thread-safe. */
public final class StoqClient implements AutoCloseable {
    /** Engine settings of a client: cubic, 1,350-byte datagrams, 30 s of silence. */
    public static final QuicOptions DEFAULT_QUIC =
            new QuicOptions(1, Duration.ofSeconds(30), 1_350, "cubic", 256);

    private final Transport transport;
    private final boolean ownsTransport;
    private final Credentials credentials;
    private final QuicOptions quic;
    private final SessionOptions session;
    private final Duration connectTimeout;
    private final Optional<HostPort> server;
    private final ReentrantLock lock = new ReentrantLock();

    /** The connection that {@link #cdnGet} keeps; guarded by the lock. */
    private @Nullable StoqConnection shared;

    /** Guarded by the lock. */
    private boolean closed;

    private StoqClient(Builder builder) {
        this.ownsTransport = builder.transport == null;
        this.transport = builder.transport != null ? builder.transport : findTransport();
        this.credentials =
                builder.credentials.orElseThrow(() ->
                        new IllegalStateException(
                                "a client needs credentials, even anonymous ones"));
        this.quic = builder.quic;
        this.session = builder.session;
        this.connectTimeout = builder.connectTimeout;
        this.server = builder.server;
    }

    /** Begins a client's configuration. */
    public static Builder builder() {
        return new Builder();
    }

    static Transport findTransport() {
        return ServiceLoader.load(Transport.class, StoqClient.class.getClassLoader())
                .findFirst()
                .orElseThrow(() ->
                        new IllegalStateException(
                                "no QUIC engine found; put stoq-transport on the class path"));
    }

    /**
     * Connects to a node. Blocks until the handshake is done, on the first of the name's IPv6
     * addresses that answers.
     *
     * @param target such as {@code [::1]:4433} or {@code edge1:4433}
     * @throws StoqException CERTIFICATE_REFUSED, DEADLINE_EXCEEDED, CONNECTION_LOST or NOT_FOUND
     */
    public StoqConnection connect(String target) throws IOException {
        return connect(HostPort.parse(target));
    }

    /** Connects to a node, as {@link #connect(String)}. */
    public StoqConnection connect(HostPort target) throws IOException {
        requireOpen();
        StoqException last = null;
        for (InetSocketAddress address : Ipv6Name.resolve(target)) {
            try {
                QuicConnection connection =
                        transport.connect(
                                address, target.host(), quic, credentials, connectTimeout);
                return StoqConnection.open(connection, session);
            } catch (StoqException e) {
                last = e;
            }
        }
        throw last != null
                ? last
                : new StoqException(StoqErrorCode.NOT_FOUND, "no address of " + target);
    }

    /**
     * Gets an object from the configured server, over a connection that is kept for the next one.
     *
     * @param path name of the object, such as {@code /content/video.mp4}; the slash at the
     *     beginning is no part of the name
     * @return its content as it arrives; close it
     * @throws IllegalStateException if the client was built without a server
     */
    public Reply cdnGet(String path) throws IOException {
        return content().get(path);
    }

    /**
     * Returns the content network as the configured server serves it, over a connection that is
     * kept. Ask again rather than keeping the result: a connection that has ended is replaced then.
     *
     * @throws IllegalStateException if the client was built without a server
     */
    public ContentClient content() throws IOException {
        return sharedConnection().content();
    }

    private void requireOpen() {
        lock.lock();
        try {
            if (closed) {
                throw new IllegalStateException("the client is closed");
            }
        } finally {
            lock.unlock();
        }
    }

    private StoqConnection sharedConnection() throws IOException {
        HostPort target =
                server.orElseThrow(() ->
                        new IllegalStateException(
                                "no server to ask; build the client with"
                                        + " .server(\"[::1]:4433\")"));
        lock.lock();
        try {
            StoqConnection kept = shared;
            if (kept == null || !kept.isOpen()) {
                kept = connect(target);
                shared = kept;
            }
            return kept;
        } finally {
            lock.unlock();
        }
    }

    /** Closes the kept connection, and the engine if the client has found it by itself. */
    @Override
    public void close() {
        lock.lock();
        try {
            closed = true;
            if (shared != null) {
                shared.close();
                shared = null;
            }
        } finally {
            lock.unlock();
        }
        if (ownsTransport) {
            closeTransport(transport);
        }
    }

    /** Ends an engine that was found and not given. */
    static void closeTransport(Transport engine) {
        if (engine instanceof AutoCloseable closeable) {
            try {
                closeable.close();
            } catch (Exception e) {
                throw new IllegalStateException("the engine did not close", e);
            }
        }
    }

    /** A client's configuration. */
    public static final class Builder {
        private @Nullable Transport transport;
        private Optional<Credentials> credentials = Optional.empty();
        private QuicOptions quic = DEFAULT_QUIC;
        private SessionOptions session = SessionOptions.DEFAULT;
        private Duration connectTimeout = Duration.ofSeconds(10);
        private Optional<HostPort> server = Optional.empty();

        private Builder() {}

        /** Sets the engine; without it the service loader looks for one. */
        public Builder transport(Transport engine) {
            this.transport = engine;
            return this;
        }

        /** Sets what to show and whom to trust. Required. */
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

        /** Sets how long a handshake may take. */
        public Builder connectTimeout(Duration timeout) {
            this.connectTimeout = timeout;
            return this;
        }

        /** Sets the server that {@link StoqClient#cdnGet} and {@link StoqClient#content} ask. */
        public Builder server(String target) {
            this.server = Optional.of(HostPort.parse(target));
            return this;
        }

        /** Returns the client. */
        public StoqClient build() {
            return new StoqClient(this);
        }
    }
}
