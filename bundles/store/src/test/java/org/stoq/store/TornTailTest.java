package org.stoq.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.stoq.store.Folders.digest;
import static org.stoq.store.Folders.has;
import static org.stoq.store.Folders.put;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is left when the end of the log did not reach the disk, or only parts of it did. */
class TornTailTest {
    @TempDir private Path folder;
    @TempDir private Path copies;
    private long synced;
    private long first;
    private long second;
    private long third;

    /** Leaves what a process leaves that was killed after three records without a sync. */
    @BeforeEach
    void kill() throws IOException {
        try (SegmentChunkStore store = Folders.open(folder.resolve("live"))) {
            put(store, 1);
            store.bind("synced", digest(1));
            store.sync();
            synced = length();
            put(store, 2);
            first = length();
            store.bind("behind", digest(2));
            second = length();
            put(store, 3);
            third = length();
            Folders.copy(folder.resolve("live"), folder.resolve("killed"));
        }
    }

    @Test
    void aLogThatIsWholeIsTakenWhole() throws IOException {
        try (SegmentChunkStore store = Folders.open(folder.resolve("killed"))) {
            assertThat(has(store, 1) && has(store, 2) && has(store, 3)).isTrue();
            assertThat(store.lookup("behind")).contains(digest(2));
        }
    }

    @Test
    void aRecordThatIsCutAnywhereIsGoneAndNothingElse() throws IOException {
        for (long length = second; length < third; length += length < second + 90 ? 1 : 13) {
            Path copy = torn((int) (length - second), length, length);
            try (SegmentChunkStore store = Folders.open(copy)) {
                assertThat(has(store, 1) && has(store, 2)).isTrue();
                assertThat(store.lookup("behind")).contains(digest(2));
                assertThat(store.contains(digest(3))).isFalse();
                assertThat(store.stats().chunks()).isEqualTo(2);
                assertThat(put(store, 3)).isTrue();
            }
            try (SegmentChunkStore store = Folders.open(copy)) {
                assertThat(has(store, 1) && has(store, 2) && has(store, 3)).isTrue();
            }
            Folders.delete(copy);
        }
    }

    @Test
    void whatReachedTheDiskBehindATornRecordDoesNotCount() throws IOException {
        // Pages of the chunk are missing; the name behind it is whole, and must not lead nowhere.
        for (long from = synced; from < first; from += 61) {
            Path copy = torn((int) from, third, from, from + 1);
            try (SegmentChunkStore store = Folders.open(copy)) {
                assertThat(has(store, 1)).isTrue();
                assertThat(store.lookup("synced")).contains(digest(1));
                assertThat(store.contains(digest(2))).isFalse();
                assertThat(store.lookup("behind")).isEmpty();
                assertThat(store.contains(digest(3))).isFalse();
            }
            Folders.delete(copy);
        }
    }

    @Test
    void theSameIsTrueWithoutAnIndex() throws IOException {
        Path copy = torn(0, third, synced + 80, synced + 90);
        Files.delete(copy.resolve("index.mv"));
        try (SegmentChunkStore store = Folders.open(copy)) {
            assertThat(has(store, 1)).isTrue();
            assertThat(store.contains(digest(2))).isFalse();
            assertThat(store.lookup("behind")).isEmpty();
        }
    }

    @Test
    void aSegmentWithoutAWholeHeaderIsNoSegment() throws IOException {
        for (int length : new int[] {0, 1, Segment.HEADER_BYTES - 1}) {
            Path copy = Folders.copy(folder.resolve("killed"), copies.resolve("header" + length));
            Files.write(copy.resolve("segments/0000000002.seg"), new byte[length]);
            try (SegmentChunkStore store = Folders.open(copy)) {
                assertThat(has(store, 1) && has(store, 2) && has(store, 3)).isTrue();
                assertThat(put(store, 4)).isTrue();
            }
            try (SegmentChunkStore store = Folders.open(copy)) {
                assertThat(has(store, 4)).isTrue();
            }
        }
    }

    @Test
    void whatWasTakenOverFromAKilledProcessIsDurableFromThenOn() throws IOException {
        Path copy = folder.resolve("killed");
        Folders.open(copy).close();
        // Damage, not a torn end: the log itself says that it was whole once.
        flip(Folders.segments(copy).getFirst(), synced + 100);
        Files.delete(copy.resolve("index.mv"));
        try (SegmentChunkStore store = Folders.open(copy)) {
            assertThat(store.lookup("behind")).contains(digest(2));
            assertThat(has(store, 3)).isTrue();
        }
    }

    private long length() throws IOException {
        return Files.size(Folders.segments(folder.resolve("live")).getLast());
    }

    /** Copies the folder, cuts the segment at a length and damages a range. */
    private Path torn(int round, long length, long... damaged) throws IOException {
        Path copy = Folders.copy(folder.resolve("killed"), copies.resolve("torn" + round));
        Path segment = Folders.segments(copy).getLast();
        if (damaged.length == 2) {
            for (long at = damaged[0]; at < damaged[1]; at++) {
                flip(segment, at);
            }
        }
        try (RandomAccessFile file = new RandomAccessFile(segment.toFile(), "rw")) {
            file.setLength(length);
        }
        return copy;
    }

    private static void flip(Path segment, long at) throws IOException {
        try (RandomAccessFile file = new RandomAccessFile(segment.toFile(), "rw")) {
            file.seek(at);
            int before = file.read();
            file.seek(at);
            file.write(before ^ 0x10);
        }
    }
}
