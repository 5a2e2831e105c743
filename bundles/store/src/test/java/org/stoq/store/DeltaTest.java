package org.stoq.store;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.stoq.store.Folders.digest;
import static org.stoq.store.Folders.has;
import static org.stoq.store.Folders.put;
import static org.stoq.store.Folders.putOver;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.stoq.sdk.Digest;
import org.stoq.sdk.StoqErrorCode;
import org.stoq.sdk.StoqException;
import org.stoq.sdk.chunk.EncodedChunk;
import org.stoq.sdk.store.StoreCheck;
import org.stoq.sdk.store.StoreCollection;
import org.stoq.sdk.store.StoreStats;

/** Chunks that need others, on the disk; the rest is in the contract. */
class DeltaTest {
    private static final int BASE = 1;
    private static final int MIDDLE = 2;
    private static final int LAST = 3;
    private static final int OTHER = 4;

    @TempDir private Path folder;

    @Test
    void aChainSurvivesARestartAndTheLossOfTheIndex() throws IOException {
        StoreStats before;
        try (SegmentChunkStore store = Folders.open(folder)) {
            chain(store);
            before = store.stats();
        }
        for (int round = 0; round < 2; round++) {
            try (SegmentChunkStore store = Folders.open(folder)) {
                assertThat(store.read(digest(LAST)).orElseThrow().base()).contains(digest(MIDDLE));
                assertThat(store.read(digest(MIDDLE)).orElseThrow().base()).contains(digest(BASE));
                assertThat(has(store, BASE)).isTrue();
                assertThat(store.stats().chunks()).isEqualTo(4);
                assertThat(store.stats().deltaChunks()).isEqualTo(2);
                assertThat(store.stats().deltaPlainBytes()).isEqualTo(before.deltaPlainBytes());
                assertThat(store.stats().deltaStoredBytes()).isEqualTo(before.deltaStoredBytes());
                assertThat(store.verify((done, total) -> {}).damaged()).isEmpty();
            }
            Files.delete(folder.resolve("index.mv"));
        }
    }

    @Test
    void anIndexOfTheFormatBeforeIsMadeAnew() throws IOException {
        try (SegmentChunkStore store = Folders.open(folder)) {
            chain(store);
        }
        Path index = folder.resolve("index.mv");
        byte[] bytes = Files.readAllBytes(index);
        byte[] now = "stoq-index-2".getBytes(StandardCharsets.US_ASCII);
        int changed = 0;
        for (int at = 0; at + now.length <= bytes.length; at++) {
            if (Arrays.equals(bytes, at, at + now.length, now, 0, now.length)) {
                bytes[at + now.length - 1] = '1';
                changed++;
            }
        }
        assertThat(changed).isPositive();
        Files.write(index, bytes);
        try (SegmentChunkStore store = Folders.open(folder)) {
            assertThat(has(store, LAST)).isTrue();
            assertThat(store.stats().chunks()).isEqualTo(4);
        }
    }

    @Test
    void aBaseMovesWithWhatNeedsItWhenSegmentsAreEmptied() throws IOException {
        try (SegmentChunkStore store = Folders.open(folder)) {
            chain(store);
            for (int garbage = 1_000; garbage < 1_300; garbage++) {
                put(store, garbage);
            }
            StoreCollection.SweepResult result = collect(store, Set.of(LAST));
            assertThat(result.chunksKept()).isEqualTo(3);
            assertThat(result.chunksRemoved()).isEqualTo(301);
            assertThat(Folders.segments(folder)).hasSizeLessThanOrEqualTo(2);
        }
        Files.delete(folder.resolve("index.mv"));
        try (SegmentChunkStore store = Folders.open(folder)) {
            assertThat(has(store, LAST)).isTrue();
            assertThat(store.read(digest(LAST)).orElseThrow().base()).contains(digest(MIDDLE));
            assertThat(has(store, MIDDLE)).isTrue();
            assertThat(has(store, BASE)).isTrue();
            assertThat(store.contains(digest(OTHER))).isFalse();
            assertThat(store.verify((done, total) -> {}).damaged()).isEmpty();
            collect(store, Set.of());
            assertThat(store.stats().chunks()).isZero();
            assertThat(store.stats().deltaPlainBytes()).isZero();
        }
    }

    @Test
    void whatNeedsADamagedBaseIsNotHereUntilTheBaseIs() throws IOException {
        try (SegmentChunkStore store = Folders.open(folder)) {
            chain(store);
        }
        damageFirstChunk();
        try (SegmentChunkStore store = Folders.open(folder)) {
            assertThat(store.read(digest(LAST))).isPresent();
            StoqException refusal =
                    catchThrowableOfType(StoqException.class, () -> store.read(digest(BASE)));
            assertThat(refusal.code()).isEqualTo(StoqErrorCode.INTEGRITY);
            for (int seed : List.of(BASE, MIDDLE, LAST)) {
                assertThat(store.contains(digest(seed))).isFalse();
                assertThat(store.read(digest(seed))).isEmpty();
            }
            assertThat(has(store, OTHER)).isTrue();
            put(store, BASE);
            assertThat(store.contains(digest(LAST))).isTrue();
            assertThat(has(store, LAST)).isTrue();
            assertThat(store.stats().chunks()).isEqualTo(4);
        }
    }

    @Test
    void whatHasLostItsBaseIsWrittenAnew() throws IOException {
        try (SegmentChunkStore store = Folders.open(folder)) {
            chain(store);
        }
        damageFirstChunk();
        try (SegmentChunkStore store = Folders.open(folder)) {
            var _ = catchThrowableOfType(StoqException.class, () -> store.read(digest(BASE)));
            assertThat(put(store, MIDDLE)).isTrue();
            assertThat(store.read(digest(MIDDLE)).orElseThrow().base()).isEmpty();
            assertThat(has(store, LAST)).isTrue();
            assertThat(store.stats().chunks()).isEqualTo(3);
            assertThat(store.stats().deltaChunks()).isEqualTo(1);
            // The base comes back in terms of what needed it before: no circle arises.
            assertThat(putOver(store, BASE, LAST)).isTrue();
            assertThat(has(store, BASE)).isTrue();
        }
        Files.delete(folder.resolve("index.mv"));
        try (SegmentChunkStore store = Folders.open(folder)) {
            for (int seed : List.of(BASE, MIDDLE, LAST, OTHER)) {
                assertThat(has(store, seed)).isTrue();
            }
            assertThat(store.stats().chunks()).isEqualTo(4);
            assertThat(store.stats().deltaChunks()).isEqualTo(2);
        }
    }

    @Test
    void aBaseIsNotTakenFromWhatHasLostItsOwn() throws IOException {
        try (SegmentChunkStore store = Folders.open(folder)) {
            chain(store);
        }
        damageFirstChunk();
        try (SegmentChunkStore store = Folders.open(folder)) {
            var _ = catchThrowableOfType(StoqException.class, () -> store.read(digest(BASE)));
            EncodedChunk circle =
                    new EncodedChunk("delta", 9, new byte[9], Optional.of(digest(LAST)));
            StoqException refusal =
                    catchThrowableOfType(
                            StoqException.class, () -> store.write(digest(BASE), circle));
            assertThat(refusal.code()).isEqualTo(StoqErrorCode.PRECONDITION_FAILED);
        }
    }

    @Test
    void verifyReportsWhatNeedsADamagedBase() throws IOException {
        try (SegmentChunkStore store = Folders.open(folder)) {
            chain(store);
        }
        damageFirstChunk();
        try (SegmentChunkStore store = Folders.open(folder)) {
            StoreCheck check = store.verify((done, total) -> {});
            assertThat(check.damaged())
                    .containsExactlyInAnyOrder(digest(BASE), digest(MIDDLE), digest(LAST));
            assertThat(store.stats().chunks()).isEqualTo(1);
            assertThat(store.verify((done, total) -> {}).damaged()).isEmpty();
        }
        Files.delete(folder.resolve("index.mv"));
        try (SegmentChunkStore store = Folders.open(folder)) {
            assertThat(store.stats().chunks()).isEqualTo(1);
            assertThat(has(store, OTHER)).isTrue();
        }
    }

    @Test
    void theNameOfTheBaseIsAuthentic() throws IOException {
        try (SegmentChunkStore store = Folders.open(folder)) {
            chain(store);
        }
        // A header that is right in itself, with another base.
        Path segment = Folders.segments(folder).getFirst();
        byte[] bytes = Files.readAllBytes(segment);
        int at = Segment.FIRST_RECORD;
        RecordHeader header = RecordHeader.decode(bytes, at, bytes.length - at, 1);
        while (header != null && header.base() == null) {
            at += header.recordLength();
            header = RecordHeader.decode(bytes, at, bytes.length - at, 1);
        }
        RecordHeader first = requireNonNull(header);
        byte[] forged = new byte[first.length()];
        new RecordHeader(
                        first.type(),
                        first.payloadLength(),
                        first.plainLength(),
                        first.digest(),
                        first.algorithm(),
                        digest(OTHER),
                        first.counter(),
                        first.durable())
                .encode(forged, 1);
        System.arraycopy(forged, 0, bytes, at, forged.length);
        Files.write(segment, bytes);
        Files.delete(folder.resolve("index.mv"));
        try (SegmentChunkStore store = Folders.open(folder)) {
            Digest digest = first.digest();
            StoqException refusal =
                    catchThrowableOfType(StoqException.class, () -> store.read(digest));
            assertThat(refusal.code()).isEqualTo(StoqErrorCode.INTEGRITY);
        }
    }

    private static void chain(SegmentChunkStore store) throws IOException {
        put(store, BASE);
        putOver(store, MIDDLE, BASE);
        putOver(store, LAST, MIDDLE);
        put(store, OTHER);
        assertThat(store.stats().deltaChunks()).isEqualTo(2);
        store.sync();
    }

    private void damageFirstChunk() throws IOException {
        Path segment = Folders.segments(folder).getFirst();
        byte[] bytes = Files.readAllBytes(segment);
        bytes[Segment.FIRST_RECORD + 100] ^= 1;
        Files.write(segment, bytes);
    }

    private static StoreCollection.SweepResult collect(SegmentChunkStore store, Set<Integer> kept)
            throws IOException {
        store.sync();
        try (StoreCollection collection = store.beginCollection()) {
            kept.forEach(seed -> collection.keep(digest(seed)));
            return collection.sweep((done, total) -> {});
        }
    }
}
