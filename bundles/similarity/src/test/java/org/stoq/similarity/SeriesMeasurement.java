package org.stoq.similarity;

import static java.util.Objects.requireNonNull;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.stoq.chunking.FastCdcChunker;
import org.stoq.chunking.ZstdCompressor;
import org.stoq.sdk.Digest;
import org.stoq.sdk.StoqException;
import org.stoq.sdk.chunk.ChunkSizes;
import org.stoq.sdk.chunk.EncodedChunk;
import org.stoq.sdk.chunk.SimilarChunks;
import org.stoq.store.SegmentChunkStore;
import org.stoq.store.StoreOptions;

/**
 * What differences bring for a series of files, and what they cost: takes the files in their order,
 * and tells the stored ratio, the time of random reads and the speed of the way in, each with and
 * without, and the room for the last file if all others are removed. Bytes of the store's records
 * are counted in. Reads go to encrypted stores in a temporary folder and end with a comparison of
 * the digest; the way in ends before the store. One thread, processor time, each figure from
 * interleaved rounds.
 */
final class SeriesMeasurement {
    private static final int ROUNDS = 3;
    private static final int READS = 2_000;

    private final FastCdcChunker chunker = new FastCdcChunker();
    private final ZstdCompressor zstd = new ZstdCompressor();
    private final ZstdDelta deltas = new ZstdDelta();

    private SeriesMeasurement() {}

    /** A store in memory. */
    private final class Run {
        private final @Nullable SketchIndex index;
        private final Map<Digest, EncodedChunk> stored = new HashMap<>();
        private final List<Digest> order = new ArrayList<>();
        private final Set<Digest> last = new HashSet<>();
        private long plainBytes;
        private long storedBytes;
        private long nanos;

        Run(@Nullable SketchIndex index) {
            this.index = index;
        }

        void take(byte[] file) throws StoqException {
            last.clear();
            long start = cpuNanos();
            SimilarChunks object =
                    index == null ? null : new SimilarChunks(index, deltas, this::find);
            for (int at = 0; at < file.length; ) {
                int from = at;
                int length = chunker.cut(file, from, file.length, ChunkSizes.STANDARD);
                Digest digest = Digest.of(ByteBuffer.wrap(file, from, length));
                if (!stored.containsKey(digest)) {
                    EncodedChunk chunk =
                            object == null
                                    ? alone(file, from, length)
                                    : object.encode(
                                            digest,
                                            file,
                                            from,
                                            length,
                                            () -> alone(file, from, length));
                    stored.put(digest, chunk);
                    order.add(digest);
                    storedBytes += recordBytes(chunk);
                }
                last.add(digest);
                at += length;
            }
            plainBytes += file.length;
            nanos += cpuNanos() - start;
        }

        /** Returns the room that the last file needs, with the bases of its chunks. */
        long lastBytes() {
            Set<Digest> needed = new HashSet<>();
            for (Digest digest : last) {
                Optional<Digest> next = Optional.of(digest);
                while (next.isPresent() && needed.add(next.get())) {
                    next = requireNonNull(stored.get(next.get())).base();
                }
            }
            return needed.stream()
                    .mapToLong(digest -> recordBytes(requireNonNull(stored.get(digest))))
                    .sum();
        }

        SimilarChunks.Base read(Digest digest) throws StoqException {
            return find(digest).orElseThrow();
        }

        private Optional<SimilarChunks.Base> find(Digest digest) throws StoqException {
            EncodedChunk chunk = stored.get(digest);
            if (chunk == null) {
                return Optional.empty();
            }
            if (chunk.base().isPresent()) {
                SimilarChunks.Base base = find(chunk.base().get()).orElseThrow();
                byte[] plain = deltas.decompress(chunk.bytes(), chunk.plainLength(), base.plain());
                return Optional.of(base.with(plain));
            }
            return Optional.of(
                    new SimilarChunks.Base(
                            chunk.algorithm().equals(EncodedChunk.PLAIN)
                                    ? chunk.bytes()
                                    : zstd.decompress(chunk.bytes(), chunk.plainLength()),
                            0,
                            chunk.bytes().length));
        }

        /** Writes all chunks to a store, in their order. */
        void writeTo(SegmentChunkStore store) throws StoqException {
            for (Digest digest : order) {
                store.write(digest, requireNonNull(stored.get(digest)));
            }
            store.sync();
        }

        double gigabytesPerSecond() {
            return (double) plainBytes / nanos;
        }

        double ratio() {
            return (double) plainBytes / storedBytes;
        }
    }

    private byte[] read(SegmentChunkStore store, Digest digest) throws StoqException {
        EncodedChunk chunk = store.read(digest).orElseThrow();
        if (chunk.base().isPresent()) {
            byte[] base = read(store, chunk.base().get());
            return deltas.decompress(chunk.bytes(), chunk.plainLength(), base);
        }
        return chunk.algorithm().equals(EncodedChunk.PLAIN)
                ? chunk.bytes()
                : zstd.decompress(chunk.bytes(), chunk.plainLength());
    }

    private static long recordBytes(EncodedChunk chunk) {
        int header = 68 + chunk.algorithm().length() + (chunk.base().isPresent() ? 32 : 0);
        return (long) header + chunk.bytes().length + 16 + 7 & -8;
    }

    private EncodedChunk alone(byte[] bytes, int from, int length) {
        byte[] compressed = zstd.compress(bytes, from, length);
        return compressed.length * 100L <= length * 95L
                ? new EncodedChunk("zstd", length, compressed)
                : EncodedChunk.plain(Arrays.copyOfRange(bytes, from, from + length));
    }

    /** Measures the files that the arguments name. */
    public static void main(String[] arguments) throws IOException {
        List<byte[]> files = new ArrayList<>();
        for (String name : arguments) {
            files.add(Files.readAllBytes(Path.of(name)));
        }
        if (files.isEmpty()) {
            throw new IllegalArgumentException("name the files of a series, the oldest first");
        }
        new SeriesMeasurement().measure(files);
    }

    private void measure(List<byte[]> files) throws IOException {
        Run alone = new Run(null);
        Run similar = new Run(new SketchIndex());
        List<Double> waysIn = new ArrayList<>();
        for (int round = 0; round < ROUNDS; round++) {
            alone = new Run(null);
            similar = new Run(new SketchIndex());
            for (byte[] file : files) {
                alone.take(file);
                similar.take(file);
            }
            waysIn.add((double) similar.nanos / alone.nanos);
        }
        int[] depths = new int[SimilarChunks.MAX_DEPTH + 1];
        for (Digest digest : similar.order) {
            depths[similar.read(digest).depth()]++;
        }
        List<Double> reads = new ArrayList<>();
        Path folder = Files.createTempDirectory("stoq-series");
        try (SegmentChunkStore ofSimilar = open(folder.resolve("similar"));
                SegmentChunkStore ofAlone = open(folder.resolve("alone"))) {
            similar.writeTo(ofSimilar);
            alone.writeTo(ofAlone);
            // The first is for the compiler.
            for (int round = 0; round <= ROUNDS; round++) {
                double times = readTimes(similar.order, ofSimilar, ofAlone, round);
                if (round > 0) {
                    reads.add(times);
                }
            }
        } finally {
            delete(folder);
        }
        System.out.printf(
                Locale.ROOT,
                "{\"bytes\":%d,\"chunks\":%d,\"depths\":%s,\"ratio\":%.2f,\"ratio_alone\":%.2f,"
                        + "\"gb_per_s\":%.3f,\"gb_per_s_alone\":%.3f,\"time_in\":%.2f,"
                        + "\"room_of_last\":%.2f,\"time_of_reads\":%.2f,\"sketch_gb_per_s\":%.2f}%n",
                similar.plainBytes,
                similar.order.size(),
                Arrays.toString(depths),
                similar.ratio(),
                alone.ratio(),
                similar.gigabytesPerSecond(),
                alone.gigabytesPerSecond(),
                median(waysIn),
                (double) similar.lastBytes() / alone.lastBytes(),
                median(reads),
                sketchSpeed(files.getFirst()));
    }

    private double readTimes(
            List<Digest> digests, SegmentChunkStore similar, SegmentChunkStore alone, int seed)
            throws StoqException {
        Random random = new Random(seed);
        long[] nanos = new long[2];
        for (int i = 0; i < READS; i++) {
            Digest digest = digests.get(random.nextInt(digests.size()));
            for (int which = 0; which < 2; which++) {
                long start = cpuNanos();
                if (!Digest.of(read(which == 0 ? alone : similar, digest)).equals(digest)) {
                    throw new IllegalStateException(digest + " came back as something else");
                }
                nanos[which] += cpuNanos() - start;
            }
        }
        return (double) nanos[1] / nanos[0];
    }

    private static SegmentChunkStore open(Path folder) throws IOException {
        return SegmentChunkStore.open(StoreOptions.of(folder));
    }

    private static void delete(Path folder) throws IOException {
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
    }

    private static double sketchSpeed(byte[] file) {
        long best = Long.MAX_VALUE;
        int sum = 0;
        for (int round = 0; round < 5; round++) {
            long start = cpuNanos();
            for (int at = 0; at < file.length; at += 64 << 10) {
                sum += GearSketch.of(file, at, Math.min(64 << 10, file.length - at))[0];
            }
            best = Math.min(best, cpuNanos() - start);
        }
        return sum == 0 ? 0 : (double) file.length / best;
    }

    /** The processor time of this thread: what others do on the machine counts little. */
    private static long cpuNanos() {
        return ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime();
    }

    private static double median(List<Double> values) {
        return values.stream().sorted().toList().get(values.size() / 2);
    }
}
