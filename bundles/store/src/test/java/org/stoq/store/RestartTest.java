package org.stoq.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.stoq.store.Folders.digest;
import static org.stoq.store.Folders.has;
import static org.stoq.store.Folders.put;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.stoq.sdk.store.ChunkStore;
import org.stoq.sdk.store.StoreStats;

/** What a store knows after it was opened again, whatever became of its index. */
class RestartTest {
    private static final int CHUNKS = 300;

    @TempDir private Path folder;

    @Test
    void everythingIsThereAfterAnOrderlyEnd() throws IOException {
        StoreStats before = fill(folder);
        try (SegmentChunkStore store = Folders.open(folder)) {
            isComplete(store);
            StoreStats after = store.stats();
            assertThat(after.chunks()).isEqualTo(before.chunks());
            assertThat(after.names()).isEqualTo(before.names());
            assertThat(after.plainBytes()).isEqualTo(before.plainBytes());
            assertThat(after.storedBytes()).isEqualTo(before.storedBytes());
        }
    }

    @Test
    void openingWithoutWritingAddsNoSegment() throws IOException {
        fill(folder);
        int segments = Folders.segments(folder).size();
        Folders.open(folder).close();
        Folders.open(folder).close();
        assertThat(Folders.segments(folder)).hasSize(segments);
    }

    @Test
    void aMissingIndexIsMadeAnew() throws IOException {
        StoreStats before = fill(folder);
        Files.delete(folder.resolve("index.mv"));
        try (SegmentChunkStore store = Folders.open(folder)) {
            isComplete(store);
            assertThat(store.stats().storedBytes()).isEqualTo(before.storedBytes());
        }
    }

    @Test
    void anIndexOfAnotherKindIsMadeAnew() throws IOException {
        fill(folder);
        Files.write(folder.resolve("index.mv"), new byte[20_000]);
        try (SegmentChunkStore store = Folders.open(folder)) {
            isComplete(store);
        }
    }

    @Test
    void anIndexThatIsBehindCatchesUp() throws IOException {
        try (SegmentChunkStore store = Folders.open(folder)) {
            put(store, CHUNKS + 1);
            store.bind("to forget", digest(CHUNKS + 1));
        }
        Path old = Files.copy(folder.resolve("index.mv"), folder.resolve("old"));
        fill(folder);
        Files.move(old, folder.resolve("index.mv"), StandardCopyOption.REPLACE_EXISTING);
        try (SegmentChunkStore store = Folders.open(folder)) {
            isComplete(store);
            assertThat(has(store, CHUNKS + 1)).isTrue();
            assertThat(store.lookup("to forget")).isEmpty();
        }
    }

    @Test
    void anIndexThatIsAheadOfTheLogIsMadeAnew() throws IOException {
        fill(folder);
        Path last = Folders.segments(folder).getLast();
        try (RandomAccessFile file = new RandomAccessFile(last.toFile(), "rw")) {
            file.setLength(Segment.FIRST_RECORD);
        }
        try (SegmentChunkStore store = Folders.open(folder)) {
            long present = 0;
            for (int i = 0; i < CHUNKS; i++) {
                assertThat(store.contains(digest(i))).isEqualTo(has(store, i));
                present += has(store, i) ? 1 : 0;
            }
            assertThat(present).isBetween(CHUNKS / 2L, CHUNKS - 1L);
            assertThat(store.stats().chunks()).isEqualTo(present);
        }
    }

    @Test
    void aTornIndexIsMadeAnew(@TempDir Path copies) throws IOException {
        fill(folder);
        long length = Files.size(folder.resolve("index.mv"));
        for (int round = 0; round < 12; round++) {
            Path copy = Folders.copy(folder, copies.resolve("torn" + round));
            try (RandomAccessFile file =
                    new RandomAccessFile(copy.resolve("index.mv").toFile(), "rw")) {
                file.setLength(length * round / 12);
            }
            try (SegmentChunkStore store = Folders.open(copy)) {
                isComplete(store);
            }
        }
    }

    @Test
    void flippedBitsInTheIndexLoseNothing(@TempDir Path copies) throws IOException {
        fill(folder);
        Random random = new Random(1);
        for (int round = 0; round < 15; round++) {
            Path copy = Folders.copy(folder, copies.resolve("flipped" + round));
            byte[] bytes = Files.readAllBytes(copy.resolve("index.mv"));
            for (int flips = 0; flips < 10; flips++) {
                bytes[random.nextInt(bytes.length)] ^= (byte) (1 << random.nextInt(8));
            }
            Files.write(copy.resolve("index.mv"), bytes);
            try (SegmentChunkStore store = Folders.open(copy)) {
                isComplete(store);
            }
            try (SegmentChunkStore store = Folders.open(copy)) {
                isComplete(store);
            }
        }
    }

    @Test
    void afterAPowerCutTheIndexIsNotTrusted() throws IOException {
        fill(folder);
        // The index of another store: whole, and wrong.
        Path other = Files.createDirectory(folder.resolve("other"));
        Folders.open(other).close();
        Path index = folder.resolve("index.mv");
        Files.copy(other.resolve("index.mv"), index, StandardCopyOption.REPLACE_EXISTING);
        long before = Files.size(index);
        Files.writeString(folder.resolve("open"), "a boot of long ago");
        try (SegmentChunkStore store = Folders.open(folder)) {
            isComplete(store);
        }
        assertThat(folder.resolve("open")).doesNotExist();
        assertThat(Files.size(index)).isNotEqualTo(before);
    }

    private static StoreStats fill(Path folder) throws IOException {
        try (SegmentChunkStore store = Folders.open(folder)) {
            for (int i = 0; i < CHUNKS; i++) {
                put(store, i);
                store.bind("name " + i % 50, digest(i));
            }
            store.bind("to forget", digest(1));
            store.unbind("to forget");
            return store.stats();
        }
    }

    private static void isComplete(ChunkStore store) throws IOException {
        for (int i = 0; i < CHUNKS; i++) {
            assertThat(has(store, i)).as("chunk %d", i).isTrue();
        }
        assertThat(store.list("", "", 100)).hasSize(50);
        for (int i = CHUNKS - 50; i < CHUNKS; i++) {
            assertThat(store.lookup("name " + i % 50)).contains(digest(i));
        }
        assertThat(store.lookup("to forget")).isEmpty();
        assertThat(store.contains(digest(CHUNKS + 7))).isFalse();
    }
}
