package org.stoq.cli;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.stoq.cli.terminal.Terminal;
import org.stoq.config.ConfigSource;
import org.stoq.launcher.LaunchListener;
import org.stoq.launcher.LaunchOptions;
import org.stoq.launcher.Launcher;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code stoq node}. */
@Command(
        name = "node",
        header = "Run a node in this process until it is stopped.",
        description = {
            "Ctrl-C, SIGTERM and stoq stop end it gently: calls in flight finish. The first start"
                    + " makes an authority, a certificate for the node, and one for you as its"
                    + " operator, in ~/.stoq (or STOQ_HOME)."
        },
        footerHeading = "%nExamples:%n",
        footer = {
            "  stoq node",
            "  stoq node --data ./n1 --listen [::1]:4433",
            "  stoq node --data ./n2 --listen [::1]:0 --peer [::1]:4433",
            "  stoq node --config stoq.toml --set cdn.cache_policy=lfu"
        })
final class NodeCommand implements Verb {
    private final Invocation invocation;

    @Option(
            names = "--config",
            paramLabel = "FILE",
            description =
                    "The configuration; a change to it is taken over live where it can be. Default:"
                            + " stoq.toml in the data folder, which need not exist.")
    @Nullable Path config;

    @Option(
            names = "--data",
            paramLabel = "DIR",
            description = "Where the node keeps everything (server.data_dir, ~/.stoq/node).")
    @Nullable Path data;

    @Option(
            names = "--listen",
            paramLabel = "[HOST]:PORT",
            description =
                    "Where it listens (server.listen, [::]:4433); port 0 lets the system choose.")
    @Nullable String listen;

    @Option(
            names = "--peer",
            paramLabel = "[HOST]:PORT",
            split = ",",
            description = "A node to connect to (cdn.edge_nodes); once for each, or with commas.")
    List<String> peers = new ArrayList<>();

    @Option(
            names = "--set",
            paramLabel = "TABLE.KEY=VALUE",
            description = "Any key of the configuration, over the file; once for each.")
    Map<String, String> settings = new LinkedHashMap<>();

    NodeCommand(Invocation invocation) {
        this.invocation = invocation;
    }

    @Override
    public ExitCode run() throws Exception {
        Path home = distribution(invocation.surroundings());
        Optional<Path> file = Optional.ofNullable(config).map(invocation::file);
        if (file.isPresent() && !Files.exists(file.get())) {
            throw new CommandFailure(
                    ExitCode.NOT_FOUND,
                    "NO_SUCH_FILE",
                    "there is no configuration file " + file.get(),
                    "write one with: stoq config init " + config);
        }
        Map<String, String> all = typed();
        // A wrong value is told before anything is started.
        Path dataFolder = new ConfigSource(file, all).load().server().dataDir();
        int code =
                Launcher.run(
                        new LaunchOptions(home, file, all),
                        new Announcements(invocation.terminal(), dataFolder));
        return code == Launcher.STOPPED ? ExitCode.OK : ExitCode.FAILED;
    }

    /** Returns the folder that holds the bundles of a node. */
    static Path distribution(Surroundings surroundings) throws CommandFailure {
        return surroundings
                .distribution()
                .orElseThrow(() ->
                        CommandFailure.failed(
                                "the bundles of the node were not found",
                                "run bin/stoq of the distribution, or name its folder with"
                                        + " -Dstoq.home=DIR"));
    }

    /** Returns the settings that the options stand for. */
    Map<String, String> typed() {
        Map<String, String> all = new LinkedHashMap<>(settings);
        if (data != null) {
            all.put("server.data_dir", invocation.file(data).toString());
        }
        if (listen != null) {
            all.put("server.listen", listen);
        }
        if (!peers.isEmpty()) {
            all.put("cdn.edge_nodes", String.join(",", peers));
        }
        return all;
    }

    /** Tells on standard output, for people or as one JSON object a line, how the node fares. */
    record Announcements(Terminal terminal, Path dataFolder) implements LaunchListener {
        /** The shape of an event in JSON. */
        record Event(
                String event,
                @Nullable String address,
                @Nullable String nodeId,
                @Nullable Path dataDir,
                @Nullable Long pid,
                @Nullable Boolean drained) {
            static Event of(String event) {
                return new Event(event, null, null, null, null, null);
            }
        }

        @Override
        public void ready(String address, String nodeId) {
            long pid = ProcessHandle.current().pid();
            terminal.result(
                    new Event("ready", address, nodeId, dataFolder, pid, null),
                    out -> {
                        out.println("node     " + nodeId);
                        out.println("listens  " + address);
                        out.println("data     " + dataFolder);
                        out.println("next     " + next(address));
                        out.println("stop     Ctrl-C, or: stoq%s stop".formatted(node(address)));
                    });
        }

        @Override
        public void failed(String reason) {
            terminal.error(
                    "NODE_FAILED", reason, "stoq doctor looks at ports, disk and certificates");
        }

        @Override
        public void stopping() {
            terminal.result(
                    Event.of("stopping"),
                    out -> out.println("stopping: calls in flight are finished first"));
        }

        @Override
        public void stopped(boolean drained) {
            terminal.result(
                    new Event("stopped", null, null, null, null, drained),
                    out ->
                            out.println(
                                    drained
                                            ? "stopped"
                                            : "stopped; some calls took too long and were broken"
                                                    + " off"));
        }

        private static String next(String address) {
            return "stoq%1$s put FILE; stoq%1$s status".formatted(node(address));
        }

        /** The default needs no {@code --node}. */
        private static String node(String address) {
            boolean usual = address.equals("[::]:4433") || address.equals("[::1]:4433");
            return usual ? "" : " --node " + address.replaceFirst("^\\[::]", "[::1]");
        }
    }
}
