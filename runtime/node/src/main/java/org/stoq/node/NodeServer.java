package org.stoq.node;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.net.BindException;
import java.net.InetSocketAddress;
import java.nio.channels.ClosedChannelException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.osgi.framework.BundleContext;
import org.osgi.framework.FrameworkUtil;
import org.osgi.framework.ServiceRegistration;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Reference;
import org.stoq.client.Ipv6Name;
import org.stoq.client.session.Session;
import org.stoq.client.session.SessionOptions;
import org.stoq.config.StoqConfig;
import org.stoq.sdk.call.Adapter;
import org.stoq.sdk.config.HostPort;
import org.stoq.sdk.frame.Settings;
import org.stoq.sdk.strategy.Lease;
import org.stoq.sdk.strategy.StrategySlot;
import org.stoq.sdk.transport.Credentials;
import org.stoq.sdk.transport.HandshakeLimits;
import org.stoq.sdk.transport.QuicConnection;
import org.stoq.sdk.transport.QuicListener;
import org.stoq.sdk.transport.QuicOptions;
import org.stoq.sdk.transport.Transport;

/**
 * The node's door: binds the port, begins a session on every connection that comes, dials the
 * configured peers, and says goodbye properly.
 *
 * <p>One virtual thread accepts. It starts when somebody answers for {@code content}; when another
 * transport becomes active it binds the same port with that one.
 */
@Component(service = NodeServer.class, immediate = true)
public final class NodeServer {
    private static final System.Logger LOG = System.getLogger(NodeServer.class.getName());
    private static final Duration START_LIMIT = Duration.ofSeconds(30);
    private static final Duration DEFAULT_DEADLINE = Duration.ofSeconds(30);
    private static final long RETRY_MILLIS = 200;
    private static final String DRAIN = "stoq.drain";

    private final NodeConfiguration configuration;
    private final StrategySlot<Transport> transports;
    private final NodeKeys keys;
    private final Extensions extensions;
    private final NodeSessions sessions;
    private final Dialler dialler;
    private final LauncherLink launcher;
    private final RunFile runFile;
    private final ServiceRegistration<?> adapter;
    private final ServiceRegistration<?> drain;
    private final StrategySlot.Subscription transportChange;
    private final NodeConfiguration.Subscription congestion;
    private final CountDownLatch stopping = new CountDownLatch(1);
    private final AtomicBoolean drained = new AtomicBoolean();
    private final Thread thread;

    private volatile @Nullable QuicListener listener;
    private volatile @Nullable InetSocketAddress address;
    private volatile NodeConfiguration.@Nullable Subscription peersWanted;
    private volatile long bootMillis;

    /** Starts the accepting thread. */
    @Activate
    public NodeServer(
            BundleContext context,
            @Reference NodeConfiguration configuration,
            @Reference SlotTable slots,
            @Reference NodeKeys keys,
            @Reference PeerTable peers) {
        this.configuration = configuration;
        this.transports = slots.slot(Transport.class);
        this.keys = keys;
        this.extensions = new Extensions(context, configuration);
        this.sessions =
                new NodeSessions(
                        extensions,
                        peers,
                        keys.id(),
                        () -> configuration.current().server().anonymousReaders());
        this.dialler = new Dialler(this::dial);
        this.launcher = new LauncherLink(context);
        this.runFile = new RunFile(configuration.current().server().dataDir());
        this.adapter =
                context.registerService(
                        Adapter.class,
                        new NodeAdapter(context, configuration, slots, peers, keys, this),
                        null);
        this.congestion =
                configuration.follow(
                        config -> sessions.congestion(config.transport().congestionAlgorithm()));
        this.drain =
                context.registerService(
                        Callable.class,
                        this::drain,
                        FrameworkUtil.asDictionary(Map.of(DRAIN, true)));
        this.transportChange = transports.onChange(this::leaveTransport);
        this.thread = Thread.ofVirtual().name("stoq-accept").start(this::run);
    }

    /** Lets nobody new in, waits for the calls in flight, and closes every session. */
    private Boolean drain() throws InterruptedException {
        if (drained.getAndSet(true)) {
            return true;
        }
        stopping.countDown();
        extensions.contentReady().cancel(false);
        NodeConfiguration.Subscription wanted = peersWanted;
        if (wanted != null) {
            wanted.close();
        }
        boolean done = sessions.drain(configuration.current().server().drainTimeout());
        dialler.close();
        return done;
    }

    @Deactivate
    void deactivate() {
        try {
            drain();
            leaveTransport();
            thread.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        transportChange.close();
        congestion.close();
        drain.unregister();
        adapter.unregister();
        extensions.close();
        runFile.remove();
    }

    /** Returns the address that is bound, or the configured one before it is. */
    String address() {
        InetSocketAddress bound = address;
        return bound == null
                ? configuration.current().server().listen().toString()
                : HostPort.of(bound).toString();
    }

    int connections() {
        return sessions.count();
    }

    /** Returns how long the start took, from the start of the process on; 0 before its end. */
    long bootMillis() {
        return bootMillis;
    }

    /** Asks whoever started the node to stop it. */
    void requestStop() {
        launcher.tell(LauncherLink.STOP, "");
    }

    private void run() {
        try {
            extensions.contentReady().get(START_LIMIT.toMillis(), TimeUnit.MILLISECONDS);
            while (stopping.getCount() > 0) {
                serve();
                stopping.await(RETRY_MILLIS, TimeUnit.MILLISECONDS);
            }
        } catch (CancellationException e) {
            LOG.log(System.Logger.Level.DEBUG, "the node is stopped before it has served", e);
        } catch (TimeoutException e) {
            fail("no bundle answers for content; stoq plugin list shows what is missing", e);
        } catch (BindException e) {
            fail(
                    configuration.current().server().listen()
                            + " is taken: another node or program listens there;"
                            + " choose another address with --listen or server.listen",
                    e);
        } catch (IOException | RuntimeException | ExecutionException e) {
            fail("the node cannot listen: " + e.getMessage(), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void fail(String reason, Exception cause) {
        LOG.log(System.Logger.Level.DEBUG, "the server ends", cause);
        launcher.tell(LauncherLink.FAILED, reason);
    }

    /** Serves on the active transport until it leaves or the node stops. */
    private void serve() throws IOException {
        if (transports.activeName().isEmpty()) {
            return;
        }
        Credentials shown = keys.credentials();
        NodeConfiguration.Subscription renewals = () -> {};
        try (Lease<Transport> lease = transports.acquire();
                QuicListener bound = lease.strategy().listen(where(), quicOptions(), shown)) {
            address = bound.localAddress();
            listener = bound;
            renewals = keys.follow(shown, renewed -> renew(bound, renewed));
            if (bootMillis == 0) {
                begun();
            }
            accept(bound);
        } finally {
            renewals.close();
            listener = null;
        }
    }

    private static void renew(QuicListener bound, Credentials renewed) {
        try {
            bound.renew(renewed);
        } catch (IOException e) {
            LOG.log(
                    System.Logger.Level.WARNING,
                    "the new certificate is shown after a restart only: {0}",
                    e.getMessage());
        }
    }

    private void begun() throws IOException {
        bootMillis =
                System.currentTimeMillis() - ManagementFactory.getRuntimeMXBean().getStartTime();
        runFile.write(address(), keys.id());
        peersWanted = configuration.follow(config -> dialler.follow(config.cdn().edgeNodes()));
        LOG.log(
                System.Logger.Level.INFO,
                "node {0} listens on {1}",
                keys.id().shortName(),
                address());
        launcher.tell(LauncherLink.READY, address() + " " + keys.id());
    }

    private void accept(QuicListener bound) throws IOException {
        try {
            while (stopping.getCount() > 0) {
                QuicConnection connection = bound.accept();
                Thread.ofVirtual().name("stoq-begin").start(() -> begin(connection));
            }
        } catch (ClosedChannelException e) {
            // Another transport took over, or the node stops.
            LOG.log(System.Logger.Level.DEBUG, "no more connections are accepted", e);
        }
    }

    private void begin(QuicConnection connection) {
        try {
            sessions.begin(connection, sessionOptions());
        } catch (IOException e) {
            LOG.log(
                    System.Logger.Level.DEBUG,
                    "a connection from {0} ended at its start: {1}",
                    connection.remoteAddress(),
                    e.getMessage());
        }
    }

    private Session dial(InetSocketAddress target, String name, Duration limit) throws IOException {
        try (Lease<Transport> lease = transports.acquire()) {
            QuicConnection connection =
                    lease.strategy()
                            .connect(target, name, quicOptions(), keys.credentials(), limit);
            return sessions.dialled(connection, sessionOptions(), limit);
        }
    }

    private void leaveTransport() {
        QuicListener bound = listener;
        if (bound != null) {
            bound.close();
        }
    }

    private InetSocketAddress where() throws IOException {
        InetSocketAddress before = address;
        if (before != null) {
            return before;
        }
        List<InetSocketAddress> found = Ipv6Name.resolve(configuration.current().server().listen());
        return found.getFirst();
    }

    private QuicOptions quicOptions() {
        return quicOptions(configuration.current());
    }

    /** Returns what the configuration says to the transport. */
    static QuicOptions quicOptions(StoqConfig config) {
        QuicOptions.Builder options = QuicOptions.DEFAULTS.toBuilder();
        config.transport().keyLog().ifPresent(options::keyLog);
        return options.maxConnections(config.server().maxConnections())
                .idleTimeout(config.server().idleTimeout())
                .maxDatagramBytes(config.transport().maxDatagramSize())
                .congestionAlgorithm(config.transport().congestionAlgorithm())
                .maxStreams(config.server().maxStreams())
                .earlyData(config.transport().earlyData())
                .handshakes(
                        new HandshakeLimits(
                                config.transport().retryAbove(),
                                config.transport().handshakesPerPrefix(),
                                config.transport().handshakeTimeout()))
                .build();
    }

    private SessionOptions sessionOptions() {
        StoqConfig config = configuration.current();
        return new SessionOptions(
                Settings.DEFAULT,
                config.transport().keepAliveInterval(),
                false,
                config.transport().initialRtt(),
                DEFAULT_DEADLINE);
    }
}
