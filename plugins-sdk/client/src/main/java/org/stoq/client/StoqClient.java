package org.stoq.client;

import java.io.IOException;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.ServiceLoader;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.stoq.client.session.SessionOptions;
import org.stoq.sdk.StoqException;
import org.stoq.sdk.call.Reply;
import org.stoq.sdk.config.HostPort;
import org.stoq.sdk.transport.Credentials;
import org.stoq.sdk.transport.QuicOptions;
import org.stoq.sdk.transport.Transport;

/**
 * Opens connections to STOQ nodes and servers. Thread-safe.
 *
 * <p>{@link #connect} gives one connection to do with as one likes. {@link #pool} gives as many as
 * are needed to one server, and replaces those that end; {@link #content} and {@link #cdnGet} use
 * the pool of the configured server.
 */
public final class StoqClient implements AutoCloseable {
    /** Engine settings of a client: cubic, 1,350-byte datagrams, 30 s of silence. */
    public static final QuicOptions DEFAULT_QUIC = QuicOptions.DEFAULTS;

    private final Transport transport;
    private final boolean ownsTransport;
    private final Connector connector;
    private final SessionOptions session;
    private final PoolOptions poolOptions;
    private final Timing timing;
    private final Optional<HostPort> server;
    private final ReentrantLock lock = new ReentrantLock();

    /** One for each server that was asked for; guarded by the lock. */
    private final Map<HostPort, StoqPool> pools = new HashMap<>();

    /** Guarded by the lock. */
    private boolean closed;

    private StoqClient(Builder builder) {
        this.ownsTransport = builder.transport == null;
        this.transport = builder.transport != null ? builder.transport : findTransport();
        Credentials credentials =
                builder.credentials.orElseThrow(() ->
                        new IllegalStateException(
                                "a client needs credentials, even anonymous ones"));
        this.connector =
                new Connector(
                        transport,
                        credentials,
                        builder.quic.toBuilder().earlyData(builder.earlyData).build(),
                        builder.connectTimeout,
                        builder.resolver,
                        builder.stagger);
        this.session = builder.session;
        this.poolOptions = builder.pool;
        this.timing = builder.timing;
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
     * Connects to a node, on the first of the name's IPv6 addresses that answers: the next one is
     * tried when a quarter of a second has passed, or at once after a failure (RFC 8305).
     *
     * <p>Blocks until the handshake is done; or, where the server is known from an earlier
     * connection and early data is on, until reads may be sent. Everything else waits for the
     * handshake by itself then, and {@link StoqConnection#peer} does.
     *
     * @param target such as {@code [::1]:4433} or {@code edge1:4433}
     * @throws StoqException CERTIFICATE_REFUSED, DEADLINE_EXCEEDED, CONNECTION_LOST or NOT_FOUND;
     *     the message names every address that was tried
     */
    public StoqConnection connect(String target) throws IOException {
        return connect(HostPort.parse(target));
    }

    /** Connects to a node, as {@link #connect(String)}. */
    public StoqConnection connect(HostPort target) throws IOException {
        requireOpen();
        return StoqConnection.open(connector.connect(target), session);
    }

    /**
     * Returns the connections to one server, opened as they are needed and closed with this client.
     *
     * @param target such as {@code [::1]:4433} or {@code edge1:4433}
     */
    public StoqPool pool(String target) {
        return pool(HostPort.parse(target));
    }

    /** Returns the connections to one server, as {@link #pool(String)}. */
    public StoqPool pool(HostPort target) {
        lock.lock();
        try {
            requireNotClosed();
            return pools.computeIfAbsent(
                    target,
                    added -> new StoqPool(added, connector::connect, session, poolOptions, timing));
        } finally {
            lock.unlock();
        }
    }

    /**
     * Gets an object from the configured server, over its pool. What breaks off with a connection
     * goes on over another one.
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
     * Returns the content network as the configured server serves it, over its pool.
     *
     * @throws IllegalStateException if the client was built without a server
     */
    public ContentClient content() {
        HostPort target =
                server.orElseThrow(() ->
                        new IllegalStateException(
                                "no server to ask; build the client with"
                                        + " .server(\"[::1]:4433\")"));
        return pool(target).content();
    }

    private void requireOpen() {
        lock.lock();
        try {
            requireNotClosed();
        } finally {
            lock.unlock();
        }
    }

    private void requireNotClosed() {
        if (closed) {
            throw new IllegalStateException("the client is closed");
        }
    }

    /** Closes the pools, and the engine if the client has found it by itself. */
    @Override
    public void close() {
        List<StoqPool> all;
        lock.lock();
        try {
            closed = true;
            all = List.copyOf(pools.values());
            pools.clear();
        } finally {
            lock.unlock();
        }
        all.forEach(StoqPool::close);
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
        private PoolOptions pool = PoolOptions.DEFAULTS;
        private boolean earlyData = true;
        private Duration connectTimeout = Duration.ofSeconds(10);
        private Connector.Resolver resolver = Ipv6Name::resolve;
        private Duration stagger = Race.STAGGER;
        private Timing timing = Timing.real();
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

        /** Sets the engine's options. What they say of early data does not count here. */
        public Builder quic(QuicOptions options) {
            this.quic = options;
            return this;
        }

        /**
         * Sets whether reads may go out as early data (0-RTT), without waiting for the handshake,
         * to servers that are known from earlier connections. True unless said otherwise. An
         * attacker who records such a read can make the server answer it again, unseen.
         */
        public Builder earlyData(boolean used) {
            this.earlyData = used;
            return this;
        }

        /** Sets how pools behave. */
        public Builder pool(PoolOptions options) {
            this.pool = options;
            return this;
        }

        /** Sets how names are resolved, for tests. */
        Builder resolver(Connector.Resolver resolver) {
            this.resolver = resolver;
            return this;
        }

        /** Sets how long an address is tried alone, for tests. */
        Builder stagger(Duration stagger) {
            this.stagger = stagger;
            return this;
        }

        /** Sets time and chance of pools, for tests. */
        Builder timing(Timing timing) {
            this.timing = timing;
            return this;
        }

        /** Sets the session's options. */
        public Builder session(SessionOptions options) {
            this.session = options;
            return this;
        }

        /** Sets how long each handshake may take. */
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
