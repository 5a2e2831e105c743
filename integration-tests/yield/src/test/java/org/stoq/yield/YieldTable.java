package org.stoq.yield;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.ServiceLoader;
import java.util.stream.Stream;
import org.stoq.sdk.congestion.CongestionController;
import org.stoq.sdk.transport.Transport;
import org.stoq.trust.Certified;
import org.stoq.trust.StoqHome;

/** The command that measures: {@code integration-tests/yield/run}. */
public final class YieldTable {
    private static final String YIELDING = "ledbat";
    private static final double LEAST_KEPT = 0.90;
    private static final double LEAST_USED = 0.80;
    private static final double MEGA = 1e6;
    private static final int USAGE_CODE = 64;

    private static final String HEAD =
            """
            | Mbit/s | ms | queue ms | push | download alone | beside | keeps | least | push beside \
            | push alone uses | queueing alone ms | beside ms | line used |
            |---|---|---|---|---|---|---|---|---|---|---|---|---|\
            """;

    private YieldTable() {}

    /** Measures. */
    public static void main(String[] arguments) throws IOException {
        if (List.of(arguments).contains("--help")) {
            System.out.print(Options.USAGE);
            return;
        }
        Options options;
        try {
            options = Options.parse(List.of(arguments));
            options.algorithms().forEach(YieldTable::require);
        } catch (IllegalArgumentException e) {
            System.err.println("yield: " + e.getMessage() + "; see --help");
            System.exit(USAGE_CODE);
            return;
        }
        Path temporary = Files.createTempDirectory("stoq-yield");
        int code;
        try {
            code = measure(options, temporary);
        } finally {
            delete(temporary);
        }
        System.exit(code);
    }

    /** A running connection of the engine cannot change to another one of the engine's own. */
    private static void require(String algorithm) {
        boolean plugin =
                ServiceLoader.load(CongestionController.class).stream()
                        .anyMatch(found -> found.get().name().equals(algorithm));
        if (!plugin && !algorithm.equals(Bottleneck.EVERYDAY)) {
            throw new IllegalArgumentException(
                    "the push cannot use '%s': it is neither %s nor of a plug-in"
                            .formatted(algorithm, Bottleneck.EVERYDAY));
        }
    }

    private static int measure(Options options, Path folder) throws IOException {
        // As an application finds it.
        Transport transport = ServiceLoader.load(Transport.class).findFirst().orElseThrow();
        Certified identity =
                new StoqHome(folder.resolve("home"))
                        .node(folder.resolve("node"), List.of(), InstantSource.system());
        boolean yields = true;
        List<Map<String, Object>> entries = new ArrayList<>();
        if (!options.json()) {
            System.out.println(HEAD);
        }
        for (Line line : options.lines()) {
            Experiment experiment = new Experiment(transport, identity, line, options.span());
            for (Outcome outcome : outcomes(experiment, options)) {
                yields &= isGood(outcome);
                if (options.json()) {
                    entries.add(entry(line, outcome));
                } else {
                    System.out.println(row(line, outcome));
                }
            }
        }
        if (options.json()) {
            Map<String, Object> document = new LinkedHashMap<>();
            document.put("seconds", options.span().toSeconds());
            document.put("rounds", options.rounds());
            document.put("results", entries);
            document.put("yields", yields);
            System.out.println(new ObjectMapper().writeValueAsString(document));
        }
        return yields ? 0 : 1;
    }

    /** All of them in each round, so that what disturbs the machine disturbs all. */
    private static List<Outcome> outcomes(Experiment experiment, Options options)
            throws IOException {
        Map<String, List<Outcome.Round>> rounds = new LinkedHashMap<>();
        for (int round = 0; round < options.rounds(); round++) {
            Phase lone = experiment.lone(round);
            for (String algorithm : options.algorithms()) {
                rounds.computeIfAbsent(algorithm, name -> new ArrayList<>())
                        .add(new Outcome.Round(lone, experiment.beside(algorithm, round)));
            }
        }
        return rounds.entrySet().stream()
                .map(one -> Outcome.of(one.getKey(), experiment.line(), one.getValue()))
                .toList();
    }

    private static boolean isGood(Outcome outcome) {
        if (!outcome.algorithm().equals(YIELDING)) {
            return true;
        }
        boolean yields = outcome.keeps() >= LEAST_KEPT;
        if (!yields) {
            System.err.printf(
                    Locale.ROOT,
                    "yield: beside %s the download keeps %.2f, less than %.2f%n",
                    YIELDING,
                    outcome.keeps(),
                    LEAST_KEPT);
        }
        boolean uses = outcome.pushAlone() >= LEAST_USED;
        if (!uses) {
            System.err.printf(
                    Locale.ROOT,
                    "yield: %s alone uses %.2f of the line, less than %.2f; is the machine busy?%n",
                    YIELDING,
                    outcome.pushAlone(),
                    LEAST_USED);
        }
        return yields && uses;
    }

    private static String row(Line line, Outcome of) {
        return String.format(
                Locale.ROOT,
                "| %.3g | %d | %d | %s | %.2f | %.2f | %.2f | %.2f | %.2f | %.2f | %.0f | %.0f |"
                        + " %.2f |",
                line.bitsPerSecond() / MEGA,
                line.roundTrip().toMillis(),
                line.queue().toMillis(),
                of.algorithm(),
                of.loneMegabits(),
                of.besideMegabits(),
                of.keeps(),
                of.leastKeeps(),
                of.pushMegabits(),
                of.pushAlone(),
                of.loneQueueMillis(),
                of.besideQueueMillis(),
                of.utilisation());
    }

    private static Map<String, Object> entry(Line line, Outcome of) {
        Map<String, Object> entry = new LinkedHashMap<>();
        entry.put("line_mbit", line.bitsPerSecond() / MEGA);
        entry.put("round_trip_ms", line.roundTrip().toNanos() / MEGA);
        entry.put("queue_ms", line.queue().toNanos() / MEGA);
        entry.put("push", of.algorithm());
        entry.put("download_alone_mbit", of.loneMegabits());
        entry.put("download_beside_mbit", of.besideMegabits());
        entry.put("keeps", of.keeps());
        entry.put("least_keeps", of.leastKeeps());
        entry.put("push_beside_mbit", of.pushMegabits());
        entry.put("push_alone_uses", of.pushAlone());
        entry.put("queueing_alone_ms", of.loneQueueMillis());
        entry.put("queueing_beside_ms", of.besideQueueMillis());
        entry.put("line_used", of.utilisation());
        return entry;
    }

    private static void delete(Path folder) throws IOException {
        List<Path> found;
        try (Stream<Path> files = Files.walk(folder)) {
            found = files.sorted(Comparator.reverseOrder()).toList();
        }
        for (Path file : found) {
            Files.delete(file);
        }
    }
}
