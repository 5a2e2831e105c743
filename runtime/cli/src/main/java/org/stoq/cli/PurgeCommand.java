package org.stoq.cli;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.stoq.cli.terminal.Amounts;
import org.stoq.client.PurgeSelector;
import org.stoq.client.Purged;
import org.stoq.sdk.Digest;
import org.stoq.sdk.NodeId;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code stoq purge}. */
@Command(
        name = "purge",
        header = "Have every node forget objects, by name, prefix, tag or origin.",
        description = {
            "What was published up to now is never served again by a node that has received the"
                    + " purge, whoever brings it; what is published later lives. The node waits for"
                    + " the nodes that are connected to it and tells how long they took. One that"
                    + " cannot be reached purges before it serves again.",
            "With --soft objects are served on, marked stale, until their publisher has said that"
                    + " they are the current ones.",
        },
        footerHeading = "%nExamples:%n",
        footer = {
            "  stoq purge www/index.html www/style.css",
            "  stoq purge --prefix www/",
            "  stoq put ./site www --tag release-7     then, one day:",
            "  stoq purge --tag release-7",
            "  stoq purge --origin NODE-ID             everything that this node has published"
        })
final class PurgeCommand implements Verb {
    private static final Duration LONGEST_WAIT = Duration.ofSeconds(20);

    private final Invocation invocation;

    @Parameters(arity = "0..*", paramLabel = "NAME", description = "Names.")
    List<String> names = new ArrayList<>();

    @Option(
            names = "--prefix",
            paramLabel = "PREFIX",
            description =
                    "Every name that begins so. May be given more than once, as all of these.")
    List<String> prefixes = new ArrayList<>();

    @Option(
            names = "--tag",
            paramLabel = "TAG",
            description = "Every object that was published with that tag.")
    List<String> tags = new ArrayList<>();

    @Option(
            names = "--origin",
            paramLabel = "NODE-ID",
            description = "Every object that this node has published.")
    List<String> origins = new ArrayList<>();

    @Option(
            names = "--soft",
            description = "Only mark them stale: their publisher is asked before they are served.")
    boolean soft;

    @Option(
            names = "--wait",
            paramLabel = "TIME",
            converter = TimeSpan.class,
            description =
                    "How long to wait for other nodes, such as 500ms; 20s at most. Default: 2s.")
    Duration wait = Duration.ofSeconds(2);

    PurgeCommand(Invocation invocation) {
        this.invocation = invocation;
    }

    /** The shape of a line in JSON. */
    record Line(
            String by,
            String value,
            boolean soft,
            boolean own,
            Digest statement,
            Instant until,
            long peers,
            long confirmed,
            double hereMs,
            double p50Ms,
            double p99Ms,
            double maxMs) {}

    @Override
    public ExitCode run() throws Exception {
        List<PurgeSelector> all = selectors();
        if (all.isEmpty()) {
            throw CommandFailure.usage(
                    "nothing is named", "name objects, or --prefix, --tag or --origin");
        }
        if (wait.compareTo(LONGEST_WAIT) > 0) {
            throw CommandFailure.usage("--wait is 20s at most, not " + Amounts.duration(wait), "");
        }
        boolean everybody = true;
        try (NodeAccess node = invocation.connect()) {
            for (PurgeSelector selector : all) {
                Purged purged = node.content().purge(selector, soft, wait);
                report(selector, purged);
                everybody &= purged.confirmed() == purged.peers();
            }
        }
        return everybody ? ExitCode.OK : ExitCode.FAILED;
    }

    private List<PurgeSelector> selectors() throws CommandFailure {
        List<PurgeSelector> all = new ArrayList<>();
        names.forEach(name -> all.add(PurgeSelector.name(name)));
        prefixes.forEach(prefix -> all.add(PurgeSelector.prefix(prefix)));
        tags.forEach(tag -> all.add(PurgeSelector.tag(tag)));
        for (String origin : origins) {
            try {
                all.add(PurgeSelector.origin(NodeId.parse(origin)));
            } catch (IllegalArgumentException e) {
                throw CommandFailure.usage(
                        "'%s' is no node id".formatted(origin),
                        "it has 64 hexadecimal digits: stoq status, stoq peers");
            }
        }
        return all;
    }

    private void report(PurgeSelector selector, Purged purged) {
        String by = selector.kind().name().toLowerCase(Locale.ROOT);
        Line line =
                new Line(
                        by,
                        selector.value(),
                        soft,
                        purged.own(),
                        purged.statement(),
                        purged.until(),
                        purged.peers(),
                        purged.confirmed(),
                        millis(purged.here()),
                        millis(purged.median()),
                        millis(purged.p99()),
                        millis(purged.longest()));
        invocation
                .terminal()
                .result(
                        line,
                        out -> {
                            out.printf(
                                    Locale.ROOT,
                                    "%s %s: %s here after %.1f ms, %d of %s confirmed",
                                    by,
                                    selector.value(),
                                    soft ? "marked stale" : "purged",
                                    line.hereMs(),
                                    line.confirmed(),
                                    Amounts.count(line.peers(), "peer"));
                            if (line.confirmed() > 0) {
                                out.printf(
                                        Locale.ROOT,
                                        " (p50 %.1f ms, p99 %.1f ms, max %.1f ms)",
                                        line.p50Ms(),
                                        line.p99Ms(),
                                        line.maxMs());
                            }
                            out.println();
                        });
        if (purged.own()) {
            invocation
                    .terminal()
                    .warn(
                            "without an operator certificate only what the node itself has"
                                    + " published is purged");
        }
        if (purged.confirmed() < purged.peers()) {
            invocation
                    .terminal()
                    .warn(
                            "%s not confirmed within %s; until the purge reaches them they may"
                                            .formatted(
                                                    purged.peers() - purged.confirmed() == 1
                                                            ? "one peer has"
                                                            : purged.peers()
                                                                    - purged.confirmed()
                                                                    + " peers have",
                                                    Amounts.duration(wait))
                                    + " serve what was purged");
        }
    }

    private static double millis(Duration time) {
        return time.toNanos() / 1e6;
    }
}
