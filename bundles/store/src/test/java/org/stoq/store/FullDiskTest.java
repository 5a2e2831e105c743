package org.stoq.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.stoq.store.Folders.digest;
import static org.stoq.store.Folders.has;
import static org.stoq.store.Folders.put;

import java.io.IOException;
import java.nio.file.Path;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.stoq.sdk.Digest;
import org.stoq.sdk.StoqErrorCode;
import org.stoq.sdk.StoqException;
import org.stoq.sdk.chunk.EncodedChunk;
import org.stoq.sdk.store.StoreCollection;
import org.stoq.sdk.store.StoreStats;

/** A disk that has no room, or refuses. */
class FullDiskTest {
    private static final long RESERVE = 1 << 20;

    @TempDir private Path folder;
    private final FaultyDisk disk = new FaultyDisk();

    @Test
    void aFullDiskRefusesWritesAndServesReads() throws IOException {
        try (SegmentChunkStore store = open()) {
            put(store, 1);
            store.bind("a", digest(1));
            store.sync();
            StoreStats before = store.stats();
            disk.usableBytes = RESERVE + 100;
            exhaustGrant(store);
            assertThat(refusal(() -> put(store, 2)).code()).isEqualTo(StoqErrorCode.STORAGE_FULL);
            assertThat(refusal(() -> store.bind("b", digest(1))).code())
                    .isEqualTo(StoqErrorCode.STORAGE_FULL);
            assertThat(store.stats().full()).isTrue();
            assertThat(store.contains(digest(2))).isFalse();
            assertThat(store.lookup("b")).isEmpty();
            assertThat(store.stats().names()).isEqualTo(before.names());
            assertThat(has(store, 1)).isTrue();
            assertThat(store.lookup("a")).contains(digest(1));
            store.sync();
            disk.usableBytes = RESERVE + 100_000;
            assertThat(put(store, 2)).isTrue();
            assertThat(store.stats().full()).isFalse();
        }
        try (SegmentChunkStore store = open()) {
            assertThat(has(store, 1) && has(store, 2)).isTrue();
        }
    }

    @Test
    void theReserveHasRoomToForgetAndCollect() throws IOException {
        try (SegmentChunkStore store = open()) {
            for (int i = 0; i < 100; i++) {
                put(store, i);
                store.bind("name " + i, digest(i));
            }
            disk.usableBytes = RESERVE;
            exhaustGrant(store);
            store.unbind("name 7");
            try (StoreCollection collection = store.beginCollection()) {
                for (int i = 0; i < 100; i += 2) {
                    collection.keep(digest(i));
                }
                assertThat(collection.sweep((done, total) -> {}).bytesFreed()).isPositive();
            }
            assertThat(store.lookup("name 7")).isEmpty();
            assertThat(has(store, 2)).isTrue();
            assertThat(store.contains(digest(3))).isFalse();
        }
    }

    @Test
    void aWriteThatFailsHalfWayChangesNothing() throws IOException {
        try (SegmentChunkStore store = open()) {
            put(store, 1);
            store.sync();
            for (long taken = 0; taken < 1_000; taken += 111) {
                disk.writableBytes = taken;
                assertThat(refusal(() -> put(store, 40)).code())
                        .isEqualTo(StoqErrorCode.STORAGE_FULL);
                assertThat(store.contains(digest(40))).isFalse();
            }
            disk.writableBytes = 0;
            assertThat(refusal(() -> store.bind("a", digest(1))).code())
                    .isEqualTo(StoqErrorCode.STORAGE_FULL);
            assertThat(store.lookup("a")).isEmpty();
            disk.writableBytes = Long.MAX_VALUE;
            assertThat(put(store, 3)).isTrue();
            assertThat(put(store, 40)).isTrue();
        }
        try (SegmentChunkStore store = open()) {
            assertThat(has(store, 1) && has(store, 3) && has(store, 40)).isTrue();
            assertThat(store.verify((done, total) -> {}).damaged()).isEmpty();
        }
    }

    @Test
    void aWriteThatCannotBeTakenBackEndsAllWriting() throws IOException {
        try (SegmentChunkStore store = open()) {
            put(store, 1);
            store.sync();
            disk.writableBytes = 50;
            disk.failingTruncate = true;
            assertThat(refusal(() -> put(store, 2)).code()).isEqualTo(StoqErrorCode.STORAGE_FULL);
            disk.writableBytes = Long.MAX_VALUE;
            assertThat(refusal(() -> put(store, 3))).hasMessageContaining("restarted");
            assertThat(has(store, 1)).isTrue();
        }
        disk.failingTruncate = false;
        try (SegmentChunkStore store = open()) {
            assertThat(has(store, 1)).isTrue();
            assertThat(put(store, 2)).isTrue();
        }
    }

    @Test
    void aSyncThatFailsIsNeverFollowedByOneThatLies() throws IOException {
        try (SegmentChunkStore store = open()) {
            put(store, 1);
            store.sync();
            put(store, 2);
            disk.failingForce = true;
            assertThat(refusal(store::sync).code()).isEqualTo(StoqErrorCode.INTERNAL);
            disk.failingForce = false;
            assertThat(refusal(store::sync)).hasMessageContaining("restarted");
            assertThat(refusal(() -> put(store, 3))).hasMessageContaining("restarted");
            assertThat(has(store, 1)).isTrue();
        }
        try (SegmentChunkStore store = open()) {
            assertThat(has(store, 1)).isTrue();
            put(store, 3);
            store.sync();
        }
    }

    @Test
    void anIndexThatCannotBeWrittenCostsNothing() throws IOException {
        try (SegmentChunkStore store = open()) {
            for (int i = 0; i < 1_500; i++) {
                // Before and in the checkpoint after 1,000 chunks.
                disk.writableBytes = i < 990 ? Long.MAX_VALUE : 40_000;
                if (!store.contains(digest(i))) {
                    put(store, i);
                }
            }
            disk.writableBytes = Long.MAX_VALUE;
            for (int i = 0; i < 1_500; i++) {
                assertThat(has(store, i)).isTrue();
            }
        }
        try (SegmentChunkStore store = open()) {
            for (int i = 0; i < 1_500; i++) {
                assertThat(has(store, i)).isTrue();
            }
        }
    }

    private SegmentChunkStore open() throws IOException {
        return new SegmentChunkStore(Folders.options(folder).withReserveBytes(RESERVE), disk);
    }

    /** Writes until the store asks the disk again: it does so every few MiB. */
    private static void exhaustGrant(SegmentChunkStore store) throws IOException {
        byte[] large = new byte[1 << 20];
        for (int i = 0; i < 5; i++) {
            large[0] = (byte) i;
            try {
                store.write(Digest.of(large), EncodedChunk.plain(large));
            } catch (StoqException e) {
                assertThat(e.code()).isEqualTo(StoqErrorCode.STORAGE_FULL);
            }
        }
    }

    private static StoqException refusal(ThrowingCallable call) {
        StoqException refusal = catchThrowableOfType(StoqException.class, call);
        assertThat(refusal).isNotNull();
        return refusal;
    }
}
