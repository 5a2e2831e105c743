package org.stoq.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.stoq.store.Folders.digest;
import static org.stoq.store.Folders.has;
import static org.stoq.store.Folders.put;
import static org.stoq.store.Folders.putOver;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.stoq.sdk.store.StoreCollection;

/**
 * Cuts the power after random work, again and again over the same store; more rounds: {@code
 * -Dstoq.store.cuts=10000}. The disk keeps what was forced, and of the rest whatever it likes.
 */
class PowerCutTest {
    private static final int ROUNDS = Integer.getInteger("stoq.store.cuts", 80);
    private static final int NAMES = 30;

    @TempDir private Path folders;
    private final Random random = new Random(Long.getLong("stoq.store.seed", 1));
    private long seeds;

    /** What must hold: names that a sync covered, and what may have become of them since. */
    private final Map<String, Set<Long>> possible = new HashMap<>();

    private final Map<String, Long> latest = new HashMap<>();
    private final Set<Long> synced = new HashSet<>();
    private final Set<Long> written = new HashSet<>();

    @Test
    void whatASyncCoveredSurvivesAnyPowerCut() throws IOException {
        Path folder = folders.resolve("0");
        Folders.open(folder).close();
        for (int round = 1; round <= ROUNDS; round++) {
            Path left = folders.resolve(Integer.toString(round));
            PowerCutDisk disk = new PowerCutDisk();
            try (SegmentChunkStore store = new SegmentChunkStore(Folders.options(folder), disk)) {
                for (int steps = random.nextInt(25); steps >= 0; steps--) {
                    step(store);
                }
                Folders.copy(folder, left);
                disk.cut(left, random);
            }
            Folders.delete(folder);
            folder = left;
            Files.writeString(folder.resolve("open"), "the boot before");
            try (SegmentChunkStore store = Folders.open(folder)) {
                check(store, round);
            }
        }
        assertThat(synced).hasSizeGreaterThan(NAMES / 2);
    }

    private void step(SegmentChunkStore store) throws IOException {
        String name = "name " + random.nextInt(NAMES);
        switch (random.nextInt(12)) {
            case 0, 1, 2, 3, 4, 5 -> {
                long seed = seeds++;
                if (random.nextBoolean() && seed > 0) {
                    putOver(store, seed, random.nextLong(seed));
                } else {
                    put(store, seed);
                }
                written.add(seed);
                store.bind(name, digest(seed));
                changed(name, seed);
            }
            case 6, 7 -> {
                store.unbind(name);
                changed(name, -1);
            }
            case 8, 9, 10 -> {
                store.sync();
                synced.addAll(written);
                possible.clear();
                latest.forEach((one, seed) -> possible.put(one, new HashSet<>(Set.of(seed))));
            }
            default -> collect(store);
        }
    }

    private void changed(String name, long seed) {
        possible.computeIfAbsent(name, _ -> new HashSet<>(Set.of(-1L))).add(seed);
        latest.put(name, seed);
    }

    /** Keeps what a name leads to now, or may lead to after a cut. */
    private void collect(SegmentChunkStore store) throws IOException {
        Set<Long> needed = new HashSet<>();
        possible.values().forEach(needed::addAll);
        try (StoreCollection collection = store.beginCollection()) {
            for (long seed : needed) {
                collection.keep(digest(seed));
            }
            collection.sweep((done, total) -> {});
        }
        written.retainAll(needed);
        synced.retainAll(needed);
    }

    private void check(SegmentChunkStore store, int round) throws IOException {
        for (long seed : synced) {
            assertThat(has(store, seed)).as("chunk %d in round %d", seed, round).isTrue();
        }
        for (int i = 0; i < NAMES; i++) {
            String name = "name " + i;
            Set<Long> may = possible.getOrDefault(name, Set.of(-1L));
            long is = -1;
            for (long seed : may) {
                if (seed >= 0 && store.lookup(name).equals(Optional.of(digest(seed)))) {
                    is = seed;
                }
            }
            assertThat(store.lookup(name).isPresent())
                    .as("%s in round %d leads to one of %s", name, round, may)
                    .isEqualTo(is >= 0);
            assertThat(may).as("%s in round %d", name, round).contains(is);
            if (is >= 0) {
                assertThat(has(store, is)).as("what %s leads to", name).isTrue();
            }
            latest.put(name, is);
            possible.put(name, new HashSet<>(Set.of(is)));
        }
        assertThat(store.verify((done, total) -> {}).damaged()).isEmpty();
        written.removeIf(seed -> !store.contains(digest(seed)));
        synced.addAll(written);
    }
}
