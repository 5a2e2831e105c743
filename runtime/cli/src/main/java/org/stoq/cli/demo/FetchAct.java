package org.stoq.cli.demo;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.channels.Channels;
import java.nio.channels.WritableByteChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.random.RandomGenerator;
import org.stoq.cli.terminal.Progress;
import org.stoq.cli.tree.FileRestore;
import org.stoq.cli.tree.RestorePlan;
import org.stoq.cli.tree.SafeFolder;
import org.stoq.cli.tree.TreeDownload;
import org.stoq.client.ContentClient;
import org.stoq.client.ObjectInfo;
import org.stoq.client.ObjectRef;

/**
 * The second act: everything is fetched from the other nodes under load, while one of them gets a
 * plug-in, a newer version of it, and loses it again.
 *
 * @param plugins the folder that holds both versions
 * @param ledger what the acts share
 */
record FetchAct(Path plugins, Ledger ledger) {
    private static final int WIDTH = 8;
    private static final int LOAD_THREADS = 1;
    private static final long LARGEST_LOAD_BYTES = 128 << 10;
    private static final int LEAST_CYCLES = 3;
    private static final int MOST_CYCLES = 40;
    private static final String PLUGIN = "example-cache-policy.jar";
    private static final String PLUGIN_POLICY = "example-sieve";
    private static final List<String> PLUGIN_VERSIONS = List.of("1.0.0", "1.1.0");

    /** Fetches everything from every other node at once, under load, with ledger.swaps(). */
    List<Path> run(Cast cast, Stage stage, List<ObjectInfo> objects, ExecutorService threads)
            throws Exception {
        ledger.terminal()
                .note(
                        "3/5  fetch all of it from the other nodes, under load, while one of them"
                                + " gets a plug-in,");
        ledger.terminal().note("     a newer version of it, and loses it again");
        List<ObjectInfo> small =
                objects.stream()
                        .filter(info -> info.kind() == ObjectInfo.Kind.FILE)
                        .filter(info -> info.size() <= LARGEST_LOAD_BYTES)
                        .toList();
        List<Load> loads = new ArrayList<>();
        List<Path> copies = new ArrayList<>();
        List<Future<?>> fetching = new ArrayList<>();
        AtomicBoolean done = new AtomicBoolean();
        int before = ledger.swaps().count();
        long begun = ledger.nanoClock().getAsLong();
        long total = (cast.all().size() - 1) * objects.stream().mapToLong(ObjectInfo::size).sum();
        try (Progress bar = ledger.terminal().bytes("get", OptionalLong.of(total))) {
            Future<?> swapping = threads.submit(() -> swapPlugins(cast.node(2), done));
            for (int i = 2; i <= cast.all().size(); i++) {
                Cast.Actor actor = cast.node(i);
                Path copy = stage.folder().resolve("copy" + i);
                copies.add(copy);
                if (!small.isEmpty()) {
                    loads.add(
                            new Load(
                                    Ledger.randoms(LOAD_THREADS, i),
                                    random -> getAnything(actor, small, random),
                                    ledger.tally()));
                }
                fetching.add(threads.submit(() -> fetch(actor, objects, copy, bar)));
            }
            try {
                for (Future<?> each : fetching) {
                    Ledger.get(each);
                }
            } finally {
                done.set(true);
            }
            Ledger.get(swapping);
        } finally {
            done.set(true);
            loads.forEach(Load::close);
        }
        ledger.noteDone(begun, before);
        return copies;
    }

    private Void fetch(Cast.Actor actor, List<ObjectInfo> objects, Path copy, Progress bar)
            throws Exception {
        Files.createDirectories(copy);
        SafeFolder folder = new SafeFolder(copy);
        RestorePlan plan = RestorePlan.of(objects, PublishAct.NAME.length() + 1, folder);
        TreeDownload.Outcome outcome =
                new TreeDownload(
                                actor.content(),
                                folder,
                                new FileRestore(ledger.partial()),
                                bar::add)
                        .run(plan, WIDTH);
        ledger.tally().success(outcome.objects());
        outcome.failed().forEach(ledger.tally()::failure);
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
        ledger.swaps()
                .introduce(actor.node(), () -> drop(actor, PLUGIN_VERSIONS.getFirst()), first);
        ledger.swaps()
                .swap(
                        actor.node(),
                        () ->
                                actor.child()
                                        .configure(Cast.config(Cast.FIRST_CHUNKER, PLUGIN_POLICY)),
                        first);
        for (int i = 0; i < LEAST_CYCLES || (!done.get() && i < MOST_CYCLES); i++) {
            for (String version : PLUGIN_VERSIONS) {
                if (i > 0 || !version.equals(PLUGIN_VERSIONS.getFirst())) {
                    ledger.swaps()
                            .swap(
                                    actor.node(),
                                    () -> drop(actor, version),
                                    new Swaps.Wanted(spi, PLUGIN_POLICY, version));
                }
            }
            ledger.swaps().swap(actor.node(), () -> actor.child().take(PLUGIN), own);
        }
        actor.child().configure(Cast.config(Cast.FIRST_CHUNKER, Cast.FIRST_POLICY));
        return null;
    }

    private void drop(Cast.Actor actor, String version) throws IOException {
        Path jar = plugins.resolve("example-cache-policy-" + version + ".jar");
        actor.child().drop(jar, PLUGIN);
    }
}
