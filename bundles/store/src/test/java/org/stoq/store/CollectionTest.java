package org.stoq.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.stoq.store.Folders.digest;
import static org.stoq.store.Folders.has;
import static org.stoq.store.Folders.put;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.stoq.sdk.store.StoreCollection;

/** What a collection leaves on the disk; the rest is in the contract. */
class CollectionTest {
    @TempDir private Path folder;

    @Test
    void whatWasCollectedStaysAwayWhateverBecomesOfTheIndex() throws IOException {
        Random random = new Random(4);
        Set<Integer> alive = new HashSet<>();
        Set<Integer> named = new HashSet<>();
        for (int round = 0; round < 15; round++) {
            try (SegmentChunkStore store = Folders.open(folder)) {
                for (int i = 0; i < 60; i++) {
                    int seed = random.nextInt(400);
                    put(store, seed);
                    alive.add(seed);
                    store.bind("name " + seed, digest(seed));
                    named.add(seed);
                }
                for (int i = 0; i < 30; i++) {
                    int seed = random.nextInt(400);
                    store.unbind("name " + seed);
                    named.remove(seed);
                }
                // Few in some rounds, so that segments stay with garbage in them.
                int part = round % 3 == 0 ? 2 : 12;
                alive.removeIf(seed -> random.nextInt(part) == 0);
                collect(store, alive);
            }
            if (round % 2 == 1) {
                Files.delete(folder.resolve("index.mv"));
            }
            try (SegmentChunkStore store = Folders.open(folder)) {
                for (int seed = 0; seed < 400; seed++) {
                    assertThat(store.contains(digest(seed)))
                            .as("chunk %d in round %d", seed, round)
                            .isEqualTo(alive.contains(seed));
                    assertThat(has(store, seed)).isEqualTo(alive.contains(seed));
                    assertThat(store.lookup("name " + seed).isPresent())
                            .as("name %d in round %d", seed, round)
                            .isEqualTo(named.contains(seed));
                }
                assertThat(store.stats().chunks()).isEqualTo(alive.size());
                assertThat(store.stats().names()).isEqualTo(named.size());
            }
        }
    }

    @Test
    void theSpaceOfGarbageIsGivenBack() throws IOException {
        try (SegmentChunkStore store = Folders.open(folder)) {
            for (int i = 0; i < 1_000; i++) {
                put(store, i);
            }
            long before = segmentBytes();
            StoreCollection.SweepResult result = collect(store, Set.of(1, 500, 999));
            long after = segmentBytes();
            assertThat(result.chunksKept()).isEqualTo(3);
            assertThat(result.chunksRemoved()).isEqualTo(997);
            assertThat(result.bytesFreed()).isEqualTo(before - after + Segment.FIRST_RECORD);
            assertThat(after).isLessThan(20_000);
        }
    }

    @Test
    void aKillInTheMiddleOfASweepLeavesNoTraceOfWhatWasSwept() throws IOException {
        Path killed = folder.resolve("killed");
        Path running = folder.resolve("running");
        try (SegmentChunkStore store = Folders.open(running)) {
            for (int i = 0; i < 300; i++) {
                put(store, i);
            }
            try (StoreCollection collection = store.beginCollection()) {
                collection.keep(digest(299));
                collection.sweep((done, total) -> {
                    // The first segment is gone by now, and nothing else has happened since.
                    if (Files.notExists(killed)) {
                        copy(running, killed);
                    }
                });
            }
        }
        Path again = Folders.copy(killed, folder.resolve("again"));
        try (SegmentChunkStore store = Folders.open(killed)) {
            assertThat(store.verify((done, total) -> {}).damaged()).isEmpty();
        }
        try (SegmentChunkStore store = Folders.open(again)) {
            for (int i = 0; i < 299; i++) {
                put(store, i);
                assertThat(has(store, i)).as("chunk %d, written after the kill", i).isTrue();
            }
        }
    }

    private static void copy(Path from, Path to) {
        try {
            Folders.copy(from, to);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Test
    void aStoreThatTurnsOverDoesNotGrow() throws IOException {
        long highest = 0;
        try (SegmentChunkStore store = Folders.open(folder)) {
            for (int round = 0; round < 60; round++) {
                for (int i = 0; i < 40; i++) {
                    put(store, round * 1_000 + i);
                    store.bind("name " + i, digest(round * 1_000 + i));
                    store.bind("name " + i + " of " + round, digest(round * 1_000 + i));
                    store.unbind("name " + i + " of " + round);
                }
                Set<Integer> alive = new HashSet<>(Set.of(7));
                for (int i = 0; i < 40; i++) {
                    alive.add(round * 1_000 + i);
                }
                put(store, 7);
                collect(store, alive);
                highest = Math.max(highest, round < 5 ? segmentBytes() : highest);
            }
            assertThat(segmentBytes()).isLessThan(2 * highest);
        }
    }

    @Test
    void smallSegmentsOfManyRunsArePutTogether() throws IOException {
        for (int run = 0; run < 12; run++) {
            try (SegmentChunkStore store = Folders.open(folder)) {
                put(store, run);
            }
        }
        assertThat(Folders.segments(folder)).hasSize(12);
        try (SegmentChunkStore store = Folders.open(folder)) {
            Set<Integer> all = new HashSet<>();
            for (int run = 0; run < 12; run++) {
                all.add(run);
            }
            collect(store, all);
            assertThat(Folders.segments(folder)).hasSize(1);
            for (int run = 0; run < 12; run++) {
                assertThat(has(store, run)).isTrue();
            }
        }
    }

    @Test
    void aSegmentThatGrowsIsNoCandidateAndCannotBeDeleted() throws IOException {
        Disk disk = new LocalDisk();
        Path segments = Files.createDirectory(folder.resolve("segments"));
        KeyRing keys = KeyRing.open(disk, folder, folder.resolve("keys/kek.key"), true);
        RecordHeader mark = RecordHeader.of(RecordType.MARK, RecordHeader.NO_DIGEST, 0);
        try (SegmentLog log =
                new SegmentLog(disk, segments, keys, new SpaceGuard(disk, folder, 0), 64 << 10)) {
            log.open(0);
            log.append(mark, new byte[0]);
            List<Segment> candidates = log.roll();
            log.append(mark, new byte[0]);
            assertThat(candidates).extracting(Segment::number).containsExactly(1);
            assertThatThrownBy(() -> log.delete(log.segments().stream().toList().getLast()))
                    .isInstanceOf(IllegalStateException.class);
            log.delete(candidates.getFirst());
            log.sync();
            assertThat(log.segments()).extracting(Segment::number).containsExactly(2);
        }
    }

    private static StoreCollection.SweepResult collect(SegmentChunkStore store, Set<Integer> alive)
            throws IOException {
        try (StoreCollection collection = store.beginCollection()) {
            alive.forEach(seed -> collection.keep(digest(seed)));
            return collection.sweep((done, total) -> {});
        }
    }

    private long segmentBytes() throws IOException {
        long bytes = 0;
        for (Path segment : Folders.segments(folder)) {
            bytes += Files.size(segment);
        }
        return bytes;
    }
}
