package org.stoq.store;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.UUID;

/**
 * A file that is there while the store is open, and names the boot of the machine. A process that
 * was killed leaves it, and the index with all that was written to it; after a power cut the boot
 * is another, and pages of the index may be missing that its own checks do not miss. One thread.
 */
final class BootMark {
    private static final Path BOOT_ID = Path.of("/proc/sys/kernel/random/boot_id");

    private final Disk disk;
    private final Path path;

    BootMark(Disk disk, Path directory) {
        this.disk = disk;
        this.path = directory.resolve("open");
    }

    /** Returns whether the power may have failed while the store was open. */
    boolean powerMayHaveFailed() throws IOException {
        return Files.exists(path)
                && !Files.readString(path, StandardCharsets.US_ASCII).equals(boot());
    }

    /** Says that the store is open. */
    void set() throws IOException {
        byte[] boot = boot().getBytes(StandardCharsets.US_ASCII);
        try (StoreFile file = disk.open(path, !Files.exists(path))) {
            file.truncate(0);
            file.write(boot, 0, boot.length, 0);
            file.force();
        }
        disk.forceDirectory(folder());
    }

    /** Says that the store was closed and everything in it is durable. */
    void clear() throws IOException {
        Files.deleteIfExists(path);
        disk.forceDirectory(folder());
    }

    private Path folder() {
        return path.resolveSibling("");
    }

    /** Where the system does not name its boots, each looks like another. */
    private static String boot() throws IOException {
        return Files.isReadable(BOOT_ID)
                ? Files.readString(BOOT_ID, StandardCharsets.US_ASCII).strip()
                : UUID.randomUUID().toString();
    }
}
