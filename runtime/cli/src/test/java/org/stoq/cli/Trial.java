package org.stoq.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import org.stoq.cli.terminal.JsonOutput;
import org.stoq.cli.tree.PartialFiles;
import org.stoq.trust.StoqHome;

/** Runs commands in this process, with streams, environment and folders of a test. */
final class Trial {
    final Path folder;
    final StoqHome home;
    final Map<String, String> environment = new HashMap<>();
    byte[] input = new byte[0];
    boolean onTerminal;
    Optional<Path> distribution = Optional.empty();

    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();

    Trial(Path folder) {
        this.folder = folder;
        this.home = new StoqHome(folder.resolve("home"));
        // Whoever forgets to name a node must not reach a real one.
        environment.put("STOQ_NODE", "[::1]:9");
    }

    /** Makes a node that trusts the same authority. */
    FakeNode node() throws IOException {
        FakeNode node =
                new FakeNode(home.node(folder.resolve("data"), List.of(), InstantSource.system()));
        environment.put("STOQ_NODE", node.address());
        return node;
    }

    int run(String... arguments) {
        out.reset();
        err.reset();
        Surroundings surroundings =
                new Surroundings(
                        new PrintStream(out, true, StandardCharsets.UTF_8),
                        new PrintStream(err, true, StandardCharsets.UTF_8),
                        new ByteArrayInputStream(input),
                        environment,
                        onTerminal,
                        InstantSource.system(),
                        System::nanoTime,
                        home,
                        folder,
                        distribution);
        try (PartialFiles partial = new PartialFiles(new SplittableRandom(1))) {
            return Stoq.run(surroundings, partial, arguments);
        }
    }

    /** Runs a command with {@code --json}; returns what it has printed. */
    JsonNode json(String... arguments) {
        List<String> all = new ArrayList<>(List.of(arguments));
        all.add("--json");
        run(all.toArray(String[]::new));
        return new JsonOutput().parse(output());
    }

    String output() {
        return out.toString(StandardCharsets.UTF_8);
    }

    byte[] outputBytes() {
        return out.toByteArray();
    }

    String errors() {
        return err.toString(StandardCharsets.UTF_8);
    }

    Path path(String name) {
        return folder.resolve(name);
    }
}
