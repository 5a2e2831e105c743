package org.stoq.integration.process;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.channels.Channels;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.Semaphore;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.stoq.client.ContentClient;
import org.stoq.client.PurgeSelector;
import org.stoq.client.Purged;
import org.stoq.client.StoqClient;
import org.stoq.client.StoqConnection;
import org.stoq.client.session.SessionOptions;
import org.stoq.integration.Await;
import org.stoq.sdk.StoqErrorCode;
import org.stoq.sdk.StoqException;
import org.stoq.sdk.call.Request;
import org.stoq.sdk.cbor.CborMap;
import org.stoq.sdk.transport.Credentials;
import org.stoq.trust.StoqHome;

/**
 * Purges in a mesh of processes in which everybody is connected to everybody: nobody serves what
 * was purged once the purge is confirmed, nor after a node that was killed is connected again.
 *
 * <p>It also measures, and says so on standard output; it asks for no time, for it runs on slow
 * machines. {@code -Dstoq.purge.nodes=10 -Dstoq.purge.rounds=200 -Dstoq.purge.objects=100000} makes
 * the measurement of docs/PERFORMANCE.md out of it.
 */
class PurgeMeshIT {
    private static final int NODES = Integer.getInteger("stoq.purge.nodes", 3);
    private static final int ROUNDS = Integer.getInteger("stoq.purge.rounds", 6);
    private static final int OBJECTS = Integer.getInteger("stoq.purge.objects", 200);
    private static final int WARM_UP = 10 * NODES;
    private static final int WIDTH = 64;
    private static final Duration PATIENCE = Duration.ofSeconds(20);

    @TempDir Path folder;

    private final List<NodeProcess> nodes = new ArrayList<>();
    private final List<StoqConnection> connections = new ArrayList<>();
    private final List<StoqClient> clients = new ArrayList<>();

    @AfterEach
    void close() {
        connections.forEach(StoqConnection::close);
        clients.forEach(StoqClient::close);
        nodes.forEach(NodeProcess::close);
    }

    @Test
    void nobodyServesWhatWasPurged() throws Exception {
        StoqCommand command = new StoqCommand(folder.resolve("home"));
        start(command);
        manyByOneTag();
        oneByOne();
        afterAPartition(command);
    }

    private void start(StoqCommand command) throws Exception {
        Credentials operator =
                new StoqHome(command.home()).operator(InstantSource.system()).credentials(false);
        for (int i = 0; i < NODES; i++) {
            nodes.add(NodeProcess.start(command, folder.resolve("n" + i), mesh(i)));
            connect(operator, i);
        }
        for (StoqConnection each : connections) {
            Await.until("everybody is connected", () -> peers(each) == NODES - 1);
        }
    }

    private void connect(Credentials operator, int i) throws IOException {
        StoqClient client =
                StoqClient.builder()
                        .credentials(operator)
                        // Idle while other nodes are asked, and yet alive.
                        .session(SessionOptions.DEFAULT.forPeers())
                        .build();
        clients.add(client);
        StoqConnection connection = client.connect(nodes.get(i).address());
        if (i < connections.size()) {
            connections.set(i, connection);
        } else {
            connections.add(connection);
        }
    }

    /** Every node dials those that were started before it, and keeps no copies unasked. */
    private String mesh(int i) {
        List<String> others = new ArrayList<>();
        for (NodeProcess other : nodes.subList(0, i)) {
            others.add('"' + other.address() + '"');
        }
        return """
        [cdn]
        edge_nodes = [%s]
        replication_factor = 1
        """
                .formatted(String.join(", ", others));
    }

    private static long peers(StoqConnection connection) throws IOException {
        try (var reply = connection.call(Request.of("node", "peers", CborMap.EMPTY))) {
            byte[] body = Channels.newInputStream(reply.body()).readAllBytes();
            return CborMap.decode(body).list(1).size();
        }
    }

    private void put(int node, String name, String tag) throws IOException {
        byte[] content = name.getBytes(UTF_8);
        connections
                .get(node)
                .content()
                .put(
                        ContentClient.Put.of(name).tagged(List.of(tag)),
                        Channels.newChannel(new ByteArrayInputStream(content)),
                        OptionalLong.of(content.length),
                        bytes -> {});
    }

    private boolean serves(int node, String name) throws IOException {
        try (var reply = connections.get(node).content().get(name)) {
            return Channels.newInputStream(reply.body()).readAllBytes().length > 0;
        } catch (StoqException e) {
            if (e.code() == StoqErrorCode.NOT_FOUND) {
                return false;
            }
            throw e;
        }
    }

    private void awaitEverywhere(String name) throws Exception {
        for (int node = 0; node < NODES; node++) {
            int at = node;
            Await.until("'%s' is known at %d".formatted(name, at), () -> serves(at, name));
        }
    }

    private Purged purge(int node, PurgeSelector selector) throws IOException {
        Purged purged = connections.get(node).content().purge(selector, false, PATIENCE);
        assertThat(purged.peers()).isEqualTo(NODES - 1);
        assertThat(purged.confirmed()).as("confirmed by").isEqualTo(NODES - 1);
        return purged;
    }

    /** The objects lie on one node and are known to all; the purge takes the same time for all. */
    private void manyByOneTag() throws Exception {
        Semaphore room = new Semaphore(WIDTH);
        List<Future<?>> puts = new ArrayList<>();
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            for (int i = 0; i < OBJECTS; i++) {
                String name = "bulk/%06d".formatted(i);
                room.acquire();
                puts.add(
                        threads.submit(() -> {
                            try {
                                put(0, name, "bulk");
                            } finally {
                                room.release();
                            }
                            return true;
                        }));
            }
        }
        for (Future<?> put : puts) {
            put.get();
        }
        awaitEverywhere("bulk/%06d".formatted(OBJECTS - 1));
        warmUp();
        Purged purged = purge(0, PurgeSelector.tag("bulk"));
        Set<String> left = new HashSet<>();
        for (StoqConnection each : connections) {
            try (var names = each.content().list("bulk/")) {
                names.forEach(info -> left.add(info.name()));
            }
        }
        assertThat(left).as("served after the purge").isEmpty();
        System.out.printf(
                Locale.ROOT,
                "%,d objects by one tag: %.1f ms until durable on the node, %.1f ms until the"
                        + " slowest of %d peers%n",
                OBJECTS,
                millis(purged.here()),
                millis(purged.longest()),
                NODES - 1);
    }

    /** A process that has never purged measures its class loader. */
    private void warmUp() throws IOException {
        for (int i = 0; i < WARM_UP; i++) {
            purge(i % NODES, PurgeSelector.name("nothing/" + i));
        }
    }

    private void oneByOne() throws Exception {
        for (int i = 0; i < ROUNDS; i++) {
            put(0, "one/" + i, "t" + i);
        }
        for (int i = 0; i < ROUNDS; i++) {
            awaitEverywhere("one/" + i);
        }
        List<Duration> slowest = new ArrayList<>();
        List<Duration> medians = new ArrayList<>();
        List<Duration> here = new ArrayList<>();
        List<Duration> pings = new ArrayList<>();
        int stale = 0;
        for (int i = 0; i < ROUNDS; i++) {
            Purged purged = purge(i % NODES, PurgeSelector.tag("t" + i));
            slowest.add(purged.longest());
            medians.add(purged.median());
            here.add(purged.here());
            pings.add(pingAll());
            for (int node = 0; node < NODES; node++) {
                stale += serves(node, "one/" + i) ? 1 : 0;
            }
        }
        assertThat(stale).as("served after the purge was confirmed").isZero();
        Collections.sort(slowest);
        Collections.sort(medians);
        Collections.sort(here);
        Collections.sort(pings);
        PrintStream out = System.out;
        out.printf(
                Locale.ROOT,
                "%d purges, %d nodes: durable at the slowest peer after p50 %.1f, p99 %.1f, max"
                        + " %.1f ms; at the median peer after p50 %.1f ms; on the node itself after"
                        + " p50 %.1f, p99 %.1f ms; all nodes answer a ping after p50 %.1f, p99 %.1f"
                        + " ms; %d stale answers%n",
                ROUNDS,
                NODES,
                millis(percentile(slowest, 50)),
                millis(percentile(slowest, 99)),
                millis(slowest.getLast()),
                millis(percentile(medians, 50)),
                millis(percentile(here, 50)),
                millis(percentile(here, 99)),
                millis(percentile(pings, 50)),
                millis(percentile(pings, 99)),
                stale);
    }

    /** What this machine takes at this moment to ask every node something that costs nothing. */
    private Duration pingAll() throws Exception {
        long begin = System.nanoTime();
        List<Future<?>> answers = new ArrayList<>();
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            for (StoqConnection each : connections) {
                answers.add(
                        threads.submit(() -> {
                            each.call(Request.of("node", "ping", CborMap.EMPTY)).close();
                            return true;
                        }));
            }
        }
        for (Future<?> answer : answers) {
            answer.get();
        }
        return Duration.ofNanos(System.nanoTime() - begin);
    }

    /** Kills a node, purges without it, and starts it again with what it had. */
    private void afterAPartition(StoqCommand command) throws Exception {
        int last = NODES - 1;
        int many = 20;
        for (int i = 0; i < many; i++) {
            put(0, "cut/" + i, "cut");
        }
        put(0, "kept", "kept");
        for (int i = 0; i < many; i++) {
            awaitEverywhere("cut/" + i);
        }
        awaitEverywhere("kept");
        nodes.get(last).kill();
        // The others may not have noticed yet; then they wait for its confirmation in vain.
        Purged purged =
                connections
                        .getFirst()
                        .content()
                        .purge(PurgeSelector.prefix("cut/"), false, Duration.ofSeconds(5));
        assertThat(purged.confirmed()).isEqualTo(NODES - 2);

        nodes.set(last, NodeProcess.start(command, folder.resolve("n" + last), mesh(last)));
        connect(
                new StoqHome(command.home()).operator(InstantSource.system()).credentials(false),
                last);
        int stale = 0;
        int alone = 0;
        long asked = 0;
        long connected = 0;
        while (connected < NODES - 1 || asked < 200) {
            connected = peers(connections.get(last));
            boolean served = serves(last, "cut/" + asked % many);
            asked++;
            if (served && connected > 0) {
                stale++;
            } else if (served) {
                alone++;
            }
        }
        assertThat(stale).as("served after the partition was over").isZero();
        assertThat(serves(last, "kept")).isTrue();
        System.out.printf(
                "after a partition: %d answers, %d of them from before it was connected, %d"
                        + " stale%n",
                asked, alone, stale);
    }

    private static Duration percentile(List<Duration> sorted, int percent) {
        return sorted.get(Math.max(0, (sorted.size() * percent + 99) / 100 - 1));
    }

    private static double millis(Duration time) {
        return time.toNanos() / 1e6;
    }
}
