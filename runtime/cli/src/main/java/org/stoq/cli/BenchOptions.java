package org.stoq.cli;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.stoq.bench.ThroughputPlan;
import org.stoq.bench.child.Target;
import org.stoq.bench.contender.ContenderSpec;
import org.stoq.bench.contender.Direction;
import org.stoq.sdk.config.HostPort;
import picocli.CommandLine.Option;

/** The options of {@code stoq bench} that say who is measured, how long, and with what. */
final class BenchOptions {
    private static final Duration USUAL = Duration.ofSeconds(10);

    @Option(names = "--loopback", description = "Measure between two processes of this machine.")
    boolean loopback;

    @Option(
            names = "--target",
            paramLabel = "[HOST]:PORT",
            converter = NodeAddress.class,
            description =
                    "Measure a node that runs already, with the operator's certificate: up, down and"
                            + " both ways, and the CPU time of both ends.")
    @Nullable HostPort target;

    @Option(
            names = "--subject",
            paramLabel = "NAME",
            defaultValue = "stoq",
            description = "Whom the others are compared with (default: ${DEFAULT-VALUE}).")
    String subject = "";

    @Option(
            names = "--vs",
            paramLabel = "NAME",
            split = ",",
            description = "Who runs in turn with it.")
    List<String> others = List.of();

    @Option(
            names = "--mtu",
            paramLabel = "BYTES",
            split = ",",
            defaultValue = "1350",
            description =
                    "Largest UDP payload, 1200 to 65487; several repeat all of it (default:"
                            + " ${DEFAULT-VALUE}).")
    List<Integer> datagramBytes = List.of();

    @Option(
            names = {"--duration", "--seconds"},
            paramLabel = "TIME",
            converter = TimeSpan.class,
            description =
                    "How long each contender is measured, or a node: such as 30s or 5m; a bare"
                            + " number counts seconds (default: 10s, of --soak 15m, of --flood 30s).")
    @Nullable Duration duration;

    @Option(
            names = "--rounds",
            paramLabel = "N",
            defaultValue = "5",
            description = "Into how many rounds that is split (default: ${DEFAULT-VALUE}).")
    int rounds;

    @Option(
            names = "--warm-up",
            paramLabel = "TIME",
            converter = TimeSpan.class,
            defaultValue = "3s",
            description =
                    "How long bytes flow before a contender's first round (default:"
                            + " ${DEFAULT-VALUE}).")
    Duration warmUp = Duration.ZERO;

    @Option(
            names = "--direction",
            paramLabel = "WAY",
            split = ",",
            description =
                    "Which way bytes go: up, down or both (default: up; of a target all three, in"
                            + " turn).")
    List<Direction> directions = List.of();

    @Option(
            names = "--connections",
            paramLabel = "N",
            defaultValue = "1",
            description = "How many connections at once (default: ${DEFAULT-VALUE}).")
    int connections;

    @Option(
            names = "--streams",
            paramLabel = "N",
            defaultValue = "4",
            description = "How many streams on each (default: ${DEFAULT-VALUE}).")
    int streams;

    @Option(
            names = "--rate",
            paramLabel = "N",
            description =
                    "Requests in a second with --latency (default: half of what each contender"
                            + " reaches with 32 at once); handshakes with --flood (default: as many"
                            + " as can be made).")
    @Nullable Double rate;

    @Option(
            names = "--congestion",
            paramLabel = "NAME",
            defaultValue = "cubic",
            description =
                    "Congestion algorithm of those that have a choice (default: ${DEFAULT-VALUE}).")
    String congestion = "";

    @Option(
            names = "--plot",
            paramLabel = "FILE",
            description =
                    "Draw throughput or latency over loopback into a file: .svg, or .png for an"
                            + " image.")
    @Nullable Path plot;

    /** Returns how long to measure, where nothing else is usual. */
    Duration time() {
        return duration == null ? USUAL : duration;
    }

    /** Returns the node that is measured, if one is. */
    Optional<Target> node(Path home) {
        return Optional.ofNullable(target).map(address -> new Target(address, home));
    }

    /** Returns the contender that a measurement of only one is about. */
    ContenderSpec one() throws CommandFailure {
        return contenders().getFirst();
    }

    private List<ContenderSpec> contenders() throws CommandFailure {
        if (target != null) {
            return List.of(new ContenderSpec(target.toString(), java.util.Map.of()));
        }
        try {
            List<ContenderSpec> contenders = new ArrayList<>();
            contenders.add(ContenderSpec.parse(subject));
            others.forEach(other -> contenders.add(ContenderSpec.parse(other)));
            return contenders.stream().distinct().toList();
        } catch (IllegalArgumentException e) {
            throw wrong(e);
        }
    }

    /** Returns which ways bytes go in a measurement of a node. */
    List<Direction> ways() {
        return directions.isEmpty() ? List.of(Direction.values()) : directions;
    }

    ThroughputPlan plan(Path home) throws CommandFailure {
        if (target == null && directions.size() > 1) {
            throw CommandFailure.usage(
                    "over loopback bytes go one way at a time, or both",
                    "name one of up, down and both");
        }
        try {
            return new ThroughputPlan(
                    contenders(),
                    datagramBytes,
                    time(),
                    rounds,
                    warmUp,
                    directions.isEmpty() ? Direction.UP : directions.getFirst(),
                    connections,
                    streams,
                    congestion,
                    node(home));
        } catch (IllegalArgumentException e) {
            throw wrong(e);
        }
    }

    /** Returns the failure of a command line that names what is not there, or is out of range. */
    static CommandFailure wrong(IllegalArgumentException e) {
        return CommandFailure.usage(String.valueOf(e.getMessage()), "see stoq bench --help");
    }
}
