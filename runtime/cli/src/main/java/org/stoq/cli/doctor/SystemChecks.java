package org.stoq.cli.doctor;

import com.sun.management.UnixOperatingSystemMXBean;
import java.io.FileInputStream;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import org.stoq.cli.terminal.Amounts;

/** Java, clock, file limit and the kernel's socket buffers. */
public final class SystemChecks {
    private static final int LEAST_JAVA = 25;
    private static final long ENOUGH_FILES = 4_096;

    /** Past this the kernel grants no more to a socket by itself, and bulk transfers need it. */
    private static final long ENOUGH_BUFFER_BYTES = 4 << 20;

    /** Older than this program is no machine's true time. */
    private static final Instant EARLIEST = Instant.parse("2026-01-01T00:00:00Z");

    private static final Instant LATEST = Instant.parse("2100-01-01T00:00:00Z");

    private static final int MAX_DIGITS = 32;

    private SystemChecks() {}

    /**
     * Looks at the version of Java.
     *
     * @param feature its feature version, such as 25
     */
    public static Finding java(int feature, String full) {
        return feature >= LEAST_JAVA
                ? Finding.ok("java", full)
                : Finding.fail(
                        "java",
                        full + " is older than " + LEAST_JAVA,
                        "install a JDK " + LEAST_JAVA + " and point JAVA_HOME to it");
    }

    /** Looks whether the clock can be true: certificates depend on it. */
    public static Finding clock(InstantSource clock) {
        Instant now = clock.instant();
        return now.isBefore(EARLIEST) || now.isAfter(LATEST)
                ? Finding.fail(
                        "clock",
                        now + " cannot be true, and certificates would not hold",
                        "set it: timedatectl set-ntp true")
                : Finding.ok("clock", now.toString());
    }

    /** Looks at how many files this process may open. */
    public static Finding files() {
        return ManagementFactory.getOperatingSystemMXBean() instanceof UnixOperatingSystemMXBean os
                ? files(os.getMaxFileDescriptorCount())
                : Finding.warn("open files", "this system does not tell its limit", "");
    }

    static Finding files(long limit) {
        return limit >= ENOUGH_FILES
                ? Finding.ok("open files", "up to %,d".formatted(limit))
                : Finding.warn(
                        "open files",
                        "only %,d at a time".formatted(limit),
                        "ulimit -n 20000, or LimitNOFILE=20000 in the systemd unit");
    }

    /**
     * Looks at how large the kernel lets socket buffers grow.
     *
     * @param kernel the folder {@code /proc/sys/net/core}
     */
    public static List<Finding> buffers(Path kernel) throws IOException {
        List<Finding> findings = new ArrayList<>();
        for (String key : List.of("rmem_max", "wmem_max")) {
            Path file = kernel.resolve(key);
            String name = "net.core." + key;
            if (!Files.isReadable(file)) {
                findings.add(Finding.warn(name, "this system does not tell it", ""));
                continue;
            }
            long bytes = number(file);
            findings.add(
                    bytes >= ENOUGH_BUFFER_BYTES
                            ? Finding.ok(name, Amounts.bytes(bytes))
                            : Finding.warn(
                                    name,
                                    Amounts.bytes(bytes) + ": fast transfers will lose packets",
                                    "sysctl -w %s=%d".formatted(name, ENOUGH_BUFFER_BYTES)));
        }
        return findings;
    }

    /**
     * The kernel hands out such a file in one read only: a second one, for its rest, gets nothing.
     */
    private static long number(Path file) throws IOException {
        byte[] text = new byte[MAX_DIGITS];
        try (FileInputStream input = new FileInputStream(file.toFile())) {
            int length = Math.max(0, input.read(text));
            return Long.parseLong(new String(text, 0, length, StandardCharsets.US_ASCII).strip());
        }
    }
}
