package org.stoq.store;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.io.TempDir;
import org.stoq.sdk.store.ChunkStore;
import org.stoq.testkit.ChunkStoreContract;

/** The contract, with segments and checkpoints so small that many are needed. */
class SegmentChunkStoreTest extends ChunkStoreContract {
    @TempDir private Path directory;
    private final List<SegmentChunkStore> opened = new ArrayList<>();

    @Override
    protected ChunkStore emptyStore() throws IOException {
        SegmentChunkStore store =
                SegmentChunkStore.open(
                        StoreOptions.of(directory)
                                .withSegmentBytes(64 << 10)
                                .withCheckpointEntries(20)
                                .withReserveBytes(0));
        opened.add(store);
        return store;
    }

    @AfterEach
    void close() throws IOException {
        for (SegmentChunkStore store : opened) {
            store.close();
        }
    }
}
