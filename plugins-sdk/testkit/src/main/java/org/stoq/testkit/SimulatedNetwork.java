package org.stoq.testkit;

import java.net.BindException;
import java.net.Inet6Address;
import java.net.InetSocketAddress;
import java.nio.channels.ClosedChannelException;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.ReentrantLock;
import org.stoq.sdk.StoqErrorCode;
import org.stoq.sdk.StoqException;
import org.stoq.sdk.transport.Credentials;
import org.stoq.sdk.transport.QuicConnection;
import org.stoq.sdk.transport.QuicListener;
import org.stoq.sdk.transport.QuicOptions;
import org.stoq.sdk.transport.Transport;
import org.stoq.testkit.SimulatedTrust.Asking;

/**
 * A network in memory: nodes with names, each with a {@link Transport} of its own, and no sockets.
 * Certificates, application protocols and tickets count as they do on a real one; packets,
 * congestion and encryption do not exist.
 *
 * <p>What happens by chance is drawn from the seed. Thread-safe.
 *
 * <pre>{@code
 * SimulatedNetwork network = new SimulatedNetwork(1).delay(ofMillis(5), ofMillis(20));
 * Transport a = network.transport("a");
 * network.partition(Set.of("a"));
 * }</pre>
 */
public final class SimulatedNetwork {
    private static final Set<String> CONGESTION = Set.of("cubic", "reno", "bbr");

    private final Random random;
    private final ReentrantLock lock = new ReentrantLock();
    private final AtomicInteger nextPort = new AtomicInteger(20_000);
    private final Map<Integer, Listener> listeners = new ConcurrentHashMap<>();
    private final List<SimulatedConnection> connections = new CopyOnWriteArrayList<>();
    private volatile Set<String> apart = Set.of();
    private volatile long leastNanos;
    private volatile long mostNanos;

    /** Which listener each client has a ticket of. */
    private final Map<Asking, Listener> tickets = new ConcurrentHashMap<>();

    private volatile boolean holding;
    private volatile boolean refusingEarlyData;
    private volatile double lostDatagrams;

    /** Creates a network without delay, loss or partition. */
    public SimulatedNetwork(long seed) {
        this.random = new Random(seed);
    }

    /** Returns the engine of one node. */
    public Transport transport(String node) {
        return new Engine(node);
    }

    /** Delays bytes that are sent from now on by a random time, one way. */
    public SimulatedNetwork delay(Duration least, Duration most) {
        leastNanos = least.toNanos();
        mostNanos = most.toNanos();
        return this;
    }

    /** Cuts some nodes off from the others: nothing arrives, nothing is refused either. */
    public void partition(Set<String> nodes) {
        apart = Set.copyOf(nodes);
    }

    /** Ends the partition: what was under way arrives. */
    public void heal() {
        apart = Set.of();
        connections.forEach(connection -> connection.lock().change(() -> {}));
        connections.forEach(SimulatedConnection::proceed);
    }

    /**
     * Lets no handshake end on a connection with early data, until {@link #releaseHandshakes}: as
     * if somebody sent again what he has recorded, and had no keys to go on with.
     */
    public void holdHandshakes() {
        holding = true;
    }

    /** Lets handshakes end that were held. */
    public void releaseHandshakes() {
        holding = false;
        connections.forEach(SimulatedConnection::proceed);
    }

    boolean holdsHandshakes() {
        return holding;
    }

    /**
     * Sets whether every listener refuses early data from now on. What a client has sent early
     * arrives after the handshake then.
     */
    public void refuseEarlyData(boolean refuse) {
        refusingEarlyData = refuse;
    }

    /**
     * Loses datagrams that are sent from now on.
     *
     * @param share which part of them, 0 to 1; chosen at random
     */
    public SimulatedNetwork loseDatagrams(double share) {
        lostDatagrams = share;
        return this;
    }

    boolean losesDatagram() {
        return lostDatagrams > 0 && draw() < lostDatagrams;
    }

    /**
     * Breaks connections off, each end with CONNECTION_LOST.
     *
     * @param share which part of them, 0 to 1; chosen at random
     * @return how many
     */
    public int lose(double share) {
        int lost = 0;
        for (SimulatedConnection connection : connections) {
            if (connection.isOpen() && draw() < share) {
                StoqException reason = lost("the connection broke off");
                connection.end(reason);
                connection.peer().end(reason);
                lost++;
            }
        }
        return lost;
    }

    private double draw() {
        lock.lock();
        try {
            return random.nextDouble();
        } finally {
            lock.unlock();
        }
    }

    boolean isCut(String a, String b) {
        return apart.contains(a) != apart.contains(b);
    }

    long nextDelayNanos() {
        return mostNanos == 0 ? 0 : leastNanos + (long) (draw() * (mostNanos - leastNanos));
    }

    Duration roundTrip() {
        return Duration.ofNanos(Math.max(1_000, leastNanos + mostNanos));
    }

    void forget(SimulatedConnection connection, InetSocketAddress local) {
        connections.remove(connection);
        Listener listener = listeners.get(local.getPort());
        if (listener != null) {
            listener.serving.remove(connection);
        }
    }

    private static StoqException lost(String what) {
        return new StoqException(StoqErrorCode.CONNECTION_LOST, what);
    }

    private static void check(InetSocketAddress address, QuicOptions options) {
        if (!(address.getAddress() instanceof Inet6Address)) {
            throw new IllegalArgumentException(
                    address + " is no IPv6 address; STOQ speaks IPv6 only");
        }
        if (!CONGESTION.contains(options.congestionAlgorithm())) {
            throw new IllegalArgumentException(
                    "no congestion algorithm '" + options.congestionAlgorithm() + "'");
        }
    }

    /** What one node sees of the network. */
    private final class Engine implements Transport {
        private final String node;

        Engine(String node) {
            this.node = node;
        }

        @Override
        public String name() {
            return "simulated";
        }

        @Override
        public QuicListener listen(
                InetSocketAddress local, QuicOptions options, Credentials credentials)
                throws BindException {
            check(local, options);
            credentials.requireCertificate();
            int port = local.getPort() == 0 ? nextPort.getAndIncrement() : local.getPort();
            InetSocketAddress bound = new InetSocketAddress(local.getAddress(), port);
            Listener listener = new Listener(node, bound, options, credentials);
            if (listeners.putIfAbsent(port, listener) != null) {
                throw new BindException("port " + port + " is taken");
            }
            return listener;
        }

        @Override
        public QuicConnection connect(
                InetSocketAddress remote,
                String serverName,
                QuicOptions options,
                Credentials credentials,
                Duration timeout)
                throws StoqException {
            check(remote, options);
            Listener listener = listeners.get(remote.getPort());
            if (listener == null) {
                throw lost("nobody listens at " + remote);
            }
            Asking asking =
                    new Asking(
                            node, serverName, remote.getPort(), credentials, options.protocols());
            Listener known = options.earlyData() ? tickets.get(asking) : null;
            if (known == null) {
                if (isCut(node, listener.node)) {
                    // The caller's time does not pass: nothing could change the outcome.
                    throw new StoqException(
                            StoqErrorCode.DEADLINE_EXCEEDED, "no answer from " + remote);
                }
                Optional<StoqException> refusal = listener.refusal(asking);
                if (refusal.isPresent()) {
                    throw refusal.get();
                }
            }
            InetSocketAddress wanted = options.local().orElse(remote);
            int port = options.local().map(InetSocketAddress::getPort).orElse(0);
            InetSocketAddress local =
                    new InetSocketAddress(
                            wanted.getAddress(), port == 0 ? nextPort.getAndIncrement() : port);
            SimulatedConnection client =
                    new SimulatedConnection(
                            SimulatedNetwork.this,
                            new SimulatedConnection.Side(node, local, credentials.chain(), options),
                            listener.side());
            connections.add(client);
            if (known == null) {
                listener.arrive(client.peer(), asking, options);
            } else {
                client.beginEarly(
                        listener.arrival(client, asking, options), listener.takesEarlyData(known));
            }
            return client;
        }
    }

    /** A port that somebody listens on. */
    private final class Listener implements QuicListener {
        private final String node;
        private final InetSocketAddress address;
        private final QuicOptions options;

        /** Written by {@link #renew}, read by every connection that begins. */
        private volatile Credentials credentials;

        private final Set<SimulatedConnection> serving = ConcurrentHashMap.newKeySet();

        /** Arrivals; an empty one says that the port is closed. */
        private final BlockingQueue<Optional<SimulatedConnection>> arrivals =
                new LinkedBlockingQueue<>();

        private final LongAdder failures = new LongAdder();

        Listener(
                String node,
                InetSocketAddress address,
                QuicOptions options,
                Credentials credentials) {
            this.node = node;
            this.address = address;
            this.options = options;
            this.credentials = credentials;
        }

        @Override
        public void renew(Credentials renewed) {
            renewed.requireCertificate();
            credentials = renewed;
        }

        SimulatedConnection.Side side() {
            return new SimulatedConnection.Side(node, address, credentials.chain(), options);
        }

        /**
         * Returns why a client does not come to this listener, if it does not, and counts it: they
         * share no protocol, or it does not believe the certificate.
         */
        Optional<StoqException> refusal(Asking asked) {
            Optional<StoqException> refusal = SimulatedTrust.refusal(side(), asked);
            refusal.ifPresent(reason -> failures.increment());
            return refusal;
        }

        /** Returns whether early data is taken from a client with a ticket of some listener. */
        @SuppressWarnings(
                "ReferenceEquality") // a listener that is opened anew knows no old tickets
        boolean takesEarlyData(Listener known) {
            return known == this && options.earlyData() && !refusingEarlyData;
        }

        SimulatedHandshake.Server arrival(
                SimulatedConnection client, Asking asking, QuicOptions asked) {
            return new SimulatedHandshake.Server() {
                @Override
                public Optional<StoqException> refusal() {
                    return Listener.this.refusal(asking);
                }

                @Override
                public void arrive() {
                    Listener.this.arrive(client.peer(), asking, asked);
                }
            };
        }

        void arrive(SimulatedConnection server, Asking asking, QuicOptions asked) {
            List<X509Certificate> chain = asking.credentials().chain();
            Optional<String> refusal =
                    chain.isEmpty()
                            ? Optional.of("no certificate")
                                    .filter(r -> !credentials.anonymousPeers())
                            : SimulatedTrust.refusal(chain, credentials, Optional.empty());
            if (refusal.isPresent()) {
                failures.increment();
                server.close(StoqErrorCode.CERTIFICATE_REFUSED, refusal.get());
            } else if (serving.size() >= options.maxConnections()) {
                server.close(StoqErrorCode.CONNECTION_LIMIT, "no room for one more");
            } else {
                if (asked.earlyData() && options.earlyData()) {
                    tickets.put(asking, this);
                } else {
                    tickets.remove(asking);
                }
                serving.add(server);
                arrivals.add(Optional.of(server));
            }
        }

        @Override
        public InetSocketAddress localAddress() {
            return address;
        }

        @Override
        public QuicConnection accept() throws ClosedChannelException, StoqException {
            try {
                Optional<SimulatedConnection> next = arrivals.take();
                if (next.isEmpty()) {
                    // The next one who asks must hear it too.
                    arrivals.add(next);
                    throw new ClosedChannelException();
                }
                next.get().accepted();
                return next.get();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new StoqException(StoqErrorCode.CANCELLED, "interrupted while accepting", e);
            }
        }

        @Override
        public long failedHandshakes() {
            return failures.sum();
        }

        @Override
        public void close() {
            listeners.remove(address.getPort(), this);
            new ArrayList<>(serving).forEach(SimulatedConnection::close);
            arrivals.clear();
            arrivals.add(Optional.empty());
        }
    }
}
