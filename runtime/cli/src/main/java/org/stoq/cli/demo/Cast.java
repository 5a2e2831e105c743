package org.stoq.cli.demo;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.stoq.cli.CommandFailure;
import org.stoq.cli.NodeAccess;
import org.stoq.cli.NodeStatus;
import org.stoq.client.ContentClient;
import org.stoq.sdk.cbor.CborMap;
import org.stoq.sdk.config.HostPort;
import org.stoq.trust.StoqHome;

/** The running nodes of a demo, with a connection to each. */
final class Cast implements AutoCloseable {
    private static final Duration TIMEOUT = Duration.ofSeconds(30);

    /** Name of the built-in cache policy that the demo begins and ends with. */
    static final String FIRST_POLICY = "adaptive";

    /** Name of the built-in chunker that the demo begins and ends with. */
    static final String FIRST_CHUNKER = "fastcdc";

    private final List<Actor> actors = new ArrayList<>();

    /**
     * A node.
     *
     * @param child its process
     * @param node the connection to it
     */
    record Actor(ChildNode child, NodeAccess node) {
        ContentClient content() {
            return node.content();
        }

        NodeStatus status() throws IOException {
            return NodeStatus.of(node.results("node", "status", CborMap.EMPTY));
        }
    }

    /**
     * Starts nodes: the first one, then the others at once, which connect to it. Blocks until all
     * serve.
     */
    static Cast start(Stage stage, Path distribution, int count, InstantSource clock)
            throws Exception {
        Cast cast = new Cast();
        try {
            Path home = Files.createDirectories(stage.folder().resolve("home"));
            ChildNode first = child(stage, distribution, home, 1, List.of());
            HostPort address = first.awaitReady();
            List<ChildNode> others = new ArrayList<>();
            for (int i = 2; i <= count; i++) {
                List<String> peer = List.of("--peer", address.toString());
                others.add(child(stage, distribution, home, i, peer));
            }
            cast.add(first, address, home, clock);
            try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
                List<Future<HostPort>> addresses = new ArrayList<>();
                others.forEach(other -> addresses.add(threads.submit(other::awaitReady)));
                for (int i = 0; i < others.size(); i++) {
                    cast.add(others.get(i), addresses.get(i).get(), home, clock);
                }
            }
            return cast;
        } catch (ExecutionException e) {
            cast.close();
            throw e.getCause() instanceof Exception cause ? cause : e;
        } catch (Exception e) {
            cast.close();
            throw e;
        }
    }

    private static ChildNode child(
            Stage stage, Path distribution, Path home, int number, List<String> more)
            throws IOException {
        String name = "node" + number;
        Path folder = stage.folder().resolve(name);
        String config = config(FIRST_CHUNKER, FIRST_POLICY);
        return stage.add(ChildNode.start(name, distribution, home, folder, config, more));
    }

    /** Returns the content of a node's {@code stoq.toml}. */
    static String config(String chunker, String cachePolicy) {
        return "[cdn]\nchunker = \"%s\"\ncache_policy = \"%s\"\n".formatted(chunker, cachePolicy);
    }

    private void add(ChildNode child, HostPort address, Path home, InstantSource clock)
            throws CommandFailure {
        actors.add(new Actor(child, NodeAccess.open(address, TIMEOUT, new StoqHome(home), clock)));
    }

    /** Returns a node, counted from 1 on. */
    Actor node(int number) {
        return actors.get(number - 1);
    }

    List<Actor> all() {
        return List.copyOf(actors);
    }

    /** Closes the connections; the processes belong to the stage. */
    @Override
    public void close() {
        actors.forEach(actor -> actor.node.close());
    }
}
