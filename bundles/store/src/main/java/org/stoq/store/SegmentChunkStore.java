package org.stoq.store;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.stoq.sdk.Digest;
import org.stoq.sdk.StoqErrorCode;
import org.stoq.sdk.StoqException;
import org.stoq.sdk.chunk.EncodedChunk;
import org.stoq.sdk.store.ChunkStore;
import org.stoq.sdk.store.NameBinding;
import org.stoq.sdk.store.StoreCheck;
import org.stoq.sdk.store.StoreCollection;
import org.stoq.sdk.store.StoreStats;

/**
 * Chunks and names in an encrypted log of segments, found through an index that is derived from it.
 * The format is laid out in {@code docs/spec/store-format.md}.
 *
 * <p>An interrupt of a calling thread stops nothing but {@link #verify}. One thread of its own takes
 * changes into the index.
 *
 * <p>Longer than most classes here: it is the one place where log, index and collection meet.
 */
public class SegmentChunkStore implements ChunkStore, AutoCloseable {
    /** So many small segments may lie about before a collection puts them together. */
    static final int SMALL_SEGMENTS = 8;

    private static final System.Logger LOG = System.getLogger(SegmentChunkStore.class.getName());
    private static final int OVERFULL = 8;
    private static final long RETRY_SECONDS = 1;

    private final StoreOptions options;
    private final DataLock dataLock;
    private final DurableMark mark;
    private final KeyRing keys;
    private final SpaceGuard space;
    private final SegmentLog log;
    private final ChunkIndex index;
    private final Relocator relocator;
    private final DigestLocks digestLocks = new DigestLocks();
    private final ReentrantLock nameLock = new ReentrantLock();
    private final AtomicReference<@Nullable SegmentCollection> collection = new AtomicReference<>();
    private final CheckpointThread checkpoints;
    private boolean closed;
}
