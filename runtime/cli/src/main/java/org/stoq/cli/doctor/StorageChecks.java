package org.stoq.cli.doctor;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.LongSupplier;
import org.stoq.cli.terminal.Amounts;

/** The disk under the node's data folder: room, and whether it keeps what it is given. */
public final class StorageChecks {
    private static final long TIGHT_BYTES = 1L << 30;
    private static final long LEAST_BYTES = 100L << 20;
    private static final Duration SLOW = Duration.ofMillis(100);
    private static final int PROBE_BYTES = 4_096;

    private StorageChecks() {}

    /**
     * Looks at the disk of a folder, or of the nearest one above that exists.
     *
     * @param dataFolder the node's data folder
     */
    public static List<Finding> disk(Path dataFolder, LongSupplier nanoClock) throws IOException {
        Path folder = existing(dataFolder);
        if (!Files.isDirectory(folder)) {
            return List.of(
                    Finding.fail(
                            "data folder",
                            folder + " is not a folder",
                            "choose another one with --data or server.data_dir"));
        }
        return List.of(
                room(folder, Files.getFileStore(folder).getUsableSpace()),
                durability(folder, nanoClock));
    }

    static Finding room(Path folder, long freeBytes) {
        String detail = "%s free at %s".formatted(Amounts.bytes(freeBytes), folder);
        if (freeBytes < LEAST_BYTES) {
            return Finding.fail("disk", detail, "make room, or choose another folder with --data");
        }
        return freeBytes < TIGHT_BYTES
                ? Finding.warn("disk", detail, "make room, or lower cdn.cache_size")
                : Finding.ok("disk", detail);
    }

    private static Finding durability(Path folder, LongSupplier nanoClock) {
        byte[] written = new byte[PROBE_BYTES];
        new SplittableRandom(1).nextBytes(written);
        long start = nanoClock.getAsLong();
        try {
            Path probe = Files.createTempFile(folder, ".stoq-doctor-", ".probe");
            try {
                try (FileChannel channel = FileChannel.open(probe, StandardOpenOption.WRITE)) {
                    channel.write(ByteBuffer.wrap(written));
                    channel.force(true);
                }
                if (!Arrays.equals(Files.readAllBytes(probe), written)) {
                    return Finding.fail(
                            "fsync",
                            folder + " gives back other bytes than were written",
                            "do not keep content on this disk");
                }
            } finally {
                Files.delete(probe);
            }
        } catch (IOException e) {
            return Finding.fail(
                    "fsync",
                    "cannot write durably to %s: %s".formatted(folder, e.getMessage()),
                    "choose a folder that you may write to, with --data or server.data_dir");
        }
        Duration took = Duration.ofNanos(nanoClock.getAsLong() - start);
        String detail = "%s, written durably in %s".formatted(folder, Amounts.duration(took));
        return took.compareTo(SLOW) > 0
                ? Finding.warn("fsync", detail, "publishing waits for this disk: use a faster one")
                : Finding.ok("fsync", detail);
    }

    private static Path existing(Path folder) {
        Path found = folder.toAbsolutePath();
        while (!Files.exists(found) && found.getParent() != null) {
            found = found.getParent();
        }
        return found;
    }
}
