package org.stoq.store;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.ConfigurationPolicy;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Modified;
import org.stoq.sdk.Digest;
import org.stoq.sdk.StoqErrorCode;
import org.stoq.sdk.StoqException;
import org.stoq.sdk.chunk.EncodedChunk;
import org.stoq.sdk.config.ServerConfig;
import org.stoq.sdk.store.ChunkStore;
import org.stoq.sdk.store.NameBinding;
import org.stoq.sdk.store.StoreCheck;
import org.stoq.sdk.store.StoreCollection;
import org.stoq.sdk.store.StoreStats;

/**
 * Chunks and names in an encrypted log of segments, found through an index that is derived from it.
 * The format is laid out in {@code docs/spec/store-format.md}.
 *
 * <p>It has no thread of its own: whoever makes the change that fills the memory of the index takes
 * the changes into it. An interrupt of a calling thread stops nothing but {@link #verify}.
 *
 * <p>Locks are taken in the order: a digest's, checkpoint, the store's, sync, table.
 *
 * <p>Longer than most classes here: it is the one place where log, index and collection meet.
 */
@Component(
        service = ChunkStore.class,
        configurationPid = ServerConfig.PID,
        configurationPolicy = ConfigurationPolicy.REQUIRE,
        property = "service.ranking:Integer=100")
public final class SegmentChunkStore implements ChunkStore, AutoCloseable {
    private static final System.Logger LOG = System.getLogger(SegmentChunkStore.class.getName());
    private static final int LIST_LIMIT = 10_000;

    private final StoreOptions options;
    private final DataLock dataLock;
    private final BootMark bootMark;
    private final KeyRing keys;
    private final SpaceGuard space;
    private final SegmentLog log;
    private final ChunkIndex index;
    private final DigestLocks digestLocks = new DigestLocks();
    // Held by whoever changes log and index.
    private final ReentrantLock lock = new ReentrantLock();
    // Written under the lock; readers who find none need no lock.
    private volatile @Nullable SegmentCollection collection;
    private volatile boolean closed;
    private final AtomicInteger nextCheckpoint;
    private boolean mending;

    /**
     * Opens the store under the node's data folder; OSGi does.
     *
     * @throws StoqException CONFLICT if another process has it, FORBIDDEN if its keys are missing
     */
    @Activate
    public SegmentChunkStore(Map<String, Object> properties) throws IOException {
        this(
                StoreOptions.of(
                        ServerConfig.TABLE.readProperties(properties).dataDir().resolve("store")),
                new LocalDisk());
    }

    /** Opens a store on a disk that may fail. */
    SegmentChunkStore(StoreOptions options, Disk disk) throws IOException {
        this.options = options;
        Path directory = options.directory();
        Path segments = directory.resolve("segments");
        Files.createDirectories(segments);
        dataLock = DataLock.take(directory);
        SegmentLog opened = null;
        ChunkIndex openedIndex = null;
        try {
            bootMark = new BootMark(disk, directory);
            keys = KeyRing.open(disk, directory, options.keyFile(), isEmpty(segments));
            space = new SpaceGuard(disk, directory, options.reserveBytes());
            Path indexPath = directory.resolve("index.mv");
            if (bootMark.powerMayHaveFailed()) {
                Files.deleteIfExists(indexPath);
            }
            bootMark.set();
            opened = new SegmentLog(disk, segments, keys, space, options.segmentBytes());
            log = opened;
            openedIndex =
                    new ChunkIndex(
                            disk, indexPath, keys, options.cacheMegabytes(), this::mendIndex);
            index = openedIndex;
            nextCheckpoint = new AtomicInteger(options.checkpointEntries());
            recover();
        } catch (IOException | RuntimeException e) {
            closeAfter(e, openedIndex);
            closeAfter(e, opened);
            closeAfter(e, dataLock);
            throw e;
        }
    }

    /**
     * Opens a store, or makes one in a folder that holds none.
     *
     * @throws StoqException CONFLICT if another process has it, FORBIDDEN if its keys are missing
     */
    public static SegmentChunkStore open(StoreOptions options) throws IOException {
        return new SegmentChunkStore(options, new LocalDisk());
    }

    @Override
    public String name() {
        return "segment";
    }

    @Override
    public boolean keepsBases() {
        return true;
    }

    @Override
    public boolean contains(Digest digest) {
        boolean found = isWhole(digest);
        if (found && collection != null) {
            // A sweep must not come between the look and the pin.
            lock.lock();
            try {
                found = isWhole(digest);
                if (found) {
                    pin(digest);
                }
            } finally {
                lock.unlock();
            }
        }
        return found;
    }

    @Override
    public Optional<EncodedChunk> read(Digest digest) throws StoqException {
        Workbench bench = log.benches().take();
        try {
            while (true) {
                Location location = index.location(digest);
                if (location == null || (location.base() != null && !isWhole(location.base()))) {
                    return Optional.empty();
                }
                try {
                    return Optional.of(readAt(bench, location, digest));
                } catch (DamagedRecordException | ClosedChannelException e) {
                    ensureOpen();
                    // A collection may have moved it meanwhile; then it is read where it is now.
                    if (forget(digest, location)) {
                        throw new StoqException(
                                StoqErrorCode.INTEGRITY,
                                "%s is damaged on the disk and was forgotten: %s"
                                        .formatted(digest, e.getMessage()),
                                e);
                    }
                }
            }
        } catch (IOException e) {
            throw named(e, "reading " + digest);
        } finally {
            log.benches().putBack(bench);
        }
    }

    @Override
    public boolean write(Digest digest, EncodedChunk chunk) throws StoqException {
        RecordHeader header = header(digest, chunk);
        Workbench bench = log.benches().take();
        ReentrantLock one = digestLocks.of(digest);
        one.lock();
        try {
            if (contains(digest)) {
                return false;
            }
            space.claim(header.recordLength(), false);
            // Sealed before the lock is taken, so that many threads encrypt at once.
            Segment sealedBy = log.active();
            if (sealedBy != null) {
                sealedBy.seal(bench, header, chunk.bytes(), log.durable());
            }
            lock.lock();
            try {
                ensureOpen();
                requireBase(digest, chunk);
                Segment segment = log.room(header.recordLength());
                if (segment != sealedBy) {
                    segment.seal(bench, header, chunk.bytes(), log.durable());
                }
                int offset = log.append(segment, bench.buffer, header.recordLength());
                // One that has lost its base may still be there.
                index.put(
                        digest,
                        index.location(digest),
                        SegmentLog.location(segment, offset, header));
                pin(digest);
            } finally {
                lock.unlock();
            }
        } catch (IOException e) {
            throw named(e, "writing " + digest);
        } finally {
            one.unlock();
            log.benches().putBack(bench);
        }
        checkpointIfDue();
        return true;
    }

    @Override
    public void bind(String name, Digest manifest) throws StoqException {
        Name key = requireName(name);
        lock.lock();
        try {
            bind(key, manifest, false);
        } catch (IOException e) {
            throw named(e, "binding a name");
        } finally {
            lock.unlock();
        }
        checkpointIfDue();
    }

    @Override
    public void unbind(String name) throws StoqException {
        Name key = requireName(name);
        lock.lock();
        try {
            ensureOpen();
            Name.Entry before = index.entry(key);
            if (before != null) {
                unbind(key, before.segment());
                index.put(key, null);
            }
        } catch (IOException e) {
            throw named(e, "forgetting a name");
        } finally {
            lock.unlock();
        }
        checkpointIfDue();
    }

    @Override
    public Optional<Digest> lookup(String name) {
        return Optional.ofNullable(index.entry(requireName(name))).map(Name.Entry::manifest);
    }

    @Override
    public List<NameBinding> list(String prefix, String after, int limit) {
        if (limit < 1 || limit > LIST_LIMIT) {
            throw new IllegalArgumentException("limit " + limit + " is not 1 to " + LIST_LIMIT);
        }
        return index.names(Name.of(prefix), Name.of(after), limit).stream()
                .map(one -> new NameBinding(one.name().toString(), one.entry().manifest()))
                .toList();
    }

    @Override
    public void sync() throws StoqException {
        try {
            ensureOpen();
            log.sync();
        } catch (IOException e) {
            throw named(e, "sync");
        }
    }

    @Override
    public StoreCollection beginCollection() throws StoqException {
        lock.lock();
        try {
            ensureOpen();
            if (collection != null) {
                throw new StoqException(
                        StoqErrorCode.CONFLICT, "a collection is under way; try again later");
            }
            SegmentCollection begun = new SegmentCollection(this, log, index, lock);
            collection = begun;
            return begun;
        } finally {
            lock.unlock();
        }
    }

    @Override
    public StoreCheck verify(Progress progress) throws StoqException {
        try {
            ensureOpen();
            return new StoreVerifier(this, log, index).verify(progress);
        } catch (IOException e) {
            throw named(e, "checking the store");
        }
    }

    @Override
    public StoreStats stats() {
        Totals totals = index.totals();
        return new StoreStats(
                totals.chunks(),
                index.nameCount(),
                totals.plainBytes(),
                totals.storedBytes(),
                log.bytes() + index.diskBytes(),
                space.usableBytes(),
                space.full(),
                totals.deltaChunks(),
                totals.deltaPlainBytes(),
                totals.deltaStoredBytes());
    }

    /**
     * Makes a new data key. What is written from now on is encrypted under it; what was written
     * before stays readable, and comes under it when a collection moves it.
     *
     * @return the number of the new key
     */
    public int rotateDataKey() throws IOException {
        int number = keys.rotate();
        lock.lock();
        try {
            log.roll();
        } finally {
            lock.unlock();
        }
        return number;
    }

    /**
     * Wraps the data keys under another key-encryption key, and writes it to the key file.
     *
     * @param keyEncryptionKey 32 random bytes
     */
    public void replaceKeyEncryptionKey(byte[] keyEncryptionKey) throws IOException {
        keys.rewrap(keyEncryptionKey);
    }

    /** Takes note of a change of the configuration; the folder, all that is used, never changes. */
    @Modified
    void modified(Map<String, Object> properties) {
        Path now = ServerConfig.TABLE.readProperties(properties).dataDir().resolve("store");
        if (!now.equals(options.directory())) {
            LOG.log(
                    System.Logger.Level.WARNING,
                    "the store stays at {0} until the node is restarted",
                    options.directory());
        }
    }

    /** Makes everything durable and gives the files back. A second call does nothing. */
    @Override
    @Deactivate
    public void close() throws IOException {
        try (dataLock) {
            if (closed) {
                return;
            }
            boolean clean = markAndCheckpoint();
            lock.lock();
            try {
                closed = true;
                index.close();
                log.close();
            } finally {
                lock.unlock();
            }
            if (clean) {
                bootMark.clear();
            }
        }
    }

    /** Pins a chunk and its bases against the collection under way. Under the lock. */
    private void pin(Digest digest) {
        SegmentCollection underWay = collection;
        if (underWay == null) {
            return;
        }
        Digest next = digest;
        for (int bases = 0; next != null && bases <= MAX_BASES; bases++) {
            underWay.pin(next);
            Location location = index.location(next);
            next = location == null ? null : location.base();
        }
    }

    /** Returns whether a chunk is here and every base that it needs. */
    boolean isWhole(Digest digest) {
        return bases(digest) >= 0;
    }

    /** Returns how many bases a chunk needs; less than 0 if it or one of them is not here. */
    private int bases(Digest digest) {
        Location location = index.location(digest);
        int bases = 0;
        while (location != null && location.base() != null && bases <= MAX_BASES) {
            location = index.location(location.base());
            bases++;
        }
        return location == null || bases > MAX_BASES ? -1 : bases;
    }

    /** Refuses a chunk whose base is not here. Under the lock. */
    private void requireBase(Digest digest, EncodedChunk chunk) throws StoqException {
        int bases = chunk.base().isEmpty() ? 0 : bases(chunk.base().get());
        if (bases < 0 || bases == MAX_BASES) {
            throw new StoqException(
                    StoqErrorCode.PRECONDITION_FAILED,
                    bases < 0
                            ? "the base of %s is not here".formatted(digest)
                            : "the base of %s has %d bases itself".formatted(digest, bases));
        }
    }

    /** Takes note that a collection is over. */
    void ended(SegmentCollection over) {
        lock.lock();
        try {
            if (collection == over) {
                collection = null;
            }
        } finally {
            lock.unlock();
        }
    }

    /** Appends that a name is bound. Under the lock. */
    void bind(Name name, Digest manifest, boolean mayUseReserve) throws IOException {
        ensureOpen();
        ByteBuffer payload = ByteBuffer.allocate(Digest.BYTES + name.bytes().length);
        manifest.write(payload);
        payload.put(name.bytes());
        RecordHeader header =
                RecordHeader.of(RecordType.BIND, RecordHeader.NO_DIGEST, payload.capacity());
        space.claim(header.recordLength(), mayUseReserve);
        Location at = log.append(header, payload.array());
        index.put(name, new Name.Entry(manifest, at.segment(), at.offset()));
    }

    /** Writes the record of a name again, unless the name was bound anew or forgotten meanwhile. */
    void bindAgain(Name.Bound name) throws IOException {
        lock.lock();
        try {
            if (name.entry().equals(index.entry(name.name()))) {
                bind(name.name(), name.entry().manifest(), true);
            }
        } finally {
            lock.unlock();
        }
    }

    /**
     * Appends that a name is forgotten that was bound in a segment or before it. Under the lock.
     */
    void unbind(Name name, int segment) throws IOException {
        ByteBuffer payload = ByteBuffer.allocate(Integer.BYTES + name.bytes().length);
        payload.putInt(segment).put(name.bytes());
        log.append(
                RecordHeader.of(RecordType.UNBIND, RecordHeader.NO_DIGEST, payload.capacity()),
                payload.array());
    }

    /** Appends that a chunk is forgotten that was in a segment or before it. Under the lock. */
    void forgetInLog(Digest digest, int segment) throws IOException {
        byte[] payload = ByteBuffer.allocate(Integer.BYTES).putInt(segment).array();
        log.append(RecordHeader.of(RecordType.FORGET, digest, payload.length), payload);
    }

    /** Forgets a chunk that is damaged where it lies. Returns false if it lies elsewhere by now. */
    boolean forget(Digest digest, Location damaged) throws IOException {
        lock.lock();
        try {
            if (!damaged.equals(index.location(digest))) {
                return false;
            }
            index.put(digest, damaged, null);
            try {
                forgetInLog(digest, damaged.segment());
            } catch (StoqException e) {
                // A full disk must not keep it: at worst it is found damaged once more.
                LOG.log(System.Logger.Level.WARNING, "forgetting {0}: {1}", digest, e.getMessage());
            }
            return true;
        } finally {
            lock.unlock();
        }
    }

    /** Reads a chunk where it is said to lie. */
    EncodedChunk readAt(Workbench bench, Location location, Digest digest) throws IOException {
        Segment segment = log.segment(location.segment());
        if (segment == null) {
            throw new DamagedRecordException("segment " + location.segment() + " is gone", null);
        }
        return segment.read(bench, location, digest);
    }

    /** Takes all changes so far into the index file. */
    void checkpoint() throws IOException {
        index.checkpoint(action -> {
            lock.lock();
            try {
                ensureOpen();
                log.sync();
                action.at(log.end());
            } finally {
                lock.unlock();
            }
        });
    }

    /** Does what {@link #checkpoint} does if much has gathered. Not under the lock. */
    void checkpointIfDue() {
        int pending = index.pending();
        int due = nextCheckpoint.get();
        // Others go on meanwhile; they stop to help only when as much again has gathered.
        if (pending < due || !nextCheckpoint.compareAndSet(due, 2 * pending)) {
            return;
        }
        try {
            checkpoint();
            nextCheckpoint.set(options.checkpointEntries());
        } catch (IOException e) {
            LOG.log(
                    System.Logger.Level.WARNING,
                    "the index cannot take in changes, they stay in memory: {0}",
                    e.getMessage());
        }
    }

    void ensureOpen() throws StoqException {
        if (closed) {
            throw new StoqException(StoqErrorCode.UNAVAILABLE, "the store is closed");
        }
    }

    /** Gives a failure of the disk a name. */
    static StoqException named(IOException cause, String what) {
        return cause instanceof StoqException known
                ? known
                : new StoqException(StoqErrorCode.INTERNAL, what + " failed", cause);
    }

    private void recover() throws IOException {
        long checkpoint = index.checkpoint();
        log.open(checkpoint);
        Segment last = log.segment(Location.segmentOf(checkpoint));
        if (last != null && last.end() < Location.offsetOf(checkpoint)) {
            LOG.log(System.Logger.Level.WARNING, "the log ends before the index; it is made anew");
            index.reopen(index.table(), true, _ -> {});
            checkpoint = 0;
        }
        LogReplay replay = new LogReplay(log);
        long claimed = replay.cutTornTail(checkpoint);
        log.settle(claimed);
        replay(checkpoint, true);
        if (log.end() > claimed) {
            try {
                mark();
            } catch (StoqException e) {
                // Only a full disk or a failing one; then it is read, and cut, again next time.
                LOG.log(System.Logger.Level.WARNING, "opening the store: {0}", e.getMessage());
            }
        }
    }

    /**
     * Takes the log into the index.
     *
     * @param gather whether the index may write to its file in between: not while that is what
     *     fails
     */
    private void replay(long from, boolean gather) throws IOException {
        AtomicBoolean gathers = new AtomicBoolean(gather);
        new LogReplay(log)
                .apply(
                        index,
                        from,
                        position -> {
                            if (gathers.get()
                                    && index.pending() >= options.checkpointEntries()
                                    && position <= log.durable()) {
                                gathers.set(tryCheckpoint(position));
                            }
                        });
    }

    private boolean tryCheckpoint(long position) {
        try {
            index.tryCheckpoint(action -> action.at(position));
            return true;
        } catch (IOException e) {
            // The index was mended meanwhile, by a replay of its own.
            LOG.log(System.Logger.Level.WARNING, "{0}; changes stay in memory", e.getMessage());
            return false;
        }
    }

    private void mendIndex(IndexTable broken, boolean discard) throws IOException {
        lock.lock();
        try {
            boolean gather = discard && !mending;
            mending = true;
            index.reopen(broken, discard, from -> replay(from, gather));
        } finally {
            mending = false;
            lock.unlock();
        }
    }

    /** Says in the log itself that all before is durable. */
    private void mark() throws IOException {
        log.sync();
        log.append(RecordHeader.of(RecordType.MARK, RecordHeader.NO_DIGEST, 0), new byte[0]);
        log.sync();
    }

    /** Returns whether all went well; if not, the next start has more to replay. */
    private boolean markAndCheckpoint() {
        try {
            lock.lock();
            try {
                if (log.active() != null) {
                    mark();
                }
            } finally {
                lock.unlock();
            }
            checkpoint();
            return true;
        } catch (IOException e) {
            LOG.log(System.Logger.Level.WARNING, "closing the store: {0}", e.getMessage());
            return false;
        }
    }

    private static RecordHeader header(Digest digest, EncodedChunk chunk) {
        int length = chunk.bytes().length;
        String algorithm = chunk.algorithm();
        if (length > RecordHeader.MAX_PAYLOAD_BYTES
                || chunk.plainLength() < 0
                || chunk.plainLength() > RecordHeader.MAX_PLAIN_BYTES) {
            throw new IllegalArgumentException(
                    "a chunk of %d bytes, stored as %d".formatted(chunk.plainLength(), length));
        }
        if (algorithm.length() > RecordHeader.MAX_ALGORITHM_BYTES
                || !StandardCharsets.US_ASCII.newEncoder().canEncode(algorithm)) {
            throw new IllegalArgumentException("an algorithm called '" + algorithm + "'");
        }
        return RecordHeader.chunk(
                digest, algorithm, chunk.base().orElse(null), chunk.plainLength(), length);
    }

    private static Name requireName(String text) {
        Name name = Name.of(text);
        int length = name.bytes().length;
        if (length < 1 || length > Name.MAX_BYTES) {
            throw new IllegalArgumentException(
                    "a name has 1 to %d bytes, this one has %d".formatted(Name.MAX_BYTES, length));
        }
        return name;
    }

    private static boolean isEmpty(Path folder) throws IOException {
        try (var files = Files.list(folder)) {
            return files.findAny().isEmpty();
        }
    }

    private static void closeAfter(Exception failure, @Nullable AutoCloseable resource) {
        try {
            if (resource != null) {
                resource.close();
            }
        } catch (Exception e) {
            failure.addSuppressed(e);
        }
    }
}
