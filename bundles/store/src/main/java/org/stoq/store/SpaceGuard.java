package org.stoq.store;

import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicLong;
import org.stoq.sdk.StoqErrorCode;
import org.stoq.sdk.StoqException;

/**
 * Refuses writes before the disk is full. It asks the file system once for every few MiB, and every
 * time while the disk is full, so writes go on as soon as there is space again. Any thread.
 */
final class SpaceGuard {
    private static final long GRANT_BYTES = 4 << 20;

    private final Disk disk;
    private final Path directory;
    private final long reserveBytes;
    private final AtomicLong granted = new AtomicLong();
    // Set by whoever is refused, read by stats.
    private volatile boolean full;

    SpaceGuard(Disk disk, Path directory, long reserveBytes) {
        this.disk = disk;
        this.directory = directory;
        this.reserveBytes = reserveBytes;
    }

    /**
     * Claims space for a record.
     *
     * @param mayUseReserve whether the record serves to free space or to keep order
     * @throws StoqException STORAGE_FULL
     */
    void claim(int bytes, boolean mayUseReserve) throws StoqException {
        if (mayUseReserve || granted.addAndGet(-bytes) >= 0) {
            return;
        }
        long usable = disk.usableBytes(directory) - reserveBytes;
        if (usable < bytes) {
            granted.set(0);
            full = true;
            throw new StoqException(
                    StoqErrorCode.STORAGE_FULL,
                    "the disk of %s is full: %,d bytes above the reserve of %,d"
                            .formatted(directory, Math.max(usable, 0), reserveBytes));
        }
        full = false;
        granted.set(Math.min(GRANT_BYTES, usable) - bytes);
    }

    /** Names the failure of a write: full if the disk has no space for it, else a defect. */
    StoqException failure(String what, IOException cause, int bytes) {
        if (cause instanceof StoqException known) {
            return known;
        }
        boolean noSpace =
                String.valueOf(cause.getMessage()).contains("No space left")
                        || usableBytes() < bytes + 4_096L;
        if (noSpace) {
            granted.set(0);
            full = true;
        }
        return new StoqException(
                noSpace ? StoqErrorCode.STORAGE_FULL : StoqErrorCode.INTERNAL,
                noSpace ? "the disk is full: " + what : what + " failed",
                cause);
    }

    boolean full() {
        return full && usableBytes() < reserveBytes + 4_096L;
    }

    /** Returns how many bytes the disk has left, or 0 if it does not say. */
    long usableBytes() {
        return disk.usableBytes(directory);
    }
}
