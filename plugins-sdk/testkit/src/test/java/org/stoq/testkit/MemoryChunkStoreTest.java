package org.stoq.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import org.junit.jupiter.api.Test;
import org.stoq.sdk.Digest;
import org.stoq.sdk.StoqErrorCode;
import org.stoq.sdk.StoqException;
import org.stoq.sdk.chunk.EncodedChunk;
import org.stoq.sdk.store.ChunkStore;

class MemoryChunkStoreTest extends ChunkStoreContract {
    @Override
    protected ChunkStore emptyStore() {
        return new MemoryChunkStore();
    }

    @Test
    void aFullStoreRefusesWritesAndServesReads() throws StoqException {
        MemoryChunkStore store = new MemoryChunkStore(100);
        Digest first = Digest.of(new byte[100]);
        Digest second = Digest.of(new byte[1]);
        store.write(first, EncodedChunk.plain(new byte[100]));
        StoqException refusal =
                catchThrowableOfType(
                        StoqException.class,
                        () -> store.write(second, EncodedChunk.plain(new byte[1])));
        assertThat(refusal.code()).isEqualTo(StoqErrorCode.STORAGE_FULL);
        assertThat(store.contains(second)).isFalse();
        assertThat(store.read(first)).isPresent();
        assertThat(store.stats().full()).isTrue();
    }

    @Test
    void aDamagedChunkIsFoundOnceAndForgotten() throws StoqException {
        MemoryChunkStore store = new MemoryChunkStore();
        Digest digest = Digest.of(new byte[10]);
        store.write(digest, EncodedChunk.plain(new byte[10]));
        store.damage(digest);
        StoqException found = catchThrowableOfType(StoqException.class, () -> store.read(digest));
        assertThat(found.code()).isEqualTo(StoqErrorCode.INTEGRITY);
        assertThat(store.read(digest)).isEmpty();
        assertThat(store.contains(digest)).isFalse();
    }
}
