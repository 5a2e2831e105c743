package org.stoq.cli.demo;

import org.stoq.cli.CommandFailure;
import org.stoq.cli.NodeStatus;
import org.stoq.cli.terminal.Amounts;
import org.stoq.cli.terminal.Progress;
import org.stoq.cli.terminal.Terminal;
import org.stoq.cli.tree.FileRestore;
import org.stoq.cli.tree.PartialFiles;
import org.stoq.cli.tree.RestorePlan;
import org.stoq.cli.tree.SafeFolder;
import org.stoq.cli.tree.TreeDownload;
import org.stoq.cli.tree.TreeUpload;
import org.stoq.cli.tree.TreeWalk;
import org.stoq.client.ContentClient;
import org.stoq.client.ObjectInfo;
import org.stoq.client.ObjectRef;
import org.stoq.client.Published;
import org.stoq.sdk.Digest;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.channels.Channels;
import java.nio.channels.WritableByteChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.SplittableRandom;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import java.util.function.LongSupplier;
import java.util.random.RandomGenerator;

/**
 * Three nodes, a tree that is published at the first and fetched from the others, strategies that
 * are swapped meanwhile, and a comparison of every byte. Used once.
 */
public final class Demo {
    private static final int NODES = 3;
    private static final String NAME = "content";
    private static final int WIDTH = 8;
    private static final int LOAD_THREADS = 1;
    private static final long LARGEST_LOAD_BYTES = 128 << 10;
    private static final int LIVE_OBJECT_BYTES = 100_000;
    private static final int LEAST_CYCLES = 3;
    private static final int MOST_CYCLES = 40;
    private static final String PLUGIN = "example-cache-policy.jar";
    private static final String PLUGIN_POLICY = "sieve";
    private static final List<String> PLUGIN_VERSIONS = List.of("1.0.0", "1.1.0");
    private static final long NAMES_PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(60);
    private static final long ASK_AGAIN_NANOS = TimeUnit.MILLISECONDS.toNanos(50);

    private final Path content;
    private final Path distribution;
    private final Terminal terminal;
    private final PartialFiles partial;
    private final InstantSource clock;
    private final LongSupplier nanoClock;
    private final Tally tally = new Tally();
    private final Swaps swaps;

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
        this.partial = partial;
        this.clock = clock;
        this.nanoClock = nanoClock;
        this.swaps = new Swaps(nanoClock);
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
                TreeUpload.Outcome published = publish(cast, threads);
                List<ObjectInfo> objects = awaitNames(cast, published.objects());
                List<Path> copies = fetch(cast, stage, objects, threads);
                return report(cast, source, copies, published, start);
            }
        }
    }

    private TreeUpload.Outcome publish(Cast cast, ExecutorService threads) throws Exception {
        TreeWalk named = TreeWalk.of(content, NAME);
        terminal.note(
                "2/5  publish %s at the first node (%s, %s), and swap its chunker meanwhile"
                        .formatted(
                                content,
                                Amounts.count(named.entries().size(), "object"),
                                Amounts.bytes(named.bytes())));
        Cast.Actor first = cast.node(1);
        AtomicBoolean done = new AtomicBoolean();
        int before = swaps.count();
        TreeUpload.Outcome outcome;
        Load puts = new Load(randoms(1, 1), random -> putAnything(first, random), tally);
        try (Progress bar = terminal.bytes("put", OptionalLong.of(named.bytes()))) {
            Future<?> swapping = threads.submit(() -> swapChunkers(first, done));
            try {
                outcome = new TreeUpload(first.content(), bar::add).run(named.entries(), WIDTH);
            } finally {
                done.set(true);
            }
            get(swapping);
        } finally {
            puts.close();
        }
        tally.success(outcome.objects());
        if (!outcome.unread().isEmpty()) {
            throw CommandFailure.failed(
                    "cannot read all of %s: %s".formatted(content, outcome.unread().getFirst()),
                    "choose another folder with --content");
        }
        terminal.note("     done; %d swaps meanwhile".formatted(swaps.count() - before));
        return outcome;
    }

    /** FastCDC to Rabin and back, once at least and as long as something is published. */
    private Void swapChunkers(Cast.Actor actor, AtomicBoolean done) throws Exception {
        do {
            for (String chunker : List.of("rabin", Cast.FIRST_CHUNKER)) {
                swaps.swap(
                        actor.node(),
                        () -> actor.child().configure(Cast.config(chunker, Cast.FIRST_POLICY)),
                        new Swaps.Wanted("Chunker", chunker, ""));
            }
        } while (!done.get());
        return null;
    }

    /** The client checks that the node has stored what was sent. */
    private static void putAnything(Cast.Actor actor, RandomGenerator random) throws IOException {
        byte[] bytes = new byte[LIVE_OBJECT_BYTES];
        random.nextBytes(bytes);
        Published published = actor.content().put("live/" + random.nextInt(50), bytes);
        if (!published.object().equals(Digest.of(bytes))) {
            throw new IOException("stored " + published.object());
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
        return actor.content().list(NAME + "/").toList();
    }

    /** Fetches everything from every other node at once, under load, with swaps. */
    private List<Path> fetch(
            Cast cast, Stage stage, List<ObjectInfo> objects, ExecutorService threads)
            throws Exception {
        terminal.note(
                "3/5  fetch all of it from the other nodes, under load, while one of them gets a"
                        + " plug-in,");
        terminal.note("     a newer version of it, and loses it again");
        List<ObjectInfo> small =
                objects.stream()
                        .filter(info -> info.kind() == ObjectInfo.Kind.FILE)
                        .filter(info -> info.size() <= LARGEST_LOAD_BYTES)
                        .toList();
        List<Load> loads = new ArrayList<>();
        List<Path> copies = new ArrayList<>();
        List<Future<?>> fetching = new ArrayList<>();
        AtomicBoolean done = new AtomicBoolean();
        int before = swaps.count();
        long total = (NODES - 1) * objects.stream().mapToLong(ObjectInfo::size).sum();
        try (Progress bar = terminal.bytes("get", OptionalLong.of(total))) {
            Future<?> swapping = threads.submit(() -> swapPlugins(cast.node(2), done));
            for (int i = 2; i <= NODES; i++) {
                Cast.Actor actor = cast.node(i);
                Path copy = stage.folder().resolve("copy" + i);
                copies.add(copy);
                if (!small.isEmpty()) {
                    loads.add(
                            new Load(
                                    randoms(LOAD_THREADS, i),
                                    random -> getAnything(actor, small, random),
                                    tally));
                }
                fetching.add(threads.submit(() -> fetch(actor, objects, copy, bar)));
            }
            try {
                for (Future<?> each : fetching) {
                    get(each);
                }
            } finally {
                done.set(true);
            }
            get(swapping);
        } finally {
            done.set(true);
            loads.forEach(Load::close);
        }
        terminal.note("     done; %d swaps meanwhile".formatted(swaps.count() - before));
        return copies;
    }

    private Void fetch(Cast.Actor actor, List<ObjectInfo> objects, Path copy, Progress bar)
            throws Exception {
        Files.createDirectories(copy);
        SafeFolder folder = new SafeFolder(copy);
        RestorePlan plan = RestorePlan.of(objects, NAME.length() + 1, folder);
        TreeDownload.Outcome outcome =
                new TreeDownload(actor.content(), folder, new FileRestore(partial), bar::add)
                        .run(plan, WIDTH);
        tally.success(outcome.objects());
        outcome.failed().forEach(tally::failure);
        return null;
    }

    /** The client checks the bytes against the digest that the node names; here that one too. */
    private static void getAnything(
            Cast.Actor actor, List<ObjectInfo> objects, RandomGenerator random) throws IOException {
        ObjectInfo wanted = objects.get(random.nextInt(objects.size()));
        ContentClient client = actor.content();
        ObjectInfo got = client.download(ObjectRef.named(wanted.name()), nowhere(), told -> {});
        if (!got.object().equals(wanted.object())) {
            throw new IOException(wanted.name() + " has become " + got.object());
        }
    }

    private static WritableByteChannel nowhere() {
        return Channels.newChannel(OutputStream.nullOutputStream());
    }

    private Void swapPlugins(Cast.Actor actor, AtomicBoolean done) throws Exception {
        String spi = "CachePolicy";
        Swaps.Wanted first = new Swaps.Wanted(spi, PLUGIN_POLICY, PLUGIN_VERSIONS.getFirst());
        Swaps.Wanted own = new Swaps.Wanted(spi, Cast.FIRST_POLICY, "");
        swaps.introduce(actor.node(), () -> drop(actor, PLUGIN_VERSIONS.getFirst()), first);
        swaps.swap(
                actor.node(),
                () -> actor.child().configure(Cast.config(Cast.FIRST_CHUNKER, PLUGIN_POLICY)),
                first);
        for (int i = 0; i < LEAST_CYCLES || (!done.get() && i < MOST_CYCLES); i++) {
            for (String version : PLUGIN_VERSIONS) {
                if (i > 0 || !version.equals(PLUGIN_VERSIONS.getFirst())) {
                    swaps.swap(
                            actor.node(),
                            () -> drop(actor, version),
                            new Swaps.Wanted(spi, PLUGIN_POLICY, version));
                }
            }
            swaps.swap(actor.node(), () -> actor.child().take(PLUGIN), own);
        }
        actor.child().configure(Cast.config(Cast.FIRST_CHUNKER, Cast.FIRST_POLICY));
        return null;
    }

    private void drop(Cast.Actor actor, String version) throws IOException {
        Path jar = distribution.resolve("demo").resolve("example-cache-policy-" + version + ".jar");
        actor.child().drop(jar, PLUGIN);
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
                tally.requests(),
                tally.failed(),
                swaps.count(),
                swaps.percentileMillis(0.5),
                swaps.percentileMillis(0.99),
                boot,
                resident,
                Duration.ofNanos(nanoClock.getAsLong() - start).toMillis(),
                differences,
                tally.failures());
    }

    private static List<SplittableRandom> randoms(int count, long seed) {
        List<SplittableRandom> randoms = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            randoms.add(new SplittableRandom(seed * 100 + i));
        }
        return randoms;
    }

    private static void get(Future<?> future) throws Exception {
        try {
            future.get();
        } catch (ExecutionException e) {
            throw e.getCause() instanceof Exception cause ? cause : e;
        }
    }
}
