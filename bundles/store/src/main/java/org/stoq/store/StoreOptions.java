package org.stoq.store;

import java.nio.file.Path;

/**
 * Where a store lies and how much it may take.
 *
 * @param directory the folder of the store; made if it is missing
 * @param keyFile the key-encryption key: 32 bytes; made, readable for its owner only, if the store
 *     is new
 * @param segmentBytes a segment is closed when the next record would pass this length, 64 KiB to 1
 *     GiB
 * @param reserveBytes free space that chunks and names never use, so that the index, removals and
 *     collections still have room on a full disk
 * @param checkpointEntries changes that are held in memory before the index takes them in
 * @param cacheMegabytes heap for pages of the index, in MiB
 */
public record StoreOptions(
        Path directory,
        Path keyFile,
        int segmentBytes,
        long reserveBytes,
        int checkpointEntries,
        int cacheMegabytes) {
    /** Checks the limits. */
    public StoreOptions {
        if (segmentBytes < 64 << 10 || segmentBytes > 1 << 30) {
            throw new IllegalArgumentException("segment of " + segmentBytes + " bytes");
        }
        if (reserveBytes < 0 || checkpointEntries < 1 || cacheMegabytes < 1) {
            throw new IllegalArgumentException(
                    "reserve %d, checkpoint %d, cache %d"
                            .formatted(reserveBytes, checkpointEntries, cacheMegabytes));
        }
    }

    /** Returns the options of a node: segments of 256 MiB, 64 MiB in reserve. */
    public static StoreOptions of(Path directory) {
        return new StoreOptions(
                directory, directory.resolve("keys/kek.key"), 256 << 20, 64L << 20, 65_536, 16);
    }

    /** Returns the same options with another length of segments. */
    public StoreOptions withSegmentBytes(int bytes) {
        return new StoreOptions(
                directory, keyFile, bytes, reserveBytes, checkpointEntries, cacheMegabytes);
    }

    /** Returns the same options with another reserve. */
    public StoreOptions withReserveBytes(long bytes) {
        return new StoreOptions(
                directory, keyFile, segmentBytes, bytes, checkpointEntries, cacheMegabytes);
    }

    /** Returns the same options with checkpoints after so many changes. */
    public StoreOptions withCheckpointEntries(int entries) {
        return new StoreOptions(
                directory, keyFile, segmentBytes, reserveBytes, entries, cacheMegabytes);
    }

    /** Returns the same options with the key-encryption key elsewhere. */
    public StoreOptions withKeyFile(Path file) {
        return new StoreOptions(
                directory, file, segmentBytes, reserveBytes, checkpointEntries, cacheMegabytes);
    }
}
