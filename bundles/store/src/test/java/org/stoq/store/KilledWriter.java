package org.stoq.store;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.stoq.sdk.store.NameBinding;
import org.stoq.sdk.store.StoreCollection;

/**
 * The process that {@link KillTest} kills: threads that write chunks and names and say so on the
 * standard output once it is durable, and one that collects all the time.
 */
final class KilledWriter {
    private static final int THREADS = 3;

    private KilledWriter() {}

    /** Takes the folder and a first seed; goes on until it is killed. */
    public static void main(String[] arguments) throws IOException {
        long firstSeed = Long.parseLong(arguments[1]);
        // Never closed: the process is killed.
        SegmentChunkStore store =
                SegmentChunkStore.open(
                        Folders.options(Path.of(arguments[0])).withCheckpointEntries(100));
        for (int i = 0; i < THREADS; i++) {
            long seeds = firstSeed + i * 100_000L;
            Thread.ofPlatform().start(() -> run(() -> write(store, seeds)));
        }
        run(() -> collect(store));
    }

    private interface Work {
        void run() throws IOException;
    }

    private static void run(Work work) {
        try {
            work.run();
        } catch (IOException | RuntimeException e) {
            System.out.println("! " + e);
            Runtime.getRuntime().halt(1);
        }
    }

    private static void write(SegmentChunkStore store, long firstSeed) throws IOException {
        for (long seed = firstSeed; ; seed++) {
            // The name first, so that no collection takes the chunk before it is named.
            store.bind(name(seed), Folders.digest(seed));
            // Two of three need the one before, whose name may be gone by now, and the chunk too.
            if (seed % 3 == 0) {
                Folders.put(store, seed);
            } else {
                Folders.putOver(store, seed, seed - 1);
            }
            store.sync();
            System.out.println("+ " + seed);
            if (seed % 5 == 4) {
                System.out.println("~ " + (seed - 2));
                store.unbind(name(seed - 2));
                store.sync();
                System.out.println("- " + (seed - 2));
            }
        }
    }

    private static void collect(SegmentChunkStore store) throws IOException {
        while (true) {
            try (StoreCollection collection = store.beginCollection()) {
                String after = "";
                while (true) {
                    List<NameBinding> page = store.list("", after, 1_000);
                    if (page.isEmpty()) {
                        break;
                    }
                    page.forEach(one -> collection.keep(one.manifest()));
                    after = page.getLast().name();
                }
                collection.sweep((done, total) -> {});
            }
        }
    }

    static String name(long seed) {
        return "name " + seed;
    }
}
