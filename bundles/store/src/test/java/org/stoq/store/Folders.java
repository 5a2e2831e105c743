package org.stoq.store;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.stoq.sdk.Digest;
import org.stoq.sdk.StoqErrorCode;
import org.stoq.sdk.StoqException;
import org.stoq.sdk.chunk.EncodedChunk;
import org.stoq.sdk.store.ChunkStore;
import org.stoq.testkit.SeededBytes;

/** What tests of the store share: small options, copies of a folder, chunks made from a seed. */
final class Folders {
    private Folders() {}

    static StoreOptions options(Path directory) {
        return StoreOptions.of(directory)
                .withSegmentBytes(64 << 10)
                .withCheckpointEntries(1_000)
                .withReserveBytes(0);
    }

    static SegmentChunkStore open(Path directory) throws IOException {
        return SegmentChunkStore.open(options(directory));
    }

    /** Copies a folder as it is at the moment: what a killed process would have left. */
    static Path copy(Path directory, Path target) throws IOException {
        try (Stream<Path> files = Files.walk(directory)) {
            for (Path file : (Iterable<Path>) files::iterator) {
                Path copy = target.resolve(directory.relativize(file).toString());
                if (Files.isDirectory(file)) {
                    Files.createDirectories(copy);
                } else {
                    Files.copy(file, copy);
                }
            }
        }
        return target;
    }

    static void delete(Path directory) throws IOException {
        try (Stream<Path> files = Files.walk(directory)) {
            for (Path file : files.sorted((a, b) -> b.compareTo(a)).toList()) {
                Files.delete(file);
            }
        }
    }

    static List<Path> segments(Path directory) throws IOException {
        try (Stream<Path> files = Files.list(directory.resolve("segments"))) {
            return files.sorted().toList();
        }
    }

    static byte[] content(long seed) {
        return SeededBytes.random(seed, 100 + (int) (seed * 37 % 3_000));
    }

    static Digest digest(long seed) {
        return Digest.of(content(seed));
    }

    static boolean put(ChunkStore store, long seed) throws StoqException {
        return store.write(digest(seed), EncodedChunk.plain(content(seed)));
    }

    /** Writes a chunk that needs another; without it, where that is not here. */
    static boolean putOver(ChunkStore store, long seed, long base) throws StoqException {
        byte[] content = content(seed);
        try {
            return store.write(
                    digest(seed),
                    new EncodedChunk("delta", content.length, content, Optional.of(digest(base))));
        } catch (StoqException e) {
            if (e.code() != StoqErrorCode.PRECONDITION_FAILED) {
                throw e;
            }
            return put(store, seed);
        }
    }

    static boolean has(ChunkStore store, long seed) throws StoqException {
        byte[] content = content(seed);
        var chunk = store.read(Digest.of(content));
        if (chunk.isPresent() && !Arrays.equals(chunk.get().bytes(), content)) {
            throw new AssertionError("chunk " + seed + " has other bytes");
        }
        return chunk.isPresent();
    }
}
