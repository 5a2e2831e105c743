package org.stoq.cli.demo;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.LongSupplier;
import org.stoq.cli.CommandFailure;
import org.stoq.cli.NodeStatus;
import org.stoq.cli.terminal.Terminal;
import org.stoq.cli.tree.PartialFiles;
import org.stoq.cli.tree.TreeUpload;
import org.stoq.cli.tree.TreeWalk;
import org.stoq.client.ObjectInfo;

/**
 * Three nodes, a tree that is published at the first and fetched from the others, strategies that
 * are swapped meanwhile, and a comparison of every byte. Used once.
 */
public final class Demo {
    private static final int NODES = 3;
    private static final long NAMES_PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(60);
    private static final long ASK_AGAIN_NANOS = TimeUnit.MILLISECONDS.toNanos(50);

    private final Path content;
    private final Path distribution;
    private final Terminal terminal;
    private final InstantSource clock;
    private final LongSupplier nanoClock;
    private final Ledger ledger;

    /**
     * Prepares a demo.
     *
     * @param content the folder that is published
     * @param distribution the folder that holds {@code bundles.list}
     * @param terminal tells the story
     * @param partial unfinished files
     */
    public Demo(
            Path content,
            Path distribution,
            Terminal terminal,
            PartialFiles partial,
            InstantSource clock,
            LongSupplier nanoClock) {
        this.content = content;
        this.distribution = distribution;
        this.terminal = terminal;
        this.clock = clock;
        this.nanoClock = nanoClock;
        this.ledger = new Ledger(terminal, partial, nanoClock, new Tally(), new Swaps(nanoClock));
    }

    /** Runs it all. Blocks for less than a minute, with the content of a JDK. */
    public DemoReport run() throws Exception {
        long start = nanoClock.getAsLong();
        TreeWalk source = TreeWalk.of(content, "");
        source.skipped().forEach(terminal::warn);
        try (Stage stage = Stage.open()) {
            terminal.note("1/5  start %d nodes, each a process of its own".formatted(NODES));
            try (Cast cast = Cast.start(stage, distribution, NODES, clock);
                    ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
                for (Cast.Actor actor : cast.all()) {
                    NodeStatus status = actor.status();
                    terminal.note(
                            "     %s at %s, booted in %,d ms"
                                    .formatted(
                                            status.nodeId().shortName(),
                                            status.address(),
                                            status.bootMs()));
                }
                TreeUpload.Outcome published = new PublishAct(content, ledger).run(cast, threads);
                List<ObjectInfo> objects = awaitNames(cast, published.objects());
                List<Path> copies =
                        new FetchAct(distribution.resolve("demo"), ledger)
                                .run(cast, stage, objects, threads);
                return report(cast, source, copies, published, start);
            }
        }
    }

    /** Waits until every node has heard of every name. Returns the listing. */
    private List<ObjectInfo> awaitNames(Cast cast, long count) throws CommandFailure, IOException {
        long start = nanoClock.getAsLong();
        List<ObjectInfo> objects = List.of();
        for (Cast.Actor actor : cast.all()) {
            objects = listing(actor);
            while (objects.size() < count) {
                if (nanoClock.getAsLong() - start > NAMES_PATIENCE_NANOS) {
                    throw CommandFailure.failed(
                            "a node knows only %d of %d names after 60 s"
                                    .formatted(objects.size(), count),
                            "");
                }
                LockSupport.parkNanos(ASK_AGAIN_NANOS);
                objects = listing(actor);
            }
        }
        return objects;
    }

    private static List<ObjectInfo> listing(Cast.Actor actor) {
        return actor.content().list(PublishAct.NAME + "/").toList();
    }

    private DemoReport report(
            Cast cast, TreeWalk source, List<Path> copies, TreeUpload.Outcome published, long start)
            throws IOException {
        terminal.note("4/5  compare every byte, mode, time and link with the source");
        long verified = 0;
        List<String> differences = new ArrayList<>();
        for (Path copy : copies) {
            TreeComparison comparison = TreeComparison.of(source, copy);
            verified += comparison.identicalBytes();
            comparison
                    .differences()
                    .forEach(line -> differences.add(copy.getFileName() + "/" + line));
        }
        List<Long> boot = new ArrayList<>();
        List<Long> resident = new ArrayList<>();
        for (Cast.Actor actor : cast.all()) {
            NodeStatus status = actor.status();
            boot.add(status.bootMs());
            resident.add(status.residentBytes());
        }
        terminal.note("5/5  stop the nodes and clean up");
        return new DemoReport(
                NODES,
                published.objects(),
                published.bytes(),
                verified,
                published.dedupRatio(),
                ledger.tally().requests(),
                ledger.tally().failed(),
                ledger.swaps().count(),
                ledger.swaps().percentileMillis(0.5),
                ledger.swaps().percentileMillis(0.99),
                boot,
                resident,
                Duration.ofNanos(nanoClock.getAsLong() - start).toMillis(),
                differences,
                ledger.tally().failures());
    }
}
