package org.stoq.bench.child;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** The memory that this process really holds, as the kernel counts it ({@code proc(5)}: VmRSS). */
final class ResidentMemory {
    private static final Path STATUS = Path.of("/proc/self/status");
    private static final String RESIDENT = "VmRSS:";

    private ResidentMemory() {}

    /** Collects garbage, which is nobody's memory, and returns what is left, in bytes. */
    static long bytes() throws IOException {
        System.gc();
        try (var lines = Files.lines(STATUS)) {
            return parse(
                    lines.filter(line -> line.startsWith(RESIDENT))
                            .findFirst()
                            .orElseThrow(() -> new IOException("no VmRSS in " + STATUS)));
        }
    }

    static long parse(String line) {
        return Long.parseLong(line.replaceAll("\\D", "")) << 10;
    }
}
