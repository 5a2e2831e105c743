package org.stoq.content;

import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import org.stoq.sdk.Digest;
import org.stoq.sdk.StoqErrorCode;
import org.stoq.sdk.StoqException;
import org.stoq.sdk.store.ChunkStore;
import org.stoq.sdk.store.NameBinding;

/**
 * Keeps the content of other nodes below {@code cdn.cache_size}: past it the objects that were used
 * longest ago lose their chunks. Their names stay, and whoever asks for one has it fetched again.
 *
 * <p>Any thread; the work is done by one thread of its own. What an own object needs is never
 * removed, nor what is being read.
 */
final class CacheLimit {
    private static final System.Logger LOG = System.getLogger(CacheLimit.class.getName());
    private static final int PAGE = 1_000;

    /** A collection walks the whole store, so each makes room for a while. */
    private static final int TARGET_PERCENT = 90;

    private final ForeignObjects objects;
    private final LocalChunks local;
    private final Catalog catalog;
    private final Collector collector;
    private final TaskGroup tasks;
    private final AtomicBoolean trimming = new AtomicBoolean();

    /** Set by the configuration, read by whoever has fetched something. */
    private volatile long limitBytes;

    CacheLimit(
            ForeignObjects objects,
            LocalChunks local,
            Catalog catalog,
            Collector collector,
            TaskGroup tasks,
            long limitBytes) {
        this.objects = objects;
        this.local = local;
        this.catalog = catalog;
        this.collector = collector;
        this.tasks = tasks;
        this.limitBytes = limitBytes;
    }

    /** Sets the limit; content that is over it leaves in the background. */
    void limit(long bytes) {
        limitBytes = bytes;
        check();
    }

    /**
     * Refuses an object that could not stay.
     *
     * @throws StoqException STORAGE_FULL if it is larger than the limit, or the disk is full
     */
    void require(long sizeBytes) throws StoqException {
        if (sizeBytes > limitBytes) {
            throw new StoqException(
                    StoqErrorCode.STORAGE_FULL,
                    "%d bytes are more than cdn.cache_size, %d".formatted(sizeBytes, limitBytes));
        }
        if (local.withStore(ChunkStore::stats).full()) {
            throw new StoqException(StoqErrorCode.STORAGE_FULL, "the disk of this node is full");
        }
    }

    /** The object is used now. */
    void used(Catalog.Entry entry) {
        if (!catalog.isOwn(entry.manifest())) {
            objects.used(entry.digest());
        }
    }

    /** Makes room in the background if there is more than the limit. */
    void check() {
        if (objects.exceeds(limitBytes) && trimming.compareAndSet(false, true)) {
            if (!tasks.tryStart("stoq-cache-limit", this::trim)) {
                trimming.set(false);
            }
        }
    }

    /** Removes what nobody needs, and of other nodes' content what is over the limit. */
    Collector.Outcome collect(ChunkStore.Progress progress) throws IOException {
        Set<Digest> before = objects.all();
        Set<Digest> cold =
                objects.exceeds(limitBytes)
                        ? objects.coldest(limitBytes / 100 * TARGET_PERCENT, collector::isPinned)
                        : Set.of();
        Collector.Outcome outcome = collector.collect(cold, progress);
        Set<Digest> gone = new HashSet<>(before);
        // What no name stands for any more went as well.
        gone.removeIf(manifest ->
                collector.isPinned(manifest)
                        || (outcome.foreign().contains(manifest) && !cold.contains(manifest)));
        objects.forget(gone);
        return outcome;
    }

    /** Begins to count what an earlier run has left on the disk. */
    void adoptStored() {
        tasks.tryStart(
                "stoq-cache-count",
                () -> {
                    try {
                        objects.adopt(stored());
                        check();
                    } catch (StoqException e) {
                        LOG.log(
                                e.code() == StoqErrorCode.UNAVAILABLE
                                        ? System.Logger.Level.DEBUG // no store yet
                                        : System.Logger.Level.WARNING,
                                "what is on the disk of other nodes is not counted: {0}",
                                e.getMessage());
                    }
                });
    }

    private void trim() {
        try {
            while (objects.exceeds(limitBytes) && !Thread.currentThread().isInterrupted()) {
                long before = objects.totalBytes();
                collect((done, total) -> {});
                if (objects.totalBytes() >= before) {
                    // Everything that is left is being read; the end of a reading checks again.
                    return;
                }
            }
        } catch (IOException e) {
            LOG.log(
                    System.Logger.Level.WARNING,
                    "cdn.cache_size is exceeded, and making room failed: {0}",
                    e.getMessage());
        } finally {
            trimming.set(false);
        }
    }

    private List<ForeignObjects.Found> stored() throws StoqException {
        List<ForeignObjects.Found> found = new ArrayList<>();
        String after = "";
        List<NameBinding> page;
        do {
            page = catalog.list("", after, PAGE);
            for (NameBinding binding : page) {
                after = binding.name();
                Optional<Catalog.Entry> entry = catalog.boundTo(binding.manifest());
                if (entry.isPresent() && !catalog.isOwn(entry.get().manifest())) {
                    Manifest manifest = entry.get().manifest();
                    found.add(
                            new ForeignObjects.Found(
                                    binding.manifest(),
                                    bytesHere(manifest.refs(), manifest.depth()),
                                    manifest.createdMillis()));
                }
            }
        } while (page.size() == PAGE && !Thread.currentThread().isInterrupted());
        return found;
    }

    private long bytesHere(List<ChunkRef> refs, int depth) throws StoqException {
        long bytes = 0;
        for (ChunkRef ref : refs) {
            if (local.has(ref.digest())) {
                if (depth == 0) {
                    bytes += ref.length();
                } else {
                    Optional<byte[]> list = local.uncached(ref.digest());
                    bytes +=
                            list.isEmpty()
                                    ? 0
                                    : bytesHere(
                                            ChunkList.decode(list.get(), ref.length()), depth - 1);
                }
            }
        }
        return bytes;
    }
}
