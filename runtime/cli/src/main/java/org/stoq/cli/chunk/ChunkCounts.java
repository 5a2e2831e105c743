package org.stoq.cli.chunk;

/**
 * What cutting has come to so far.
 *
 * @param bytes how many were read
 * @param chunks how many they were cut into
 * @param uniqueChunks how many of these were different
 * @param uniqueBytes bytes of those
 * @param storedBytes what those take in a store, without its own headers and index
 * @param scanNanos time spent looking for boundaries
 * @param hashNanos time spent on digests of chunks
 * @param keepNanos time spent on making them small
 */
public record ChunkCounts(
        long bytes,
        long chunks,
        long uniqueChunks,
        long uniqueBytes,
        long storedBytes,
        long scanNanos,
        long hashNanos,
        long keepNanos) {
    static final ChunkCounts NONE = new ChunkCounts(0, 0, 0, 0, 0, 0, 0, 0);

    /** Returns what has come since. */
    public ChunkCounts since(ChunkCounts before) {
        return new ChunkCounts(
                bytes - before.bytes,
                chunks - before.chunks,
                uniqueChunks - before.uniqueChunks,
                uniqueBytes - before.uniqueBytes,
                storedBytes - before.storedBytes,
                scanNanos - before.scanNanos,
                hashNanos - before.hashNanos,
                keepNanos - before.keepNanos);
    }

    /** Returns how many times smaller it is than what was read; 1 if nothing was. */
    public double ratio() {
        return storedBytes == 0 ? 1 : (double) bytes / storedBytes;
    }

    /** Returns bytes read for each nanosecond, which is GB/s; 0 if it took no time. */
    public double gigabytesPerSecond(long nanos) {
        return nanos == 0 ? 0 : (double) bytes / nanos;
    }
}
