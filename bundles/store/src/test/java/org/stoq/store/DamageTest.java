package org.stoq.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.stoq.store.Folders.digest;
import static org.stoq.store.Folders.has;
import static org.stoq.store.Folders.put;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.stoq.sdk.Digest;
import org.stoq.sdk.StoqErrorCode;
import org.stoq.sdk.StoqException;
import org.stoq.sdk.store.StoreCheck;
import org.stoq.sdk.store.StoreCollection;

/** Bits that flip on the disk. */
class DamageTest {
    private static final int CHUNKS = 40;

    @TempDir private Path folder;
    private Path segment;
    private byte[] bytes;
    private byte[] index;

    @BeforeEach
    void fill() throws IOException {
        try (SegmentChunkStore store =
                SegmentChunkStore.open(Folders.options(folder).withSegmentBytes(1 << 20))) {
            for (int i = 0; i < CHUNKS; i++) {
                put(store, i);
                store.bind("name " + i, digest(i));
            }
        }
        segment = Folders.segments(folder).getFirst();
        bytes = Files.readAllBytes(segment);
        index = Files.readAllBytes(folder.resolve("index.mv"));
    }

    @Test
    void aFlippedBitAnywhereIsFoundAndCostsOneChunk() throws IOException {
        Random random = new Random(2);
        for (int round = 0; round < 150; round++) {
            flip(Segment.FIRST_RECORD + random.nextInt(bytes.length - Segment.FIRST_RECORD));
            try (SegmentChunkStore store = Folders.open(folder)) {
                int lost = 0;
                for (int i = 0; i < CHUNKS; i++) {
                    lost += survives(store, i) ? 0 : 1;
                    assertThat(store.lookup("name " + i)).contains(digest(i));
                }
                // Padding, marks and records of names are not chunks.
                assertThat(lost).isLessThanOrEqualTo(1);
                assertThat(store.stats().chunks()).isEqualTo(CHUNKS - lost);
            }
            restore();
        }
    }

    @Test
    void aDamagedChunkIsForgottenAndCanBeWrittenAgain() throws IOException {
        flip(Segment.FIRST_RECORD + 100);
        try (SegmentChunkStore store = Folders.open(folder)) {
            StoqException found =
                    catchThrowableOfType(StoqException.class, () -> store.read(digest(0)));
            assertThat(found.code()).isEqualTo(StoqErrorCode.INTEGRITY);
            assertThat(found).hasMessageContaining(digest(0).toString());
            assertThat(store.contains(digest(0))).isFalse();
            assertThat(store.read(digest(0))).isEmpty();
        }
        Files.delete(folder.resolve("index.mv"));
        try (SegmentChunkStore store = Folders.open(folder)) {
            assertThat(store.contains(digest(0))).isFalse();
            assertThat(put(store, 0)).isTrue();
            assertThat(has(store, 0)).isTrue();
        }
    }

    @Test
    void verifyReportsWhatIsDamagedAndForgetsIt() throws IOException {
        // In the payload of the first chunk, and in the header of the last one.
        flip(Segment.FIRST_RECORD + 100);
        flip(offsetOfLastChunk() + 20);
        try (SegmentChunkStore store = Folders.open(folder)) {
            StoreCheck check = store.verify((done, total) -> {});
            assertThat(check.complete()).isTrue();
            assertThat(check.damaged()).containsExactlyInAnyOrder(digest(0), digest(CHUNKS - 1));
            assertThat(store.contains(digest(0))).isFalse();
            assertThat(store.contains(digest(CHUNKS - 1))).isFalse();
            assertThat(store.contains(digest(1))).isTrue();
            assertThat(store.verify((done, total) -> {}).damaged()).isEmpty();
        }
    }

    @Test
    void verifyWritesTheRecordOfANameAgain() throws IOException {
        // The record of the first name is behind that of the first chunk.
        flip(
                Segment.FIRST_RECORD
                        + RecordHeader.recordLength(68 + 4, Folders.content(0).length)
                        + 80);
        try (SegmentChunkStore store = Folders.open(folder)) {
            assertThat(store.verify((done, total) -> {}).damaged()).isEmpty();
        }
        Files.delete(folder.resolve("index.mv"));
        try (SegmentChunkStore store = Folders.open(folder)) {
            assertThat(store.lookup("name 0")).contains(digest(0));
            assertThat(store.list("", "", 1_000)).hasSize(CHUNKS);
        }
    }

    @Test
    void anInterruptStopsVerify() throws IOException {
        try (SegmentChunkStore store = Folders.open(folder)) {
            StoreCheck check = store.verify((done, total) -> Thread.currentThread().interrupt());
            assertThat(Thread.interrupted()).isTrue();
            assertThat(check.complete()).isFalse();
            assertThat(check.records()).isEqualTo(1);
            assertThat(has(store, 1)).isTrue();
        }
    }

    @Test
    void anInterruptedReaderBreaksNothing() throws IOException {
        try (SegmentChunkStore store = Folders.open(folder)) {
            Thread.currentThread().interrupt();
            assertThat(has(store, 1)).isTrue();
            assertThat(put(store, CHUNKS)).isTrue();
            store.sync();
            assertThat(Thread.interrupted()).isTrue();
            for (int i = 0; i <= CHUNKS; i++) {
                assertThat(has(store, i)).isTrue();
            }
        }
    }

    @Test
    void withoutAnIndexDamageStillCostsOneRecordOnly() throws IOException {
        Random random = new Random(3);
        for (int round = 0; round < 60; round++) {
            flip(Segment.FIRST_RECORD + random.nextInt(bytes.length - Segment.FIRST_RECORD));
            Files.deleteIfExists(folder.resolve("index.mv"));
            try (SegmentChunkStore store = Folders.open(folder)) {
                int lost = 0;
                for (int i = 0; i < CHUNKS; i++) {
                    lost += survives(store, i) ? 0 : 1;
                    lost += store.lookup("name " + i).isPresent() ? 0 : 1;
                }
                assertThat(lost).isLessThanOrEqualTo(1);
            }
            restore();
        }
    }

    @Test
    void oneDamagedCopyOfTheSegmentsHeaderCostsNothing() throws IOException {
        for (int at : new int[] {0, 9, 13, 20, 60, Segment.HEADER_BYTES + 20}) {
            flip(at);
            try (SegmentChunkStore store = Folders.open(folder)) {
                for (int i = 0; i < CHUNKS; i++) {
                    assertThat(has(store, i)).isTrue();
                }
            }
            restore();
        }
    }

    @Test
    void aSegmentWithoutAHeaderIsLostAndTheStoreOpens() throws IOException {
        flip(20);
        flip(Segment.HEADER_BYTES + 20);
        try (SegmentChunkStore store = Folders.open(folder)) {
            put(store, CHUNKS);
            assertThat(store.verify((done, total) -> {}).damaged()).hasSize(CHUNKS);
            assertThat(has(store, CHUNKS)).isTrue();
        }
    }

    @Test
    void aCollectionTakesDamageForGarbage() throws IOException {
        flip(Segment.FIRST_RECORD + 100);
        flip(offsetOfLastChunk() + 20);
        try (SegmentChunkStore store = Folders.open(folder)) {
            try (StoreCollection collection = store.beginCollection()) {
                for (int i = 0; i < CHUNKS; i += 3) {
                    collection.keep(digest(i));
                }
                collection.sweep((done, total) -> {});
            }
            assertThat(survives(store, 0)).isFalse();
            assertThat(survives(store, CHUNKS - 1)).isFalse();
            for (int i = 3; i < CHUNKS - 1; i += 3) {
                assertThat(has(store, i)).isTrue();
            }
            assertThat(store.list("", "", 1_000)).hasSize(CHUNKS);
        }
    }

    /** Reads a chunk twice: it is there and right, or found damaged once and gone then. */
    private static boolean survives(SegmentChunkStore store, int seed) throws StoqException {
        try {
            return has(store, seed);
        } catch (StoqException e) {
            assertThat(e.code()).isEqualTo(StoqErrorCode.INTEGRITY);
            assertThat(store.read(digest(seed))).isEmpty();
            return false;
        }
    }

    private int offsetOfLastChunk() {
        List<Integer> found = new ArrayList<>();
        Digest last = digest(CHUNKS - 1);
        for (int at = Segment.FIRST_RECORD; at < bytes.length - 100; at += 8) {
            RecordHeader header = RecordHeader.decode(bytes, at, bytes.length - at, 1);
            if (header != null && header.digest().equals(last)) {
                found.add(at);
            }
        }
        assertThat(found).hasSize(1);
        return found.getFirst();
    }

    private void flip(int at) throws IOException {
        byte[] damaged = Files.readAllBytes(segment);
        damaged[at] ^= 4;
        Files.write(segment, damaged);
    }

    private void restore() throws IOException {
        Folders.delete(folder.resolve("segments"));
        Files.createDirectory(folder.resolve("segments"));
        Files.write(segment, bytes);
        Files.write(folder.resolve("index.mv"), index);
    }
}
