package org.stoq.bench;

import com.sun.management.UnixOperatingSystemMXBean;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.stoq.bench.child.BenchFolder;
import org.stoq.bench.child.ChildProcess;
import org.stoq.bench.child.Message;
import org.stoq.bench.child.Namespace;
import org.stoq.bench.child.Target;
import org.stoq.bench.contender.ContenderSpec;

/**
 * Holds many idle connections to one server and asks what they cost it. Belongs to one thread,
 * which blocks.
 *
 * <p>The clients are spread over processes, for each connection of theirs has a socket of its own.
 * That a connection still stands at the end is told by a request on it that is answered.
 */
public final class IdleBench {
    private static final int MOST_PER_CLIENT = 16_000;

    /** Each has a port of its own, and a host gives out so many. More need more addresses. */
    private static final int MOST_OF_ONE_ADDRESS = 20_000;

    private static final int SLOWEST_PER_SECOND = 20;

    /** What the server's heap may have for each: twice of what it needs. */
    private static final int HEAP_KIB_EACH = 48;

    private static final int HEAP_MIB = 512;

    /** Clients shall leave the memory of this machine to the server. */
    private static final List<String> CLIENT_FLAGS = List.of("-XX:+UseSerialGC", "-Xmx1g");

    /** What a client needs beside its connections. */
    private static final int OTHER_FILES = 256;

    /** Opened before the first reading, so that what is loaded once counts for no connection. */
    private static final int WARM_UP_CONNECTIONS = 100;

    private static final int AT_ONCE = 16;
    private static final Duration PATIENCE = Duration.ofMinutes(30);

    /**
     * The connections live longer than they are held by so much, and by what opening them takes.
     */
    private static final Duration MARGIN = Duration.ofMinutes(15);

    private final Plan plan;
    private final Path folder;
    private final BenchListener listener;

    /**
     * What is to be done.
     *
     * @param contender who holds them
     * @param connections how many, at least 1
     * @param held how long they are idle
     * @param datagramBytes largest UDP payload
     * @param target a node that runs already and holds them instead
     */
    public record Plan(
            ContenderSpec contender,
            int connections,
            Duration held,
            int datagramBytes,
            Optional<Target> target) {
        /** Checks the range. */
        public Plan {
            if (connections < 1) {
                throw new IllegalArgumentException(connections + " connections");
            }
        }
    }

    /**
     * What came of it.
     *
     * @param plan what was to be done
     * @param machine where
     * @param opened how many connections were opened
     * @param alive how many of them answered a request after they had been idle
     * @param residentBefore memory of the server's process without them, bytes
     * @param residentAfter the same with them
     * @param opening how long it took to open them
     * @param clients how many client processes there were
     * @param firstFailure why the first one failed that did
     */
    public record Report(
            Plan plan,
            Machine machine,
            long opened,
            long alive,
            long residentBefore,
            long residentAfter,
            Duration opening,
            int clients,
            Optional<String> firstFailure) {
        /** Returns how many bytes of the server's memory each connection took. */
        public long bytesPerConnection() {
            return opened == 0 ? 0 : (residentAfter - residentBefore) / opened;
        }

        /** Returns how many connections were opened in a second. */
        public double connectsPerSecond() {
            return opened * 1e9 / Math.max(1, opening.toNanos());
        }

        /** Returns how many connections were lost while they were idle. */
        public long dropped() {
            return opened - alive;
        }

        /** Returns whether all connections were opened and none was lost. */
        public boolean passed() {
            return opened == plan.connections && dropped() == 0;
        }

        /** Returns the form that scripts read: one object. */
        public Map<String, Object> json() {
            Map<String, Object> json = new LinkedHashMap<>();
            json.put("mode", "idle");
            json.put("name", plan.contender.toString());
            json.put("connections", plan.connections);
            json.put("opened", opened);
            json.put("alive", alive);
            json.put("dropped", dropped());
            json.put("seconds", Decimals.of(plan.held.toMillis() / 1e3));
            json.put("rss_before_bytes", residentBefore);
            json.put("rss_after_bytes", residentAfter);
            json.put("bytes_per_connection", bytesPerConnection());
            json.put("opening_s", Decimals.of(opening.toMillis() / 1e3));
            json.put("connects_per_s", Decimals.of(connectsPerSecond()));
            json.put("client_processes", clients);
            json.put("machine", machine.json());
            firstFailure.ifPresent(why -> json.put("first_failure", why));
            json.put("passed", passed());
            return json;
        }
    }

    /**
     * Creates a benchmark.
     *
     * @param folder an empty folder for certificates and logs
     */
    public IdleBench(Plan plan, Path folder, BenchListener listener) {
        this.plan = plan;
        this.folder = folder;
        this.listener = listener;
    }

    /** How long it takes to open them all, where that is slow. */
    private Duration opening() {
        return Duration.ofSeconds(plan.connections / SLOWEST_PER_SECOND);
    }

    /** How many connections each client process holds. */
    private int perClient() {
        if (ManagementFactory.getOperatingSystemMXBean()
                instanceof UnixOperatingSystemMXBean unix) {
            long files = unix.getMaxFileDescriptorCount() - OTHER_FILES;
            return Math.clamp(files, 1, MOST_PER_CLIENT);
        }
        return MOST_PER_CLIENT;
    }

    /**
     * Runs it.
     *
     * @throws org.stoq.bench.child.ChildFailure if there are more clients than an address has
     *     ports, and this machine lets nobody make a network: {@link
     *     org.stoq.bench.child.ChildFailure#unavailable}
     * @throws IOException if a process fails
     */
    public Report run() throws IOException {
        if (manyAddresses()) {
            Namespace.require();
        }
        new BenchFolder(folder).prepare();
        Message common =
                Message.of("serve")
                        .with("contender", plan.contender)
                        .with("folder", folder)
                        .with("mtu", plan.datagramBytes)
                        .with("congestion", "cubic")
                        .with("connections", plan.connections + WARM_UP_CONNECTIONS)
                        .with("idle", plan.held.plus(MARGIN).plus(opening()).toMillis());
        Message setup = plan.target.map(node -> node.in(common)).orElse(common);
        int perClient = perClient();
        int clientCount = Math.ceilDiv(plan.connections, perClient);
        List<ChildProcess> children = new ArrayList<>();
        try {
            listener.step("starting", 0, clientCount + 2);
            ChildProcess server = startServer(children);
            // Of a node it is the one that asks it for its memory.
            Message hold = new Message("hold", setup.values()).with("at-once", AT_ONCE);
            if (plan.target.isEmpty()) {
                hold = hold.with("port", server.ask(setup).text("port"));
            }
            ChildProcess first = startClient("the client for the warm-up", server, children);
            first.ask(hold.with("count", WARM_UP_CONNECTIONS), PATIENCE);
            first.close();
            long before = memory(server, setup);

            List<ChildProcess> clients = new ArrayList<>();
            Optional<String> failure = Optional.empty();
            long opened = 0;
            long start = System.nanoTime();
            for (int i = 0; i < clientCount; i++) {
                listener.step("opening connections", 1 + i, clientCount + 2);
                ChildProcess client = startClient("client " + (i + 1), server, children);
                clients.add(client);
                int count = Math.min(perClient, plan.connections - i * perClient);
                Message holding = client.ask(from(i, hold).with("count", count), PATIENCE);
                opened += holding.number("open");
                failure = failure.or(() -> holding.find("first"));
            }
            Duration opening = Duration.ofNanos(System.nanoTime() - start);
            listener.step("holding them", 1 + clientCount, clientCount + 2);
            Pause.of(plan.held);
            long after = memory(server, setup);
            long alive = 0;
            for (ChildProcess client : clients) {
                Message checked = client.ask(new Message("alive", hold.values()), PATIENCE);
                alive += checked.number("alive");
                failure = failure.or(() -> checked.find("first"));
            }
            return new Report(
                    plan,
                    Machine.here(),
                    opened,
                    alive,
                    before,
                    after,
                    opening,
                    clientCount,
                    failure);
        } finally {
            children.forEach(ChildProcess::close);
        }
    }

    /** Whether one address of this machine is too little for all clients. */
    private boolean manyAddresses() {
        return plan.target.isEmpty() && plan.connections > MOST_OF_ONE_ADDRESS;
    }

    private Message from(int client, Message hold) {
        return manyAddresses() ? hold.with("from", "2001:db8:%x::1".formatted(client + 1)) : hold;
    }

    private ChildProcess startServer(List<ChildProcess> children) throws IOException {
        long heapMib = HEAP_MIB + (long) HEAP_KIB_EACH * plan.connections / 1_024;
        List<String> flags = List.of("-Xmx%dm".formatted(heapMib));
        ChildProcess server =
                manyAddresses()
                        ? Namespace.start("the server", folder, flags)
                        : ChildProcess.start("the server", folder, flags);
        children.add(server);
        return server;
    }

    private ChildProcess startClient(String name, ChildProcess server, List<ChildProcess> children)
            throws IOException {
        ChildProcess client =
                manyAddresses()
                        ? Namespace.join(server, name, folder, CLIENT_FLAGS)
                        : ChildProcess.start(name, folder, CLIENT_FLAGS);
        children.add(client);
        return client;
    }

    private long memory(ChildProcess server, Message setup) throws IOException {
        Message question =
                plan.target.isEmpty()
                        ? Message.of("memory")
                        : new Message("node-usage", setup.values()).with("collected", true);
        return server.ask(question).number("bytes");
    }
}
